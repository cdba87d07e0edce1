"""Two policies compared over every possible call: is the candidate looser, is it tighter, where."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fencekit.checks.findings.check_status import with_errors
from fencekit.checks.findings.group_findings import SLUGS, risk_of
from fencekit.checks.proofs.looseness_counting import count_violations
from fencekit.checks.proofs.loosening_transitions import TransitionFinder, worst
from fencekit.checks.proofs.prove_or_search import answers
from fencekit.checks.proofs.realistic_call import RealisticCalls
from fencekit.checks.replay.replay_job import refuse_foreign_parents
from fencekit.checks.replay.replay_records import inputs_of
from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.change import Change, compare_effects
from fencekit.model.comparison_result import OPEN, ClassComparison, ComparisonResult, only_by_error
from fencekit.model.errors import UsageError
from fencekit.model.finding import Finding, RecordClass, RuleRef
from fencekit.model.looseness_measure import Measure
from fencekit.model.policy import Policy
from fencekit.model.proof import NO_CALL, Proved, Result, Unknown, Witness
from fencekit.model.record import Record
from fencekit.model.report import DISALLOWED, FailOn, Limits, Report, Status
from fencekit.model.request import Request
from fencekit.model.source import Input, Place
from fencekit.prover.policy_properties import NOT_LOOSER, Outcomes, Property
from fencekit.prover.prover import Domain
from fencekit.reading import json
from fencekit.reading.input_files import read_text


def _tighter(outcomes: Outcomes) -> bool:
    before, after = outcomes
    return compare_effects(after.effect, before.effect) is Change.LOOSER


NOT_TIGHTER = Property("not tighter", _tighter, 2, same_is_fine=True)
"""The first policy is nowhere looser than the second."""


@dataclass(frozen=True, slots=True)
class ComparisonJob:
    """Everything that a comparison is told; `domain` is the path of a JSON Schema, or empty."""

    baseline: str
    candidate: str
    baseline_root: str = ""
    policy_root: str = ""
    domain: str = ""
    fail_on: FailOn = FailOn.LOOSER
    allow_unknown: bool = False
    explained: bool = False
    measured: bool = False
    baseline_revision: str = ""
    candidate_revision: str = ""
    fail_on_errors: bool = False
    """Whether what is looser only where the baseline raises fails the run."""

    def run(self) -> Report:
        """Return the report; raise PolicyError or UsageError where there is nothing to compare."""
        return self.report(*self.policies())

    def policies(self) -> tuple[Policy, Policy]:
        """Return the baseline and the candidate."""
        root = self.baseline_root or self.policy_root
        old = load_policy(self.baseline, policy_root=root or None, revision=self.baseline_revision)
        if not self.baseline_root and not self.baseline_revision:
            refuse_foreign_parents(old, root)
        new = load_policy(
            self.candidate,
            policy_root=self.policy_root or None,
            revision=self.candidate_revision,
        )
        return old, new

    def report(self, old: Policy, new: Policy, recorded: Iterable[Request] = ()) -> Report:
        """Return the report on the two policies; `recorded` are calls that were made."""
        schema, read = read_domain(self.domain)
        compared = ComparisonResult(
            baseline=old.file,
            candidate=new.file,
            classes=tuple(self.classes(old, new, schema)),
            domain=self.domain or OPEN,
            explained=self.explained,
            policy_root=self.policy_root,
            baseline_root=self.baseline_root or self.policy_root,
        )
        return report_of(
            compared,
            old,
            new,
            fail_on=self.fail_on,
            allow_unknown=self.allow_unknown,
            inputs=read,
            fail_on_errors=self.fail_on_errors,
            domain=schema,
            recorded=recorded,
        )

    def classes(self, old: Policy, new: Policy, domain: Domain) -> Iterator[ClassComparison]:
        """Yield both answers for each class of capabilities, with how much looser where asked."""
        for one in compared_classes(old, new, domain=domain):
            if not self.measured or not isinstance(one.looser, Witness):
                yield one
            elif self.domain:
                yield replace(
                    one, measure=Measure("not counted: texts that the domain lets through")
                )
            else:
                yield replace(one, measure=count_violations(NOT_LOOSER, one.looser, old, new))

    def read_files(self) -> list[str]:
        """Return the files that the comparison is told to read."""
        return [path for path in (self.baseline, self.candidate, self.domain) if path]


def read_domain(path: str) -> tuple[Domain, tuple[Input, ...]]:
    """Return the domain that the file spells, a JSON Schema, with the file; all calls without."""
    if not path:
        return "open", ()
    text, digest = read_text(path, UsageError)
    try:
        schema = json.parse(text)
    except json.JSONError as error:
        raise UsageError(error.message, place=Place(path, error.line, error.column)) from error
    if isinstance(schema, Mapping) and isinstance(schema.get("inputSchema"), Mapping):
        schema = schema["inputSchema"]  # a whole tool, as a server of tools lists it
    if not isinstance(schema, Mapping):
        raise UsageError("a domain is a JSON Schema, an object", place=Place(path))
    return schema, (Input("domain", path, digest),)


def compared_classes(
    old: Policy, new: Policy, *, domain: Domain = "open"
) -> Iterator[ClassComparison]:
    """Yield both answers for each class of capabilities whose calls may meet different rules."""
    tighter = dict(answers(NOT_TIGHTER, old, new, domain))
    finder = TransitionFinder(NOT_LOOSER, old, new, domain)
    for capability, looser in answers(NOT_LOOSER, old, new, domain):
        found = finder.transitions(capability, looser)
        yield ClassComparison(
            capability, worst(looser, found), tighter[capability], transitions=found
        )


def report_of(
    compared: ComparisonResult,
    old: Policy,
    new: Policy,
    *,
    fail_on: FailOn = FailOn.LOOSER,
    allow_unknown: bool = False,
    inputs: tuple[Input, ...] = (),
    fail_on_errors: bool = False,
    domain: Domain = "open",
    recorded: Iterable[Request] = (),
) -> Report:
    """Return the report on a comparison; each class of capabilities counts as one call.

    `recorded` are calls that were made: of what gets looser, one like them is shown.
    """
    counts = dict.fromkeys(RecordClass, 0)
    for one in compared.classes:
        counts[class_of(one)] += 1
    if not compared.classes:
        counts[RecordClass.UNCHANGED] = 1
    realistic = RealisticCalls(old, new, domain=domain, recorded=recorded)
    findings = sorted(
        (f for one in compared.classes for f in findings_of(one, realistic)), key=risk_of
    )
    troubles = tuple(unknown for one in compared.classes for unknown in unknowns(one, fail_on))
    disallowed = any(finding.kind in DISALLOWED[fail_on] for finding in findings)
    status = Status.FINDINGS if disallowed else Status.CLEAN
    status = with_errors(status, counts_of_errors(findings), fail_on_errors=fail_on_errors)
    disallowed = status is Status.FINDINGS
    if troubles and not allow_unknown and (fail_on is FailOn.NEVER or not disallowed):
        status = Status.COULD_NOT_CHECK
    return Report(
        check="diff",
        status=status,
        checked=max(1, len(compared.classes)),
        counts=counts,
        findings=tuple(findings),
        inputs=(*inputs_of(old, "baseline"), *inputs_of(new, "policy"), *inputs),
        fail_on=fail_on,
        limits=Limits(undecided=None if allow_unknown else 0),
        sources=(*old.files, *new.files),
        troubles=troubles,
        comparison=compared,
        fail_on_errors=fail_on_errors,
    )


CLASSES: dict[tuple[type[Result], type[Result]], RecordClass] = {
    (Proved, Proved): RecordClass.UNCHANGED,
    (Proved, Witness): RecordClass.TIGHTER,
    (Proved, Unknown): RecordClass.MAYBE_TIGHTER,
    (Unknown, Proved): RecordClass.MAYBE_LOOSER,
}
"""What two answers, looser and tighter, say of a class of capabilities; else CANNOT_TELL."""


def class_of(one: ClassComparison) -> RecordClass:
    """Return how a class of capabilities counts: looser wherever a call of it is."""
    if only_by_error(one.looser):
        return RecordClass.LOOSER_ON_ERROR
    if isinstance(one.looser, Witness):
        return RecordClass.LOOSER
    return CLASSES.get((type(one.looser), type(one.tighter)), RecordClass.CANNOT_TELL)


def findings_of(one: ClassComparison, realistic: RealisticCalls) -> Iterator[Finding]:
    """Yield a finding for each transition of a class, and each pair of rules that shows it."""
    shown = [witness for answer in one.transitions for witness in answer.witnesses]
    if not shown and isinstance(one.looser, Witness):
        shown = [one.looser]
    for witness in shown:
        is_error = only_by_error(witness)
        kind = RecordClass.LOOSER_ON_ERROR if is_error else RecordClass.LOOSER
        yield replace(finding_of(kind, witness), realistic=realistic.record(witness))
    if isinstance(one.tighter, Witness):
        yield finding_of(RecordClass.TIGHTER, one.tighter)


def counts_of_errors(findings: Iterable[Finding]) -> int:
    """Return how many findings there are only because deciding raises."""
    return sum(one.kind is RecordClass.LOOSER_ON_ERROR for one in findings)


def finding_of(kind: RecordClass, witness: Witness, slug: str = "") -> Finding:
    """Return a witness as a finding, of the kind's own slug unless another is given."""
    before, after = witness.before, witness.after
    error = after.error or before.error
    return Finding(
        slug or SLUGS[kind],
        kind,
        str(witness.request.capability),
        str(before.effect),
        str(after.effect),
        1,
        RuleRef.of(after),
        RuleRef.of(before),
        (Record(witness.request, None, Place("")),),
        message=error.message if error else "",
    )


NOTHING_CHECKED = f"{NO_CALL}, so nothing was checked (`--allow-unknown` lets it pass)"
"""What is to be said of a proof of nothing, which is not a pass."""


def unknowns(one: ClassComparison, fail_on: FailOn) -> Iterator[str]:
    """Yield what stays open of a class of capabilities, in words, where it matters."""
    asked: list[tuple[str, Any]] = [("looser", one.looser)]
    if fail_on is FailOn.CHANGED:
        asked.append(("tighter", one.tighter))
    for word, result in asked:
        if isinstance(result, Proved) and result.is_vacuous:
            yield NOTHING_CHECKED
        elif isinstance(result, Unknown):
            yield (
                f"not known whether the candidate is {word} for `{one.capability}` and "
                f"capabilities like it: {result.reason} (`--allow-unknown` lets it pass)"
            )
