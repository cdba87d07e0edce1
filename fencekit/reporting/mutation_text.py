"""The report of a mutation as text: the score, and each survivor with a call that shows it."""

import json
from collections.abc import Iterator

from fencekit.model.mutation_result import MutantResult, Mutation
from fencekit.model.report import Report
from fencekit.model.request_json import request_to_json
from fencekit.reporting.lint_text import at
from fencekit.reporting.replay_text import LONGEST_TROUBLE, STATUS_STYLES, Line, Table, inert
from fencekit.reporting.report_phrases import LABELS, count_noun

LONGEST_CALL = 2_000
MOST_SHOWN = 100
"""How many survivors are shown."""


def headline(report: Report) -> str:
    """Return what came of the mutation in one sentence."""
    mutation = report.mutation
    if mutation is None or mutation.score is None:
        return "no mutant was judged"
    killed = f"{mutation.killed:,} of {count_noun(mutation.scored, 'mutant')}"
    asked = (
        ": name one that is enough with `--min-score`"
        if mutation.minimum is None
        else f", {mutation.minimum:g} % asked for"
    )
    return f"{killed} noticed, a score of {mutation.score:.1f} %{asked}"


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, what was tried, the tables, the survivors."""
    yield Line(f"{LABELS[report.status]}: {headline(report)}", STATUS_STYLES[report.status])
    for trouble in report.troubles:
        for part in trouble.splitlines():
            yield Line(f"  ! {inert(part, LONGEST_TROUBLE)}", "yellow")
    mutation = report.mutation
    if mutation is None:
        return
    yield Line()
    yield Line(f"policy      {inert(mutation.policy, 500)}")
    tried = f"{count_noun(mutation.cases, 'case')}, {count_noun(mutation.records, 'recorded call')}"
    yield Line(f"tried on    {tried}")
    if not mutation.mutants:
        return
    if mutation.made > len(mutation.mutants):
        of = count_noun(mutation.made, "mutant")
        yield Line(f"sample      {len(mutation.mutants):,} of {of}", "yellow")
    equal = count_noun(mutation.equivalent, "mutant")
    yield Line(f"equivalent  {equal}: proved to decide every call alike, and not counted")
    yield Line()
    yield changes(mutation)
    for mutant in mutation.survivors[:MOST_SHOWN]:
        yield Line()
        yield from survivor(mutant)
    rest = len(mutation.survivors) - MOST_SHOWN
    if rest > 0:
        yield Line()
        yield Line(f"and {count_noun(rest, 'more survivor')}: see them with `--format json`")


def changes(mutation: Mutation) -> Table:
    """Return how many mutants of each change of effect were noticed, of how many."""
    rows = [
        (f"{inert(before)} -> {inert(after)}", f"{killed:,}", f"{told:,}")
        for before, after, killed, told in mutation.by_change()
    ]
    styles = tuple("" if killed == told else "yellow" for _, killed, told in rows)
    return Table(("", "noticed", "of"), tuple(rows), styles)


def survivor(mutant: MutantResult) -> Iterator[Line]:
    """Yield the lines of a survivor: the edit, where, and a call that tells it apart."""
    yield Line(f"{at(mutant.place)}: survived: {inert(mutant.label, 600)}", "yellow")
    found = mutant.difference
    if found is None:
        yield Line(f"  {inert(mutant.note, LONGEST_TROUBLE)}")
        return
    form = json.dumps(request_to_json(found.request), ensure_ascii=False, default=repr)
    yield Line(f"  {inert(found.before)} -> {inert(found.after)}  {inert(form, LONGEST_CALL)}")
