"""Whether some call makes all literals of a cube true.

The parts of a cube are settled one by one, the cheapest first: the numbers, the named values, the
path, and at last the text, in which they meet. What was refuted once is remembered by the literals
that it took, so that every cube with those is refuted too.
"""

from dataclasses import dataclass
from typing import Any

from fencekit.checks.prove.atoms import Begins, Holds, Level, Literal, Named, Passes
from fencekit.checks.prove.numbers import Sample, possible, spell
from fencekit.checks.prove.truth import all_true
from fencekit.engines.native.questions import Subject
from fencekit.model.request import Request

Cube = frozenset[Literal]


@dataclass(frozen=True, slots=True)
class Refuted:
    """No call makes these literals, all of the cube, true."""

    core: Cube


@dataclass(frozen=True, slots=True)
class Model:
    """A call that makes all literals true, by the engine's own readings."""

    request: Request


@dataclass(frozen=True, slots=True)
class Open:
    """Neither was found."""

    reason: str


class Solver:
    """Settles cubes, and remembers what it refuted."""

    def __init__(self) -> None:
        self.states = 0
        self.refuted: list[Cube] = []
        self._known: dict[Cube, Refuted | Model | Open] = {}

    def solve(self, capability: str, cube: Cube) -> Refuted | Model | Open:
        """Return whether some call with that capability makes the cube's literals true."""
        for core in self.refuted:
            if core <= cube:
                return Refuted(core)
        found = self._settled(capability, cube)
        if isinstance(found, Refuted):
            self.refuted.append(found.core)
        return found

    def _settled(self, capability: str, cube: Cube) -> Refuted | Model | Open:
        numbers: dict[Subject, list[Sample]] = {}
        for subject in (Subject.AMOUNT, Subject.CALLER_DEPTH):
            asked = [
                one for one in cube if isinstance(one.atom, Passes) and one.atom.subject is subject
            ]
            if asked:
                numbers[subject] = possible(asked)
                if not numbers[subject]:
                    return Refuted(frozenset(asked))
        return self._guess(capability, cube, numbers)

    def _guess(
        self, capability: str, cube: Cube, numbers: dict[Subject, list[Sample]]
    ) -> Model | Open:
        """Return a call made of the words that the literals ask for, where that is enough."""
        args: dict[str, object] = {}
        context: dict[str, object] = {}
        for literal in sorted(cube, key=repr):
            if literal.positive and type(literal.atom) in PUTS:
                PUTS[type(literal.atom)](literal.atom, args, context)
        for subject, samples in numbers.items():
            for value in spell(samples[0])[:1]:
                where, key = PLACES[subject]
                (args if where == "args" else context)[key] = value
        environment = context.pop("environment", None)
        text = environment if isinstance(environment, str) else None
        request = Request(capability, environment=text, context=context, args=args)
        return Model(request) if all_true(cube, request) else Open("no such call was found yet")


PLACES = {Subject.AMOUNT: ("args", "amount"), Subject.CALLER_DEPTH: ("context", "caller_depth")}


def _put_named(atom: Any, _: dict[str, object], context: dict[str, object]) -> None:
    context[atom.key] = atom.expected


def _put_level(atom: Any, _: dict[str, object], context: dict[str, object]) -> None:
    context["risk_level"] = atom.expected


def _put_path(atom: Any, args: dict[str, object], _: dict[str, object]) -> None:
    args["path"] = max(str(args.get("path", "")), atom.prefix, key=len)


def _put_word(atom: Any, args: dict[str, object], _: dict[str, object]) -> None:
    args["command"] = f"{args.get('command', '')} {min(atom.keywords)}"


PUTS = {Named: _put_named, Level: _put_level, Begins: _put_path, Holds: _put_word}
"""How a kind of atom is made true; what has no entry is left to chance."""
