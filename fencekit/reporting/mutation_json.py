"""The section of a mutation in the JSON report."""

from typing import Any

from fencekit.model.mutation_result import MutantResult, MutantStatus, Mutation
from fencekit.model.request_json import request_to_json
from fencekit.reporting.json_values import column_of, place_of


def mutation_of(mutation: Mutation) -> dict[str, Any]:
    """Return the section of a mutation as JSON values; the score is null where there is none."""
    return {
        "policy": mutation.policy,
        "cases": mutation.cases,
        "records": mutation.records,
        "made": mutation.made,
        "score": None if mutation.score is None else round(mutation.score, 2),
        "minimum": mutation.minimum,
        "counts": {str(fate): mutation.count(fate) for fate in MutantStatus},
        "operators": [
            {"operator": operator, "killed": killed, "mutants": told}
            for operator, killed, told in mutation.by_operator()
        ],
        "changes": [
            {"before": before, "after": after, "killed": killed, "mutants": told}
            for before, after, killed, told in mutation.by_change()
        ],
        "mutants": [mutant_of(mutant) for mutant in mutation.mutants],
    }


def mutant_of(mutant: MutantResult) -> dict[str, Any]:
    """Return a mutant with its fate."""
    found = mutant.difference
    return {
        "operator": mutant.operator,
        "label": mutant.label,
        "can": str(mutant.can),
        "rule": mutant.rule,
        "place": {**place_of(mutant.place), "column": column_of(mutant.place)},
        "fate": str(mutant.fate),
        "by": mutant.by or None,
        "by_place": None
        if mutant.by_place is None
        else {**place_of(mutant.by_place), "column": column_of(mutant.by_place)},
        "request": None if found is None else request_to_json(found.request),
        "before": None if found is None else found.before,
        "after": None if found is None else found.after,
        "note": mutant.note or None,
    }
