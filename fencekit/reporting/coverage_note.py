"""What a report rests on, in words: what was proved, which records were replayed, calls made up."""

from collections.abc import Iterable

from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.report import Report
from fencekit.reporting.log_notes import notice_lines, passed_over_line
from fencekit.reporting.report_phrases import chain_line, count_noun
from fencekit.reporting.visible_text import shorten, visible

NONE_NEEDED = "no call: proof settled every kind of capability"
MOST_PASSED_OVER = 5


def checked_parts(report: Report) -> list[tuple[str, str]]:
    """Return what a check of calls rests on, each part with its name; nothing of another check."""
    said = []
    results = proofs(report)
    if results is not None:
        said.append(("proved of every call", proved_line(results)))
    if report.replay is not None and report.replay.logs:
        said.append(("replayed", chain_line(report.replay)))
        said.append(("passed over", passed_over_line(report.replay)))
        said.extend(("notice", line) for line in notice_lines(report.replay))
    if results is not None:
        said.append(("generated", generated_line(report)))
    if over := cases_passed_over(report):
        said.append(("passed over", over))
    return said


def checked_lines(report: Report) -> list[str]:
    """Return the same as lines, with the calls of a replay that nothing maps to a capability."""
    lines = [f"{name}: {text}" for name, text in checked_parts(report)]
    unmapped = report.replay.unmapped_tools if report.replay else ()
    if unmapped:
        calls = count_noun(sum(count for _, count in unmapped), "call")
        lines.append(f"{calls} of {count_noun(len(unmapped), 'tool')} that nothing maps")
    return lines


def cases_passed_over(report: Report) -> str:
    """Return the files of cases that a search did not run: how many, and the first of them."""
    files = report.suite.passed_over if report.suite else ()
    if not files:
        return ""
    shown = ", ".join(
        f"{visible(shorten(path, 200))} ({why})" for path, why in files[:MOST_PASSED_OVER]
    )
    more = f", {len(files) - MOST_PASSED_OVER:,} more" if len(files) > MOST_PASSED_OVER else ""
    return f"{count_noun(len(files), 'file')} of cases: {shown}{more}"


def proofs(report: Report) -> list[Result] | None:
    """Return whether each class of capabilities gets looser; None where no proof was tried."""
    if report.comparison is not None:
        return [one.looser for one in report.comparison.classes]
    if report.guardrails is not None:
        return [one.result for one in report.guardrails.classes]
    return None


def proved_line(results: Iterable[Result]) -> str:
    """Return what is proved in one sentence, with its denominator."""
    kinds = [type(result) for result in results]
    if not kinds:
        return "each meets the same rules in both policies"
    parts = [
        f"{count:,} {word}"
        for kind, word in ((Witness, "looser"), (Proved, "not looser"), (Unknown, "not known"))
        if (count := kinds.count(kind))
    ]
    return f"{count_noun(len(kinds), 'kind', 'kinds')} of capability: {', '.join(parts)}"


def generated_line(report: Report) -> str:
    """Say how many calls were generated, or why none was; empty where only logs were replayed."""
    proved = report.comparison or report.guardrails
    if proved is None:
        return ""
    if not proved.generated_calls:
        return NONE_NEEDED
    calls = count_noun(proved.generated_calls, "call")
    return f"{calls} aimed at the rules, where proof came to no answer"
