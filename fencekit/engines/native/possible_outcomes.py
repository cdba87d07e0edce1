"""Every outcome that is possible when some questions about a request have no answer.

Policies are compared on the same unknown: `pairs_of` walks two lists of steps at once, and where
both ask the same question, both get the same answer. So a policy against itself is unchanged,
whatever the answers would have been.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from fencekit.engines.native.unknown_questions import (
    RAISES,
    Answered,
    Bearing,
    Known,
    Question,
    Samples,
)
from fencekit.model.decision import Decision, Outcome
from fencekit.model.errors import EngineError
from fencekit.model.verdict import DENY

Clause = tuple[Question, ...]
"""Questions of which one must be answered yes."""

NEVER: Clause = ()
"""A clause that nothing satisfies."""

RAISED = -1
"""Stands for the clause where a walk ended because a question raised."""

MAX_WAYS = 5_000
"""How many combinations of answers are tried before settling for a coarser, safe result."""


@dataclass(frozen=True, slots=True)
class RuleClauses:
    """A rule that decides when all its clauses are satisfied; without clauses, it does."""

    decision: Decision
    clauses: tuple[Clause, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The one outcome of the rule."""
        return self.decision.outcomes[0]

    @property
    def raising(self) -> Outcome:
        """The outcome when a question raises as it is asked."""
        rule = self.outcome.rule
        place = rule.place if rule else None
        message = f"rule `{rule.id if rule else ''}`: raises for some values of what is unknown"
        return Outcome(DENY, rule, EngineError(message, place=place))

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes that the step can lead to."""
        own = [] if NEVER in self.clauses else [self.outcome]
        return [*own, self.raising] if any(map(may_raise, self.clauses)) else own


Steps = Sequence[RuleClauses]


class TooManyWaysError(Exception):
    """There are more than MAX_WAYS combinations of answers."""


def outcomes_of(steps: Steps) -> tuple[Outcome, ...]:
    """Return the outcomes that some answers lead to, each once, in the order of the steps."""
    try:
        found = {outcomes[0] for outcomes in every_way([steps])}
    except TooManyWaysError:
        found = set(coarse(steps))
    return tuple(outcome for outcome in coarse(steps) if outcome in found)


def pairs_of(before: Steps, after: Steps) -> list[tuple[Outcome, Outcome]]:
    """Return the pairs of outcomes that the same answers lead to in both lists of steps.

    The pairs are in the order of the steps. Where there are too many ways, there are pairs among
    them that no answers lead to: never too few.
    """
    if same(before, after):
        return [
            pair
            for left, right in zip(before, after, strict=True)
            for pair in zip(left.outcomes(), right.outcomes(), strict=True)
        ]
    try:
        found = {(outcomes[0], outcomes[1]) for outcomes in every_way([before, after])}
    except TooManyWaysError:
        found = coarse_pairs(before, after)
    left = {outcome: at for at, outcome in enumerate(coarse(before))}
    right = {outcome: at for at, outcome in enumerate(coarse(after))}
    return sorted(found, key=lambda pair: (left[pair[0]], right[pair[1]]))


def coarse_pairs(before: Steps, after: Steps) -> set[tuple[Outcome, Outcome]]:
    """Return the pairs that remain when only what both lists ask alike is looked at.

    Where a step of one list decides, a step of the other that it implies decides too, at the
    latest: the walk down that list does not get past it.
    """
    in_after = [latest(step, after) for step in before]
    in_before = [latest(step, before) for step in after]
    pairs: set[tuple[Outcome, Outcome]] = set()
    for at, left in enumerate(before):
        for other, right in enumerate(after[: in_after[at] + 1]):
            if at > in_before[other]:
                continue
            if left.clauses == right.clauses:
                pairs.update(zip(left.outcomes(), right.outcomes(), strict=True))
            else:
                pairs.update(product(left.outcomes(), right.outcomes()))
    return pairs


def latest(step: RuleClauses, steps: Steps) -> int:
    """Return the place of the first step that decides whenever a step of another list does."""
    return next(at for at, other in enumerate([*steps, step]) if implies(step, other))


def implies(step: RuleClauses, other: RuleClauses) -> bool:
    """Say whether the other decides wherever the step does: surely so, or perhaps not.

    Each clause of the other must be satisfied by what satisfies one of the step's. A step that may
    raise is like an equal one only.
    """
    if step.clauses == other.clauses:
        return True
    if any(map(may_raise, step.clauses)) or NEVER in step.clauses:
        return False
    own = [frozenset(clause) for clause in step.clauses]
    return all(any(clause <= frozenset(wider) for clause in own) for wider in other.clauses)


def same(before: Steps, after: Steps) -> bool:
    """Say whether the lists ask the same questions in the same order, with the same effects."""
    return len(before) == len(after) and all(
        left.clauses == right.clauses
        and left.outcome.effect == right.outcome.effect
        and bool(left.outcome.error) == bool(right.outcome.error)
        for left, right in zip(before, after, strict=True)
    )


def coarse(steps: Steps) -> list[Outcome]:
    """Return the outcomes of every step, as if each could be the one to decide."""
    return list(dict.fromkeys(outcome for step in steps for outcome in step.outcomes()))


def may_raise(clause: Clause) -> bool:
    """Say whether an answer to one of the questions can be that asking raises."""
    return any(question.may_raise for question in clause)


def every_way(lists: Sequence[Steps]) -> Iterator[tuple[Outcome, ...]]:
    """Yield, for each combination of answers that matters, the outcome in each list."""
    ahead = [asked_from(steps) for steps in lists]
    questions: frozenset[Question] = frozenset().union(*(asked[0] for asked in ahead))
    samples, bearing = Samples(iter(questions)), Bearing(questions)
    waiting: list[tuple[Known, tuple[QuestionCursor, ...]]] = [
        (Known(), tuple(map(QuestionCursor, lists)))
    ]
    seen: set[tuple[Known, tuple[Position, ...]]] = set()
    ways = 0
    while waiting:
        known, cursors = waiting.pop()
        positions = tuple(cursor.position for cursor in cursors)
        to_come = [asked[step] for asked, (step, _, _) in zip(ahead, positions, strict=True)]
        known = known.for_questions(frozenset().union(*to_come), bearing)
        if (known, positions) in seen:
            continue
        seen.add((known, positions))
        open_ = [at for at, cursor in enumerate(cursors) if cursor.outcome is None]
        if not open_:
            yield tuple(cursor.outcome for cursor in cursors if cursor.outcome is not None)
            continue
        # In step, so that what both ask is asked at about the same time, and then forgotten.
        at = min(open_, key=lambda at: positions[at])
        for answer, then in known.ways(cursors[at].question, samples):
            ways += 1
            if ways > MAX_WAYS:
                raise TooManyWaysError
            moved = cursors[at].after_answer(answer)
            waiting.append((then, (*cursors[:at], moved, *cursors[at + 1 :])))


def asked_from(steps: Steps) -> list[frozenset[Question]]:
    """Return, for each step, the questions that it and the steps after it ask."""
    found: list[frozenset[Question]] = [frozenset()]
    for step in reversed(steps):
        found.append(found[-1].union(*step.clauses))
    return found[:0:-1]


Position = tuple[int, int, int]
"""A step, a clause in it, and a question in that."""


class QuestionCursor:
    """How far the walk down one list of steps has come: a question to ask, or an outcome."""

    __slots__ = ("_clause", "_question", "_step", "_steps", "outcome")

    def __init__(self, steps: Steps, step: int = 0, clause: int = 0, question: int = 0) -> None:
        self._steps = steps
        self._step = step
        self._clause = clause
        self._question = question
        self.outcome: Outcome | None = None
        self._settle()

    def _settle(self) -> None:
        while True:
            step = self._steps[self._step]
            if self._clause == len(step.clauses):
                self.outcome = step.outcome
                return
            if self._question < len(step.clauses[self._clause]):
                return
            self._step, self._clause, self._question = self._step + 1, 0, 0

    @property
    def position(self) -> Position:
        """Where the walk is; two walks at the same place go on in the same way."""
        return self._step, self._clause, self._question

    @property
    def question(self) -> Question:
        """The question to be answered next."""
        return self._steps[self._step].clauses[self._clause][self._question]

    def after_answer(self, answer: Answered) -> "QuestionCursor":
        """Return where the walk goes on when the question is answered so."""
        if answer == RAISES:
            decided = QuestionCursor(self._steps, len(self._steps) - 1)
            decided.outcome = self._steps[self._step].raising
            decided._step, decided._clause = self._step, RAISED
            return decided
        if answer:
            return QuestionCursor(self._steps, self._step, self._clause + 1)
        return QuestionCursor(self._steps, self._step, self._clause, self._question + 1)
