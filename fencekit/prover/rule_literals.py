"""A rule as exits of literals: when it decides, and when asking it raises.

An atom is one yes/no fact about a request. A condition either is one, or is sure to hold or to
fail. Conditions are asked in their order, as the engine asks them, so that a rule has several
exits: one where it decides, and one for each condition that can raise when those before it hold.

Sound because it is the engine's own walk: the exits of the rules, in their order, form a decision
list, and of each request the first exit whose literals are all true decides.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fencekit.engines.native.condition_tests import as_list
from fencekit.engines.native.lazy_regex import Regex
from fencekit.engines.native.native_evaluator import test_of
from fencekit.engines.native.unknown_questions import QuestionSubject, Relation
from fencekit.model.decision import Outcome
from fencekit.model.errors import EngineError
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.verdict import DENY


@dataclass(frozen=True, slots=True)
class ContainsKeyword:
    """The text of the arguments has one of the keywords, which are in lower case, in it."""

    keywords: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatchesRegex:
    """One of the patterns is found in the values; all of them compile."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compares:
    """The number that is read passes the threshold; with `raises`, asking that raises."""

    subject: QuestionSubject
    relation: Relation
    spelled: str
    threshold: Any = field(compare=False)
    raises: bool = False


@dataclass(frozen=True, slots=True)
class HasPrefix:
    """The path begins with the prefix."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Named:
    """The value by that name, in the context or in the arguments, is the expected one."""

    key: str
    spelled: str
    expected: Any = field(compare=False)


@dataclass(frozen=True, slots=True)
class RiskLevelIs:
    """The risk level of the context is exactly that text."""

    expected: str


Atom = ContainsKeyword | MatchesRegex | Compares | HasPrefix | Named | RiskLevelIs


@dataclass(frozen=True, slots=True)
class Literal:
    """An atom, or that it is not so."""

    atom: Atom
    positive: bool = True

    def negation(self) -> "Literal":
        """Return the opposite."""
        return Literal(self.atom, not self.positive)


@lru_cache(maxsize=65_536)
def order(literal: Literal) -> str:
    """Return what literals are sorted by, so that nothing depends on the order of a set."""
    return repr(literal)


Fact = Literal | bool
"""A literal, or what is known whatever the request is."""


@dataclass(frozen=True, slots=True)
class ConditionLiterals:
    """When a condition holds, and when asking it raises; never both."""

    holds: Fact
    raises: Fact = False


@dataclass(frozen=True, slots=True)
class GuardedOutcome:
    """One way in which a rule ends the walk: all literals are true, and this is the outcome."""

    literals: tuple[Literal, ...]
    outcome: Outcome
    number: int = 0
    """Tells several exits of a rule apart."""


def exits_of(rule: Rule) -> list[GuardedOutcome]:
    """Return the ways in which a rule that covers the capability ends the walk, in their order."""
    exits: list[GuardedOutcome] = []
    so_far: list[Literal] = []
    for condition in rule.conditions:
        reading = reading_of(condition)
        if reading.raises is not False:
            literals = add_fact(so_far, reading.raises)
            exits.append(GuardedOutcome(literals, raising(rule), len(exits)))
        if reading.holds is False or reading.raises is True:
            return exits
        so_far = list(add_fact(so_far, reading.holds))
    assert rule.effect is not None
    exits.append(GuardedOutcome(tuple(so_far), Outcome(rule.effect, rule), len(exits)))
    return exits


def add_fact(literals: list[Literal], fact: Fact) -> tuple[Literal, ...]:
    """Return the literals with the fact, which is not false, among them."""
    if isinstance(fact, bool) or fact in literals:
        return tuple(literals)
    return (*literals, fact)


def raising(rule: Rule) -> Outcome:
    """Return the outcome of a rule that raises."""
    error = EngineError(f"rule `{rule.id}` raises", place=rule.place)
    return Outcome(DENY, rule, error)


def spell_value(value: Any) -> str:
    """Return a value so that what differs to the engine is spelled differently."""
    return f"{type(value).__name__} {value!r}"


def key_of(rule: Rule) -> tuple[Any, ...]:
    """Return what makes two rules that cover a capability the same one there."""
    return (rule.effect, tuple((c.name, spell_value(c.value)) for c in rule.conditions))


def reading_of(condition: Condition) -> ConditionLiterals:
    """Return when a condition holds and when it raises."""
    return _reading(condition.name, spell_value(condition.value), SameValue(condition))


@dataclass(frozen=True, slots=True)
class SameValue:
    """Carries a condition past the cache, which looks at how it is spelled."""

    condition: Condition = field(compare=False, hash=False)


@lru_cache(maxsize=4096)
def _reading(name: ConditionName, _: str, same: SameValue) -> ConditionLiterals:
    try:
        return READINGS[name](name, same.condition.value)
    # What the engine cannot make a test of raises whenever it is asked: as `test_of` has it.
    except Exception:  # noqa: BLE001
        test_of(same.condition)
        return ConditionLiterals(holds=False, raises=True)


def _keywords(_: ConditionName, value: Any) -> ConditionLiterals:
    keywords = frozenset(str(keyword).lower() for keyword in as_list(value))
    return ConditionLiterals("" in keywords or _any_of(ContainsKeyword(least(keywords)), keywords))


def _contains(name: ConditionName, value: Any) -> ConditionLiterals:
    return _keywords(name, [value])


def least(keywords: frozenset[str]) -> frozenset[str]:
    """Return the keywords without those that have another in them."""
    return frozenset(
        word for word in keywords if not any(o != word and o in word for o in keywords)
    )


def _any_of(atom: Atom, of: Iterable[Any]) -> Fact:
    return Literal(atom) if of else False


def _regexes(_: ConditionName, value: Any) -> ConditionLiterals:
    """Patterns are searched for in their order, up to the first one that does not compile."""
    sound: list[str] = []
    for pattern in map(str, as_list(value)):
        if Regex(pattern).error is not None:
            if not sound:
                return ConditionLiterals(holds=False, raises=True)
            found = Literal(MatchesRegex(tuple(sound)))
            return ConditionLiterals(found, found.negation())
        if pattern not in sound:
            sound.append(pattern)
    return ConditionLiterals(_any_of(MatchesRegex(tuple(sound)), sound))


def _number(
    subject: QuestionSubject, relation: Relation
) -> Callable[[ConditionName, Any], ConditionLiterals]:
    def reading(_: ConditionName, value: Any) -> ConditionLiterals:
        passes = Compares(subject, relation, spell_value(value), value)
        raises = Compares(subject, relation, spell_value(value), value, raises=True)
        return ConditionLiterals(Literal(passes), Literal(raises))

    return reading


def _path(_: ConditionName, value: Any) -> ConditionLiterals:
    return ConditionLiterals(Literal(HasPrefix(str(value))))


def _named_atom(name: ConditionName, value: Any) -> ConditionLiterals:
    return ConditionLiterals(Literal(Named(str(name), spell_value(value), value)))


def _level(_: ConditionName, value: Any) -> ConditionLiterals:
    return ConditionLiterals(Literal(RiskLevelIs(str(value))) if type(value) is str else False)


READINGS: dict[ConditionName, Callable[[ConditionName, Any], ConditionLiterals]] = {
    ConditionName.CONTAINS: _contains,
    ConditionName.MATCH_KEYWORDS: _keywords,
    ConditionName.MATCH_REGEX: _regexes,
    ConditionName.AMOUNT_GT: _number(QuestionSubject.AMOUNT, Relation.GT),
    ConditionName.AMOUNT_GTE: _number(QuestionSubject.AMOUNT, Relation.GTE),
    ConditionName.AMOUNT_LT: _number(QuestionSubject.AMOUNT, Relation.LT),
    ConditionName.AMOUNT_LTE: _number(QuestionSubject.AMOUNT, Relation.LTE),
    ConditionName.PATH_PREFIX: _path,
    ConditionName.CALLER_DEPTH_GT: _number(QuestionSubject.CALLER_DEPTH, Relation.GT),
    ConditionName.CALLER_DEPTH_GTE: _number(QuestionSubject.CALLER_DEPTH, Relation.GTE),
    ConditionName.CALLER_DEPTH_LT: _number(QuestionSubject.CALLER_DEPTH, Relation.LT),
    ConditionName.CALLER_DEPTH_LTE: _number(QuestionSubject.CALLER_DEPTH, Relation.LTE),
    ConditionName.ENVIRONMENT: _named_atom,
    ConditionName.USER_ROLE: _named_atom,
    ConditionName.TENANT: _named_atom,
    ConditionName.TABLE: _named_atom,
    ConditionName.TOOL_NAME: _named_atom,
    ConditionName.RISK_LEVEL: _named_atom,
    ConditionName.RISK_LEVEL_IS: _level,
    ConditionName.PATH: _named_atom,
}
"""The reading of each condition; one entry for each condition that there is."""
