"""A loosening that was found, as the message of a failing test: all of it inert."""

from collections.abc import Iterator

from fencekit.model.proof import Witness
from fencekit.reporting.replay_text import inert
from fencekit.reporting.witness_text import Sides, Sourced, witness_lines

UNPINNED = "no case can say this call: the policy in force raises, or JSON lacks a number in it"


def loosening_text(
    witness: Witness, sides: Sides, sources: Sourced, *, found: str, case: str
) -> str:
    """Return where and how a call is decided looser, by which rules, and the case that pins it.

    `found` says how the call was come by; `case` is a file of cases as text, empty for none.
    """
    return "\n".join(loosening_lines(witness, sides, sources, found=found, case=case))


def loosening_lines(
    witness: Witness, sides: Sides, sources: Sourced, *, found: str, case: str
) -> Iterator[str]:
    """Yield the lines of the message."""
    rule = witness.after.rule
    place = str(rule.place) if rule is not None else sides.policy
    change = f"{witness.before.effect} -> {witness.after.effect}"
    yield f"{inert(place, 500)}: the candidate is looser: {inert(change)}"
    yield from (line.text for line in witness_lines("looser", witness, sides, sources))
    yield f"  {inert(found)}"
    if not case:
        yield f"  {UNPINNED}"
        return
    yield "pin it as a case, in a file `….fence.yaml`:"
    yield from (f"  {inert(line)}" for line in case.splitlines())
