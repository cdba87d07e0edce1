"""Reports built by hand: one for each status, and one with hostile text in every place."""

from collections import Counter
from dataclasses import replace
from datetime import date
from hashlib import sha256

from fencekit.model.change_cost import Amounts, ApprovalCount, Cost
from fencekit.model.comparison_result import (
    ClassComparison,
    ClassGuardrail,
    ComparisonResult,
    GuardrailResult,
)
from fencekit.model.decision import Outcome
from fencekit.model.diff_result import Author, Consequence, DiffResult
from fencekit.model.edit import Blame, Edit, EditKind, Pair, Seat
from fencekit.model.explanation import Answer, AskedCondition, ConsideredRule, Trace
from fencekit.model.finding import (
    DEFAULT_RULE,
    ChangedRecord,
    Finding,
    RecordClass,
    RuleRef,
    Transition,
)
from fencekit.model.looseness_measure import Measure
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.proof import Method, ProofStep, Proved, Unknown, Witness
from fencekit.model.record import Record, Recorded
from fencekit.model.report import (
    FailOn,
    Limits,
    LogSummary,
    ReplayResult,
    Report,
    Status,
)
from fencekit.model.request import UNKNOWN, Request
from fencekit.model.source import Input, Place, SourceFile
from fencekit.model.verdict import ALLOW, DENY, Obligation, Verdict
from fencekit.model.waiver import Waiver, Waivers, WaiverState, WaiverUse

POLICY = """\
# candidate
deny:
  - capability: shell.exec.*
    contains: "rm -rf"
allow:
  - capability: shell.exec.*
    match_regex: '^(ls|cat)'
  - capability: payment.refund.*
    amount_lte: 2000
"""
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>]]>--></style>"
    "</code></title>{{ 7 * 7 }}{% raw %}&lt;&#x3c;\x1b[31m\x00\x07\x7f\x9b\u202eevil\u2066\u200b"
    "\ufeff\u2028\U000e0041\udc80::error::\r\n\t"
)
ALLOW_1 = RuleRef("allow-1", Place("candidate.yaml", 6, 5), "shell.exec.*")
ALLOW_2 = RuleRef("allow-2", Place("candidate.yaml", 8, 5), "payment.refund.*")
DENY_1 = RuleRef("deny-1", Place("candidate.yaml", 3, 5), "shell.exec.*")
OLD = RuleRef(
    "base.yaml:deny-2", Place("base.yaml", 9, 5), "sql.*.*", (("match_regex", r"(?i)\bdrop\b"),)
)


def record(line: int, capability: str = "shell.exec.production", **changes) -> Record:
    """Return a record that was denied, in whole or with parts changed."""
    made = Record(
        Request(
            capability,
            principal="coding-agent",
            environment="production",
            args={"command": "cat /etc/passwd | sort", "flags": ["-n", 1, 1.0], "sudo": False},
        ),
        Recorded(frozenset({Verdict.DENY}), frozenset(), "policy_default_deny"),
        Place("logs/audit.jsonl", line),
    )
    return replace(made, **changes)


def finding(
    kind: RecordClass, before: str, after: str, count: int, slug: str = "", **parts
) -> Finding:
    """Return a finding with as many witnesses as are kept of its records."""
    witnesses = tuple(record(100 + line) for line in range(min(count, 3)))
    given = {"rule": ALLOW_1, "witnesses": witnesses, "capability": "shell.exec.production"}
    slug = slug or f"{kind.value.replace('_', '-')}-call"
    return Finding(slug, kind, before=before, after=after, count=count, **{**given, **parts})


def report(*findings: Finding, unchanged: int = 400, **parts) -> Report:
    """Return the report of a replay with these findings, and with as many unchanged records."""
    counts = Counter(dict.fromkeys(RecordClass, 0) | {RecordClass.UNCHANGED: unchanged})
    for found in findings:
        counts[found.kind] += found.count
    decided = [found for found in findings if found.before]
    changed = tuple(
        ChangedRecord(witness, found.kind, found.before, found.after, ALLOW_1, found.baseline_rule)
        for found in decided
        for witness in found.witnesses
    )
    steps = [Transition(f.before, f.after, f.kind, f.count) for f in decided]
    if unchanged:
        steps.append(Transition("DENY", "DENY", RecordClass.UNCHANGED, unchanged))
    invalid = counts[RecordClass.INVALID]
    replayed = ReplayResult(
        candidate="candidate.yaml",
        against="recorded",
        baseline="",
        logs=(LogSummary("logs/audit.jsonl", "capfence_trace", counts.total(), invalid, 12, 7),),
        transitions=tuple(steps),
        changed=changed,
        not_kept=0,
        approvals=5,
    )
    made = Report(
        check="replay",
        status=Status.FINDINGS if counts[RecordClass.LOOSER] else Status.CLEAN,
        checked=counts.total() - invalid,
        counts=counts,
        findings=findings,
        inputs=(
            Input("candidate", "candidate.yaml", sha256(POLICY.encode()).hexdigest()),
            Input("log", "logs/audit.jsonl", "b" * 64),
        ),
        fail_on=FailOn.LOOSER,
        limits=Limits(),
        sources=(SourceFile("candidate.yaml", "a" * 64, POLICY),),
        replay=replayed,
    )
    return replace(made, **parts)


