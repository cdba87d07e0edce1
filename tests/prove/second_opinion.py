"""A second opinion by z3 on questions of text: one field of printable ASCII, own translation.

The question is whether some `{"command": s}` is decided looser by the second policy, for `s` of
printable characters without apostrophe and backslash, so that `s` prints as it is. The translation
shares nothing with the prover but Python's own parser of regexes.
"""

import re
import re._compiler as compiler
import re._constants as sre
import re._parser as parser
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import z3

from fencekit.engines.native.condition_tests import TESTS, as_list
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.request_view import View, covers
from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import Condition, ConditionName, Policy
from fencekit.model.request import Request
from fencekit.model.verdict import DENY, Effect

ALPHABET = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "'\\")
BEFORE, AFTER = "{'command': '", "'}"
TEXTS = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS)
MOST_EXPANDED = 6
START, WORD, OTHER = "start", "word", "other"
BY_CONTEXT = (sre.AT_BOUNDARY, sre.AT_NON_BOUNDARY, sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)

SORT = z3.ReSort(z3.StringSort())
NOTHING = z3.Empty(SORT)
EMPTY = z3.Re("")


class BeyondError(Exception):
    """The question has something that this translation does not speak of."""


@dataclass(frozen=True)
class Opinion:
    """What z3 says: a text that shows a loosening, that there is none, or that it gave up."""

    word: str
    text: str | None = None


def opinion(old: Policy, new: Policy, capability: str) -> Opinion:
    """Return what z3 says of two policies on calls of a capability; raise BeyondError."""
    text = z3.String("s")
    solver = z3.Solver()
    solver.add(z3.InRe(text, every()))
    before, after = (exits(policy, capability, text) for policy in (old, new))
    ways = [
        z3.And(when, then)
        for when, was in before
        for then, now in after
        if compare_effects(was, now) is Change.LOOSER
    ]
    if not ways:
        return Opinion("proved")
    solver.add(z3.Or(ways))
    said = solver.check()
    if said == z3.unsat:
        return Opinion("proved")
    if said != z3.sat:
        return Opinion("unknown")
    return Opinion("witness", unescaped(solver.model()[text].as_string()))


