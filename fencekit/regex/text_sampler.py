"""Texts that a regular expression finds, and texts that it nearly finds.

The expression is parsed by Python's own parser and walked once for each sample. A sample goes to
the edges: repetitions at their bounds, characters at the rim of a class. A near sample makes one
mistake on the way: a repetition too many, a character outside its class, junk before an anchor.
Where a class is wide enough it may say one of the given words, so that a text can be found by a
pattern and hold a keyword too. What a walk cannot do exactly (a lookahead) it does roughly; whoever
asks decides by the real thing, so that a rough sample costs an example and nothing else.
"""

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fencekit.regex.python_syntax import REPEATS, combine_flags, parse
from fencekit.regex.random_choices import Choices, menu
from fencekit.regex.step_characters import ALPHABET, accepted_characters, alphabet_of, count_spots

ENOUGH = 400
"""The pieces of a sample after which repetitions are kept as few as may be."""
MOST = 5_000
"""The pieces after which a sample ends, whatever the pattern still asks for."""
WIDE = 20
"""The characters that a class has at least for a word to be said in it."""
FAR = 200
"""The longest repetition that is written out to its end."""
LONG = (5, 41, 101)
"""Repetitions without a limit are sometimes as long as this, for patterns that do have one."""

JUNK_BEFORE = ("x", " ", "x ", "\n", "-", "\t", "x\n")
JUNK_BESIDE = ("x", "_", "0", "\u00e9")
JUNK_AFTER = ("x", " x", "\n", " ", ";", "\nx", "-")
BEFORE_END = {"AT_END": menu((12, ""), (1, "\n")), "AT_END_STRING": ("",)}
MAYBE_SPACE = menu((5, ""), (1, " "))


