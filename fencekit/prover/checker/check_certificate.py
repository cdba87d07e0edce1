"""Checks a certificate: every case that would break its goal is ruled out by its lemmas.

A *lemma* is literals that are never all true; a *case* is literals that would be true, and clauses
of which one literal each would be false. A case is ruled out when following its clauses and the
lemmas ends in a contradiction: at once, or on both sides of each split that the certificate names.

Nothing in the certificate is trusted. The cases are made from the policies alone, and each lemma is
shown again: on calls that stand for all, or by the states that a walk through all texts can be in.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

from fencekit.model.errors import FencekitError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.proof import Certificate
from fencekit.prover.checker.certificate_cases import BROKEN, cases, fingerprint
from fencekit.prover.checker.certificate_walks import ClosedSetWalk
from fencekit.prover.checker.checker_atoms import Atom, Atoms, Literals, needs, possible
from fencekit.prover.checker.checker_domain import OPEN, CheckedDomain
from fencekit.prover.checker.pattern_formulas import DisagreementError
from fencekit.prover.checker.python_fingerprint import interpreter, interpreter_name

VERSION = 3
UNREADABLE = (AttributeError, LookupError, RecursionError, TypeError, UsageError, ValueError)
"""What comes of content that is not as it should be."""


class CertificateError(FencekitError):
    """A certificate that does not show what it says."""

    slug = "certificate"


def check(certificate: Certificate, *policies: Policy) -> int:
    """Return how many cases were ruled out; raise CertificateError where one is not."""
    try:
        return check_content(certificate.content, policies)
    except DisagreementError as error:
        raise CertificateError(
            f"the checker reads a regex otherwise than Python: {error}"
        ) from error
    except UNREADABLE as error:
        what = f"{type(error).__name__}: {error}"
        raise CertificateError(f"the certificate cannot be read: {what}") from error


def check_content(content: dict[str, Any], policies: Sequence[Policy]) -> int:
    """Return how many cases were ruled out, by what a certificate holds."""
    if content["version"] != VERSION:
        raise CertificateError("the certificate is of a version that is not checked here")
    if content["policies"] != [fingerprint(policy) for policy in policies]:
        raise CertificateError("the certificate is of other policies")
    if content["goal"] not in BROKEN:
        raise CertificateError(f"the goal `{content['goal']}` is not checked here")
    atoms: Atoms = {}
    found = list(cases(content["goal"], policies, atoms))
    domain = CheckedDomain(content["domain"])
    made_under = interpreter_name(content["python"])
    if set(content["python"]) != set(interpreter()):
        raise CertificateError("the certificate does not say under which Python it was made")
    lemmas = [check_lemma(lemma, atoms, domain, made_under) for lemma in content["lemmas"]]
    for case in found:
        split = content["splits"].get(case.name)
        if not is_contradiction(case.facts, [*case.earlier, *lemmas], split):
            raise CertificateError(f"the case `{case.name}` is not ruled out")
    return len(found)


def is_contradiction(facts: Literals, clauses: list[Literals], split: Any) -> bool:
    """Say whether the facts leave no clause a literal that can be false, on each side of splits."""
    followed = follow(facts, clauses)
    if followed is None:
        return True
    if not split:
        return False
    literal, if_so, if_not = split
    return is_contradiction(followed | {literal}, clauses, if_so) and is_contradiction(
        followed | {negate_literal(literal)}, clauses, if_not
    )


def follow(facts: Literals, clauses: list[Literals]) -> Literals | None:
    """Return the facts and all that follows, clause by clause; None where that cannot be so."""
    true = set(facts)
    before = -1
    if any(negate_literal(one) in true for one in true):
        return None
    while len(true) > before:
        before = len(true)
        for clause in clauses:
            left = clause - true
            if not left:
                return None
            if len(left) == 1:
                true.update(map(negate_literal, left))
    return frozenset(true)


def negate_literal(literal: str) -> str:
    """Return the opposite of a literal."""
    return literal[4:] if literal.startswith("not ") else f"not {literal}"


def sides(literals: Literals, atoms: Atoms) -> tuple[list[Atom], list[Atom]]:
    """Return the atoms of literals that are so, and those that are not."""
    so = [atoms[one] for one in sorted(literals) if not one.startswith("not ")]
    return so, [atoms[negate_literal(one)] for one in sorted(literals) if one.startswith("not ")]


def check_lemma(
    lemma: dict[str, Any], atoms: Atoms, domain: CheckedDomain = OPEN, made_under: str = ""
) -> Literals:
    """Return the literals of a lemma, after it was shown that they are never all true."""
    literals = frozenset[str](lemma["literals"])
    so, not_so = sides(literals, atoms)
    if "walks" not in lemma:
        if not literals and domain.is_empty:
            return literals  # no call is in the domain, so that nothing at all is true
        if next(possible(so, not_so, domain), None) is not None:
            raise CertificateError("a lemma's literals can be so together")
        return literals
    needed = list(needs(so, not_so, domain))
    wanted = [[(atom.of, one) for one in atom.patterns] for atom in so if atom.patterns]
    refused = {(atom.of, one) for atom in not_so for one in atom.patterns}
    walks = [([*map(tuple, w["found"])], [*map(tuple, w["not"])], w) for w in lemma["walks"]]
    # Of each atom that is so, some pattern is found: whichever these are, there must be a walk.
    for chosen in product(*wanted):
        if not any({*found} <= {*chosen} and {*never} <= refused for found, never, _ in walks):
            raise CertificateError(f"nothing was walked for `{chosen}`")
    for found, never, said in walks:
        walk = ClosedSetWalk(said["order"], found, never, needed, domain)
        if walk.tables != said["tables"]:
            here = interpreter_name(interpreter())
            raise CertificateError(
                f"the certificate was made under {made_under}, and {here} reads its texts otherwise"
            )
        if not is_closed(walk, said["next"]):
            raise CertificateError("the states of a walk are not closed, or one is a goal")
    return literals


def is_closed(walk: ClosedSetWalk, table: list[list[int]]) -> bool:
    """Say whether the table's states are all that can be reached, and none of them is a goal.

    A row has the number of the next state for each step, or -1 where the walk ends. States are
    numbered as they come.
    """
    states = [walk.start]
    numbers = {walk.start: 0}
    for at, row in enumerate(table):
        if at >= len(states) or walk.is_goal(states[at]):
            return False
        expected = []
        for after in walk.steps(states[at]):
            if after is not None and after not in numbers:
                numbers[after] = len(states)
                states.append(after)
            expected.append(-1 if after is None else numbers[after])
        if row != expected:
            return False
    return len(states) == len(table)
