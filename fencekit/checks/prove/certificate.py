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
    machine_of,
    patterns_of,
)
from fencekit.checks.prove.checker.facts import contradict
from fencekit.checks.prove.checker.words import Texts, Words
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
    try:
        lemmas = [lemma(literals, values) for literals in sorted(forms)]
    except RecursionError as error:
        raise CertificateError("a regex is too long to be shown to the checker") from error
    return Certificate(
        {
            "version": VERSION,
            "goal": goal.name,
            "domain": "open",
            "policies": [fingerprint(policy) for policy in policies],
            "lemmas": lemmas,
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
    found, refused = patterns_of(frozenset(literals))
    walks: list[Any] = []
    for chosen in product(*found):
        if not any(set(w["found"]) <= set(chosen) for w in walks):
            walk = next(
                closed_walks(list(dict.fromkeys(chosen)), sorted(refused), literals, values)
            )
            walks.append(walk)
    return {"literals": plain, "walks": walks}


def closed_walks(
    found: list[str],
    refused: list[str],
    literals: list[tuple[bool, tuple[str, ...]]],
    values: dict[str, Any],
) -> Iterator[Any]:
    """Yield walks that cannot end as asked, the smallest first; raise CertificateError for none."""
    pairs = ([[one], [other]] for one in found for other in refused if is_within(one, other))
    for wanted, unwanted in (*pairs, [found, refused]):
        walk: dict[str, Any] = {"found": wanted, "not": unwanted}
        for words in ({}, {"words": True}):
            table = closure(machine_of(walk | words, frozenset(literals), values))
            if table is not None:
                yield {**walk, **words, "next": table}
    raise CertificateError("a step of the proof cannot be shown to the checker")


def closure(machine: Texts | Words) -> list[list[int]] | None:
    """Return the rows of all states that can be reached; None where one is a goal."""
    numbers: dict[Any, int] = {machine.start: 0}
    left, table = [machine.start], []
    for state in left:
        if machine.is_goal(state):
            return None
        row = []
        for after in machine.steps(state):
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
