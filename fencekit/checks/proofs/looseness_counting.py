"""How much looser: calls like a witness, counted by the states of the automata that decide them.

A witness with one text has its text replaced by every text of up to so many characters of a small
alphabet. All texts that lead the automata of all conditions to the same states are decided alike,
so one of each is decided by the engine, and the others are counted. A witness with one number is
looked at region by region, between the thresholds. Whatever has more to it is not counted.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fencekit.engines.native.condition_tests import as_list
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS, covers
from fencekit.model.looseness_measure import Measure
from fencekit.model.policy import Condition, ConditionName, Policy
from fencekit.model.proof import Witness
from fencekit.model.request import Request
from fencekit.prover.amount_regions import is_nan, samples
from fencekit.prover.keyword_automaton import Keywords
from fencekit.prover.policy_properties import Property
from fencekit.regex.compile_search import compile_search
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import beginning, matching

LONGEST = 24
MOST_STATES = 20_000
COMMAND = "command"
"""The argument that a call without arguments is given."""
ALPHABET = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "'\\")
"""Printable ASCII without apostrophe and backslash: so every text prints as it is."""

TEXTS = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS)
AMOUNTS = tuple(name for name in ConditionName if name.startswith("amount_"))
States = tuple[int, ...]
Region = tuple[float | None, float | None]
"""Two neighbouring thresholds, None for no more; or one threshold itself, twice."""
MOST_DIGITS = 10**21
"""Numbers from here on are not written out."""


def count_violations(goal: Property, witness: Witness, old: Policy, new: Policy) -> Measure:
    """Return how many calls like the witness break the goal too."""
    args = witness.request.args.values or {COMMAND: ""}
    if len(args) != 1:
        return Measure("not counted: the call has more than one argument")
    [(key, value)] = args.items()
    evaluators = NativeEvaluator(old), NativeEvaluator(new)

    def breaks(value: Any) -> bool:
        request = replace_argument(witness.request, key, value)
        return goal.broken(tuple(one.decide(request).outcomes[0] for one in evaluators))

    if key in AMOUNT_KEYS:
        return regions(key, breaks, [*conditions(old, witness), *conditions(new, witness)])
    if not isinstance(value, str):
        return Measure(f"not counted: `{key}` is neither text nor an amount")
    asked = [*conditions(old, witness), *conditions(new, witness)]
    try:
        return words(key, breaks, asked)
    except UnsupportedError as error:
        return Measure(f"not counted: a condition {error}")


def conditions(policy: Policy, witness: Witness) -> Iterator[Condition]:
    """Yield the conditions of all rules that cover the call."""
    capability = str(witness.request.capability)
    for rule in policy.rules:
        if isinstance(rule.capability, str) and covers(rule.capability, capability):
            yield from rule.conditions


def replace_argument(request: Request, key: str, value: Any) -> Request:
    """Return the call with another value as its argument."""
    return Request(
        request.capability,
        principal=request.principal,
        environment=request.environment,
        context=request.context,
        args={key: value},
    )


@dataclass(frozen=True, slots=True)
class Follower:
    """What of a text the conditions can tell, character by character."""

    automata: tuple[LazyDFA, ...]
    keywords: Keywords
    key: str

    @property
    def start(self) -> States:
        """The states before the first character."""
        begun = self.keywords.step(self.keywords.start, f"{{{self.key!r}: '".lower())
        return (begun, *(automaton.start for automaton in self.automata))

    def after(self, states: States, char: str) -> States:
        """Return the states after one more character."""
        first, *others = states
        return (
            self.keywords.step(first, char.lower()),
            *(one.after(state, char) for one, state in zip(self.automata, others, strict=True)),
        )

    def letters(self) -> dict[str, int]:
        """Return a character of each class that the conditions tell apart, and its size."""
        sizes: dict[tuple[Any, ...], list[str]] = {}
        for char in ALPHABET:
            lower = char.lower()
            told = lower if lower in self.keywords.alphabet else ""
            about = (told, *(automaton.class_of(char) for automaton in self.automata))
            sizes.setdefault(about, []).append(char)
        return {chars[0]: len(chars) for chars in sizes.values()}


def follower(key: str, asked: list[Condition]) -> Follower:
    """Return what follows a text under the key for all of the conditions."""
    automata: list[LazyDFA] = []
    clauses: list[frozenset[str]] = []
    for condition in asked:
        if condition.name in TEXTS:
            clauses += [frozenset([str(word).lower()]) for word in as_list(condition.value)]
        elif condition.name is ConditionName.MATCH_REGEX:
            automata += [compile_search(str(pattern)) for pattern in as_list(condition.value)]
        elif condition.name is ConditionName.PATH_PREFIX and key in PATH_KEYS:
            automata.append(beginning(str(condition.value)))
        elif condition.name == key and isinstance(condition.value, str):
            automata.append(matching(condition.value))
    words = [clause for clause in dict.fromkeys(clauses) if clause != frozenset([""])]
    return Follower(tuple(dict.fromkeys(automata)), Keywords(words, frozenset()), key)


def words(key: str, breaks: Callable[[str], bool], asked: list[Condition]) -> Measure:
    """Count the texts up to a length that break the goal."""
    following = follower(key, asked)
    letters = following.letters()
    shown: dict[States, str] = {following.start: ""}
    steps: dict[States, dict[States, int]] = {}
    left = [following.start]
    while left:
        states = left.pop(0)
        ways: dict[States, int] = {}
        for char, size in letters.items():
            after = following.after(states, char)
            ways[after] = ways.get(after, 0) + size
            if after not in shown:
                if len(shown) == MOST_STATES:
                    return Measure("not counted: the conditions tell too many kinds of text apart")
                shown[after] = shown[states] + char
                left.append(after)
        steps[states] = ways
    broken = {states for states, text in shown.items() if breaks(text)}
    looser = counted = 0
    at = {following.start: 1}
    for _ in range(LONGEST + 1):
        looser += sum(count for states, count in at.items() if states in broken)
        counted += sum(at.values())
        moved: dict[States, int] = {}
        for states, count in at.items():
            for after, size in steps[states].items():
                moved[after] = moved.get(after, 0) + count * size
        at = moved
    about = f"texts of up to {LONGEST} printable ASCII characters without ' and \\ as `{key}`"
    return Measure(f"{share(looser, counted)} of all {about}", looser, counted)


def regions(key: str, breaks: Callable[[Any], bool], asked: list[Condition]) -> Measure:
    """Count the regions of numbers, between the thresholds, that break the goal."""
    values = [condition.value for condition in asked if condition.name in AMOUNTS]
    thresholds = [one for one in values if isinstance(one, int | float) and not is_nan(one)]
    finite = [
        number
        for number in samples(thresholds)
        if isinstance(number, float) and abs(number) < float("inf")
    ]
    cuts = sorted(set(thresholds))
    parts: dict[Region, float] = {}
    for number in sorted(finite):
        parts.setdefault(region_of(number, cuts), number)
    found = [describe_region(region) for region, number in parts.items() if breaks(plain(number))]
    named = "; ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
    said = f"{len(found)} of the {len(parts)} regions between thresholds of `{key}`: {named}"
    return Measure(said, len(found), len(parts))


def region_of(number: float, cuts: list[float]) -> Region:
    """Return the region that a number lies in: the thresholds next to it, twice its own."""
    if number in cuts:
        return number, number
    below = [cut for cut in cuts if cut < number]
    above = [cut for cut in cuts if cut > number]
    return below[-1] if below else None, above[0] if above else None


def describe_region(region: Region) -> str:
    """Return a region in words."""
    low, high = region
    if low is None or high is None:
        if low is not None:
            return f"above {shorten_number(low)}"
        return f"below {shorten_number(high)}" if high is not None else "any number"
    return (
        shorten_number(low)
        if low == high
        else f"between {shorten_number(low)} and {shorten_number(high)}"
    )


def shorten_number(number: float) -> str:
    """Return a number as people write it; of a very long one, how long it is."""
    if isinstance(number, float):
        return str(plain(number)) if abs(number) < MOST_DIGITS else f"{number:g}"
    if abs(number) < MOST_DIGITS:
        return str(number)
    return f"{'-' if number < 0 else ''}10^{math.log10(abs(number)):.0f} or so"


def plain(number: float) -> float:
    """Return a number as a call would have it."""
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def share(part: int, whole: int) -> str:
    """Return a share in words; little is not nothing."""
    percent = 100 * part / whole
    if percent >= 0.1:
        return f"about {percent:.1f} %"
    if not part:
        return "none"
    one_in = whole // part
    return f"about 1 in {one_in:,}" if one_in < 10**6 else f"about 1 in 10^{len(str(one_in)) - 1}"
