"""Waivers applied to a report: what they cover is allowed and stays visible.

A waiver that has expired, covers more calls than it may, or covers nearly any call waives nothing,
and is a finding itself; so is one that nothing needs any more. Where it is not known that every
call of a finding meets a waiver's conditions, only those that do are waived.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from fencekit.checks.findings.check_status import with_errors
from fencekit.checks.findings.group_findings import RecordGroup
from fencekit.checks.postprocess.waiver_breadth import capabilities_of, meets, too_broad
from fencekit.checks.postprocess.waiver_file import load_waivers
from fencekit.checks.postprocess.waiver_findings import SLUGS, changed_content, complaint
from fencekit.checks.postprocess.waiver_scope import ComparedRules, covers, stands_for
from fencekit.model.explanation import Trace
from fencekit.model.finding import ChangedRecord, Finding, RecordClass
from fencekit.model.finding_key import FindingKey
from fencekit.model.policy import Policy
from fencekit.model.record import Record
from fencekit.model.report import Report, Status
from fencekit.model.request import Request
from fencekit.model.source import Input
from fencekit.model.waiver import Waiver, Waivers, WaiverState, WaiverUse

Kept = dict[FindingKey, list[ChangedRecord]]

Tracer = Callable[[Request], Trace]
"""Says why a call is decided as it is on both sides."""


def apply_waivers(
    report: Report,
    waivers: tuple[Waiver, ...],
    file: Input,
    today: date,
    *,
    trace_of: Tracer | None = None,
    policies: tuple[Policy, ...] = (),
) -> Report:
    """Return the report with what the waivers cover waived, on that day.

    `policies` are those that are compared, the candidate last. `trace_of` says why a call is
    decided as it is: a group that is split has witnesses of its own in each part.
    """
    known = sorted({*capabilities_of(policies), *(found.capability for found in report.findings)})
    notes = [too_broad(waiver, known) for waiver in waivers]
    in_force = {
        at: waiver for at, waiver in enumerate(waivers) if not notes[at] and waiver.expires >= today
    }
    rules = ComparedRules.of(policies)
    kept = kept_calls(report)
    shared = [shares(report, finding, in_force, kept, rules) for finding in report.findings]
    calls = count_calls(shared)
    states = [
        WaiverState.TOO_BROAD if notes[at] else state_of(waiver, calls[at], today)
        for at, waiver in enumerate(waivers)
    ]
    now, keys = digests_of(policies[-1:]), frozenset(one.key.digest for one in report.findings)
    notes = [
        notes[at]
        or (changed_content(waiver, now, keys) if states[at] is WaiverState.UNUSED else "")
        for at, waiver in enumerate(waivers)
    ]
    findings: list[Finding] = []
    for finding, share in zip(report.findings, shared, strict=True):
        applied = {at: of for at, of in share.items() if states[at] is WaiverState.APPLIED}
        findings.extend(parts(finding, applied, waivers, kept, trace_of))
    uses = tuple(
        WaiverUse(waiver, states[at], calls[at], notes[at]) for at, waiver in enumerate(waivers)
    )
    findings.extend(complaint(use, today) for use in uses if use.state in SLUGS)
    findings.sort(key=lambda finding: finding.waiver is not None)  # what is waived comes last
    made = replace(
        report,
        findings=tuple(findings),
        waivers=Waivers(file.path, today, uses),
        inputs=(*report.inputs, file),
    )
    return replace(made, status=status_of(made))


@dataclass(frozen=True, slots=True)
class Share:
    """The calls of one finding in the scope of one waiver; `kept` are those known one by one."""

    count: int
    kept: tuple[ChangedRecord, ...] = ()


def count_calls(shared: Iterable[Mapping[int, Share]]) -> Counter[int]:
    """Return how many calls of all findings each waiver covers."""
    calls = Counter[int]()
    for share in shared:
        for at, covered in share.items():
            calls[at] += covered.count
    return calls


def digests_of(policies: Iterable[Policy]) -> dict[str, str]:
    """Return the digest of each rule of some policies by its id."""
    return {rule.id: rule.digest for policy in policies for rule in policy.rules}


def shares(
    report: Report,
    finding: Finding,
    waivers: dict[int, Waiver],
    kept: Kept,
    rules: ComparedRules,
) -> dict[int, Share]:
    """Return which calls of a finding are in the scope of which waiver: the first that has them."""
    if not report.disallows(finding) or finding.kind is RecordClass.FAULT:
        return {}
    made: dict[int, Share] = {}
    left = calls_of(finding, kept)
    count = finding.count
    for at, waiver in waivers.items():
        if not in_scope(waiver, finding, rules):
            continue
        if not waiver.conditions:
            made[at] = Share(count, tuple(left))
            break
        if is_of_proof(finding) and not waiver.finding:
            continue  # one call that meets the conditions says nothing of all that it stands for
        answers = [(changed, meets(changed.record.request, waiver.conditions)) for changed in left]
        met = tuple(changed for changed, is_met in answers if is_met)
        if met:
            made[at] = Share(len(met), met)
            left = [changed for changed, is_met in answers if not is_met]
            count -= len(met)
        if not count:
            break
    return made


def parts(
    finding: Finding,
    applied: dict[int, Share],
    waivers: tuple[Waiver, ...],
    kept: Kept,
    trace_of: Tracer | None,
) -> Iterator[Finding]:
    """Yield a finding in parts: what each waiver covers, and the rest."""
    if not applied:
        yield finding
        return
    for at, share in applied.items():
        yield replace(part(finding, share, trace_of), waiver=waivers[at])
    rest = finding.count - sum(share.count for share in applied.values())
    if rest:
        covered = {id(changed) for share in applied.values() for changed in share.kept}
        left = tuple(one for one in calls_of(finding, kept) if id(one) not in covered)
        yield part(finding, Share(rest, left), trace_of)


def part(finding: Finding, share: Share, trace_of: Tracer | None) -> Finding:
    """Return the part of a finding that some of its calls are, with their own principals and times.

    Of calls that are only counted nobody knows who made them, and when: then it says neither.
    """
    if share.count == finding.count:
        return finding
    if not share.kept:
        return replace(finding, count=share.count, principals=0, first="", last="", blames=())
    group = RecordGroup(share.kept[0])
    for changed in share.kept:
        group.add(changed)
    own = group.finding()
    same = own.witnesses[:1] == finding.witnesses[:1]
    trace = finding.trace
    if not same:
        trace = trace_of(own.witnesses[0].request) if trace_of and finding.trace else None
    is_whole = len(share.kept) == share.count
    return replace(
        finding,
        count=share.count,
        witnesses=own.witnesses,
        principals=own.principals if is_whole else 0,
        first=own.first if is_whole else "",
        last=own.last if is_whole else "",
        blames=own.blames,
        trace=trace,
    )


def in_scope(waiver: Waiver, finding: Finding, rules: ComparedRules) -> bool:
    """Say whether the finding is in the waiver's scope: its key, its capability, its rule.

    A rule that the baseline has too did not make the change; something that stood before it did.
    So a waiver that names such a rule covers nothing: who wrote it saw another cause.
    """
    is_class = is_of_proof(finding) and not waiver.finding
    meant = stands_for(finding, rules.patterns) if is_class else [finding.capability]
    if not all(covers(waiver.capability, capability) for capability in meant):
        return False
    if waiver.finding and not finding.key.digest.startswith(waiver.finding):
        return False
    if not waiver.rule_digest:
        return not waiver.rule
    rule = finding.rule
    if rule is None or not rule.digest.startswith(waiver.rule_digest):
        return False
    return bool(waiver.finding) or rule.digest not in rules.before


def kept_calls(report: Report) -> Kept:
    """Return the calls that the report has one by one, by what makes them one of a finding."""
    kept: Kept = {}
    for changed in report.replay.changed if report.replay else ():
        kept.setdefault(changed.key, []).append(changed)
    return kept


def is_of_proof(finding: Finding) -> bool:
    """Say whether proof found it: its call stands for all that get looser in the same way."""
    return bool(finding.witnesses) and not any(one.place.file for one in finding.witnesses)


def calls_of(finding: Finding, kept: Kept) -> list[ChangedRecord]:
    """Return the calls of a finding that are kept one by one; what proof found is, always."""
    if any(record.place.file for record in finding.witnesses) or not finding.witnesses:
        return kept.get(finding.key, [])
    return [as_changed(record, finding) for record in finding.witnesses]


def as_changed(record: Record, finding: Finding) -> ChangedRecord:
    """Return a call that proof found as one that changed."""
    assert finding.rule is not None
    steps = (finding.before, finding.after)
    blame = finding.blames[0][0] if finding.blames else None
    return ChangedRecord(
        record, finding.kind, *steps, finding.rule, finding.baseline_rule, finding.message, blame
    )


def wholly_waived(report: Report) -> frozenset[FindingKey]:
    """Return the keys of the findings of which no part is left that is not waived."""
    waived = {found.key for found in report.findings if found.waiver is not None}
    left = {found.key for found in report.findings if found.waiver is None}
    return frozenset(waived - left)


def state_of(waiver: Waiver, calls: int, today: date) -> WaiverState:
    """Return what becomes of a waiver whose scope covers that many calls."""
    if waiver.expires < today:
        return WaiverState.EXPIRED
    if not calls:
        return WaiverState.UNUSED
    if waiver.max_count is not None and calls > waiver.max_count:
        return WaiverState.EXCEEDED
    return WaiverState.APPLIED


def status_of(report: Report) -> Status:
    """Return the status of a report whose findings have been waived, or not."""
    if report.status is Status.COULD_NOT_CHECK:
        return report.status
    if report.disallowed:
        return Status.FINDINGS
    if report.troubles:
        return Status.COULD_NOT_CHECK
    if report.waived:
        return Status.WAIVED
    errors = sum(one.kind is RecordClass.LOOSER_ON_ERROR for one in report.findings)
    return with_errors(Status.CLEAN, errors, fail_on_errors=report.fail_on_errors)


def with_waivers(
    report: Report,
    path: str,
    today: date | None = None,
    trace_of: Tracer | None = None,
    policies: tuple[Policy, ...] = (),
) -> Report:
    """Return the report with the waivers of a file applied; as it is without a file.

    `policies` are those that are compared, the candidate last. `today` is the day on which they
    have to hold, by the clock unless given. Raises WaiverError.
    """
    if not path:
        return report
    waivers, file = load_waivers(path, policies[-1:])
    day = today or datetime.now(tz=UTC).date()
    return apply_waivers(report, waivers, file, day, trace_of=trace_of, policies=policies)
