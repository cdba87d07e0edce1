"""The report as text for a terminal, a pipe or a build log: one line at a time, all inert."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.model.explanation import Answer, AskedCondition, ConsideredRule, Explanation
from fencekit.model.finding import Changed, Class, Finding, RuleRef
from fencekit.model.form import to_form
from fencekit.model.record import Record
from fencekit.model.report import Replayed, Report, Status
from fencekit.model.source import Place
from fencekit.reporting.characters import shortened, visible
from fencekit.reporting.words import LABELS, counted, verdict_line

LONGEST = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and the style in which a terminal that has colours shows it."""

    text: str = ""
    style: str = ""


STATUS_STYLES = {
    Status.CLEAN: "bold green",
    Status.FINDINGS: "bold red",
    Status.COULD_NOT_CHECK: "bold yellow",
}
CLASS_STYLES = {
    Class.LOOSER: "red",
    Class.MAYBE_LOOSER: "yellow",
    Class.CANNOT_TELL: "yellow",
    Class.INVALID: "yellow",
    Class.TIGHTER: "blue",
    Class.MAYBE_TIGHTER: "blue",
    Class.UNCHANGED: "",
}


def render(report: Report) -> str:
    """Return the report as plain text with a final newline."""
    return "\n".join(line.text for line in lines(report)) + "\n"


def lines(report: Report) -> Iterator[Line]:
    """Yield the lines of a report: the verdict, what was checked, the findings, the troubles."""
    headline = f"{LABELS[report.status]}: {verdict_line(report)}"
    yield Line(headline, STATUS_STYLES[report.status])
    for trouble in report.troubles:
        for part in trouble.splitlines():
            yield Line(f"  ! {inert(part)}", "yellow")
    yield Line()
    if report.replay is not None:
        yield from what_was_checked(report.replay)
    yield from counts(report)
    for finding in report.findings:
        yield Line()
        yield from finding_lines(finding, report.replay)
    if report.replay is not None and report.replay.not_kept:
        yield Line()
        yield Line(f"{counted(report.replay.not_kept, 'changed record')} not kept one by one")


def what_was_checked(replay: Replayed) -> Iterator[Line]:
    """Yield the lines that say what was compared with what."""
    yield Line(f"candidate  {inert(replay.candidate)}")
    against = inert(replay.baseline) if replay.baseline else "the recorded decisions"
    yield Line(f"against    {against}")
    for log in replay.logs:
        read = counted(log.records, "record")
        notes = [read]
        if log.incomplete:
            notes.append(f"{log.incomplete:,} incomplete")
        if log.invalid:
            notes.append(f"{log.invalid:,} invalid")
        if log.undecided_by_log:
            notes.append(f"{log.undecided_by_log:,} without a recorded decision")
        shown = f"{inert(log.path)} ({log.format}: {', '.join(notes)})" if log.path else read
        yield Line(f"log        {shown}")
    if replay.approvals:
        yield Line(f"approvals  {counted(replay.approvals, 'call')} ran because a person said so")
    yield Line()


def counts(report: Report) -> Iterator[Line]:
    """Yield one line for each class, with the number of records in it."""
    width = len(f"{report.read:,}")
    for kind in Class:
        count = report.counts[kind]
        style = CLASS_STYLES[kind] if count else "dim"
        yield Line(f"  {kind.words:<14}{count:>{width},}", style)
    yield Line(f"  {'records':<14}{report.read:>{width},}")


def finding_lines(finding: Finding, replay: Replayed | None) -> Iterator[Line]:
    """Yield the lines of one finding: what changed, by which rules, with witnesses."""
    if finding.invalid:
        yield Line(f"invalid  {counted(finding.count, 'record')} could not be read", "yellow")
        for place, message, excerpt in finding.invalid:
            shown = f"  {inert(excerpt)}" if excerpt else ""
            yield Line(f"  {at(place)}: {inert(message)}{shown}")
        if finding.count > len(finding.invalid):
            yield Line(f"  and {finding.count - len(finding.invalid):,} more")
        return
    change = f"{finding.before} -> {finding.after}"
    heading = f"{finding.kind.words}  {inert(finding.capability)}  {change}"
    yield Line(f"{heading}  {counted(finding.count, 'call')}", CLASS_STYLES[finding.kind])
    if finding.message:
        yield Line(f"  error  {inert(finding.message)}")
    if finding.baseline_rule is not None:
        yield Line(f"  was    {rule_text(finding.baseline_rule)}")
    if finding.rule is not None:
        yield Line(f"  rule   {rule_text(finding.rule)}")
    for record in finding.witnesses:
        yield Line(f"  {record_text(record)}")
    if finding.count > len(finding.witnesses):
        yield Line(f"  and {finding.count - len(finding.witnesses):,} more")
    command = explain_command(finding, replay)
    if command:
        yield Line(f"  explain: {command}", "dim")


def explain_command(finding: Finding, replay: Replayed | None) -> str:
    """Return the command that explains the first witness; empty where there is no such."""
    place = finding.witnesses[0].place if finding.witnesses else None
    if replay is None or place is None or place.line is None or not place.file:
        return ""
    at_line = f"{place.file}:{place.line}"
    return inert(shlex.join(["fencekit", "explain", replay.candidate, at_line]))


