"""Whether some call makes all literals of a cube true.

The parts of a cube are settled one by one, the cheapest first: the numbers, the named values, the
path, and at last the text, in which they meet. What was refuted is remembered by the literals that
it took, so that every cube with those is refuted too.

Sound because each part only ever asks for less than the cube does: a pattern that cannot be
followed asks for nothing, a number that may be absent does not reach the text. A model is returned
only when the engine's own readings make every literal true.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from typing import Any

from fencekit.engines.native.request_view import PATH, PATH_KEYS
from fencekit.engines.native.unknown_questions import QuestionSubject
from fencekit.model.request import UNKNOWN, Request
from fencekit.prover import amount_regions, glob_solver
from fencekit.prover.argument_domains import OPEN
from fencekit.prover.decode_call import arguments
from fencekit.prover.domain_protocol import Domain
from fencekit.prover.evaluate_literal import all_true
from fencekit.prover.partial_model import PartialModel, about, add_path, amount, name_of, with_names
from fencekit.prover.partial_request import PartialRequest
from fencekit.prover.product_search import TooManyStatesError
from fencekit.prover.rule_literals import Atom, Compares, HasPrefix, Literal, Named
from fencekit.prover.text_queries import Cube, TextQuery, contradiction, questions
from fencekit.prover.thread_product import FEW_STATES, Words
from fencekit.prover.unsat_cores import UnsatCores
from fencekit.prover.values.field_specs import AmountQuery, NameQuery
from fencekit.prover.values.schema_arguments import FieldQuery, FieldSet
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import find_witness
from fencekit.schema.argument_schema import TOO_DEEP

MOST_STATES = 60_000
MOST_IN_ALL = 600_000
MOST_IN_DOUBT = 40_000
"""The states of walks on which calls came near and none was one; after so many, walks are short."""
MOST_WORDS = 60
MOST_ALONE = 500
"""The states in which one regex alone is looked for in any text."""
MOST_VALUES = 60_000
FEW_OPTIONAL = 3
"""With how many fields that may be left out all of them are walked at once."""


@dataclass(frozen=True, slots=True)
class Unsat:
    """No call makes these literals, all of the cube, true."""

    core: Cube


@dataclass(frozen=True, slots=True)
class Sat:
    """A call that makes all literals true, by the engine's own readings."""

    request: Request


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Neither was found."""

    reason: str


class Solver:
    """Settles cubes, and remembers what it refuted."""

    def __init__(
        self,
        domain: Domain = OPEN,
        given: PartialRequest | None = None,
        most: tuple[int, int] = (MOST_STATES, MOST_IN_ALL),
    ) -> None:
        """Take what is known of the calls, if anything, and the most states of a text, of all."""
        self._domain = domain
        self._given = given
        self._most, self._most_in_all = most
        self.states = 0
        self._in_doubt = 0
        self.refuted = UnsatCores()

    @property
    def is_spent(self) -> bool:
        """Whether so many calls came near, and none was one, that it is hardly worth to go on."""
        return self._in_doubt >= MOST_IN_DOUBT

    def solve(self, capability: str, cube: Cube) -> Unsat | Sat | Unsettled:
        """Return whether some call with that capability makes the cube's literals true."""
        core = self.core(cube)
        if core is not None:
            return Unsat(core)
        try:
            found = self._solve_cube(capability, cube)
        except UnsupportedError as error:
            return Unsettled(f"a condition {error}")
        except RecursionError:
            return Unsettled(TOO_DEEP)
        if isinstance(found, Unsat):
            if not found.core:
                return Unsettled("no arguments at all are in the domain, as far as it is followed")
            self.refuted.add(found.core)
        return found

    def core(self, cube: Cube) -> Cube | None:
        """Return literals of the cube that cannot all be true, where a quick look shows some.

        What was refuted before is looked at, and literals about the text two by two.
        """
        known = self.refuted.within(cube)
        if known is None:
            known = contradiction(cube)
            if known is not None:
                self.refuted.add(known)
        return known

    def _solve_cube(self, capability: str, cube: Cube) -> Unsat | Sat | Unsettled:
        if asks_for_two_readings(cube):
            return Unsettled("a path is asked for by its beginning and by a glob")
        ways = self._ways(cube)
        if isinstance(ways, Unsat):
            return ways
        reason = ""
        core: Cube = frozenset()
        for parts in ways:
            for question in questions(cube, capability):
                found = self._ask_domain(capability, cube, parts, question)
                if isinstance(found, Sat):
                    return found
                if isinstance(found, Unsettled):
                    reason = reason or found.reason
                else:
                    core |= found.core
        return Unsettled(reason) if reason else Unsat(core)

    def _ways(self, cube: Cube) -> Unsat | Iterator[PartialModel]:
        """Return the ways in which all but the text can be so."""
        common = PartialModel()
        for subject in (QuestionSubject.AMOUNT, QuestionSubject.CALLER_DEPTH):
            refuted = self._add_number(cube, subject, common)
            if refuted is not None:
                return refuted
        asked = about(cube, lambda atom: isinstance(atom, HasPrefix))
        if asked and not (add_path(asked, common) and self._has(FieldQuery(path=common.path))):
            return Unsat(frozenset(asked))
        by_name: list[list[tuple[str, glob_solver.GlobChoice, list[Literal]]]] = []
        for key in sorted({name_of(one) for one in cube} - {""}):
            asked = about(cube, lambda atom, k=key: name_of(Literal(atom)) == k)
            known = self._given.in_context(key) if self._given else UNKNOWN
            known = None if key == PATH else known
            found = [
                choice
                for choice in glob_solver.choices(key, asked, known)
                if self._has(FieldQuery(names={key: NameQuery(choice.rest, choice.unwanted)}))
            ]
            if not found:
                return Unsat(frozenset(asked))
            by_name.append([(key, choice, asked) for choice in found])
        return (with_names(common, chosen) for chosen in product(*by_name))

    def _add_number(
        self, cube: Cube, subject: QuestionSubject, common: PartialModel
    ) -> Unsat | None:
        """Add what a number of the call can be to a model; return why it can be nothing."""
        asked = about(cube, lambda atom: isinstance(atom, Compares) and atom.subject is subject)
        is_amount = subject is QuestionSubject.AMOUNT
        if not asked and not (is_amount and self._domain.cuts()):
            return None
        samples = amount_regions.possible(asked, self._domain.cuts() if is_amount else ())
        if is_amount:
            common.amounts = AmountQuery.of(asked)
            samples = list(filter(self._domain.reads, samples))
        if not samples or (is_amount and not self._has(FieldQuery(common.amounts))):
            return Unsat(frozenset(asked))
        if None not in samples and is_amount:
            common.needs.append(amount(samples))
            common.why.update(asked)
        elif None not in samples:
            common.context["caller_depth"] = amount_regions.spell(samples[0])[0]
        return None

    def _ask_domain(
        self, capability: str, cube: Cube, parts: PartialModel, question: TextQuery
    ) -> Unsat | Sat | Unsettled:
        if not self._values(question):
            return Unsat(question.regex_core)
        # A domain that says which fields there are is asked for all that the cube asks of them.
        why = frozenset(parts.why) | (
            frozenset(about(cube, is_of_fields)) if self._domain.follows else frozenset()
        )
        result: Unsat | Unsettled = Unsat(why)
        make = partial(
            self._given.make_call if self._given else make_call, capability, parts.context
        )
        is_so = partial(self._given.is_so if self._given else all_true, cube)
        for fields in self._domain.fields(parts.query, parts.needs):
            # Most calls need no field that only may be there, and each doubles the states.
            if len(fields.optional) > FEW_OPTIONAL and not fields.is_open:
                least = replace(fields, optional=())
                found = self._walk_fields(question, least, make, is_so)
                if isinstance(found, Sat):
                    return found
            found = self._walk_fields(question, fields, make, is_so)
            if isinstance(found, Sat):
                return found
            if isinstance(result, Unsat):
                result = found or Unsat(question.core | why)
        return result

    def _walk_fields(
        self,
        question: TextQuery,
        fields: FieldSet,
        make: Callable[[dict[str, Any]], Request],
        is_so: Callable[[Request], bool],
    ) -> Sat | Unsettled | None:
        """Return a call with such fields that is found, or why it is open; None for no such."""
        if self.states > self._most_in_all:
            return Unsettled(f"the automata have more than {self._most_in_all} states in all")
        most = min(self._most, FEW_STATES) if self.is_spent else self._most
        walked = Words(question.payload(fields, self._domain), question.regexes, most)
        tried = 0
        try:
            for _, pieces in islice(walked, MOST_WORDS):
                tried += 1
                args = arguments(pieces)
                if args is None or not self._domain.accepts(args):
                    continue
                request = make(args)
                if is_so(request):
                    return Sat(request)
        except TooManyStatesError:
            return Unsettled(f"the text has more than {most} states")
        finally:
            self.states += walked.states
            self._in_doubt += walked.states if tried else 0
        if tried:
            return Unsettled(
                question.doubt or "calls that come near were found, but none that does it"
            )
        return None

    def _has(self, asked: FieldQuery) -> bool:
        """Say whether some arguments of the domain are as one question asks, for all we know."""
        return next(self._domain.fields(asked, ()), None) is not None

    def _values(self, question: TextQuery) -> bool:
        """Say whether some values, of any text, have the regexes that they must and no other."""
        is_one = len(question.regexes) < 2
        if is_one and not any(positive for _, positive in question.regexes):
            return True
        # One that is found anywhere needs no long look, but `(?!)` is found nowhere.
        most = MOST_ALONE if is_one else MOST_VALUES
        try:
            text, states = find_witness(question.regexes, most)
        except UnsupportedError:
            text, states = "", most
        self.states += states
        return text is not None


def asks_for_two_readings(cube: Cube) -> bool:
    """Say whether a path is asked for as CapFence reads one, and as an argument by its name.

    Each reading alone is followed; that both may be of one argument is not.
    """
    by_name = any(isinstance(one.atom, Named) and one.atom.key in PATH_KEYS for one in cube)
    return by_name and any(isinstance(one.atom, HasPrefix) for one in cube)


def is_of_fields(atom: Atom) -> bool:
    """Say whether an atom is about single arguments."""
    return isinstance(atom, HasPrefix | Named) or (
        isinstance(atom, Compares) and atom.subject is QuestionSubject.AMOUNT
    )


def make_call(capability: str, context: dict[str, Any], args: dict[str, Any]) -> Request:
    """Return the call; an environment that is text stands in the request itself."""
    context = dict(context)
    environment = context.get("environment")
    if isinstance(environment, str):
        del context["environment"]
        return Request(capability, environment=environment, context=context, args=args)
    return Request(capability, context=context, args=args)
