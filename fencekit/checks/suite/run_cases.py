"""Cases decided by a policy: each passes, fails, or ends in an error."""

from collections.abc import Iterable, Iterator

from fencekit.checks.findings.group_findings import SLUGS as BY_CLASS
from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.time_limit import Progress
from fencekit.model.case import BY_DEFAULT, Case
from fencekit.model.decision import Decision
from fencekit.model.finding import Finding, RecordClass, RuleRef
from fencekit.model.record import Record
from fencekit.model.request import Unknown
from fencekit.model.source import argument
from fencekit.model.suite_result import CaseResult, CaseStatus, ClaimResult, ClaimStatus
from fencekit.reading.message_words import nearest

FAILING_CASE = "failing-case"
CASE_ERROR = "case-error"
FAILING_CLAIM = "failing-claim"
LOW_COVERAGE = "low-coverage"
SLUGS = (FAILING_CASE, CASE_ERROR, FAILING_CLAIM, LOW_COVERAGE)
"""The slugs of the findings; each has a page in `docs/findings/`."""


def results(
    cases: Iterable[Case], evaluator: Evaluator, progress: Progress
) -> Iterator[CaseResult]:
    """Yield the result of each case."""
    ids = {rule.id for rule in evaluator.policy.rules}
    for case in cases:
        progress.begun += 1
        progress.deciding = True
        decision = evaluator.decide(case.request)
        progress.deciding = False
        yield result(case, decision, evaluator.policy.file, ids)


def result(case: Case, decision: Decision, policy: str, ids: Iterable[str]) -> CaseResult:
    """Return what came of a case."""
    outcome = decision.outcomes[0]
    note, status = "", CaseStatus.PASSED
    if decision.error is not None:
        note, status = decision.error.message, CaseStatus.ERROR
    elif not case.expected.is_met_by(decision):
        status = CaseStatus.FAILED
        wrong = [o for o in decision.outcomes if not case.expected.allows(o)]
        outcome = wrong[0]
        note = missing_rule(case.expected.rule, list(ids))
    by = f" by {RuleRef.of(outcome).id}" if case.expected.rule else ""
    return CaseResult(
        case.name,
        case.place,
        policy,
        case.request,
        str(case.expected),
        f"{decision}{by}",
        status,
        RuleRef.of(outcome),
        note,
    )


def missing_rule(wanted: str, ids: list[str]) -> str:
    """Say that the policy has no rule of that id, where that is so."""
    if not wanted or wanted == BY_DEFAULT or wanted in ids:
        return ""
    return f"the policy has no rule `{wanted}`{nearest(wanted, ids)}"


def finding_of(case: CaseResult) -> Finding:
    """Return a case that did not pass as a finding, at the place where it is written."""
    slug = CASE_ERROR if case.status is CaseStatus.ERROR else FAILING_CASE
    said = f"expected {case.wanted}, got {case.actual}"
    note = f"; {case.note}" if case.note else ""
    capability = case.request.capability
    return Finding(
        slug,
        RecordClass.FAULT,
        "unknown" if isinstance(capability, Unknown) else capability,
        # The verdicts alone: rules and obligations are in the message.
        case.wanted.partition(" ")[0],
        case.actual.partition(" ")[0],
        1,
        case.rule,
        witnesses=(Record(case.request, None, case.place),),
        message=f"{case.name}: {said}{note}",
        place=case.place,
        hint=f"`fencekit explain {argument(case.policy)} {argument(str(case.place))}` shows why"
        if case.policy
        else "",
    )


def claim_finding(claim: ClaimResult) -> Finding:
    """Return a claim that is refuted as a finding; by errors alone, in a class of its own."""
    on_error = claim.status is ClaimStatus.EXCEPT_ERRORS
    assert on_error or claim.status is ClaimStatus.REFUTED
    witnesses = () if claim.request is None else (Record(claim.request, None, claim.place),)
    return Finding(
        BY_CLASS[RecordClass.LOOSER_ON_ERROR] if on_error else FAILING_CLAIM,
        RecordClass.LOOSER_ON_ERROR if on_error else RecordClass.FAULT,
        "",
        "",
        claim.actual,
        1,
        claim.rule,
        witnesses=witnesses,
        message=f"{claim.name}: {claim.message}",
        place=claim.place,
    )
