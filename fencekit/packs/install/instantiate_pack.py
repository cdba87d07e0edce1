"""A variant of a pack filled in with parameters, and the cases that hold of it then."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.cases.case_file import CaseFile
from fencekit.cases.fence_case_file import read as read_fence
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.model.case import Case
from fencekit.model.decision import Decision
from fencekit.model.errors import CaseError, PackError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.packs.archive.archive_manifest import sha256
from fencekit.packs.install.policies_in_memory import policy_of
from fencekit.packs.pack.open_pack import Opened
from fencekit.packs.pack.pack import CASES, GUARDRAILS, policies
from fencekit.packs.pack.pack_parameters import values_of
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.case_table import render_cases
from fencekit.reading import yaml

CASE = re.compile(r"^(?=  - name: )", re.MULTILINE)
"""Where a case begins, in a file of cases as packs render them."""


@dataclass(frozen=True, slots=True)
class InstantiatedFiles:
    """The files of a variant with its parameters filled in, by name, and cases that are left out.

    Those are the cases that hold for the default values of the parameters only. `opened` are those
    of them that are about a call that was not to be allowed, and is now.
    """

    name: str
    files: Mapping[str, str]
    left_out: int
    opened: tuple[Case, ...]

    def policy(self, name: str) -> Policy:
        """Return the policy, or the guardrails, under the name that the file has in the target."""
        return policy_of(name, self.files[name])


def fill(opened: Opened, variant: Variant, chosen: Mapping[str, Any]) -> InstantiatedFiles:
    """Return the files of a variant, with the parameters that are chosen.

    Raises UsageError for a parameter that there is not, and for a value that is not of its type,
    and PackError where a case fails with the default values.
    """
    pack = opened.pack
    try:
        values_of(pack.parameters, chosen)
    except PackError as error:
        raise UsageError(error.message, hint=error.hint) from error
    made = dict(policies(pack, chosen))
    head = f"# {pack.name} {pack.version}, {variant}: installed by `fencekit packs install`.\n"
    name = f"{pack.name}.yaml"
    policy = with_head(made[pack.policy_file(variant)], head)
    usual = with_head(dict(policies(pack, {}))[pack.policy_file(variant)], head)
    text = dict(render_cases(pack.folder / CASES, pack.name))[variant]
    text = with_head(text.replace(f"policy: ../policies/{variant}.yaml", f"policy: {name}"), head)
    cases = read_cases(text, f"{name} (its cases)")
    by_default = decide_cases(cases, policy_of(name, usual))
    refuse_failing(cases, by_default, Place(str(pack.folder / CASES)))
    decisions = by_default if policy == usual else decide_cases(cases, policy_of(name, policy))
    holds = [case.expected.is_met_by(made) for case, made in zip(cases, decisions, strict=True)]
    files = {
        name: policy,
        guardrails_of(pack.name): with_head(made[pack.folder / GUARDRAILS], head),
        f"{pack.name}.fence.yaml": keep_holding_cases(text, holds),
    }
    return InstantiatedFiles(name, files, holds.count(False), now_allowed(cases, decisions))


def guardrails_of(name: str) -> str:
    """Return the name of the file of a pack's guardrails."""
    return f"{name}.guardrails.yaml"


def with_head(text: str, head: str) -> str:
    """Return a rendered text with another first line: there is no source beside it any more."""
    return head + text.partition("\n")[2]


def read_cases(text: str, file: str) -> tuple[Case, ...]:
    """Return the cases that a text has."""
    document = yaml.parse(text, file, CaseError)
    assert document is not None
    read: CaseFile = read_fence(document, file, sha256(text.encode()))
    return read.cases


def decide_cases(cases: tuple[Case, ...], policy: Policy) -> list[Decision]:
    """Return what a policy makes of the call of each case."""
    evaluator = ENGINE.compile(policy)
    return [evaluator.decide(case.request) for case in cases]


def refuse_failing(cases: tuple[Case, ...], decisions: list[Decision], place: Place) -> None:
    """Raise PackError where a case fails with the default values: the pack is not what it says."""
    failing = [
        f"`{case.name}` expects {case.expected}, and is {made}"
        for case, made in zip(cases, decisions, strict=True)
        if not case.expected.is_met_by(made)
    ]
    if failing:
        said = f"{len(failing):,} of {len(cases):,} cases fail with the default parameters"
        hint = f"such as {failing[0]}; `fencekit packs vet` shows all"
        raise PackError(said, place=place, hint=hint)


def keep_holding_cases(text: str, holds: list[bool]) -> str:
    """Return a file of cases without those that do not hold.

    Cases are written for the default values of parameters, and name them: with other values, some
    are about a folder or a host that is no longer meant.
    """
    head, *parts = CASE.split(text)
    assert len(parts) == len(holds), "each case is one part"
    if not any(holds):
        raise PackError("no case of the pack holds with these parameters")
    return head + "".join(part for part, fine in zip(parts, holds, strict=True) if fine)


def now_allowed(cases: tuple[Case, ...], decisions: list[Decision]) -> tuple[Case, ...]:
    """Return the cases that do not expect ALLOW, of calls that may end so."""
    return tuple(
        case
        for case, made in zip(cases, decisions, strict=True)
        if Verdict.ALLOW in made.verdicts and Verdict.ALLOW not in case.expected.verdicts
    )
