r"""Patterns, read one character at a time: what must be so of the rest for a match to be found.

A pattern is the program that Python compiles it to. What is asked of the rest of a text is a
formula: any one of its threads, and of a thread all that it owes: to go on from a node, or that
another formula does not come true. So a lookahead is only one more thing owed, as is the leading
set that a search asks for before it tries a match. What a lookbehind has begun to match is followed
from the beginning of the text, and known at each place.

What repeats a group, or never gives back (`\1`, `(?>ab|a)`, `(?:ab)*+`), is followed in one
direction: of a wanted pattern it matches more than it should, of an unwanted one nothing.

Each step that is taken is held against `re`: a text that leads there and the character, and others
of each kind that it stands for, are searched, and `re` must find what is said here to be found, and
nothing else.
"""

import re
import warnings
from collections.abc import Collection
from typing import Any

from fencekit.prover.checker.regex_effort import longest
from fencekit.prover.checker.sre_programs import MANY, OF_GROUPS, READS, Item, characters, program

Thread = frozenset[Any]
"""What is owed together: nodes, by their numbers, and formulas that must not come true."""
Formula = frozenset[Thread]
State = tuple[Formula, ...]
"""What each lookbehind has begun to match, and at last what the rest must be."""
Here = tuple[str | None, dict[int, Formula]]
"""A place: the next character, and what is owed behind it for each lookbehind to hold here."""
NOTHING: Thread = frozenset()
FOUND: Formula = frozenset({NOTHING})
HERE: Thread = frozenset({"here"})
MATCHED, PASSED = 0, 1
"""The nodes at the end of a pattern, and at the end of a lookbehind."""

EMPTY_TOO = "" if re.search(r"\B", "") else "(?:(?=(?s:.))|(?<=(?s:.)))"
BOUNDARY = r"(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))"
NO_BOUNDARY = r"(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))" + EMPTY_TOO
PLACES = {
    "AT_BEGINNING": "(?<!(?s:.))",
    "AT_BEGINNING_STRING": "(?<!(?s:.))",
    "AT_BEGINNING_LINE": "(?<!.)",
    "AT_END": r"(?!.|\n(?s:.))",
    "AT_END_STRING": "(?!(?s:.))",
    "AT_END_LINE": "(?!.)",
    "AT_BOUNDARY": f"(?a:{BOUNDARY})",
    "AT_NON_BOUNDARY": f"(?a:{NO_BOUNDARY})",
    "AT_UNI_BOUNDARY": BOUNDARY,
    "AT_UNI_NON_BOUNDARY": NO_BOUNDARY,
}
"""What each place is, in lookaheads and lookbehinds; a dot is all but a newline."""
ANYTHING = "(?s:.*)"
POSSESSIVE = ("POSSESSIVE_REPEAT", "POSSESSIVE_REPEAT_ONE")
ONE_WAY = ("ATOMIC_GROUP", *POSSESSIVE, *OF_GROUPS, "GROUPREF_EXISTS")
KINDS = (
    "a_Z0 -\n\x1f\x7f\x85\xa0\xaa\xb2\xb5\xe9\u0130\u017f\u03c2\u03c3\u0432\u212a"
    "\u0660\u2028\u2460\u4e00\ud800\U00010428\U0001d7ce"
)
"""Characters of all kinds: in each category, of ASCII and of Unicode, in none, and of odd case."""


class DisagreementError(Exception):
    """What is said here of a text is not what `re` says."""


