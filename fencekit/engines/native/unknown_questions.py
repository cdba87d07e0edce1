"""Questions about what is unknown, and how the answer to one bears on another.

A question is about a subject: the text of the arguments, the amount, a value of the context. Two
policies that ask the same question get the same answer, and an answer may settle other questions:
who knows that the text holds `rm -rf` knows that it holds `rm`.
"""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any, Literal, Protocol

from fencekit.engines.native.lazy_regex import Regex
from fencekit.model.request import Unknown

Answered = bool | Literal["raises"]
RAISES: Literal["raises"] = "raises"


class QuestionSubject(StrEnum):
    """What can be asked about. Several questions share a subject when its `part` is equal too."""

    CAPABILITY = "the capability"
    TEXT = "the text of the arguments"
    VALUES_TEXT = "the values of the arguments"
    AMOUNT = "the amount"
    PATH = "the path"
    CALLER_DEPTH = "the depth of the caller"
    CONTEXT = "a value of the context"
    ARGUMENT = "an argument"


class Relation(StrEnum):
    """How a subject may stand to a value.

    The first four compare a number that may be missing, NaN or beyond any float, as CapFence reads
    one; each of the others has an entry in IMPLICATIONS.
    """

    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    SEARCH = "search"
    STARTS_WITH = "starts with"
    MATCHES = "matches"
    IS = "is"
    COVERS = "covers"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a subject stands in a relation to a value.

    Questions are equal when they ask the same of the same; values count as they are spelled.
    """

    subject: QuestionSubject
    relation: Relation
    value: Any = field(compare=False)
    part: str = ""
    spelled: str = field(default="", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spelled", f"{type(self.value).__name__} {self.value!r}")

    @property
    def may_raise(self) -> bool:
        """Whether asking can raise: a number beyond any float, a pattern that does not compile."""
        return self.relation in COMPARISONS or self.sure_error is not None

    @property
    def sure_error(self) -> Exception | None:
        """What asking raises whatever the subject is, if it does."""
        return self.value.error if isinstance(self.value, Regex) else None


def value_matches(actual: Any, expected: Any) -> bool:
    """Say whether a value is equal to what is expected, or text that its glob matches."""
    if actual == expected:
        return True
    if isinstance(actual, str) and isinstance(expected, str):
        return fnmatchcase(actual, expected)
    return False


COMPARISONS: dict[Relation, Callable[[Any, Any], bool]] = {
    Relation.GT: operator.le,
    Relation.GTE: operator.lt,
    Relation.LT: operator.ge,
    Relation.LTE: operator.gt,
}
"""For each comparison the one that refuses it, as CapFence writes it: so NaN passes them all."""


def number_passes(relation: Relation, number: float | None, threshold: Any) -> bool:
    """Say whether a number passes a threshold; none at all never does, NaN always does."""
    return number is not None and not COMPARISONS[relation](number, threshold)


@dataclass(frozen=True, slots=True)
class Known:
    """What has been assumed so far: the answers given, and the numbers that are still possible."""

    answers: frozenset[tuple[Question, bool]] = frozenset()
    numbers: tuple[tuple[QuestionSubject, tuple[float | str | None, ...]], ...] = ()

    def ways(self, question: Question, sample: "Samples") -> "Iterator[tuple[Answered, Known]]":
        """Yield each answer that is still possible, with what is then known."""
        if question.relation in COMPARISONS:
            yield from self._number_ways(question, sample)
            return
        if question.sure_error is not None:
            yield RAISES, self
            return
        given = self._settle(question)
        for answer in (True, False) if given is None else (given,):
            if given is None:
                yield answer, Known(self.answers | {(question, answer)}, self.numbers)
            else:
                yield answer, self

    def for_questions(self, questions: frozenset[Question], bearing: "Bearing") -> "Known":
        """Return what of this bears on the questions; the rest may be forgotten."""
        kept = [given for given in self.answers if not questions.isdisjoint(bearing.of(*given))]
        subjects = {pair[0] for pair in self.numbers}
        if subjects:
            subjects &= {question.subject for question in questions}
        numbers = sorted(pair for pair in self.numbers if pair[0] in subjects)
        return Known(frozenset(kept), tuple(numbers))

    def _settle(self, question: Question) -> bool | None:
        implied = IMPLICATIONS[question.relation]
        for asked, answer in self.answers:
            if (asked.subject, asked.part) == (question.subject, question.part):
                settled = implied(asked, question, answer=answer)
                if settled is not None:
                    return settled
        return None

    def _number_ways(
        self, question: Question, sample: "Samples"
    ) -> "Iterator[tuple[Answered, Known]]":
        possible = dict(self.numbers).get(question.subject, sample.of(question.subject))
        split: dict[Answered, list[float | str | None]] = {True: [], False: [], RAISES: []}
        for number in possible:
            split[_number_answer(question, number)].append(number)
        for answer, numbers in split.items():
            if numbers:
                rest = tuple(pair for pair in self.numbers if pair[0] != question.subject)
                yield answer, Known(self.answers, (*rest, (question.subject, tuple(numbers))))


class Bearing:
    """Which of the questions each answer settles, remembered for as long as one search goes on."""

    def __init__(self, questions: frozenset[Question]) -> None:
        self._of_subject: dict[tuple[QuestionSubject, str], list[Question]] = {}
        for question in questions:
            self._of_subject.setdefault((question.subject, question.part), []).append(question)
        self._settles: dict[tuple[Question, bool], frozenset[Question]] = {}

    def of(self, asked: Question, answer: bool) -> frozenset[Question]:  # noqa: FBT001
        """Return the questions that the answer settles, the asked one among them."""
        found = self._settles.get((asked, answer))
        if found is None:
            found = frozenset(
                question
                for question in self._of_subject[asked.subject, asked.part]
                if IMPLICATIONS[question.relation](asked, question, answer=answer) is not None
            )
            self._settles[asked, answer] = found
        return found


BEYOND = "beyond any float"
LARGEST = 1.7976931348623157e308


def _number_answer(question: Question, number: float | str | None) -> Answered:
    if number == BEYOND:
        return RAISES
    assert not isinstance(number, str)
    try:
        return number_passes(question.relation, number, question.value)
    except TypeError:
        return RAISES


class Samples:
    """For each numeric subject, one number from every region that its thresholds cut out."""

    def __init__(self, questions: "Iterator[Question]") -> None:
        thresholds: dict[QuestionSubject, set[float]] = {}
        for question in questions:
            if question.relation in COMPARISONS:
                cut = thresholds.setdefault(question.subject, set())
                if isinstance(question.value, int | float) and question.value == question.value:
                    cut.add(question.value)
        self._regions = {subject: _regions(sorted(cut)) for subject, cut in thresholds.items()}

    def of(self, subject: QuestionSubject) -> tuple[float | str | None, ...]:
        """Return the samples: none, NaN, beyond any float, the thresholds and between them."""
        return self._regions[subject]


def _regions(thresholds: list[float]) -> tuple[float | str | None, ...]:
    finite = [number for number in thresholds if abs(number) <= LARGEST]
    between = [low / 2 + high / 2 for low, high in pairwise(finite)]
    inf = float("inf")
    ends = [finite[0] - 1 - abs(finite[0]), finite[-1] + 1 + abs(finite[-1])] if finite else [0.0]
    return (None, float("nan"), BEYOND, -inf, *thresholds, *between, *ends, LARGEST, inf)


def _same(asked: Question, question: Question, *, answer: bool) -> bool | None:
    return answer if asked == question else None


def _contains(asked: Question, question: Question, *, answer: bool) -> bool | None:
    if answer:
        return True if question.value in asked.value else None
    if asked.value in question.value:
        return False
    return question.value in EMPTY if asked.value in IN_EVERY_FILLED else None


EMPTY = "{}"
"""The text of no arguments."""

IN_EVERY_FILLED = ("'", ":", ": ")
"""What the text of any arguments holds: a name in quotes, as Python prints it, and a colon."""


def _starts_with(asked: Question, question: Question, *, answer: bool) -> bool | None:
    if answer:
        if asked.value.startswith(question.value):
            return True
        return None if question.value.startswith(asked.value) else False
    return False if question.value.startswith(asked.value) else None


def _matches(asked: Question, question: Question, *, answer: bool) -> bool | None:
    if asked == question:
        return answer
    if answer and is_literal(asked):
        return accepts(question, asked.value)
    if is_literal(question) and accepts(asked, question.value) is not answer:
        return False
    return None


def accepts(question: Question, value: Any) -> bool:
    """Say what the answer is when the subject has that value."""
    if question.relation is Relation.IS:
        return bool(value == question.value)
    return value_matches(value, question.value)


def answer_of_masked(question: Question, unknown: Unknown) -> bool | None:
    """Return the answer that a masked value itself can give; None where it gives none.

    That it is not the text of a glob says nothing: it may match it all the same.
    """
    same = unknown.equals(question.value)
    return same if same or is_literal(question) else None


def is_literal(question: Question) -> bool:
    """Say whether only one value is accepted: text without glob signs, or what is not text."""
    if question.relation is Relation.IS or not isinstance(question.value, str):
        return True
    return re.search(r"[*?\[]", question.value) is None


class Implication(Protocol):
    """Says what the answer to a question settles of another about the same subject, if anything.

    `question` has the relation under which this is found in IMPLICATIONS; `asked` may have any
    other that its subject is asked about.
    """

    def __call__(self, asked: Question, question: Question, *, answer: bool) -> bool | None:
        """Return the answer to `question` that follows, or None where none does."""
        ...


IMPLICATIONS: dict[Relation, Implication] = {
    Relation.CONTAINS: _contains,
    Relation.SEARCH: _same,
    Relation.STARTS_WITH: _starts_with,
    Relation.MATCHES: _matches,
    Relation.IS: _matches,
    Relation.COVERS: _same,
}
"""For each relation: what the answer to one question says of another about the same subject."""
