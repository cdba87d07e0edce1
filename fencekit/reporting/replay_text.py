"""The report as text for a terminal, a pipe or a build log: lines and tables, all inert."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.model.finding import (
    OF_CALLS,
    Finding,
    Level,
    RecordClass,
    RuleRef,
    capability_name,
)
from fencekit.model.log_survey import verdict_name
from fencekit.model.record import Record
from fencekit.model.report import ReplayResult, Report, Status
from fencekit.model.request_json import request_to_json
from fencekit.model.source import Place, argument
from fencekit.model.verdict import Verdict
from fencekit.reporting.coverage_note import generated_line
from fencekit.reporting.edit_text import blames
from fencekit.reporting.log_notes import notice_lines, passed_over_line, read_line
from fencekit.reporting.report_phrases import (
    chain_line,
    count_noun,
    status_label,
    verdict_line,
    waived_lines,
    waiver_line,
)
from fencekit.reporting.visible_text import shorten, visible

LONGEST = 160
MOST_GROUPS = 200
MOST_WAIVERS = 20
LONGEST_TROUBLE = 2_000
NO_FILE = ("", "-")
"""What stands for a call that is in no file: made up, or read from standard input."""

LONGEST_COMMAND = 10_000  # what is cut cannot be copied


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and the style in which a terminal that has colours shows it."""

    text: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; the first cell of a row names it, the others are numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    styles: tuple[str, ...]


FORMAT = "text"
"""The name by which `--format` asks for it."""