class Pattern:
    """A pattern that is searched for; if not `anywhere`, at the beginning of a text only."""

    def __init__(self, pattern: str, *, anywhere: bool = True, wanted: bool = True) -> None:
        self._nodes: list[tuple[Any, ...]] = [("end", NOTHING), ("end", HERE)]
        self._behind: list[int] = []
        self._wanted = wanted
        self._known: dict[tuple[State, str | None], State] = {}
        self._is_exact = True
        leading, items = program(pattern)
        begin = self._chain(items, MATCHED)
        if anywhere and leading:
            begin = self._look(0, leading, begin, positive=True)
        begin = self._chain(program(ANYTHING).items, begin) if anywhere else begin
        self.program = tuple(self._nodes)
        self.sets = [node[1] for node in self._nodes if node[0] == "read"]
        self.start: State = (*(frozenset() for _ in self._behind), at(begin))
        self._texts: dict[State, str] = {}
        self._in_python = (
            compile_pattern(pattern).search if anywhere else compile_pattern(pattern).match
        )
        self._longest = longest(items)
        self._pattern = pattern
        self._kinds: dict[tuple[bool, ...], list[str]] = {}
        self._compare("", [""], self.start)

    def accepts(self, state: State) -> bool:
        """Say whether the text may end here."""
        return self.step(state, None)[-1] == FOUND

    def step(self, state: State, char: str | None) -> State:
        """Return the state after a character, or at the end of the text."""
        if (state, char) not in self._known:
            here: Here = char, {}
            behind = []
            for begin, begun in zip(self._behind, state[:-1], strict=False):
                after = self._after(begun | at(begin), here)
                here[1][begin] = frozenset(owed - HERE for owed in after if owed >= HERE)
                behind.append(frozenset(owed for owed in after if not owed >= HERE))
            rest = self._after(state[-1], here)
            then: State = (FOUND,) if rest == FOUND else (*behind, rest)
            self._known[state, char] = then
            if char is not None:
                self._compare(self._texts[state], self._alike(char), then)
        return self._known[state, char]

    def _alike(self, char: str) -> list[str]:
        """Return a character, and some of other kinds that are in the same sets as it."""
        of = tuple(ord(char) in chars for chars in self.sets)
        if not self._kinds:
            for one in KINDS:
                kind = tuple(ord(one) in chars for chars in self.sets)
                self._kinds.setdefault(kind, []).append(one)
        return [char, *self._kinds.get(of, ())]

    def _compare(self, text: str, chars: list[str], state: State) -> None:
        """Hold a state that a text and each character lead to against what `re` finds in them."""
        self._texts.setdefault(state, text + chars[0])
        if len(text) >= self._longest:
            return
        accepts = self.accepts(state)
        for char in chars:
            found = self._in_python(text + char) is not None
            if found is not accepts and (self._is_exact or found is self._wanted):
                said = f"`{self._pattern}` {'is' if found else 'is not'} found in {text + char!r}"
                raise DisagreementError(said)

    def _after(self, formula: Formula, here: Here) -> Formula:
        """Return what must be so behind the character for the formula to be so before it."""
        found: set[Thread] = set()
        for thread in formula:
            ways = {NOTHING}
            for owed in thread:
                if isinstance(owed, int):
                    after: Collection[Thread] = self._ways(owed, here)
                else:
                    after = negate_formula(self._after(owed, here))
                ways = {way | more for way in ways for more in after}
            found |= ways
        return FOUND if NOTHING in found else frozenset(found)

    def _ways(self, node: int, here: Here) -> list[Thread]:
        """Return what is owed behind the character, by each way that goes on from a node."""
        found: dict[Thread, None] = {}
        seen: dict[int, list[Thread]] = {}
        left = [(node, NOTHING)]
        while left:
            node, owed = left.pop()
            known = seen.setdefault(node, [])
            if any(less <= owed for less in known):
                continue  # who comes back without a character has gained nothing
            known.append(owed)
            match self._nodes[node]:
                case "end", more:
                    found[owed | more] = None
                case "read", chars, then:
                    if here[0] is not None and ord(here[0]) in chars:
                        found[owed if then == MATCHED else owed | {then}] = None
                case "any", ways:
                    left += [(way, owed) for way in ways]
                case "look", begin, positive, then:
                    after = here[1][begin] if begin in here[1] else self._after(at(begin), here)
                    left += [
                        (then, owed | m) for m in (after if positive else negate_formula(after))
                    ]
        return list(found)

    def _chain(self, items: list[Item], then: int) -> int:
        """Return the node that matches the items, one after another, and goes on."""
        for item in reversed(items):
            then = self._item(item, then)
        return then

    # One case for each kind of item that a program has.
    def _item(self, item: Item, then: int) -> int:
        """Return the node that matches one item of a program, and goes on."""
        match item:
            case "POSSESSIVE_REPEAT_ONE", (least, most, inner) if most == MANY:
                # It takes all that there are, so what follows is no more of them.
                then = self._look(0, inner, then, positive=False)
                return self._repeat(least, most, inner, then)
            case name, _ if name in ONE_WAY and not self._wanted:
                self._is_exact = False
                return self._add("any", [])
            case name, code if name in READS:
                return self._add("read", characters(code), then)
            case "FAILURE", _:
                return self._add("any", [])
            case "MARK", _:
                return then
            case "BRANCH", ways:
                return self._add("any", [self._chain(way, then) for way in ways])
            case "REPEAT" | "REPEAT_ONE" | "MIN_REPEAT_ONE", (least, most, inner):
                return self._repeat(least, most, inner, then)
            case ("ASSERT" | "ASSERT_NOT") as name, (back, inner):
                return self._look(back, inner, then, positive=name == "ASSERT")
            case "AT", place:
                return self._chain(program(PLACES[place]).items, then)
        self._is_exact = False
        return self._more(item, then)

    def _more(self, item: Item, then: int) -> int:
        """Return the node that matches at least what an item does that gives nothing back."""
        match item:
            case name, (least, most, inner) if name in POSSESSIVE:
                return self._repeat(least, most, inner, then)
            case "ATOMIC_GROUP", inner:
                return self._chain(inner, then)
            case "GROUPREF_EXISTS", (_, if_so, if_not):
                return self._add("any", [self._chain(way, then) for way in (if_so, if_not)])
            case name, _ if name in OF_GROUPS:
                return self._chain(program(ANYTHING).items, then)
        raise ValueError(f"`{item[0]}` is not followed by the checker")

    def _repeat(self, least: int, most: int, inner: list[Item], then: int) -> int:
        begin = then
        if most == MANY:
            begin = self._add("any", [then])
            self._nodes[begin][1].append(self._chain(inner, begin))
        else:
            for _ in range(most - least):
                begin = self._add("any", [then, self._chain(inner, begin)])
        for _ in range(least):
            begin = self._chain(inner, begin)
        return begin

    def _look(self, back: int, inner: list[Item], then: int, *, positive: bool) -> int:
        """Return the node that goes on where items match from so many characters back, or do not.

        As many are as wide as the items, so a match that begins there ends here.
        """
        self._wanted ^= not positive
        begin = self._chain(inner, PASSED if back else MATCHED)
        self._wanted ^= not positive
        if back:
            self._behind.append(begin)
        return self._add("look", begin, positive, then)

    def _add(self, *node: Any) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1


def at(node: int) -> Formula:
    """Return the formula that a match goes on from a node."""
    return frozenset({frozenset({node})})


def negate_formula(formula: Formula) -> Collection[Thread]:
    """Return what is owed for a formula not to come true; nothing at all where it has."""
    return [] if NOTHING in formula else [frozenset({formula}) if formula else NOTHING]


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern as Python compiles it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern)
