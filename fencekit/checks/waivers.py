"""Waivers applied to a report: what they cover is allowed and stays visible.

A waiver that has expired, covers more calls than it may, or has no scope to speak of waives
nothing, and is a finding itself; so is one that nothing needs any more. Where it is not known that
every call of a finding meets a waiver's conditions, only those that do are waived.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from fencekit.checks.waiver_file import load_waivers
from fencekit.engines.native.evaluator import test_of
from fencekit.engines.native.view import View
from fencekit.model.finding import Changed, Class, Finding, Level, capability_name
from fencekit.model.record import Record
from fencekit.model.report import Report, Status
from fencekit.model.source import Input
from fencekit.model.waiver import State, Waiver, Waivers, WaiverUse

MAX_WITNESSES = 5

SLUGS: dict[State, tuple[str, Level]] = {
    State.UNUSED: ("waiver-unused", Level.WARNING),
    State.EXPIRED: ("waiver-expired", Level.WARNING),
    State.TOO_BROAD: ("waiver-too-broad", Level.ERROR),
    State.EXCEEDED: ("waiver-exceeded", Level.ERROR),
}
"""The finding that a waiver is when it does not simply apply."""


def waived(report: Report, waivers: tuple[Waiver, ...], file: Input, today: date) -> Report:
    """Return the report with what the waivers cover waived, on that day."""
    calls = Counter[int]()
    split: list[tuple[Finding, int | None]] = []
    in_force = {
        at: waiver
        for at, waiver in enumerate(waivers)
        if not waiver.is_too_broad and waiver.expires >= today
    }
    for finding in report.findings:
        split.extend(parts(report, finding, in_force, calls))
    states = [state_of(waiver, calls[at], today) for at, waiver in enumerate(waivers)]
    findings = [
        finding
        if at is None or states[at] is not State.APPLIED
        else replace(finding, waiver=waivers[at])
        for finding, at in split
    ]
    uses = tuple(WaiverUse(waiver, states[at], calls[at]) for at, waiver in enumerate(waivers))
    findings.extend(complaint(use, today) for use in uses if use.state in SLUGS)
    made = replace(
        report,
        findings=tuple(merged(findings)),
        waivers=Waivers(file.path, today, uses),
        inputs=(*report.inputs, file),
    )
    return replace(made, status=status_of(made))


def parts(
    report: Report, finding: Finding, waivers: dict[int, Waiver], calls: Counter[int]
) -> list[tuple[Finding, int | None]]:
    """Return a finding in parts, each with the number of the waiver whose scope it is in.

    `calls` is told how many calls are in the scope of each waiver.
    """
    if not report.disallows(finding) or finding.kind is Class.FAULT:
        return [(finding, None)]
    rest = finding
    made: list[tuple[Finding, int | None]] = []
    for at, waiver in waivers.items():
        if not in_scope(waiver, finding):
            continue
        if not waiver.conditions:
            calls[at] += rest.count
            return [*made, (rest, at)]
        met = [record for record in records_of(report, rest) if meets(record, waiver)]
        if not met:
            continue
        calls[at] += len(met)
        made.append((part(rest, met, len(met)), at))
        if len(met) == rest.count:
            return made
        left = [record for record in rest.witnesses if record not in met]
        rest = part(rest, left, rest.count - len(met))
    return [*made, (rest, None)]


def in_scope(waiver: Waiver, finding: Finding) -> bool:
    """Say whether the finding's capability and its rule are in the waiver's scope."""
    if not fnmatchcase(finding.capability, waiver.capability):
        return False
    return not waiver.rule or (finding.rule is not None and finding.rule.id == waiver.rule)


def records_of(report: Report, finding: Finding) -> list[Record]:
    """Return the calls of a finding that the report has one by one."""
    if report.replay is None:
        return list(finding.witnesses)
    return [
        changed.record for changed in report.replay.changed if about(changed) == about_of(finding)
    ]


def about(changed: Changed) -> tuple[object, ...]:
    """Return what makes a changed record one of a finding."""
    name = capability_name(changed.record)
    return (name, changed.kind, changed.before, changed.after, changed.rule, changed.baseline_rule)


def about_of(finding: Finding) -> tuple[object, ...]:
    """Return the same of a finding."""
    steps = (finding.before, finding.after)
    return (finding.capability, finding.kind, *steps, finding.rule, finding.baseline_rule)


def wholly_waived(report: Report) -> frozenset[tuple[object, ...]]:
    """Return what the findings are about of which no part is left that is not waived."""
    waived = {about_of(found) for found in report.findings if found.waiver is not None}
    left = {about_of(found) for found in report.findings if found.waiver is None}
    return frozenset(waived - left)


def meets(record: Record, waiver: Waiver) -> bool:
    """Say whether a call is known to meet every condition of a waiver."""
    view = View(record.request)
    try:
        return all(test_of(condition)(view) is True for condition in waiver.conditions)
    # Trouble tightens: a call on which a condition raises is not waived.
    except Exception:  # noqa: BLE001
        return False


def part(finding: Finding, records: list[Record], count: int) -> Finding:
    """Return a part of a finding, with its own calls."""
    return replace(finding, count=count, witnesses=tuple(records[:MAX_WITNESSES]))


def state_of(waiver: Waiver, calls: int, today: date) -> State:
    """Return what becomes of a waiver whose scope covers that many calls."""
    if waiver.is_too_broad:
        return State.TOO_BROAD
    if waiver.expires < today:
        return State.EXPIRED
    if not calls:
        return State.UNUSED
    if waiver.max_count is not None and calls > waiver.max_count:
        return State.EXCEEDED
    return State.APPLIED


def merged(findings: list[Finding]) -> list[Finding]:
    """Return the findings with parts that are alike again, nothing of them being waived, as one."""
    made: dict[object, Finding] = {}
    for finding in findings:
        key = (finding.slug, finding.message, finding.waiver, finding.place, *about_of(finding))
        before = made.get(key)
        if before is None:
            made[key] = finding
        else:
            witnesses = (*before.witnesses, *finding.witnesses)[:MAX_WITNESSES]
            count = before.count + finding.count
            made[key] = replace(before, count=count, witnesses=witnesses)
    return list(made.values())


def complaint(use: WaiverUse, today: date) -> Finding:
    """Return the finding that a waiver is."""
    slug, level = SLUGS[use.state]
    waiver = use.waiver
    said, hint = {
        State.UNUSED: ("nothing needs this waiver", "take it out"),
        State.EXPIRED: (
            f"the waiver expired on {waiver.expires}, and today is {today}",
            "mend the policy, or have it renewed",
        ),
        State.TOO_BROAD: (
            "the waiver covers any call: it waives nothing",
            "name a capability, a `rule` or a condition in `when`",
        ),
        State.EXCEEDED: (
            f"the waiver may cover {waiver.max_count} calls, not the {use.calls} in its scope",
            "mend the policy, or have a greater `max_count` approved",
        ),
    }[use.state]
    return Finding(
        slug,
        Class.FAULT,
        waiver.capability,
        "",
        "",
        1,
        message=said,
        level=level,
        place=waiver.place,
        hint=hint,
    )


def status_of(report: Report) -> Status:
    """Return the status of a report whose findings have been waived, or not."""
    if report.status is Status.COULD_NOT_CHECK:
        return report.status
    if report.disallowed:
        return Status.FINDINGS
    return Status.COULD_NOT_CHECK if report.troubles else Status.CLEAN


def with_waivers(report: Report, path: str, today: date | None = None) -> Report:
    """Return the report with the waivers of a file applied; as it is without a file.

    `today` is the day on which they have to hold, by the clock unless given. Raises WaiverError.
    """
    if not path:
        return report
    waivers, file = load_waivers(path)
    return waived(report, waivers, file, today or datetime.now(tz=UTC).date())
