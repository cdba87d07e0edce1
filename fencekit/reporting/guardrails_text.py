"""A policy held against its guardrails, as text: the answer, class by class, and the calls."""

from collections.abc import Iterator

from fencekit.model.comparison_result import GuardrailResult, only_by_error
from fencekit.model.proof import NO_CALL, Proved, Result, Unknown, Witness
from fencekit.model.report import Report
from fencekit.reporting.coverage_note import generated_line
from fencekit.reporting.replay_text import LONGEST_TROUBLE, STATUS_STYLES, Line, Table, inert
from fencekit.reporting.report_phrases import LABELS, count_noun
from fencekit.reporting.witness_text import STYLES, Sides, domain_text, ladder_lines, witness_lines

MOST_CLASSES = 100


def headline(report: Report) -> str:
    """Return what came of the check in one sentence."""
    guarded = report.guardrails
    assert guarded is not None
    if not guarded.binding:
        return "nothing was checked"
    if only_by_error(guarded.result):
        return "all guardrails hold, except where CapFence raises: here is such a call"
    if isinstance(guarded.result, Witness):
        count = sum(isinstance(one.result, Witness) for one in guarded.classes)
        kinds = count_noun(count, "kind of capability", "kinds of capability")
        return f"the policy is looser than its guardrails, for {kinds}: here is a call"
    if isinstance(guarded.result, Unknown):
        return "not known whether the policy is at least as strict as its guardrails"
    if any(isinstance(one.result, Proved) and one.result.is_vacuous for one in guarded.classes):
        return f"proved, but {NO_CALL}: is it the one that you mean?"
    return f"proved for every call: all guardrails hold ({count_noun(guarded.binding, 'rule')})"


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, what was proved, the answers, the calls."""
    guarded = report.guardrails
    assert guarded is not None
    style = STATUS_STYLES[report.status]
    yield Line(f"{LABELS[report.status]}: {headline(report)}", style)
    for trouble in report.troubles:
        yield Line(f"  ! {inert(trouble, LONGEST_TROUBLE)}", "yellow")
    yield Line()
    yield Line(f"policy      {inert(guarded.policy)}")
    yield Line(f"guardrails  {inert(guarded.guardrails)}")
    yield Line(f"domain      {domain_text(guarded.domain)}")
    yield Line(f"generated   {generated_line(report)}")
    if guarded.binding and guarded.classes:
        yield Line()
        yield answers(guarded)
    sides = Sides("guard", "rule", guarded.policy, guarded.policy_root)
    found = {
        witness.request: witness
        for one in guarded.classes[:MOST_CLASSES]
        for witness in (
            *(each for answer in one.transitions for each in answer.witnesses),
            *((one.result,) if isinstance(one.result, Witness) else ()),
        )
    }
    for finding in report.findings:
        shown = next((found[r.request] for r in finding.witnesses if r.request in found), None)
        if shown is not None:
            yield Line()
            yield from witness_lines(finding.kind.words, shown, sides, report, finding)
    if len(guarded.classes) > MOST_CLASSES:
        yield Line()
        yield Line(f"and {len(guarded.classes) - MOST_CLASSES:,} more: see `--format json`")
    if guarded.explained:
        yield Line()
        settled = (
            (inert(one.capability) or "(empty)", one.result, answer_of(one.result))
            for one in guarded.classes
        )
        yield from ladder_lines(settled, without="no call meets a rule of the guardrails")


def answers(guarded: GuardrailResult) -> Table:
    """Return the table of answers, a class of capabilities a row."""
    listed = guarded.classes[:MOST_CLASSES]
    rows = tuple((inert(one.capability) or "(empty)", answer_of(one.result)) for one in listed)
    return Table(("", "at least as strict"), rows, tuple(STYLES[one.result.word] for one in listed))


def answer_of(result: Result) -> str:
    """Return an answer in words."""
    if isinstance(result, Witness) and result.is_searched:
        return "no, found by search"
    if only_by_error(result):
        return "except on errors"
    return {Proved.word: "yes, proved", Witness.word: "no", Unknown.word: "not known"}[result.word]