def unescaped(text: str) -> str:
    """Return a text of z3's as it is meant: it writes some characters by their numbers."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)


def shows(old: Policy, new: Policy, capability: str, text: str) -> bool:
    """Say whether the text really is decided looser."""
    request = Request(capability, args={"command": text})
    was, now = (NativeEvaluator(one).decide(request).outcomes[0].effect for one in (old, new))
    return compare_effects(was, now) is Change.LOOSER


def exits(policy: Policy, capability: str, text: Any) -> list[tuple[Any, Effect]]:
    """Return when each rule decides, and its effect; the default at last."""
    found: list[tuple[Any, Effect]] = []
    missed: list[Any] = []
    for _, rule in policy.decision_list:
        if not isinstance(rule.capability, str):
            raise BeyondError("a capability that is no text")
        if not covers(rule.capability, capability):
            continue
        assert rule.effect is not None
        holds = z3.And([holding(condition, text) for condition in rule.conditions])
        found.append((z3.And([*missed, holds]), rule.effect))
        missed.append(z3.Not(holds))
    return [*found, (z3.And(missed), DENY)]


def holding(condition: Condition, text: Any) -> Any:
    """Return when a condition holds for `{"command": text}`."""
    if condition.name in TEXTS:
        words = [str(word).lower() for word in as_list(condition.value)]
        whole = z3.Concat(z3.StringVal(BEFORE), text, z3.StringVal(AFTER))
        return z3.Or([z3.InRe(whole, holds_word(word)) for word in words if word.isascii()])
    if condition.name is ConditionName.MATCH_REGEX:
        patterns = [str(pattern) for pattern in as_list(condition.value)]
        return z3.Or([z3.InRe(text, searched(pattern)) for pattern in patterns])
    probe = View(Request("x", args={"command": "x"}))
    return z3.BoolVal(bool(TESTS[condition.name](condition.value)(probe)))


def holds_word(word: str) -> Any:
    """Return the texts with the word in them, in either case."""
    letters = [one_of(char for char in (c, c.upper()) if len(char) == 1) for c in word]
    anything = z3.Star(z3.AllChar(SORT))
    return concat([anything, *letters, anything])


def concat(parts: list[Any]) -> Any:
    kept = [part for part in parts if not part.eq(EMPTY)]
    return z3.Concat(*kept) if len(kept) > 1 else (kept or [EMPTY])[0]


def union(parts: list[Any]) -> Any:
    kept = [part for part in parts if not part.eq(NOTHING)]
    return z3.Union(*kept) if len(kept) > 1 else (kept or [NOTHING])[0]


def both(left: Any, right: Any) -> Any:
    return z3.Intersect(left, right)


def one_of(chars: Any) -> Any:
    """Return the texts of one of the characters, as few ranges as can be."""
    codes = sorted({ord(char) for char in chars})
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return union([z3.Range(chr(low), chr(high)) for low, high in ranges])


@cache
def every() -> Any:
    return z3.Star(one_of(ALPHABET))


WORDS = frozenset(char for char in ALPHABET if char.isalnum() or char == "_")
OTHERS = frozenset(ALPHABET) - WORDS


@cache
def ends_in(kind: str) -> Any:
    return concat([every(), one_of(WORDS if kind == WORD else OTHERS)])


@cache
def begins_with(kind: str) -> Any:
    return concat([one_of(WORDS if kind == WORD else OTHERS), every()])


@dataclass(frozen=True)
class Item:
    """A node of a parsed regex with the flags that hold for it."""

    op: Any
    value: Any
    flags: int


def items_of(tree: Any, flags: int) -> tuple[Item, ...]:
    return tuple(Item(op, value, flags) for op, value in tree)


@cache
def searched(pattern: str) -> Any:
    """Return the texts in which the regex is found."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = parser.parse(pattern)
        except (parser.error, RecursionError, OverflowError) as error:
            raise BeyondError(str(error)) from error
    skipped = Item(sre.MAX_REPEAT, (0, sre.MAXREPEAT, None), 0)
    return rest_of((skipped, *items_of(tree, tree.state.flags)), START)


def rest_of(items: tuple[Item, ...], prev: str) -> Any:
    """Return the texts that go on so that all items match from their beginning."""
    if not items:
        return every()
    first, after = items[0], items[1:]
    if first.op not in TRANSLATIONS:
        raise BeyondError(str(first.op))
    return TRANSLATIONS[first.op](first, after, prev)


def leaf(first: Item, after: tuple[Item, ...], _: str) -> Any:
    return step(one_of(chars_of(first)), after, _)


def step(texts: Any, after: tuple[Item, ...], _: str) -> Any:
    """Return the texts that begin with one of those, not empty, and go on as the rest."""
    if not any(map(needs_context, after)):
        return concat([texts, rest_of(after, OTHER)])
    return union(
        [concat([both(texts, ends_in(kind)), rest_of(after, kind)]) for kind in (WORD, OTHER)]
    )


def needs_context(item: Item) -> bool:
    """Say whether it matters to the item, or to what is within, what stands before."""
    if item.op is sre.AT:
        return item.value in BY_CONTEXT
    return any(map(needs_context, within(item)))


def within(item: Item) -> list[Item]:
    """Return the nodes right below a node."""
    if item.value is None:
        return []
    if item.op is sre.BRANCH:
        return [one for branch in item.value[1] for one in items_of(branch, item.flags)]
    if item.op is sre.SUBPATTERN:
        return list(items_of(item.value[3], item.flags))
    if item.op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and item.value[2] is not None:
        return list(items_of(item.value[2], item.flags))
    if item.op in (sre.ASSERT, sre.ASSERT_NOT):
        return list(items_of(item.value[1], item.flags))
    return []


def chars_of(item: Item) -> list[str]:
    """Return the characters of the alphabet that a leaf matches, by Python's own matcher."""
    state = parser.State()
    state.flags = item.flags
    alone = compiler.compile(parser.SubPattern(state, [(item.op, item.value)]), item.flags)
    return [char for char in ALPHABET if alone.fullmatch(char)]


