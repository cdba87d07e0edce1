"""The certificate of what was proved: its lemmas, and the closed sets of states behind them.

Plain JSON values, the same for the same policies:

    {"version": 3, "goal": "not looser", "domain": "open", "policies": [a digest of each],
     "python": {"implementation": "cpython", "version": "3.11", "unicode": "14.0.0", "sre": 1},
     "lemmas": [{"literals": ["found ['^a']", "not found ['a']"],
                 "walks": [{"order": "values", "found": [["values", "^a"]],
                            "not": [["values", "a"]],
                            "tables": "a digest",
                            "next": [[1, 0], [-1, -1]]}]}],
     "splits": {"a.b (0, 1)": ["found ['b']", null, null]}}

A lemma says that its literals are never all true. One about texts has walks: for each choice of
patterns to be found, the states that can be reached, row by row. A row has the number of the next
state for each step, -1 where no text that is asked for goes on. The tables of a walk are a digest
of what it takes from the Python that it was made under. A split says, for a case that does not
contradict itself at once, by which literal it is taken apart; each side may be split again.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from fencekit.engines.native.unknown_questions import QuestionSubject
from fencekit.model.policy import Policy
from fencekit.model.proof import Certificate
from fencekit.prover.checker.certificate_cases import BROKEN, CheckedCase, cases, fingerprint
from fencekit.prover.checker.certificate_walks import ClosedSetWalk
from fencekit.prover.checker.check_certificate import (
    VERSION,
    CertificateError,
    follow,
    negate_literal,
    sides,
)
from fencekit.prover.checker.checker_atoms import Atom, Atoms, Literals, needs, possible
from fencekit.prover.checker.checker_domain import OPEN, CheckedDomain
from fencekit.prover.checker.pattern_formulas import DisagreementError
from fencekit.prover.checker.python_fingerprint import interpreter
from fencekit.prover.policy_properties import Property
from fencekit.prover.rule_literals import (
    Compares,
    ContainsKeyword,
    HasPrefix,
    Literal,
    MatchesRegex,
    Named,
    RiskLevelIs,
)
from fencekit.regex.sublanguage import is_sublanguage

MOST_STATES = 50_000
MOST_PARTS = 200_000
MOST_TRIED = 20_000
SUBJECTS = {QuestionSubject.AMOUNT: "amount", QuestionSubject.CALLER_DEPTH: "caller_depth"}


def make_certificate(
    goal: Property, policies: tuple[Policy, ...], said: Any, cores: Iterable[frozenset[Literal]]
) -> Certificate:
    """Return the certificate of a goal that was proved for a domain by these contradictions.

    Raises CertificateError where it cannot be made so that the checker accepts it.
    """
    if goal.name not in BROKEN:
        raise CertificateError(f"certificates do not say `{goal.name}`")
    atoms: Atoms = {}
    domain = CheckedDomain(said)
    found = list(cases(goal.name, policies, atoms))
    known = {smallest(frozenset(map(form, core)), atoms, domain) for core in cores}
    try:
        lemmas = [lemma(literals, atoms, domain) for literals in ruling_out(found, known)]
    except RecursionError as error:
        raise CertificateError("a regex is too long to be shown to the checker") from error
    except DisagreementError as error:
        raise CertificateError(f"a regex is not what the checker takes it for: {error}") from error
    # Made of what is needed of them, some lemmas may be the same, or do without others.
    shown = {frozenset(one["literals"]): one for one in lemmas}
    used = without_idle(found, ruling_out(found, shown))
    splits = {case.name: CertificateSearch(used, taken=used).split_case(case) for case in found}
    return Certificate(
        {
            "version": VERSION,
            "goal": goal.name,
            "domain": said,
            "policies": [fingerprint(policy) for policy in policies],
            "python": interpreter(),
            "lemmas": [shown[literals] for literals in used],
            "splits": {name: split for name, split in splits.items() if split},
        }
    )


def form(literal: Literal) -> str:
    """Return a literal as the checker names it."""
    name = FORMS[type(literal.atom)](literal.atom)
    return name if literal.positive else negate_literal(name)


FORMS: dict[type, Any] = {
    ContainsKeyword: lambda atom: f"has {sorted(atom.keywords)}",
    MatchesRegex: lambda atom: f"found {[*atom.patterns]}",
    Compares: lambda atom: (
        f"{SUBJECTS[atom.subject]}_{atom.relation} {atom.spelled}" + " raises" * atom.raises
    ),
    HasPrefix: lambda atom: f"path_prefix str {atom.prefix!r}",
    Named: lambda atom: f"{atom.key} {atom.spelled}",
    RiskLevelIs: lambda atom: f"risk_level_is str {atom.expected!r}",
}
"""How each kind of atom is named; one entry for each that there is."""


def ruling_out(found: list[CheckedCase], known: Iterable[Literals]) -> list[Literals]:
    """Return lemmas of those known that rule out all cases; raise CertificateError for none."""
    search = CertificateSearch(sorted(known, key=sorted))
    for case in found:
        search.split_case(case)
    return sorted(search.taken, key=sorted)


def without_idle(found: list[CheckedCase], used: list[Literals]) -> list[Literals]:
    """Return lemmas without those that the others can do without, where that is soon found."""
    for one in used if len(used) * len(found) <= MOST_TRIED else ():
        fewer = [other for other in used if other != one]
        try:
            ruling_out(found, fewer)
        except CertificateError:
            continue
        used = fewer
    return used


class CertificateSearch:
    """How cases are ruled out by lemmas, of which those are taken that are needed."""

    def __init__(self, lemmas: Sequence[Literals], taken: Sequence[Literals] = ()) -> None:
        self._lemmas = lemmas
        self._left = MOST_PARTS
        self.taken = [*taken]

    def split_case(self, case: CheckedCase) -> Any:
        """Return how a case is split; None where it contradicts itself at once."""
        return self._split_facts(case.facts, case.earlier)

    def _split_facts(self, facts: Literals, earlier: list[Literals]) -> Any:
        self._left -= 1
        if self._left < 0:
            raise CertificateError("a case has too many parts to be written down")
        followed = follow(facts, [*earlier, *self.taken])
        if followed is None:
            return None
        lemma = next((one for one in self._lemmas if one <= followed), None)
        if lemma is not None:
            self.taken.append(lemma)
            return None
        open_ = [clause - followed for clause in earlier]
        left = [one for one in open_ if followed.isdisjoint(map(negate_literal, one))]
        if not left:
            raise CertificateError("a step of the proof cannot be shown to the checker")
        literal = min(map(sorted, left), key=lambda one: (len(one), one))[0]
        both = (followed | {one} for one in (literal, negate_literal(literal)))
        return [literal, *(self._split_facts(side, earlier) for side in both)]


def smallest(literals: Literals, atoms: Atoms, domain: CheckedDomain) -> Literals:
    """Return those of the literals that contradict each other, if a reason is not in texts."""
    for subject in sorted({atom_of(one, atoms).subject for one in literals}):
        about = frozenset(one for one in literals if atom_of(one, atoms).subject == subject)
        if is_plain(about, atoms, domain):
            for one in sorted(about):
                about = about - {one} if is_plain(about - {one}, atoms, domain) else about
            return about
    return literals


def is_plain(literals: Literals, atoms: Atoms, domain: CheckedDomain) -> bool:
    """Say whether literals, of one subject, contradict each other for a reason not in texts."""
    so, not_so = sides(literals, atoms)
    if not literals or any(atom.patterns for atom in (*so, *not_so)):
        return False
    return next(possible(so, not_so, domain), None) is None


def lemma(literals: Literals, atoms: Atoms, domain: CheckedDomain = OPEN) -> Any:
    """Return the lemma that literals are never all true; raise CertificateError if unsure."""
    if not literals and domain.is_empty:
        return {"literals": []}
    if len({atom_of(one, atoms).subject for one in literals}) == 1 and is_plain(
        literals, atoms, domain
    ):
        return {"literals": sorted(literals)}
    of_texts = frozenset(one for one in literals if atom_of(one, atoms).patterns)
    try:
        return lemma_with_walks(of_texts, atoms, domain)
    except CertificateError:
        if of_texts == literals:
            raise
        return lemma_with_walks(literals, atoms, domain)


def lemma_with_walks(literals: Literals, atoms: Atoms, domain: CheckedDomain) -> Any:
    """Return the lemma with its walks, and of its literals those that they need."""
    so, not_so = sides(literals, atoms)
    wanted = [[(atom.of, one) for one in atom.patterns] for atom in so if atom.patterns]
    refused = [(atom.of, one) for atom in not_so for one in atom.patterns]
    within = list(needs(so, not_so, domain)), domain
    walks: list[Any] = []
    for chosen in product(*wanted):
        if not any({*walk["found"]} <= {*chosen} for walk in walks):
            walks.append(next(closed_walks(list(dict.fromkeys(chosen)), refused, *within)))
    asked = {one for walk in walks for one in (*walk["found"], *walk["not"])}
    kept = [one for one in sorted(literals) if is_asked(atom_of(one, atoms), asked)]
    return {"literals": kept, "walks": walks}


def is_asked(atom: Atom, asked: set[tuple[str, str]]) -> bool:
    """Say whether walks ask something of an atom; of one that is about no text they may."""
    return not atom.patterns or any((atom.of, one) in asked for one in atom.patterns)


def atom_of(literal: str, atoms: Atoms) -> Atom:
    """Return the atom that a literal is about."""
    return atoms[negate_literal(literal) if literal.startswith("not ") else literal]


def closed_walks(found: list[Any], refused: list[Any], *within: Any) -> Iterator[Any]:
    """Yield walks that cannot end as asked, the smallest first; raise CertificateError for none."""
    for order, wanted, unwanted in candidates(found, refused):
        walk = ClosedSetWalk(order, wanted, unwanted, *within)
        table = closure(walk)
        if table is not None:
            asked = {"found": wanted, "not": unwanted}
            yield {"order": order, **asked, "tables": walk.tables, "next": table}
    both = [f"{of} `{one}`" for of, one in found], [f"{of} `{one}`" for of, one in refused]
    said = " and no ".join(", ".join(some) or "anything" for some in both)
    raise CertificateError(f"a step of the proof cannot be shown to the checker: {said}")


def candidates(found: list[Any], refused: list[Any]) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Yield what may be walked: the kind of texts, and which of the patterns."""
    for of in ("text", "values"):
        wanted, unwanted = ([one for one in some if one[0] == of] for some in (found, refused))
        for one, other in product(wanted, unwanted):
            if of == "text" or is_sublanguage(one[1], other[1]):
                yield of, [one], [other]
        if wanted:
            yield of, wanted, unwanted
    yield from (("arguments", [one], [other]) for one in found for other in refused)
    yield "arguments", found, refused


def closure(walk: ClosedSetWalk) -> list[list[int]] | None:
    """Return the rows of all states that can be reached; None where one is a goal."""
    numbers: dict[Any, int] = {walk.start: 0}
    left, table = [walk.start], []
    for state in left:
        if walk.is_goal(state):
            return None
        row = []
        for after in walk.steps(state):
            if after is None:
                row.append(-1)
                continue
            if after not in numbers:
                if len(numbers) >= MOST_STATES:
                    raise CertificateError("a step of the proof has too many states to be written")
                numbers[after] = len(numbers)
                left.append(after)
            row.append(numbers[after])
        table.append(row)
    return table
