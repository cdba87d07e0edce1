"""Whether some call makes all literals of a cube true.

The parts of a cube are settled one by one, the cheapest first: the numbers, the named values, the
path, and at last the text, in which they meet. What was refuted is remembered by the literals that
it took, so that every cube with those is refuted too.

Sound because each part only ever asks for less than the cube does: a pattern that cannot be
followed asks for nothing, a number that may be absent does not reach the text. A model is returned
only when the engine's own readings make every literal true.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from typing import Any

from fencekit.checks.prove import names, numbers
from fencekit.checks.prove.atoms import Begins, Literal, Named, Passes
from fencekit.checks.prove.building import arguments
from fencekit.checks.prove.domains import OPEN
from fencekit.checks.prove.fields import Domain
from fencekit.checks.prove.given import Given
from fencekit.checks.prove.nodes import UnsupportedError
from fencekit.checks.prove.parts import Parts, about, add_path, amount, name_of, with_names
from fencekit.checks.prove.product import Product, TooManyStatesError
from fencekit.checks.prove.regexes import Automaton
from fencekit.checks.prove.spots import Held, Required
from fencekit.checks.prove.strings import beginning, explored, matching
from fencekit.checks.prove.texts import Cube, Question, contradiction, questions
from fencekit.checks.prove.truth import all_true
from fencekit.engines.native.questions import Subject
from fencekit.model.request import UNKNOWN, Request

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


class Solver:
    """Settles cubes, and remembers what it refuted."""

    def __init__(
        self,
        domain: Domain = OPEN,
        given: Given | None = None,
        most: tuple[int, int] = (MOST_STATES, MOST_IN_ALL),
    ) -> None:
        """Take what is known of the calls, if anything, and the most states of a text, of all."""
        self._domain = domain
        self._given = given
        self._most, self._most_in_all = most
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
            known = self._given.in_context(key) if self._given else UNKNOWN
            found = names.choices(key, asked, known)
            if not found:
                return Refuted(frozenset(asked))
            by_name.append([(key, choice, asked) for choice in found])
        return (with_names(common, chosen) for chosen in product(*by_name))

    def _asked(
        self, capability: str, cube: Cube, parts: Parts, question: Question
    ) -> Refuted | Model | Open:
        if not self._values(question):
            return Refuted(question.regex_core)
        domain, why = self._held(cube)
        why |= parts.why
        result: Refuted | Open = Refuted(why)
        make = partial(self._given.made if self._given else made, capability, parts.context)
        is_so = partial(self._given.is_so if self._given else all_true, cube)
        for needs in domain.ways(parts.needs):
            found = self._walked(question, domain, needs, make, is_so)
            if isinstance(found, Model):
                return found
            if isinstance(result, Refuted):
                result = found or Refuted(question.core | why)
        return result

    def _walked(
        self,
        question: Question,
        domain: Domain,
        needs: Sequence[Required],
        make: Callable[[dict[str, Any]], Request],
        is_so: Callable[[Request], bool],
    ) -> Model | Open | None:
        """Return a call with such fields that is found, or why it is open; None for no such."""
        if self.states > self._most_in_all:
            return Open(f"the automata have more than {self._most_in_all} states in all")
        taken = {one[0].key for one in needs if len(one) == 1}
        payload = question.payload(needs, domain.optional(taken), domain)
        walked = Product(payload, question.regexes, self._most)
        tried = 0
        try:
            for _, pieces in islice(walked.words(), MOST_WORDS):
                tried += 1
                args = arguments(pieces)
                if args is None or not self._domain.accepts(args):
                    continue
                request = make(args)
                if is_so(request):
                    return Model(request)
        except TooManyStatesError:
            return Open(f"the text has more than {self._most} states")
        finally:
            self.states += walked.states
        if tried:
            return Open(question.doubt or "calls that come near were found, but none that does it")
        return None

    def _held(self, cube: Cube) -> tuple[Domain, Cube]:
        """Return the domain without what the cube does not want, and the literals that say so."""
        if not self._domain.follows:
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


def made(capability: str, context: dict[str, Any], args: dict[str, Any]) -> Request:
    """Return the call; an environment that is text stands in the request itself."""
    context = dict(context)
    environment = context.get("environment")
    if isinstance(environment, str):
        del context["environment"]
        return Request(capability, environment=environment, context=context, args=args)
    return Request(capability, context=context, args=args)