UNREADABLE = Finding(
    "invalid-record",
    RecordClass.INVALID,
    *("", "", ""),
    3,
    invalid=((Place("logs/audit.jsonl", 17), "not JSON: expecting a value", '{"actor": '),),
    message="records that could not be read",
)
FINDINGS = report(
    finding(RecordClass.LOOSER, "DENY", "ALLOW", 9, baseline_rule=DEFAULT_RULE),
    finding(
        RecordClass.LOOSER, "ESCALATE", "ALLOW", 5, rule=ALLOW_2, capability="payment.refund.eu"
    ),
    finding(
        RecordClass.LOOSER, "ALLOW+warn", "ALLOW", 2, baseline_rule=OLD, capability="sql.read.eu"
    ),
    finding(RecordClass.MAYBE_LOOSER, "DENY", "DENY|ALLOW", 1, witnesses=(record(9, UNKNOWN),)),
    finding(RecordClass.TIGHTER, "ALLOW", "DENY", 1_240, rule=DENY_1),
    UNREADABLE,
)
SAMPLES = {
    "findings": FINDINGS,
    "clean": report(),
    "clean but tighter": report(finding(RecordClass.TIGHTER, "ALLOW", "DENY", 4)),
    "clean within limits": report(
        finding(RecordClass.CANNOT_TELL, "DENY|ALLOW", "DENY|ALLOW", 4),
        UNREADABLE,
        limits=Limits(3, None),
    ),
    "could not check": replace(
        FINDINGS, status=Status.COULD_NOT_CHECK, troubles=("`b.jsonl`: it is a directory",)
    ),
    "nothing read": report(
        unchanged=0, status=Status.COULD_NOT_CHECK, troubles=("no record was checked",), inputs=()
    ),
    "only invalid": report(
        UNREADABLE, unchanged=0, status=Status.COULD_NOT_CHECK, troubles=("no record was checked",)
    ),
    "an engine error": report(
        finding(RecordClass.INVALID, "DENY", "DENY", 2, message="rule `allow-1`: ran past 5.0 s"),
        UNREADABLE,
        status=Status.COULD_NOT_CHECK,
        troubles=("5 records could not be read or decided",),
    ),
    "no replay": report(status=Status.COULD_NOT_CHECK, replay=None, sources=()),
    "never fails": replace(FINDINGS, fail_on=FailOn.NEVER),
    "only tighter, not allowed": report(
        finding(RecordClass.TIGHTER, "ALLOW", "DENY", 4),
        status=Status.FINDINGS,
        fail_on=FailOn.CHANGED,
    ),
}


def compared(text: str, rule: Rule, other: Rule, request: Request) -> dict[str, object]:
    """Return the sections of a comparison with the text in every place."""
    edit = Edit(
        1,
        EditKind.CONDITION_CHANGED,
        0,
        rule,
        other,
        rule.conditions[0],
        other.conditions[0],
        (text,),
    )
    outcomes = Outcome(DENY, rule), Outcome(ALLOW, other)
    witness = Witness(request, outcomes, (ProofStep(Method.CASES, text),))
    kinds = (ClassComparison(text, witness, Unknown(text, witness.ladder), Measure(text, 1, 2)),)
    changed = ChangedRecord(
        record(9),
        RecordClass.LOOSER,
        "DENY",
        "ALLOW",
        RuleRef.to(other),
        None,
        "",
        Blame(((edit,),)),
    )
    caused = Consequence(
        edit,
        (Transition("DENY", "ALLOW", RecordClass.LOOSER, 14),),
        (text, "a.b.c"),
        0,
        1,
        0,
        changed,
        Author(text, text, text, text),
    )
    added = Consequence(Edit(2, EditKind.ADDED, 1, None, other))
    pairs = (
        Pair(Seat("allow", 0, rule), Seat("allow", 0, other)),
        Pair(None, Seat("allow", 1, other)),
        Pair(Seat("deny", 0, rule), Seat("deny", 0, rule)),
    )
    return {
        "diff": DiffResult(text, text, pairs, (caused, added)),
        "comparison": ComparisonResult(text, text, kinds, text, explained=True),
        "command": ("fencekit", "diff", text),
    }


def traced(rule: Rule) -> Trace:
    """Return a trace in which the conditions of a rule have every answer."""
    answers = [AskedCondition(rule.conditions[0], answer, str(rule.id)) for answer in Answer]
    steps = tuple(
        ConsideredRule("allow", rule, answer, Answer.HOLDS, tuple(answers)) for answer in Answer
    )
    return Trace(steps, steps)


COST = Cost(
    30,
    "2026-10-01",
    "2026-10-30",
    300,
    4_100,
    3,
    (
        ApprovalCount("payment.refund.production", 300, 4_000),
        ApprovalCount("shell.exec.ci", 0, 100),
    ),
    (ApprovalCount("support-agent", 300, 4_100),),
    (Amounts("payment.create.production", "EUR", 14, 28_000.5, 2_500),),
)


