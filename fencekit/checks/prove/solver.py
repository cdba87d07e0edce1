"""Whether some call makes all literals of a cube true.

The parts of a cube are settled one by one, the cheapest first: the numbers, the named values, the
path, and at last the text, in which they meet. What was refuted is remembered by the literals that
it took, so that every cube with those is refuted too.

Sound because each part only ever asks for less than the cube does: a pattern that cannot be
followed asks for nothing, a number that may be absent does not reach the text. A model is returned
only when the engine's own readings make every literal true.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from fencekit.checks.prove import names, numbers
from fencekit.checks.prove.atoms import Begins, Level, Literal, Named, Passes, order
from fencekit.checks.prove.building import arguments
from fencekit.checks.prove.domains import OPEN, Domain, required
from fencekit.checks.prove.nodes import UnsupportedError
from fencekit.checks.prove.product import Product, TooManyStatesError
from fencekit.checks.prove.regexes import Automaton
from fencekit.checks.prove.spots import Held, Required, Slot
from fencekit.checks.prove.strings import beginning, explored, matching, numeric
from fencekit.checks.prove.texts import Cube, Question, contradiction, questions
from fencekit.checks.prove.truth import all_true
from fencekit.engines.native.questions import Subject
from fencekit.engines.native.view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.request import Request

MOST_STATES = 60_000
MOST_IN_ALL = 600_000
MOST_WORDS = 60
MOST_VALUES = 60_000


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


@dataclass
class Parts:
    """What a cube asks for beside the text: values of the context, and fields of the arguments."""

    context: dict[str, Any] = field(default_factory=dict)
    needs: list[Required] = field(default_factory=list)
    why: set[Literal] = field(default_factory=set)
    """The literals that ask for the fields."""


class Solver:
    """Settles cubes, and remembers what it refuted."""

    def __init__(self, domain: Domain = OPEN) -> None:
        self._domain = domain
        self.states = 0
        self.refuted: list[Cube] = []

    def solve(self, capability: str, cube: Cube) -> Refuted | Model | Open:
        """Return whether some call with that capability makes the cube's literals true."""
        core = self.core(cube)
        if core is not None:
            return Refuted(core)
        try:
            found = self._settled(capability, cube)
        except UnsupportedError as error:
            return Open(f"a condition {error}")
        if isinstance(found, Refuted):
            if not found.core:
                return Open("no arguments at all are in the domain, as far as it is followed")
            self.refuted.append(found.core)
        return found

    def core(self, cube: Cube) -> Cube | None:
        """Return literals of the cube that cannot all be true, where a quick look shows some.

        What was refuted before is looked at, and literals about the text two by two.
        """
        known = next((core for core in self.refuted if core <= cube), None)
        if known is None:
            known = contradiction(cube)
            if known is not None:
                self.refuted.append(known)
        return known

    def _settled(self, capability: str, cube: Cube) -> Refuted | Model | Open:
        ways = self._ways(cube)
        if isinstance(ways, Refuted):
            return ways
        reason = ""
        core: Cube = frozenset()
        for parts in ways:
            for question in questions(cube, capability):
                found = self._asked(capability, cube, parts, question)
                if isinstance(found, Model):
                    return found
                if isinstance(found, Open):
                    reason = reason or found.reason
                else:
                    core |= found.core
        return Open(reason) if reason else Refuted(core)

    def _ways(self, cube: Cube) -> Refuted | Iterator[Parts]:
        """Return the ways in which all but the text can be so."""
        common = Parts()
        for subject in (Subject.AMOUNT, Subject.CALLER_DEPTH):
            asked = about(
                cube, lambda atom, s=subject: isinstance(atom, Passes) and atom.subject is s
            )
            is_amount = subject is Subject.AMOUNT
            if not asked and not (is_amount and self._domain.cuts()):
                continue
            samples = numbers.possible(asked, self._domain.cuts() if is_amount else ())
            if is_amount:
                samples = list(filter(self._domain.reads, samples))
            if not samples:
                return Refuted(frozenset(asked))
            if None not in samples:
                if is_amount:
                    common.needs.append(amount(samples))
                    common.why.update(asked)
                else:
                    common.context["caller_depth"] = numbers.spell(samples[0])[0]
        asked = about(cube, lambda atom: isinstance(atom, Begins))
        if asked and not any(map(add_path, [asked], [common])):
            return Refuted(frozenset(asked))
        by_name: list[list[tuple[str, names.Choice, list[Literal]]]] = []
        for key in sorted({name_of(one) for one in cube} - {""}):
            asked = about(cube, lambda atom, k=key: name_of(Literal(atom)) == k)
            found = names.choices(key, asked)
            if not found:
                return Refuted(frozenset(asked))
            by_name.append([(key, choice, asked) for choice in found])
        return (with_names(common, chosen) for chosen in product(*by_name))

    def _asked(
        self, capability: str, cube: Cube, parts: Parts, question: Question
    ) -> Refuted | Model | Open:
        if self.states > MOST_IN_ALL:
            return Open(f"the automata have more than {MOST_IN_ALL} states in all")
        if not self._values(question):
            return Refuted(question.regex_core)
        domain, why = self._held(cube)
        why |= parts.why
        needs = required(domain, parts.needs)
        if needs is None:
            return Refuted(why)
        taken = {one[0].key for one in needs if len(one) == 1}
        payload = question.payload(needs, domain.optional(taken), domain)
        walked = Product(payload, question.regexes, MOST_STATES)
        tried = 0
        try:
            for _, pieces in islice(walked.words(), MOST_WORDS):
                tried += 1
                args = arguments(pieces)
                if args is None or not self._domain.accepts(args):
                    continue
                request = made(capability, parts.context, args)
                if all_true(cube, request):
                    return Model(request)
        except TooManyStatesError:
            return Open(f"the text has more than {MOST_STATES} states")
        finally:
            self.states += walked.states
        if tried:
            return Open(question.doubt or "calls that come near were found, but none that does it")
        return Refuted(question.core | why)

    def _held(self, cube: Cube) -> tuple[Domain, Cube]:
        """Return the domain without what the cube does not want, and the literals that say so."""
        if self._domain.is_open:
            return self._domain, frozenset()
        paths: list[tuple[Automaton, bool]] = []
        by_name: dict[str, Held] = {}
        why: set[Literal] = set()
        for one in cube:
            if one.positive:
                continue
            if isinstance(one.atom, Begins):
                paths.append((beginning(one.atom.prefix), False))
                why.add(one)
            elif isinstance(one.atom, Named) and isinstance(one.atom.expected, str):
                held = (matching(one.atom.expected), False)
                by_name[one.atom.key] = (*by_name.get(one.atom.key, ()), held)
                why.add(one)
        return self._domain.without(tuple(paths), by_name), frozenset(why)

    def _values(self, question: Question) -> bool:
        """Say whether some values, of any text, have the regexes that they must and no other."""
        if len(question.regexes) < 2:
            return True
        try:
            text, states = explored(question.regexes, MOST_VALUES)
        except UnsupportedError:
            text, states = "", MOST_VALUES
        self.states += states
        return text is not None


