"""The relation `not looser` between two sides of a check, where either may be uncertain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fencekit.model.change import Change, compare_effects, summarise
from fencekit.model.decision import Decision, Outcome
from fencekit.model.errors import TimeLimitError
from fencekit.model.finding import RecordClass, RuleRef
from fencekit.model.record import Recorded
from fencekit.model.verdict import DENY, ESCALATE, Effect, Verdict

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a request is decided on both sides: the class, both texts, and the responsible rules."""

    kind: RecordClass
    before: str
    after: str
    rule: RuleRef
    baseline_rule: RuleRef | None = None
    error: str = ""
    doubt: str = ""
    """Why it is not known whether more could be said, where that is so."""


EVERY = frozenset({Change.UNCHANGED, Change.LOOSER, Change.TIGHTER})
"""The changes that there can be where all is known."""


def with_recorded(
    recorded: Recorded | None, after: Decision, possible: frozenset[Change] = EVERY
) -> Comparison:
    """Compare what was recorded with a decision; of the changes, only those that are possible.

    A recorded ESCALATE also fits a policy that denied by default a call which asked for approval;
    where the decision is such a default, it counts as what the gate would have made of it.
    """
    before = text_of_recorded(recorded)
    if recorded is None:
        kind, outcome = RecordClass.CANNOT_TELL, after.outcomes[0]
    else:
        changes = [pair for pair in changes_from(recorded, after) if pair[0] in possible]
        after = left_of(after, (outcome for _, outcome in changes))
        kind = RecordClass.of(summarise(change for change, _ in changes))
        outcome = responsible(changes)
    return failed_comparison(before, after) or Comparison(
        kind, before, str(after), RuleRef.of(outcome)
    )


def between(
    before: Decision,
    after: Decision,
    pairs: list[tuple[Outcome, Outcome]],
    possible: frozenset[Change] = EVERY,
) -> Comparison:
    """Compare the decisions of two policies, of which the pairs of outcomes are possible.

    Of the changes that they make, only those count that are possible too.
    """
    changes = [(compare_effects(left.effect, right.effect), left, right) for left, right in pairs]
    changes = [found for found in changes if found[0] in possible]
    before = left_of(before, (left for _, left, _ in changes))
    after = left_of(after, (right for _, _, right in changes))
    lost = responsible((change, left) for change, left, _ in changes)
    won = responsible((change, right) for change, _, right in changes)
    return failed_comparison(str(before), after, before) or Comparison(
        RecordClass.of(summarise(change for change, _, _ in changes)),
        str(before),
        str(after),
        RuleRef.of(won),
        RuleRef.of(lost),
    )


def left_of(decision: Decision, outcomes: Iterable[Outcome]) -> Decision:
    """Return a decision with those of its outcomes only."""
    if decision.certain:
        return decision
    kept = set(outcomes)
    return Decision(tuple(outcome for outcome in decision.outcomes if outcome in kept))


def failed_comparison(before: str, *decisions: Decision) -> Comparison | None:
    """Return the comparison for a decision that could not be made, if one of them is such.

    Raises TimeLimitError where it ran past its time limit: that ends the run.
    """
    for decision in decisions:
        for outcome in decision.outcomes:
            if isinstance(outcome.error, TimeLimitError):
                raise outcome.error
        if decision.certain and decision.error is not None:
            rule = RuleRef.of(decision.outcomes[0])
            error = str(decision.error.message)
            return Comparison(RecordClass.INVALID, before, str(decision), rule, error=error)
    return None


def changes_from(recorded: Recorded, after: Decision) -> Iterator[tuple[Change, Outcome]]:
    """Yield how each outcome compares with each verdict that was perhaps recorded."""
    for verdict in sorted(recorded.verdicts):
        for outcome in after.outcomes:
            for effect in effects_at_gate(verdict, recorded, outcome):
                yield compare_recorded(verdict, recorded, effect), outcome


def effects_at_gate(verdict: Verdict, recorded: Recorded, outcome: Outcome) -> tuple[Effect, ...]:
    """Return what the gate makes of an outcome, where the call was perhaps recorded so."""
    escalated = verdict is Verdict.ESCALATE
    if not (escalated and outcome.by_default) or recorded.escalates_default is False:
        return (outcome.effect,)
    return (ESCALATE,) if recorded.escalates_default else (ESCALATE, DENY)


def compare_recorded(verdict: Verdict, recorded: Recorded, after: Effect) -> Change:
    """Compare a recorded verdict with an effect; obligations only where they were recorded."""
    if recorded.obligations is None:
        return compare_effects(Effect(verdict), Effect(after.verdict))
    return compare_effects(Effect(verdict, recorded.obligations), after)


def responsible(changes: Iterable[tuple[Change, Outcome]]) -> Outcome:
    """Return the outcome that makes the change: the first looser one, else the first tighter."""
    listed = list(changes)
    for wanted in (Change.LOOSER, Change.TIGHTER):
        for change, outcome in listed:
            if change is wanted:
                return outcome
    return listed[0][1]


def text_of_recorded(recorded: Recorded | None) -> str:
    """Return what was recorded, as a report shows it."""
    if recorded is None:
        return NOT_RECORDED
    duties = recorded.obligations or frozenset()
    return "|".join(str(Effect(verdict, duties)) for verdict in sorted(recorded.verdicts))
