"""The comparison of two policies as text: the answers, each class of capabilities, witnesses."""

from collections.abc import Iterator, Sequence

from fencekit.model.comparison_result import ClassComparison, ComparisonResult, only_by_error
from fencekit.model.finding import RecordClass
from fencekit.model.proof import NO_CALL, Proved, Result, Unknown, Witness
from fencekit.model.report import Report
from fencekit.reporting.coverage_note import generated_line
from fencekit.reporting.diff_text import edit_lines
from fencekit.reporting.edit_text import blames
from fencekit.reporting.replay_text import (
    LONGEST_TROUBLE,
    MOST_GROUPS,
    STATUS_STYLES,
    Line,
    Table,
    counts,
    finding_lines,
    inert,
    waiver_lines,
    what_was_checked,
)
from fencekit.reporting.report_phrases import count_noun, reservations, status_label
from fencekit.reporting.witness_text import STYLES, Sides, domain_text, ladder_lines, witness_lines

MOST_CLASSES = 100


def headline(report: Report) -> str:
    """Return what came of the comparison in one sentence, and what of the logs it leaves open."""
    assert report.comparison is not None
    kept = reservations(report) if report.replay is not None else []
    return ", ".join([proof_sentence(report.comparison), *kept])


def proof_sentence(compared: ComparisonResult) -> str:
    """Return what proof says of every call."""
    looser = compared.looser
    if only_by_error(looser):
        return "no looser except where CapFence raises: here is such a call"
    if isinstance(looser, Witness):
        count = sum(isinstance(one.looser, Witness) for one in compared.classes)
        kinds = count_noun(count, "kind of capability", "kinds of capability")
        return f"the candidate is looser, for {kinds}: here is a call that shows it"
    if isinstance(looser, Unknown):
        return "not known whether the candidate is anywhere looser"
    if any(isinstance(one.looser, Proved) and one.looser.is_vacuous for one in compared.classes):
        return f"proved, but {NO_CALL}: is it the one that you mean?"
    if compared.equivalent:
        return "proved: both policies decide every call alike"
    rest = "somewhere tighter" if isinstance(compared.tighter, Witness) else "perhaps tighter"
    return f"proved: for no call is the candidate looser; it is {rest}"


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, what was compared, the answers, the calls."""
    compared = report.comparison
    assert compared is not None
    style = STATUS_STYLES[report.status]
    yield Line(f"{status_label(report)}: {headline(report)}", style)
    yield from waiver_lines(report)
    for trouble in report.troubles:
        yield Line(f"  ! {inert(trouble, LONGEST_TROUBLE)}", "yellow")
    yield Line()
    yield Line(f"candidate  {inert(compared.candidate)}")
    yield Line(f"against    {inert(compared.baseline)}")
    yield Line(f"domain     {domain_text(compared.domain)}")
    yield Line(f"generated  {generated_line(report)}")
    yield Line()
    yield from answers(compared)
    yield from transition_table(compared)
    if report.diff is not None and report.diff.edits:
        yield from edit_lines(report.diff)
    yield from faults(report)
    yield from calls(report, compared)
    if len(compared.classes) > MOST_CLASSES:
        yield Line()
        yield Line(f"and {len(compared.classes) - MOST_CLASSES:,} more: see `--format json`")
    if report.replay is not None:
        yield Line()
        yield from replayed_lines(report)
    if compared.explained:
        yield Line()
        settled = (
            (f"{word} for {class_name(one)}", result, answer_of(result))
            for word, one, result in directions(compared.classes)
        )
        yield from ladder_lines(settled, without="every call meets the same rules in both policies")


def calls(report: Report, compared: ComparisonResult) -> Iterator[Line]:
    """Yield each call that proof found, in the order of the findings: the worst first."""
    sides = Sides("was", "rule", compared.candidate, compared.policy_root)
    found = {
        witness.request: (one, witness)
        for one in compared.classes[:MOST_CLASSES]
        for witness in witnesses_of(one)
    }
    for finding in report.findings:
        shown = next((found[r.request] for r in finding.witnesses if r.request in found), None)
        if shown is None or finding.kind is RecordClass.FAULT:
            continue
        one, witness = shown
        yield Line()
        yield from witness_lines(finding.kind.words, witness, sides, report, finding)
        yield from (Line(f"  blame  {said}") for said in blames(finding))
        if one.measure is not None and witness == one.looser:
            yield Line(f"  how much: {inert(one.measure.said, 500)}", "dim")
        yield Line(f"  key: {finding.key.short}", "dim")


def witnesses_of(one: ClassComparison) -> Iterator[Witness]:
    """Yield every call that proof found of a class of capabilities."""
    for answer in one.transitions:
        yield from answer.witnesses
    yield from (result for result in (one.tighter, one.looser) if isinstance(result, Witness))


def transition_table(compared: ComparisonResult) -> Iterator[Line | Table]:
    """Yield in which ways calls get looser: each shown, proved absent, or not known."""
    if not any(one.transitions for one in compared.classes):
        return
    asked = [(kind, result) for kind, result in compared.transitions]
    rows = tuple((str(kind), answer_of(result)) for kind, result in asked)
    yield Line()
    yield Table(("gets looser", ""), rows, tuple(STYLES[result.word] for _, result in asked))


def directions(
    classes: Sequence[ClassComparison],
) -> Iterator[tuple[str, ClassComparison, Result]]:
    """Yield every answer with its direction and its class: whatever is looser comes first."""
    yield from (("looser", one, one.looser) for one in classes)
    yield from (("tighter", one, one.tighter) for one in classes)


def faults(report: Report) -> Iterator[Line]:
    """Yield what is wrong beside the policies: failing cases, waivers that do not hold."""
    for finding in report.findings[:MOST_GROUPS]:
        if finding.kind is RecordClass.FAULT:
            yield Line()
            yield from finding_lines(finding, report.replay)


def replayed_lines(report: Report) -> Iterator[Line | Table]:
    """Yield what became of recorded calls, where there are some."""
    assert report.replay is not None
    yield Line("recorded calls", "bold")
    yield from what_was_checked(report.replay)
    yield from counts(report)
    for finding in report.findings[:MOST_GROUPS]:
        if finding.kind is not RecordClass.FAULT and any(
            record.place.file for record in finding.witnesses
        ):
            yield Line()
            yield from finding_lines(finding, report.replay)


def answers(compared: ComparisonResult) -> Iterator[Table]:
    """Yield the table of answers: all calls first, then class by class."""
    rows = [("all calls", compared.looser, compared.tighter)]
    rows += [(class_name(one), one.looser, one.tighter) for one in compared.classes[:MOST_CLASSES]]
    cells = tuple((name, answer_of(looser), answer_of(tighter)) for name, looser, tighter in rows)
    styles = tuple(STYLES[looser.word] for _, looser, _ in rows)
    yield Table(("", "looser", "tighter"), cells, styles)


def class_name(one: ClassComparison) -> str:
    """Return a class of capabilities by one of them."""
    return inert(one.capability) or "(empty)"


def answer_of(result: Result) -> str:
    """Return whether a witness was found, as an answer to `is it looser`."""
    if isinstance(result, Witness) and result.is_searched:
        return "yes, found by search"
    if only_by_error(result):
        return "only on errors"
    return {Proved.word: "no, proved", Witness.word: "yes", Unknown.word: "not known"}[result.word]
