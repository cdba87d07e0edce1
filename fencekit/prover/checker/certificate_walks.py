"""The texts of a call, spelled step by step: what keywords see and what regexes see, together.

A step is of a kind, and adds something to `text`, the arguments as Python prints them in lower
case, and something to `values`. In which order steps can come is a pattern of their
kinds. Nothing is left out that a JSON object can be. More than those is spelled: a key may stand
twice, an escape may have any digits, and what is printed in brackets may be anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from fencekit.prover.checker.checker_domain import OPEN, CheckedDomain
from fencekit.prover.checker.pattern_formulas import FOUND, Pattern, State
from fencekit.prover.checker.python_fingerprint import digest
from fencekit.prover.checker.sre_programs import representatives
from fencekit.regex.charset import EVERY, CharSet, cased_characters, of_chars, of_ranges, printable

CHAR = "c|xh*"
"""A character that is no quote, as it is; or the beginning of its escape, and digits."""
QUOTED = (
    rf"(?:q(?:{CHAR}|d)*q"  # in single quotes, with none of these inside
    rf"|w(?:{CHAR})*s(?:{CHAR}|s)*w"  # in double quotes, with single ones and no others inside
    rf"|q(?:{CHAR})*(?:d(?:{CHAR}|d)*e|e(?:{CHAR}|e)*d)(?:{CHAR}|d|e)*q)"  # with both inside
)
KINDS = {
    "string": QUOTED,
    **dict.fromkeys(("integer", "number"), "n+"),
    **dict.fromkeys(("boolean", "null"), "t"),
    **dict.fromkeys(("array", "object"), "ba*f"),
}
"""How a value of each type is spelled."""
VALUE = f"(?:{QUOTED}|t|n+|ba*f)"
KEY = f"{QUOTED.upper()}:"
"""Any key, which adds to `text` only: so its kinds are capitals."""
ALONE = {"values": r"v*\Z", "text": r"p*\Z"}
"""One text alone, which may then be anything."""


class WalkStep(NamedTuple):
    """What a step is, and what it adds to each text."""

    kind: str
    text: str
    values: str


FIXED = (
    *(("{", "{", ""), ("}", "}", ""), (",", ", ", " "), (":", ": ", "")),
    *(("q", "'", ""), ("w", '"', ""), ("s", "'", "'"), ("d", '"', '"'), ("e", "\\'", "'")),
    *(("h", digit, "") for digit in "0123456789abcdef"),
    *(("t", word.lower(), word) for word in ("True", "False", "None", "nan", "inf", "-inf")),
    *(("n", char, char) for char in "0123456789.e+-"),
    *(("b", char, char) for char in "[{"),
    *(("f", char, char) for char in "]}"),
)
"""Steps that need no letter: `q` and `w` open and close quotes, and `s`, `d` and `e` are quotes
inside; `h` are digits of an escape; `t`, `n`, and `b` to `f` are values that are no text."""


def of_letter(char: str) -> Iterator[tuple[str, str, str]]:
    """Yield the steps that spell a character: within quotes, in brackets, in one text alone."""
    shown = repr(char)[1:-1].lower()
    # A large sigma becomes one of two small ones, by what is around it.
    lower = "\u03c3\u03c2" if char == "\u03a3" else [char.lower()]
    yield "v", "", char
    if char.isprintable():
        yield from ((kind, small, char) for small in lower for kind in "pa")
    if char in "\\\n\r\t":
        yield "c", shown, char
    elif not char.isprintable():
        yield "x", shown[:2], char
    elif char not in "'\"":
        yield from (("c", small, char) for small in lower)


def told_apart(sets: Iterable[CharSet]) -> Iterator[CharSet]:
    """Yield sets of characters, to be spelled by other steps, as far as sets of keywords tell."""
    yield from map(of_chars, "'\"\\\n\r\t\u03a3\u0130")
    yield from (~printable(), ~printable() & of_ranges([(0, 0xFF)]))
    for low, high in (ends for chars in sets if chars != EVERY for ends in chars.ranges):
        for small in map(chr, range(low, high + 1)):
            yield of_chars(char for char in cased_characters() + small if char.lower() == small)


Asked = tuple[str, str]
"""A text, `text` or `values`, and a pattern."""
Need = tuple[Sequence[str], str]
"""Keys of which there is one, and a pattern that its value has at the beginning."""


class ClosedSetWalk:
    """All texts of an order, with what is needed, in which patterns are found and others are not.

    A state is where the order is, the need whose value is being spelled, and where the patterns
    are. Of equal states the rest is equal.
    """

    def __init__(
        self,
        order: str,
        found: Sequence[Asked],
        refused: Sequence[Asked],
        needs: Sequence[Need] = (),
        domain: CheckedDomain = OPEN,
    ) -> None:
        if order != "arguments" and {order} != {of for of, _ in (*found, *refused)}:
            raise ValueError(f"`{order}` alone says nothing of the other text")
        said, keys = arguments(needs, domain) if order == "arguments" else (ALONE[order], [])
        self._order = in_order(said)
        self._needs = [Pattern(value, anywhere=False) for _, value in needs]
        self._asked = [(of, Pattern(one), True) for of, one in found]
        self._asked += [(of, Pattern(one, wanted=False), False) for of, one in refused]
        sets = self._sets(order)
        letters = [step for char in representatives(tuple(sets)) for step in of_letter(char)]
        steps = [WalkStep(*step) for step in (*FIXED, *letters)]
        steps += [WalkStep(kind.upper(), text, "") for kind, text, _ in steps if kind.islower()]
        self._steps = list(dict.fromkeys([*steps, *keys]))
        self.start: Any = self._order.start, None, tuple(one.start for _, one, _ in self._asked)
        patterns = [*self._needs, *(one for _, one, _ in self._asked)]
        self.tables = digest([*self._steps, *sets, *(one.program for one in patterns)])
        """What tells it from a walk of another Python that reads patterns or texts otherwise."""

    def _sets(self, order: str) -> list[CharSet]:
        """Return the sets of characters that are told apart, each once."""
        asked = {
            of: [chars for name, one, _ in self._asked if name == of for chars in one.sets]
            for of in ("values", "text")
        }
        needed = [chars for one in self._needs for chars in one.sets]
        of_text = told_apart(asked["text"]) if order != "values" else []
        return list(dict.fromkeys([*needed, *asked["values"], *of_text]))

    def steps(self, state: Any) -> Iterator[Any]:
        """Yield the state after each step that can come; None where no such text goes on."""
        order, need, states = state
        for step in self._steps:
            then = self._order.step(order, step.kind)
            if then[-1]:
                is_met, needed = self._is_met(need, step)
                after = tuple(
                    run_pattern(pattern, one, getattr(step, of))
                    for (of, pattern, _), one in zip(self._asked, states, strict=True)
                )
                is_hit = any(
                    one[-1] == FOUND and not wanted
                    for one, (_, _, wanted) in zip(after, self._asked, strict=True)
                )
                yield (then, needed, after) if is_met and not is_hit else None

    def is_goal(self, state: Any) -> bool:
        """Say whether such a text can end here."""
        order, _, states = state
        return self._order.accepts(order) and all(
            pattern.accepts(one) is wanted
            for (_, pattern, wanted), one in zip(self._asked, states, strict=True)
        )

    def _is_met(self, need: Any, step: WalkStep) -> tuple[bool, Any]:
        """Return whether a need whose value was spelled is met, and which is spelled from here."""
        if step.kind.isdigit():
            pattern = self._needs[int(step.kind)]
            return True, (pattern, pattern.start)
        if need is not None and step.kind in ",}":
            return need[0].accepts(need[1]), None
        return True, need and (need[0], run_pattern(need[0], need[1], step.values))


def arguments(needs: Sequence[Need], domain: CheckedDomain) -> tuple[str, list[WalkStep]]:
    """Return the order of all arguments, and the steps of its known keys.

    Each need has a key, one of several. What a domain wants is there, and comes once.
    """
    of_needs = {
        str(number): [key for key in keys if domain.is_open or key in domain.properties]
        for number, (keys, _) in enumerate(needs)
    }
    steps = [
        WalkStep(number, f"{key!r}: ".lower(), "")
        for number, keys in of_needs.items()
        for key in keys
    ]
    asked = [f"(?=.*{number})" for number in of_needs]
    fields = [f"[0-9]{VALUE}", *([KEY + VALUE] if domain.is_open else [])]
    for letter, (key, said) in zip(map(chr, count(0x100)), domain.properties.items(), strict=False):
        before = f"{key!r}: ".lower()
        may = letter + "".join(one for one, keys in of_needs.items() if key in keys)
        must = letter + "".join(one for one, keys in of_needs.items() if keys == [key])
        if key in domain.required:
            asked.append(f"(?=.*[{may}])")
        if key in domain.required or len(must) > 1:
            asked.append(f"(?!.*[{must}].*[{must}])")
        if said.exact is None:
            steps.append(WalkStep(letter, before, ""))
            fields.append(f"{letter}(?:{'|'.join(KINDS[name] for name in said.types)})")
        else:
            steps += [WalkStep(letter, before + repr(one).lower(), str(one)) for one in said.exact]
            fields.append(letter)
    field = "|".join(fields)
    return rf"{''.join(asked)}\{{(?:(?:{field})(?:,(?:{field}))*)?\}}\Z", steps


@cache
def in_order(pattern: str) -> Pattern:
    """Return the pattern of an order; it is asked for again and again."""
    return Pattern(pattern, anywhere=False)


def run_pattern(pattern: Pattern, state: State, text: str) -> State:
    """Return the state of a pattern after more of a text."""
    for char in text:
        state = pattern.step(state, char)
    return state
