"""Findings of a mutation: each survivor as a note, and a score that is too low as an error."""

from collections.abc import Iterator

from fencekit.model.finding import Finding, Level, RecordClass
from fencekit.model.mutation_result import MutantResult, Mutation
from fencekit.model.record import Record
from fencekit.model.request import Unknown

SURVIVING_MUTANT = "surviving-mutant"
LOW_SCORE = "low-mutation-score"
SLUGS = (SURVIVING_MUTANT, LOW_SCORE)
"""The slugs of the findings; each has a page in `docs/findings/`."""


def findings_of(mutation: Mutation) -> tuple[Finding, ...]:
    """Return the findings: the score first, then the survivors in the order of the policy."""
    return (*shortfall(mutation), *map(survivor, mutation.survivors))


def shortfall(mutation: Mutation) -> Iterator[Finding]:
    """Yield the finding that the score is lower than what is asked for."""
    score, minimum = mutation.score, mutation.minimum
    if minimum is None or score is None or score >= minimum:
        return
    said = f"{mutation.killed:,} of {mutation.scored:,} mutants, {score:.1f} %"
    message = f"the cases and logs notice {said}, less than the {minimum:g} % asked for"
    hint = "each survivor is shown with a call: make a case of it"
    yield Finding(LOW_SCORE, RecordClass.FAULT, "", "", "", 1, message=message, hint=hint)


def survivor(mutant: MutantResult) -> Finding:
    """Return a mutant that nothing noticed, at the line of the policy that it edits."""
    found = mutant.difference
    message = f"nothing notices this edit: {mutant.label}"
    if found is None:
        return Finding(
            SURVIVING_MUTANT,
            RecordClass.FAULT,
            "",
            "",
            "",
            1,
            message=f"{message}; {mutant.note}",
            level=Level.NOTE,
            place=mutant.place,
        )
    capability = found.request.capability
    return Finding(
        SURVIVING_MUTANT,
        RecordClass.FAULT,
        "unknown" if isinstance(capability, Unknown) else capability,
        found.before,
        found.after,
        1,
        witnesses=(Record(found.request, None, mutant.place),),
        message=message,
        level=Level.NOTE,
        place=mutant.place,
        hint=f"the call shown is {found.before}, and would be {found.after}",
    )