def with_edits(text: str = "candidate.yaml") -> Report:
    """Return a report of a comparison of two versions: edits, blame, traces, costs, proof."""
    conditions = [
        (Condition(ConditionName.AMOUNT_LTE, value, Place("candidate.yaml", 9, 5)),)
        for value in (1_000, 2_500)
    ]
    old, new = (
        Rule("allow-2", "allow", ALLOW, "payment.refund.*", asked, place=ALLOW_2.place)
        for asked in conditions
    )
    sections = compared(text, old, new, Request("payment.refund.eu", args={"amount": 1_001}))
    blame = Blame(((sections["diff"].edits[0].edit,), (sections["diff"].edits[1].edit,)))
    found = tuple(
        replace(one, blames=((blame, one.count),), trace=traced(old), principals=2)
        if one.witnesses
        else one
        for one in FINDINGS.findings
    )
    changed = tuple(replace(one, blame=blame) for one in FINDINGS.replay.changed)
    return replace(
        FINDINGS,
        check="diff",
        findings=found,
        replay=replace(FINDINGS.replay, cost=COST, changed=changed),
        **sections,
    )


def hostile_report(text: str) -> Report:
    """Return a report with the text in every place that a log, a policy or a path can fill."""
    rule = RuleRef(text, Place(text, 1, 1), text, ((text, text),))
    evil = Record(
        Request(text, principal=text, environment=text, context={text: text}, args={text: [text]}),
        Recorded(frozenset({Verdict.DENY}), frozenset({Obligation(text)}), text, text),
        *(Place(text, 3), text, text, text),
    )
    step = (f"DENY+{text}", f"ALLOW+{text}")
    asked = (Condition(ConditionName.CONTAINS, text, Place(text, 1)),)
    evil_rule = Rule(text, text, ALLOW, text, asked, place=Place(text, 1, 1))
    other = replace(
        evil_rule, conditions=(Condition(ConditionName.CONTAINS, [text], asked[0].place),)
    )
    sections = compared(text, evil_rule, other, evil.request)
    blame = Blame(((sections["diff"].edits[0].edit,),))
    looser = Finding(
        text,
        RecordClass.LOOSER,
        text,
        *step,
        1,
        rule,
        replace(rule, id="base"),
        (evil,),
        message=text,
        hint=text,
        place=Place(text, 1),
        principals=1,
        first=text,
        last=f"{text}.",
        blames=((blame, 1),),
        trace=traced(evil_rule),
    )
    fault = Finding(
        "bad-shape", RecordClass.FAULT, text, "", "", 1, message=text, place=Place(text, 1)
    )
    unreadable = replace(UNREADABLE, message=text, invalid=((Place(text, 2), text, text),))
    made = report(looser, fault, unreadable, troubles=(text,), inputs=(Input(text, text, text),))
    assert made.replay
    return replace(
        made,
        sources=(SourceFile(text, text, f"  - {text}\n    {text}"),),
        replay=replace(
            made.replay,
            candidate=text,
            against="baseline",
            baseline=text,
            logs=(LogSummary(text, text, 1, 1, 0, 0),),
            changed=(ChangedRecord(evil, RecordClass.LOOSER, *step, rule, rule, text, blame),),
            cost=replace(
                COST,
                first=text,
                last=text,
                capabilities=(ApprovalCount(text, 1, 2),),
                principals=(ApprovalCount(text, 1, 2),),
                amounts=(Amounts(text, text, 1, 2.0, 3.0),),
            ),
        ),
        waivers=Waivers(text, date(2026, 11, 25), (waiver_of(text),)),
        **sections,
    )


def against_guardrails(text: str) -> Report:
    """Return the report of a policy that is held against guardrails, with the text everywhere."""
    rule = Rule(text, text, DENY, text, place=Place(text, 1, 1))
    request = Request(text, args={text: text})
    rungs = (ProofStep(Method.WORDS, text, 1_000, 60_000), ProofStep(Method.SEARCH, text))
    looser = Witness(request, (Outcome(DENY, rule), Outcome(ALLOW, rule)), rungs)
    classes = (
        ClassGuardrail(text, looser),
        ClassGuardrail(f"{text}.", Unknown(text, rungs)),
        ClassGuardrail(f"{text}..", Proved(Method.CASES, rungs[:1])),
    )
    found = finding(RecordClass.LOOSER, "DENY", "ALLOW", 1, slug=text, capability=text)
    return report(
        found,
        check="prove",
        status=Status.FINDINGS,
        replay=None,
        sources=(),
        troubles=(text,),
        guardrails=GuardrailResult(text, text, classes, 1, text, explained=True),
        command=("fencekit", "prove", text, "--guardrails", text),
    )


def waiver_of(text: str) -> WaiverUse:
    """Return a waiver with the text in every place."""
    waiver = Waiver(text, text, (), text, text, date(2026, 12, 1), 3, Place(text, 1))
    return WaiverUse(waiver, WaiverState.APPLIED, 1)


SAMPLES["edits"] = with_edits()
SAMPLES["guardrails"] = against_guardrails("payment.refund.eu")