def rule_text(rule: RuleRef) -> str:
    """Return a rule with its place and what it asks."""
    if rule.place is None:
        return "default: no rule matches, so the call is denied"
    asked = [f"{name}: {value}" for name, value in rule.conditions]
    shown = "; ".join([rule.capability, *asked])
    return f"{inert(rule.id)} ({at(rule.place)})  {inert(shown)}"


def record_text(record: Record) -> str:
    """Return a record in one line: where, who, and with which arguments."""
    form = to_form(record.request)
    who = form.get("principal")
    shown = [at(record.place), inert(who) if isinstance(who, str) else "unknown principal"]
    args = form.get("args", {})
    shown.append(inert(json.dumps(args, ensure_ascii=False, default=repr)))
    if record.recorded is not None and record.recorded.approval:
        shown.append(f"[{inert(record.recorded.approval)}]")
    return "  ".join(shown)


def four_lines(changed: Changed) -> Iterator[Line]:
    """Yield a compared record in four lines: recorded, original, replayed, changed."""
    capability = to_form(changed.record.request)["capability"]
    shown = capability if isinstance(capability, str) else "unknown"
    yield Line(f"Recorded: {inert(shown)}")
    recorded = changed.record.recorded
    approval = f" ({inert(recorded.approval)})" if recorded and recorded.approval else ""
    yield Line(f"Original: {changed.before}{approval}")
    yield Line(f"Replayed: {changed.after}")
    yield Line(f"Changed: {CHANGED[changed.kind]}", CLASS_STYLES[changed.kind])


CHANGED = {
    Class.UNCHANGED: "false",
    Class.LOOSER: "true",
    Class.TIGHTER: "true",
    Class.MAYBE_LOOSER: "maybe looser",
    Class.MAYBE_TIGHTER: "maybe tighter",
    Class.CANNOT_TELL: "cannot tell",
    Class.INVALID: "cannot tell",
}


def explanation_lines(explanation: Explanation) -> Iterator[Line]:
    """Yield the lines of an explanation: the request, the decision, every rule considered."""
    form = to_form(explanation.request)
    yield Line(f"request   {inert(json.dumps(form, ensure_ascii=False, default=repr), 2_000)}")
    yield Line(f"policy    {inert(explanation.policy.file)}")
    yield Line(f"decision  {explanation.decision}", "bold")
    for outcome in explanation.decision.outcomes:
        reason = rule_text(RuleRef.of(outcome)) if outcome.rule else "default: no rule matches"
        if outcome.error is not None:
            reason = f"error: {inert(outcome.error.message)}"
        elif outcome.by_default:
            reason = "default: no rule matches, so the call is denied"
        yield Line(f"          {outcome.effect} by {reason}")
    tier = ""
    for considered in explanation.considered:
        if considered.tier != tier:
            tier = considered.tier
            yield Line()
            yield Line(f"tier {tier}", "bold")
        yield from considered_lines(considered)
    if not explanation.considered:
        yield Line()
        yield Line("the policy has no rules")


ANSWER_STYLES = {
    Answer.HOLDS: "green",
    Answer.FAILS: "dim",
    Answer.CANNOT_TELL: "yellow",
    Answer.RAISES: "red",
    Answer.NOT_ASKED: "dim",
}


def considered_lines(considered: ConsideredRule) -> Iterator[Line]:
    """Yield the lines of one rule that was considered."""
    rule = considered.rule
    verb = MATCHES[considered.answer]
    heading = f"  {inert(rule.id)} ({at(rule.place)})  {rule.effect}  {verb}"
    yield Line(heading, ANSWER_STYLES[considered.answer])
    covers = "every call" if rule.capability is None else f"`{inert(str(rule.capability))}`"
    yield Line(f"      capability {covers}: {COVERS[considered.capability]}")
    if considered.capability is Answer.FAILS:
        return
    for asked in considered.conditions:
        yield Line(f"      {condition_text(asked)}", ANSWER_STYLES[asked.answer])


MATCHES = {
    Answer.HOLDS: "matches",
    Answer.FAILS: "does not match",
    Answer.CANNOT_TELL: "may match",
    Answer.RAISES: "raises",
    Answer.NOT_ASKED: "is not asked",
}
COVERS = {
    Answer.HOLDS: "covers the call",
    Answer.FAILS: "does not cover the call",
    Answer.CANNOT_TELL: "cannot tell",
    Answer.RAISES: "raises",
    Answer.NOT_ASKED: "not asked",
}


def condition_text(asked: AskedCondition) -> str:
    """Return a condition with its value and its answer."""
    value = inert(json.dumps(asked.condition.value, ensure_ascii=False, default=str))
    error = f": {inert(asked.error)}" if asked.error else ""
    return f"{asked.condition.name} {value}: {asked.answer}{error}"


def at(place: Place) -> str:
    """Return a place as `file:line`."""
    line = "" if place.line is None else f":{place.line}"
    return f"{inert(place.file, 500)}{line}"


def inert(text: str, limit: int = LONGEST) -> str:
    """Return text from a log or a policy so that no terminal and no build server acts on it.

    Hidden characters are escaped and long text is cut. A command to a build server begins with `::`
    at the start of a line, where our own words stand, or with `##[` anywhere, which is broken here.
    """
    return visible(shortened(text, limit)).replace("##", "#\\u0023")
