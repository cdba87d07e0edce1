"""Sub-problems of text that the prover has settled, for a second opinion by z3.

Each is a set of literals about keywords and regexes. The prover has either refuted it, for every
call, or made a call of it; those with one text of printable ASCII are asked about again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import z3

from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.prover.cube_solver import Sat
from fencekit.prover.evaluate_literal import all_true
from fencekit.prover.policy_properties import NOT_LOOSER
from fencekit.prover.prover import Prover
from fencekit.prover.rule_literals import Atom, ContainsKeyword, MatchesRegex, order
from fencekit.prover.text_queries import Cube
from prove.apart import GAVE_UP, apart
from prove.second_opinion import ALPHABET, BeyondError, every, holds_word, searched, unescaped

KEY = "command"


@dataclass(frozen=True)
class Settled:
    """Literals about the text, and the call that makes them true; None where none does."""

    cube: Cube
    request: Request | None = None

    @property
    def key(self) -> str:
        """The key of the text that is asked about."""
        return KEY if self.request is None else next(iter(self.request.args.values))


def settled(old: Policy, new: Policy) -> Iterator[Settled]:
    """Yield the sub-problems of text that comparing two policies settles."""
    prover = Prover(NOT_LOOSER, (old, new))
    found: list[Settled] = []
    solve = prover.solver.solve

    def watched(capability: str, cube: Cube) -> Any:
        said = solve(capability, cube)
        if isinstance(said, Sat) and is_plain(said.request):
            found.append(Settled(about_text(cube), said.request))
        return said

    prover.solver.solve = watched  # type: ignore[method-assign]
    for _ in prover.answers():
        pass
    yield from found
    for core in prover.solver.refuted:
        if core == about_text(core):
            yield Settled(core)


def about_text(cube: Cube) -> Cube:
    """Return the literals about keywords and regexes."""
    return frozenset(one for one in cube if isinstance(one.atom, ContainsKeyword | MatchesRegex))


def is_plain(request: Request) -> bool:
    """Say whether a call has one text of the alphabet and no more arguments."""
    values = [*request.args.values.items()]
    return len(values) == 1 and all(
        isinstance(text, str) and set(text) <= set(ALPHABET) for text in values[0]
    )


@dataclass
class Agreement:
    """How often z3 and the prover came to the same answer, and each time that they did not."""

    asked: int = 0
    beyond: int = 0
    gave_up: int = 0
    both_none: int = 0
    both_one: int = 0
    contradictions: list[str] = field(default_factory=list)

    @property
    def decided(self) -> int:
        """How many z3 came to an answer on."""
        return self.asked - self.beyond - self.gave_up


def ask(problems: Iterable[Settled], *, seconds: int) -> Agreement:
    """Ask z3 about each, so many seconds of CPU at the most."""
    made = Agreement()
    for one in problems:
        made.asked += 1
        said = apart(lambda one=one: answer(one), seconds)
        made.beyond += said == "beyond"
        made.gave_up += said == GAVE_UP
        made.both_none += said == "none" and one.request is None
        made.both_one += said not in ("beyond", GAVE_UP, "none") and one.request is not None
        wrong = contradiction(one, said)
        if wrong:
            made.contradictions.append(wrong)
    return made


def contradiction(one: Settled, said: str) -> str:
    """Return how z3 contradicts the prover, as a sentence; empty where it does not."""
    if said in ("beyond", GAVE_UP):
        return ""
    literals = "; ".join(map(order, sorted(one.cube, key=order)))
    if said == "none":
        return f"z3 finds none, but {one.request}: {literals}" if one.request else ""
    text = said.removeprefix("text ")
    if not all_true(one.cube, Request("x", args={one.key: text})):
        return f"z3's text is none: {text!r}: {literals}"
    return f"refuted, but {text!r}: {literals}" if one.request is None else ""


def answer(one: Settled) -> str:
    """Return what z3 says: `text …`, `none`, `gave up`; `beyond` what is not translated."""
    try:
        return opinion(one)
    except BeyondError:
        return "beyond"


def opinion(one: Settled) -> str:
    """Return what z3 says; raise BeyondError where the translation does not speak of it."""
    text = z3.String("s")
    solver = z3.Solver()
    solver.add(z3.InRe(text, every()))
    for literal in sorted(one.cube, key=order):
        holds = held(literal.atom, one.key, text)
        solver.add(holds if literal.positive else z3.Not(holds))
    said = solver.check()
    if said == z3.sat:
        return f"text {unescaped(solver.model()[text].as_string())}"
    return "none" if said == z3.unsat else GAVE_UP


def held(atom: Atom, key: str, text: Any) -> Any:
    """Return when an atom is true of the text under the key."""
    if isinstance(atom, ContainsKeyword):
        whole = z3.Concat(z3.StringVal(f"{{'{key}': '".lower()), text, z3.StringVal("'}"))
        words = sorted(word for word in atom.keywords if word.isascii())
        return z3.Or([z3.InRe(whole, holds_word(word)) for word in words])
    assert isinstance(atom, MatchesRegex)
    return z3.Or([z3.InRe(text, searched(pattern)) for pattern in atom.patterns])


def rows(made: Agreement) -> Iterator[str]:
    """Yield the figures, a row each."""
    yield f"| sub-problems | {made.asked:,} |"
    yield f"| beyond the translation | {made.beyond:,} |"
    yield f"| z3 gave up | {made.gave_up:,} |"
    yield f"| decided by z3 | {made.decided:,} |"
    yield f"| both: there is none | {made.both_none:,} |"
    yield f"| both: there is one | {made.both_one:,} |"
    yield f"| contradictions | {len(made.contradictions):,} |"