def about(cube: Cube, is_about: Any) -> list[Literal]:
    """Return the literals of the cube whose atom is about something."""
    return sorted((one for one in cube if is_about(one.atom)), key=order)


def name_of(literal: Literal) -> str:
    """Return the name whose value a literal is about; empty where it is about none."""
    if isinstance(literal.atom, Named):
        return literal.atom.key
    return "risk_level" if isinstance(literal.atom, Level) else ""


def with_names(common: Parts, chosen: Sequence[tuple[str, names.Choice, list[Literal]]]) -> Parts:
    """Return the parts with the chosen values by name."""
    parts = Parts(dict(common.context), list(common.needs), set(common.why))
    for key, choice, asked in chosen:
        if choice.value is not None:
            parts.context[key] = choice.value
        if choice.needs is not None:
            parts.needs.append((choice.needs,))
            parts.why.update(asked)
    return parts


def amount(samples: list[numbers.Sample]) -> Required:
    """Return the field that an amount is in, which is one of the samples."""
    values = [value for sample in samples[:4] for value in numbers.spell(sample)]
    held = ((numeric(numbers.kinds(samples)), True),)
    return tuple(Slot(key, tuple(values), held) for key in AMOUNT_KEYS)


def add_path(asked: list[Literal], parts: Parts) -> bool:
    """Add the field that a path is in, where one is asked for; False where none can be so."""
    wanted = [one.atom.prefix for one in asked if one.positive and isinstance(one.atom, Begins)]
    unwanted = [
        one.atom.prefix for one in asked if not one.positive and isinstance(one.atom, Begins)
    ]
    if not wanted:
        return True
    longest = max(wanted, key=len)
    if not all(map(longest.startswith, wanted)) or any(map(longest.startswith, unwanted)):
        return False
    held = [(beginning(longest), True)]
    held += [(beginning(prefix), False) for prefix in unwanted if prefix.startswith(longest)]
    parts.needs.append(tuple(Slot(key, (), tuple(held)) for key in PATH_KEYS))
    parts.why.update(asked)
    return True


def made(capability: str, context: dict[str, Any], args: dict[str, Any]) -> Request:
    """Return the call; an environment that is text stands in the request itself."""
    context = dict(context)
    environment = context.get("environment")
    if isinstance(environment, str):
        del context["environment"]
        return Request(capability, environment=environment, context=context, args=args)
    return Request(capability, context=context, args=args)