STATUS_STYLES = {
    Status.CLEAN: "bold green",
    Status.WAIVED: "bold yellow",
    Status.NOT_JUDGED: "bold yellow",
    Status.EXCEPT_ERRORS: "bold yellow",
    Status.FINDINGS: "bold red",
    Status.COULD_NOT_CHECK: "bold yellow",
}
CLASS_STYLES = {
    RecordClass.LOOSER: "red",
    RecordClass.MAYBE_LOOSER: "yellow",
    RecordClass.CANNOT_TELL: "yellow",
    RecordClass.INVALID: "yellow",
    RecordClass.TIGHTER: "blue",
    RecordClass.MAYBE_TIGHTER: "blue",
    RecordClass.UNCHANGED: "",
    RecordClass.LOOSER_ON_ERROR: "yellow",
    RecordClass.FAULT: "red",
}
LEVEL_STYLES = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "blue"}


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of a report: the verdict, what was checked, the counts, the findings."""
    yield Line(f"{status_label(report)}: {verdict_line(report)}", STATUS_STYLES[report.status])
    yield from waiver_lines(report)
    for trouble in report.troubles:
        for part in trouble.splitlines():
            yield Line(f"  ! {inert(part, LONGEST_TROUBLE)}", "yellow")
    yield Line()
    if report.replay is not None:
        yield from what_was_checked(report.replay, generated_line(report))
    yield from counts(report)
    for finding in report.findings[:MOST_GROUPS]:
        yield Line()
        yield from finding_lines(finding, report.replay)
    rest = report.findings[MOST_GROUPS:]
    if rest:
        yield Line()
        calls = count_noun(sum(finding.count for finding in rest), "call")
        more = count_noun(len(rest), "more group")
        yield Line(f"and {more} with {calls}: see them with `--format json` or `--html FILE`")
    if report.replay is not None and report.replay.not_kept:
        yield Line()
        yield Line(f"{count_noun(report.replay.not_kept, 'changed record')} not kept one by one")


def waiver_lines(report: Report) -> Iterator[Line]:
    """Yield what is waived, and by whom: nobody may read on without that."""
    said = waived_lines(report)
    yield from (Line(f"  {inert(one, LONGEST_TROUBLE)}", "yellow") for one in said[:MOST_WAIVERS])
    if len(said) > MOST_WAIVERS:
        yield Line(f"  and {len(said) - MOST_WAIVERS:,} more waivers", "yellow")


def headline(report: Report) -> str:
    """Return what came of a replay in one sentence."""
    return verdict_line(report)


def what_was_checked(replay: ReplayResult, generated: str = "") -> Iterator[Line]:
    """Yield the lines that say what was compared with what."""
    yield Line(f"candidate  {inert(replay.candidate)}")
    against = inert(replay.baseline) if replay.baseline else "the recorded decisions"
    yield Line(f"against    {against}")
    for log in replay.logs:
        shown = f"{inert(log.path)} ({read_line(log)})" if log.path else read_line(log)
        yield Line(f"log        {shown}")
    yield Line(f"chain      {chain_line(replay)}")
    yield Line(f"unread     {inert(passed_over_line(replay), LONGEST_TROUBLE)}")
    for said in notice_lines(replay):
        yield Line(f"notice     {inert(said, LONGEST_TROUBLE)}")
    if generated:
        yield Line(f"generated  {generated}")
    if replay.approvals:
        yield Line(f"approvals  {count_noun(replay.approvals, 'call')} human-approved")
    if replay.unmapped_tools:
        named = ", ".join(
            f"{inert(tool, 60)} ({count:,})" for tool, count in replay.unmapped_tools[:5]
        )
        rest = len(replay.unmapped_tools) - 5
        more = f" and {rest:,} more" if rest > 0 else ""
        yield Line(f"unmapped   {named}{more}: give them a capability with `--tools`", "yellow")
    yield Line()


def looseness(decision: str) -> tuple[list[int], str]:
    """Return the key that sorts decisions, as text, from the loosest to the tightest."""
    known = [verdict.value for verdict in Verdict if verdict.name in decision]
    return known or [len(Verdict)], decision


def counts(report: Report) -> Iterator[Line | Table]:
    """Yield the number of records in each class, and how many went from which decision to which."""
    rows = [(kind.words, f"{report.counts[kind]:,}") for kind in OF_CALLS]
    styles = [CLASS_STYLES[kind] if report.counts[kind] else "dim" for kind in OF_CALLS]
    total = ("records", f"{report.read:,}")
    yield Table(("", ""), (*rows, total), (*styles, "bold"))
    if report.replay is not None and report.replay.transitions:
        yield Line()
        yield matrix(report.replay)


def matrix(replay: ReplayResult) -> Table:
    """Return how many records went from which decision to which, as a table."""
    befores = sorted({transition.before for transition in replay.transitions}, key=looseness)
    afters = sorted({transition.after for transition in replay.transitions}, key=looseness)
    cells: dict[tuple[str, str], int] = {}
    for transition in replay.transitions:
        key = transition.before, transition.after
        cells[key] = cells.get(key, 0) + transition.count
    rows = tuple(
        (inert(before), *(f"{cells.get((before, after), 0):,}" for after in afters))
        for before in befores
    )
    return Table(("before / after", *map(inert, afters)), rows, ("",) * len(rows))


def finding_lines(finding: Finding, replay: ReplayResult | None) -> Iterator[Line]:
    """Yield the lines of one finding: what changed, by which rules, with witnesses."""
    if finding.invalid or finding.kind is RecordClass.FAULT:
        yield from (invalid_lines if finding.invalid else fault_lines)(finding)
        return
    change = f"{inert(finding.before)} -> {inert(finding.after)}"
    heading = f"{finding.kind.words}  {inert(finding.calls)}  {change}"
    yield Line(f"{heading}  {count_noun(finding.count, 'call')}", CLASS_STYLES[finding.kind])
    if finding.waiver is not None:
        yield Line(f"  waived {inert(waiver_line(finding.waiver))}")
    if finding.message:
        yield Line(f"  error  {inert(finding.message)}")
    if finding.baseline_rule is not None:
        yield Line(f"  was    {rule_text(finding.baseline_rule)}")
    if finding.rule is not None:
        yield Line(f"  rule   {rule_text(finding.rule)}")
    yield from (Line(f"  blame  {said}") for said in blames(finding))
    for record in finding.witnesses:
        yield Line(f"  {record_text(record)}")
    if finding.count > len(finding.witnesses):
        yield Line(f"  and {finding.count - len(finding.witnesses):,} more")
    command = explain_command(finding, replay)
    if command:
        yield Line(f"  explain: {command}", "dim")
    yield Line(f"  key: {finding.key.short}", "dim")


def invalid_lines(finding: Finding) -> Iterator[Line]:
    """Yield the lines of the records that could not be read."""
    yield Line(f"invalid  {count_noun(finding.count, 'record')} could not be read", "yellow")
    for place, message, excerpt in finding.invalid:
        shown = f"  {inert(excerpt)}" if excerpt else ""
        column = "" if place.column is None else f":{place.column}"
        yield Line(f"  {at(place)}{column}: {inert(message)}{shown}")
    if finding.count > len(finding.invalid):
        yield Line(f"  and {finding.count - len(finding.invalid):,} more")


def fault_lines(finding: Finding) -> Iterator[Line]:
    """Yield the lines of a fault: how much it matters, where it is, what to do."""
    where = f"{at(finding.place)}: " if finding.place else ""
    said = f"{finding.level}[{inert(finding.slug)}]  {where}{inert(finding.message)}"
    yield Line(said, LEVEL_STYLES[finding.level])
    if finding.hint:
        yield Line(f"  hint   {inert(finding.hint)}")


def explain_command(finding: Finding, replay: ReplayResult | None) -> str:
    """Return the command that explains the first witness; empty where there is no such."""
    place = finding.witnesses[0].place if finding.witnesses else None
    if replay is None or place is None or place.line is None or place.file in NO_FILE:
        return ""
    words = [
        "fencekit",
        "explain",
        argument(replay.candidate),
        argument(str(place)),
        *replay.explain_options,
    ]
    command = shlex.join(words)
    return inert(command, LONGEST_COMMAND)


def rule_text(rule: RuleRef) -> str:
    """Return a rule with its place and what it asks."""
    if rule.place is None:
        return "default: no rule matches, so the call is denied"
    asked = [f"{name}: {value}" for name, value in rule.conditions]
    shown = "; ".join([rule.capability, *asked])
    return f"{inert(rule.name)} ({at(rule.place)})  {inert(shown)}"


def record_text(record: Record) -> str:
    """Return a record in one line: where, who, and with which arguments."""
    form = request_to_json(record.request)
    who = form.get("principal")
    shown = [
        numbered_place(record.place),
        inert(who) if isinstance(who, str) else "unknown principal",
    ]
    args = form.get("args", {})
    shown.append(inert(json.dumps(args, ensure_ascii=False, default=repr)))
    if record.recorded is not None and record.recorded.approval:
        shown.append(f"[{inert(record.recorded.approval)}]")
    return "  ".join(shown)


def listed_record(record: Record) -> str:
    """Return a record in one line, with when it was and what was decided."""
    decided = verdict_name(record)
    named = record.tool if record.tool and not record.mapped else capability_name(record)
    return f"{inert(record.time) or '-'}  {decided}  {inert(named)}  {record_text(record)}"


def numbered_place(place: Place) -> str:
    """Return the place of a record: with its number, where several stand on one line."""
    return at(place) if place.column is None else f"{at(place)}:{place.column}"


def at(place: Place) -> str:
    """Return a place as `file:line`."""
    line = "" if place.line is None else f":{place.line}"
    return f"{inert(place.file, 500)}{line}"


def inert(text: str, limit: int = LONGEST) -> str:
    """Return text from a log or a policy so that no terminal and no build server acts on it.

    Hidden characters are escaped and long text is cut. A command to a build server begins with `::`
    at the start of a line, or with `##[` anywhere; both are broken up.
    """
    one_line = shorten(text, limit).replace("\n", r"\n")
    shown = visible(one_line).replace("##", "#\\u0023")
    return shown.replace("::", ":\\u003a", 1) if shown.lstrip(" ").startswith("::") else shown