class Sampler:
    """A pattern, ready to be sampled."""

    __slots__ = ("_chars", "_flags", "_tree", "pattern", "spots")

    def __init__(self, pattern: str, tree: Any) -> None:
        self.pattern = pattern
        self._tree = tree
        self._flags = tree.state.flags
        self._chars: dict[tuple[str, int, int], str] = {}
        self.spots = max(count_spots(tree), 1)

    def sample(self, choices: Choices, *, near: bool = False, words: Sequence[str] = ()) -> str:
        """Return a text that the pattern finds, or with `near` one that it just may not find."""
        walk = PatternWalk(self, choices, words, max(self.spots // 2, 1) if near else 0)
        walk.sequence(self._tree, self._flags)
        if walk.slips:  # no step went wrong, so something is put before or behind
            if choices.chance(50):
                walk.out.insert(0, choices.pick(JUNK_BEFORE))
            else:
                walk.out.append(choices.pick(JUNK_AFTER))
        return "".join(walk.out)

    def chars(self, op: Any, argument: Any, flags: int) -> str:
        """Return the characters of the alphabet that one step of the pattern takes."""
        key = op.name, id(argument), int(flags)
        if key not in self._chars:
            self._chars[key] = accepted_characters((op, argument), flags)
        return self._chars[key]


@lru_cache(maxsize=2048)
def sampler(pattern: str) -> Sampler | None:
    """Return the sampler of a pattern, None for a pattern that does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
        return Sampler(pattern, parse(pattern)[0])
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


@dataclass(slots=True)
class PatternStep:
    """One step of a parsed pattern: what it is, what it is of, and whether it is to go wrong."""

    op: Any
    argument: Any
    flags: int
    wrong: bool


class PatternWalk:
    """One walk through a pattern: the text so far, and the step that is to go wrong.

    Two walks in three are plain: the plainest characters, the fewest repetitions. With `slips`,
    one step in so many goes wrong, once.
    """

    __slots__ = ("choices", "groups", "out", "plain", "sampler", "slips", "words")

    def __init__(
        self, sampler: Sampler, choices: Choices, words: Sequence[str], slips: int
    ) -> None:
        self.sampler = sampler
        self.choices = choices
        self.words = words
        self.out: list[str] = []
        self.groups: dict[int, str] = {}
        self.slips = slips
        self.plain = not choices.chance(35)

    def sequence(self, tree: Any, flags: int) -> None:
        """Walk steps one after another."""
        for op, argument in tree:
            if len(self.out) > MOST:
                return
            wrong = self.slips > 0 and self.choices.upto(self.slips) == self.slips
            if wrong:
                self.slips = 0
            STEPS[op.name](self, PatternStep(op, argument, flags, wrong=wrong))

    def say(self, options: str) -> None:
        """Write one of the characters, mostly one of the plainest."""
        if self.plain or len(options) < 2:
            self.out.append(options[:1])
        else:
            few = options if self.choices.chance(15) else options[:5]
            self.out.append(self.choices.pick(few))


def character(walk: PatternWalk, step: PatternStep) -> None:
    """A character, or one of a class; wrong: one outside of it, none, or two."""
    options = walk.sampler.chars(step.op, step.argument, step.flags)
    if step.op.name == "LITERAL":
        options = options or chr(step.argument)
    if not step.wrong:
        walk.say(options)
        return
    how = walk.choices.upto(3)
    if how == 0:
        walk.say(
            "".join(char for char in alphabet_of((step.op, step.argument)) if char not in options)
        )
    elif how == 1:
        swapped = options[:1].swapcase()
        walk.out.append(swapped)
    elif how == 2:
        walk.say(options)
        walk.say(options)


def anything(walk: PatternWalk, step: PatternStep) -> None:
    """Any character; wrong: a newline or none."""
    if step.wrong:
        walk.out.append(walk.choices.pick(("\n", "")))
    else:
        walk.say(walk.sampler.chars(step.op, step.argument, step.flags))


def branch(walk: PatternWalk, step: PatternStep) -> None:
    """One of several; wrong: none, or two."""
    if step.wrong:
        walk.out.append(walk.choices.pick(("", "x")))
    else:
        walk.sequence(walk.choices.pick(step.argument[1]), step.flags)


def group(walk: PatternWalk, step: PatternStep) -> None:
    """A group, remembered by its number; wrong: said twice."""
    number, added, removed, tree = step.argument
    start = len(walk.out)
    walk.sequence(tree, combine_flags(step.flags, added, removed))
    said = "".join(walk.out[start:])
    if number is not None:
        walk.groups[number] = said
    if step.wrong:
        walk.out.append(said)


def repeat(walk: PatternWalk, step: PatternStep) -> None:
    """A repetition, at its bounds or a little above; wrong: one too few or too many."""
    low, most, tree = step.argument
    high = int(most) if int(most) < FAR else None
    if step.wrong:
        outside = [count for count in (low - 1, -1 if high is None else high + 1) if count >= 0]
        count = walk.choices.pick(outside) if outside else low
    elif len(walk.out) > ENOUGH:
        count = low
    else:
        if walk.words and say_word(walk, tree, low, int(most), step.flags):
            return
        count = count_of(walk, low, high, len(tree))
    for _ in range(min(count, MOST)):
        walk.sequence(tree, step.flags)


def count_of(walk: PatternWalk, low: int, high: int | None, size: int) -> int:
    """Return how often to repeat: the fewest, one more, or to the bound."""
    if walk.plain:
        return low + (low == 0 and high != 0 and walk.choices.chance(25))
    if high is not None:
        return walk.choices.pick((low, min(low + 1, high), high))
    if size == 1 and len(walk.out) < ENOUGH / 8 and walk.choices.chance(5):
        return low + walk.choices.pick(LONG)
    return low + walk.choices.pick((0, 1, 2))


def say_word(walk: PatternWalk, tree: Any, low: int, high: int, flags: int) -> bool:
    """Say one of the words in a repetition of a wide class, if it may be said there."""
    if len(tree) != 1 or high < 2 or not walk.choices.chance(35):
        return False
    op, argument = tree[0]
    if op.name not in ("IN", "ANY", "NOT_LITERAL"):
        return False
    options = walk.sampler.chars(op, argument, flags)
    if len(options) < WIDE:
        return False
    word = walk.choices.pick(walk.words)
    if len(word) > high or any(char in ALPHABET and char not in options for char in word):
        return False
    walk.out.append(word + options[:1] * (low - len(word)))
    return True


def atomic(walk: PatternWalk, step: PatternStep) -> None:
    """A group that is not left again."""
    walk.sequence(step.argument, step.flags)


def anchor(walk: PatternWalk, step: PatternStep) -> None:
    """A place; nothing is written there, but junk that does not belong where that is wrong."""
    name = str(step.argument)
    if "BEGINNING" in name:
        junk = walk.choices.pick(JUNK_BEFORE) if step.wrong else ""
    elif "END" in name:
        junk = walk.choices.pick(JUNK_AFTER if step.wrong else BEFORE_END[name])
    else:
        junk = walk.choices.pick(JUNK_BESIDE if step.wrong else MAYBE_SPACE)
    walk.out.append(junk)


def again(walk: PatternWalk, step: PatternStep) -> None:
    """What a group has said before; wrong: something else."""
    walk.out.append("x" if step.wrong else walk.groups.get(step.argument, ""))


def either(walk: PatternWalk, step: PatternStep) -> None:
    """One thing where a group has spoken, another where it has not; wrong: the other."""
    number, yes, no = step.argument
    chosen = yes if (number in walk.groups) is not step.wrong else no
    if chosen is not None:
        walk.sequence(chosen, step.flags)


def ahead(walk: PatternWalk, step: PatternStep) -> None:
    """A look around: what must be behind is written, what must be ahead only now and then."""
    direction, tree = step.argument
    if direction < 0 or step.wrong or walk.choices.chance(20):
        walk.sequence(tree, step.flags)


def ahead_not(walk: PatternWalk, step: PatternStep) -> None:
    """A look around for what must not be; wrong: it is."""
    if step.wrong:
        walk.sequence(step.argument[1], step.flags)


def nothing(walk: PatternWalk, step: PatternStep) -> None:
    """What no text can do."""


STEPS: dict[str, Callable[[PatternWalk, PatternStep], None]] = {
    **dict.fromkeys(("LITERAL", "NOT_LITERAL", "IN"), character),
    "ANY": anything,
    "BRANCH": branch,
    "SUBPATTERN": group,
    **dict.fromkeys(map(str, REPEATS), repeat),
    "ATOMIC_GROUP": atomic,
    "AT": anchor,
    "GROUPREF": again,
    "GROUPREF_EXISTS": either,
    "ASSERT": ahead,
    "ASSERT_NOT": ahead_not,
    "FAILURE": nothing,
    "CATEGORY": character,
}
"""What each step of a parsed pattern writes."""
