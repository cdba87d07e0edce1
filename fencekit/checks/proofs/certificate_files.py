"""Certificates in files: written for what was proved, and checked by a program of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.checks.postprocess.output_files import write_report
from fencekit.checks.proofs.guardrails_check import AT_LEAST_AS_STRICT, GuardrailsJob
from fencekit.checks.proofs.policy_comparison import ComparisonJob, read_domain
from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.proof import Certificate, Proved
from fencekit.model.source import Place
from fencekit.prover.checker.check_certificate import CertificateError, check
from fencekit.prover.policy_properties import NOT_LOOSER
from fencekit.prover.prover import check_property
from fencekit.reading import json
from fencekit.reading.input_files import read_text
from fencekit.reporting.json_report import write_page

SCHEMA = "fencekit.certificate/3"
EARLIER = ("fencekit.certificate/1", "fencekit.certificate/2")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a certificate was found to show: the relation, of which files, by how many cases."""

    goal: str
    files: tuple[str, ...]
    cases: int
    of_every_call: bool

    def __str__(self) -> str:
        named = " and ".join(f"`{file}`" for file in self.files)
        domain = "for every call" if self.of_every_call else "for the domain that stands in it"
        return (
            f"the certificate holds: `{self.goal}` for {named}, {domain}, "
            f"{self.cases:,} cases ruled out"
        )


def certify(job: ComparisonJob | GuardrailsJob, target: str) -> str:
    """Write the certificate of what a job proves, and return what to say of it.

    It is that the candidate is nowhere looser, or that the policy keeps to the guardrails. Where
    that is not so, or not known, nothing is written. Raises CertificateError where the proof is one
    that certificates cannot say, and UsageError where the file cannot be written.
    """
    goal = NOT_LOOSER if isinstance(job, ComparisonJob) else AT_LEAST_AS_STRICT
    policies = job.policies()
    domain, _ = read_domain(job.domain)
    result = check_property(goal, *policies, domain=domain, certificate=True)
    if not isinstance(result, Proved):
        return f"no certificate: {result.word}"
    assert result.certificate is not None
    files = [policy.file for policy in policies]
    write_report(
        target, write_page({"schema": SCHEMA, "files": files, **result.certificate.content})
    )
    return f"certificate: {target}"


def check_file(
    path: str, files: Sequence[str] = (), *, policy_root: str = "", domain: str = ""
) -> Checked:
    """Check the certificate in a file against policies, those that it names unless others are.

    Raises CertificateError where it does not show what it says, or is of other policies, or of
    another domain than that in a file, if one is given.
    """
    page = certificate_in(path)
    wanted, _ = read_domain(domain)
    of_every_call = page.get("domain") == "open"
    if domain and not of_every_call and page.get("domain") != wanted:
        raise CertificateError("the certificate is of another domain", place=Place(path))
    named = page.get("files")
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise CertificateError("the certificate names no policies", place=Place(path))
    chosen = tuple(files or named)
    policies = [load_policy(file, policy_root=policy_root or None) for file in chosen]
    try:
        cases = check(Certificate(page), *policies)
    except CertificateError as error:
        raise CertificateError(error.message, place=Place(path)) from error
    return Checked(str(page["goal"]), chosen, cases, of_every_call)


def certificate_in(path: str) -> dict[str, Any]:
    """Return the page of a certificate; raise CertificateError where the file is none."""
    text, _ = read_text(path, CertificateError)
    try:
        page = json.parse(text)
    except json.JSONError as error:
        place = Place(path, error.line, error.column)
        raise CertificateError(error.message, place=place) from error
    if isinstance(page, dict) and page.get("schema") in EARLIER:
        said = f"a certificate of `{page['schema']}`, which is not checked any more: make it again"
        raise CertificateError(said, place=Place(path))
    if not isinstance(page, dict) or page.get("schema") != SCHEMA:
        raise CertificateError(f"not a certificate of `{SCHEMA}`", place=Place(path))
    return page