def at(first: Item, after: tuple[Item, ...], prev: str) -> Any:
    where = first.value
    if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return rest_of(after, prev) if prev == START else NOTHING
    if where in (sre.AT_END, sre.AT_END_STRING):
        return both(EMPTY, rest_of(after, prev))
    next_is_word = (prev != WORD) == (where is sre.AT_BOUNDARY)
    ways = [begins_with(WORD)] if next_is_word else [begins_with(OTHER), EMPTY]
    if where is sre.AT_NON_BOUNDARY and prev == START and sys.version_info < (3, 14):
        ways.remove(EMPTY)  # until then `\B` is not found in the empty text
    return both(union(ways), rest_of(after, prev))


def branch(first: Item, after: tuple[Item, ...], prev: str) -> Any:
    ways = [items_of(way, first.flags) for way in first.value[1]]
    return union([rest_of((*way, *after), prev) for way in ways])


def group(first: Item, after: tuple[Item, ...], prev: str) -> Any:
    _, added, taken, tree = first.value
    flags = (first.flags | added) & ~taken
    return rest_of((*items_of(tree, flags), *after), prev)


def looked(first: Item, after: tuple[Item, ...], prev: str) -> Any:
    direction, tree = first.value
    if direction < 0:
        raise BeyondError("a look behind")
    there = rest_of(items_of(tree, first.flags), prev)
    if first.op is sre.ASSERT_NOT:
        there = both(every(), z3.Complement(there))
    return both(there, rest_of(after, prev))


def repeated(first: Item, after: tuple[Item, ...], prev: str) -> Any:
    least, most, tree = first.value
    if tree is None:
        return union([step(concat([every(), one_of(ALPHABET)]), after, prev), rest_of(after, prev)])
    inner = items_of(tree, first.flags)
    if not all(map(is_plain, inner)):
        if most is sre.MAXREPEAT or most > MOST_EXPANDED:
            raise BeyondError("a repeat with a condition in it")
        return union([rest_of((*inner * n, *after), prev) for n in range(least, most + 1)])
    texts = plain(inner)
    many = z3.Star(texts) if most is sre.MAXREPEAT else z3.Loop(texts, least, most)
    if most is sre.MAXREPEAT and least:
        many = concat([z3.Loop(texts, least, least), z3.Star(texts)])
    filled = both(many, concat([every(), one_of(ALPHABET)]))
    ways = [step(filled, after, prev)]
    if least == 0 or tree.getwidth()[0] == 0:
        ways.append(rest_of(after, prev))
    return union(ways)


def is_plain(item: Item) -> bool:
    """Say whether the node is without conditions on what stands around it."""
    if item.op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT) or item.op not in TRANSLATIONS:
        return False
    return all(map(is_plain, within(item)))


def plain(items: tuple[Item, ...]) -> Any:
    """Return the texts that plain nodes match, one after the other."""
    return concat([plain_one(item) for item in items])


def plain_one(item: Item) -> Any:
    if item.op is sre.BRANCH:
        return union([plain(items_of(way, item.flags)) for way in item.value[1]])
    if item.op is sre.SUBPATTERN:
        _, added, taken, tree = item.value
        return plain(items_of(tree, (item.flags | added) & ~taken))
    if item.op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, most, tree = item.value
        texts = plain(items_of(tree, item.flags))
        if most is not sre.MAXREPEAT:
            return z3.Loop(texts, least, most)
        return concat([z3.Loop(texts, least, least), z3.Star(texts)]) if least else z3.Star(texts)
    return one_of(chars_of(item))


TRANSLATIONS: dict[Any, Any] = {
    **dict.fromkeys((sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN), leaf),
    sre.AT: at,
    sre.BRANCH: branch,
    sre.SUBPATTERN: group,
    **dict.fromkeys((sre.MAX_REPEAT, sre.MIN_REPEAT), repeated),
    **dict.fromkeys((sre.ASSERT, sre.ASSERT_NOT), looked),
}
