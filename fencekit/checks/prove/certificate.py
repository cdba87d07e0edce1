"""The certificate of what was proved: its lemmas, and the closed sets of states behind them.

Plain JSON values, the same for the same policies:

    {"version": 1, "goal": "not looser", "domain": "open", "policies": [a digest of each],
     "lemmas": [{"literals": [[true, "found", "^a"], [false, "found", "a"]],
                 "walks": [{"found": ["^a"], "not": ["a"], "next": [[1, 0], [-1, -1]]}]}]}

A lemma says that its literals contradict each other. One about regexes has walks: for each choice
of patterns to be found, the states that can be reached, row by row. A row has the number of the
next state for each class of characters, -1 where a pattern has been found that must not be.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from fencekit.checks.prove.atoms import Begins, Found, Holds, Level, Literal, Named, Passes
from fencekit.checks.prove.checker.check import (
    VERSION,
    CertificateError,
    exits,
    fingerprint,
    product_of,
    stepped,
)
from fencekit.checks.prove.checker.facts import contradict
from fencekit.checks.prove.checker.walks import MATCHED
from fencekit.checks.prove.goals import Goal
from fencekit.checks.prove.strings import is_within
from fencekit.engines.native.questions import Subject
from fencekit.model.policy import Policy
from fencekit.model.proof import Certificate

MOST_STATES = 50_000
SUBJECTS = {Subject.AMOUNT: "amount", Subject.CALLER_DEPTH: "caller_depth"}


def certified(
    goal: Goal, policies: tuple[Policy, ...], domain: Any, cores: Iterable[frozenset[Literal]]
) -> Certificate:
    """Return the certificate of a goal that was proved with these contradictions."""
    if domain != "open":
        raise CertificateError("there are certificates for the domain `open` only")
    values: dict[str, Any] = {}
    for policy in policies:
        for rule in policy.rules:
            exits(rule, values)
    forms = {tuple(sorted(map(form, core))) for core in cores}
    return Certificate(
        {
            "version": VERSION,
            "goal": goal.name,
            "domain": "open",
            "policies": [fingerprint(policy) for policy in policies],
            "lemmas": [lemma(literals, values) for literals in sorted(forms)],
        }
    )


def form(literal: Literal) -> tuple[bool, tuple[str, ...]]:
    """Return a literal as plain texts."""
    return literal.positive, FORMS[type(literal.atom)](literal.atom)


FORMS: dict[type, Any] = {
    Holds: lambda atom: ("has", *sorted(atom.keywords)),
    Found: lambda atom: ("found", *atom.patterns),
    Passes: lambda atom: (
        *("number", SUBJECTS[atom.subject], str(atom.relation), atom.spelled),
        "raises" if atom.raises else "passes",
    ),
    Begins: lambda atom: ("path", atom.prefix),
    Named: lambda atom: ("named", atom.key, atom.spelled),
    Level: lambda atom: ("level", atom.expected),
}
"""How each kind of atom is written; one entry for each that there is."""


def lemma(literals: Iterable[tuple[bool, tuple[str, ...]]], values: dict[str, Any]) -> Any:
    """Return the lemma that literals contradict each other; raise CertificateError if unsure."""
    literals = list(literals)
    plain = [[positive, *atom] for positive, atom in literals]
    if contradict(literals, values):
        return {"literals": plain}
    clauses = [atom[1:] for positive, atom in literals if positive and atom[0] == "found"]
    refused = [
        pattern
        for positive, atom in literals
        if not positive and atom[0] == "found"
        for pattern in atom[1:]
    ]
    walks: list[Any] = []
    for chosen in product(*clauses):
        if not any(set(w["found"]) <= set(chosen) for w in walks):
            walks.append(next(closed_walks(list(dict.fromkeys(chosen)), refused)))
    return {"literals": plain, "walks": walks}


def closed_walks(found: list[str], refused: list[str]) -> Iterator[Any]:
    """Yield walks of few patterns that cannot be as asked; raise CertificateError for none."""
    pairs = (([one], [other]) for one in found for other in refused if is_within(one, other))
    for wanted, unwanted in (*pairs, (found, refused)):
        table = closure(wanted, unwanted)
        if table is not None:
            yield {"found": wanted, "not": unwanted, "next": table}
    raise CertificateError("a step of the proof looks at keywords and regexes at once")


def closure(found: list[str], refused: list[str]) -> list[list[int]] | None:
    """Return the rows of all states that can be reached; None where one is a goal."""
    walks, letters = product_of([*found, *refused])
    start = tuple(walk.start for walk in walks)
    numbers: dict[Any, int] = {start: 0}
    left, table = [start], []
    for states in left:
        ends = [walk.accepts(state) for walk, state in zip(walks, states, strict=True)]
        if all(ends[: len(found)]) and not any(ends[len(found) :]):
            return None
        row = []
        for letter in letters:
            after = stepped(walks, states, letter)
            if MATCHED in after[len(found) :]:
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
