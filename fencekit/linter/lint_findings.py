"""What lint has found, as findings of a report."""

from collections.abc import Iterable

from fencekit.linter.lint_rule import DemonstratingCall, Violation
from fencekit.model.finding import Finding, Level, RecordClass, RuleRef
from fencekit.model.lint_result import RANKS
from fencekit.model.record import Record, Recorded
from fencekit.model.source import Place

UNDECIDED = "time limit"
"""What stands for the decision on a call that takes for ever."""


def finding_of(slug: str, hit: Violation, level: Level) -> Finding:
    """Return a hit as a finding; of a pair of calls, `before` is what the first one ends in."""
    said = [str(call.outcome.effect) for call in hit.calls]
    if hit.slow:
        said[-1] = UNDECIDED
    return Finding(
        slug,
        RecordClass.FAULT,
        str(hit.rule.capability) if hit.rule is not None else "",
        said[0] if len(said) > 1 else "",
        said[-1] if said else "",
        1,
        RuleRef.to(hit.rule) if hit.rule is not None else None,
        witnesses=tuple(map(record_of, hit.calls)),
        message=hit.message,
        level=level,
        place=hit.place,
        hint=hit.hint,
    )


def record_of(call: DemonstratingCall) -> Record:
    """Return a call as a witness: no log has it, and its id says what it is in the finding."""
    effect = call.outcome.effect
    recorded = Recorded(frozenset({effect.verdict}), effect.obligations)
    return Record(call.request, recorded, Place(""), id=call.label)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as they stand in the files, from top to bottom."""
    return tuple(sorted(findings, key=position))


def position(finding: Finding) -> tuple[object, ...]:
    """Return the key that sorts findings by place, then by gravity."""
    at = finding.place or Place("")
    rank = RANKS[finding.level]
    return at.file, at.line or 0, at.column or 0, rank, finding.slug, finding.message
