"""The trace of a witness on both sides: each rule that was asked, and which answers flipped."""

from collections.abc import Iterable
from dataclasses import dataclass

from fencekit.model.explanation import Answer, AskedCondition, ConsideredRule, Trace
from fencekit.model.finding import RuleRef
from fencekit.reporting.edit_text import spell_value
from fencekit.reporting.html.rule_views import anchor

MARKS = {
    Answer.HOLDS: "✓",
    Answer.FAILS: "✗",
    Answer.CANNOT_TELL: "?",
    Answer.RAISES: "!",
    Answer.NOT_ASKED: "·",
}


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """A condition as it was asked: its text, its answer, a mark for it, and whether it flipped."""

    text: str
    answer: Answer
    mark: str
    error: str
    flipped: bool


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """A rule of one side that was asked: where it stands, how far it got, its conditions."""

    name: str
    place: str
    anchor: str
    tier: str
    answer: Answer
    mark: str
    decides: bool
    conditions: tuple[ConditionTrace, ...]


@dataclass(frozen=True, slots=True)
class TraceSides:
    """The steps of both sides; `skipped` counts rules that were asked in vain, alike on both."""

    before: tuple[RuleTrace, ...]
    after: tuple[RuleTrace, ...]
    skipped: int

    @property
    def flips(self) -> bool:
        """Whether some condition has another answer now."""
        return any(asked.flipped for step in self.after for asked in step.conditions)


def sides(trace: Trace | None) -> TraceSides | None:
    """Return the trace as the page shows it: what differs, and what decides."""
    if trace is None:
        return None
    olds, news = list(map(meaning, trace.before)), list(map(meaning, trace.after))
    alike = set(olds) & set(news) if trace.before else set()

    def keep_rules(rules: tuple[ConsideredRule, ...], meanings: list[object]) -> Iterable[int]:
        for at, rule in enumerate(rules):
            if meanings[at] not in alike or rule.answer is not Answer.FAILS:
                yield at

    shown = [list(keep_rules(trace.before, olds)), list(keep_rules(trace.after, news))]
    before = tuple(step(trace.before[at], trace.after) for at in shown[0])
    after = tuple(step(trace.after[at], trace.before) for at in shown[1])
    return TraceSides(before, after, len(trace.after) - len(shown[1]))


def meaning(considered: ConsideredRule) -> object:
    """Return what makes a rule of one side the same as one of the other, answers included."""
    rule = considered.rule
    asked = [(str(one.condition.name), repr(one.condition.value)) for one in considered.conditions]
    return considered.tier, str(rule.effect), repr(rule.capability), str(asked), considered.answer


def step(considered: ConsideredRule, others: tuple[ConsideredRule, ...]) -> RuleTrace:
    """Return a rule as it was asked, beside the rules of the other side."""
    rule = considered.rule
    decides = considered.answer in (Answer.HOLDS, Answer.RAISES)
    return RuleTrace(
        rule.id,
        str(rule.place),
        anchor(RuleRef.to(rule)),
        considered.tier,
        considered.answer,
        MARKS[considered.answer],
        decides,
        tuple(condition_view(one, considered, others) for one in considered.conditions),
    )


def condition_view(
    one: AskedCondition, considered: ConsideredRule, others: tuple[ConsideredRule, ...]
) -> ConditionTrace:
    """Return a condition as it was asked; it flipped where its like has another answer."""
    counterparts = [
        other_one.answer
        for other in others
        if (other.tier, other.rule.capability) == (considered.tier, considered.rule.capability)
        for other_one in other.conditions
        if other_one.condition.name == one.condition.name
        and other_one.condition != one.condition
        and not any(own.condition == other_one.condition for own in considered.conditions)
    ]
    flipped = bool(counterparts) and one.answer not in counterparts
    text = f"{one.condition.name}: {spell_value(one.condition.value)}"
    return ConditionTrace(text, one.answer, MARKS[one.answer], one.error, flipped)
