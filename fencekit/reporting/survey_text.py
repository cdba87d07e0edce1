"""What a log holds as text: its counts, and its tools with what they map to."""

from collections import Counter
from collections.abc import Iterator

from fencekit.model.log_survey import Survey
from fencekit.model.source import Place
from fencekit.reporting.log_notes import kinds
from fencekit.reporting.replay_text import Line, Table, at, inert

MOST_ROWS = 50
LONGEST = 2_000


def survey_parts(path: str, log_format: str, survey: Survey) -> Iterator[Line | Table]:
    """Yield the counts of a log as lines and tables."""
    yield Line(f"{at(Place(path))} ({log_format})", "bold")
    span = f", {inert(survey.first)} to {inert(survey.last)}" if survey.first else ""
    passed_over = survey.passed_over.total
    counts = f"{survey.records:,} records, {survey.invalid:,} invalid, {passed_over:,} passed over"
    yield Line(f"{counts}{span}")
    for said in kinds(survey.passed_over.rows()):
        yield Line(f"passed over: {inert(said, LONGEST)}", "yellow")
    for said in kinds(survey.notices.rows()):
        yield Line(f"notice: {inert(said, LONGEST)}")
    if survey.approvals:
        yield Line(f"{survey.approvals:,} human-approved")
    for title, counter in (
        ("verdict", survey.verdicts),
        ("completeness", survey.completeness),
        ("capability", survey.capabilities),
        ("principal", survey.principals),
    ):
        yield Line()
        yield counted_table(title, counter)
    if survey.tools:
        yield Line()
        yield from tool_parts(survey)


def counted_table(title: str, counter: Counter[str]) -> Table:
    """Return a counter as a table, the most frequent first."""
    rows = [(inert(name), f"{count:,}") for name, count in most_frequent(counter)]
    return Table((title, "records"), tuple(rows), ("",) * len(rows))


def most_frequent(counter: Counter[str]) -> list[tuple[str, int]]:
    """Return the entries of a counter, the most frequent first, what is left as one."""
    entries = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in entries[MOST_ROWS:])
    others = [(f"{len(entries) - MOST_ROWS:,} others", rest)] if rest else []
    return [*entries[:MOST_ROWS], *others]


def tool_parts(survey: Survey) -> Iterator[Line | Table]:
    """Yield the tools of a log, the most frequent first, with what each maps to."""
    if not survey.tools:
        yield Line("the log names no tools: its records have capabilities")
        return
    entries = sorted(survey.tools.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple(
        (inert(tool), inert(capability) if capability else "unmapped", f"{count:,}")
        for (tool, capability), count in entries
    )
    styles = tuple("" if capability else "yellow" for (_, capability), _ in entries)
    yield Table(("tool", "capability", "calls"), rows, styles)
    unmapped = sum(count for (_, capability), count in entries if not capability)
    if unmapped:
        yield Line(f"{unmapped:,} calls of tools that nothing maps: write them into `--tools`")
