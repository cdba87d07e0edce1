"""The report of each check as text: every check has lines of its own, or those of a replay."""

from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import cast

from fencekit.model.report import Report
from fencekit.reporting.diff_text import edit_lines
from fencekit.reporting.replay_text import Line, Table
from fencekit.reporting.report_phrases import count_noun, masking_line, status_label

TEXTS: dict[str, str] = {
    "vet": "fencekit.reporting.vetting_text",
    "replay": "fencekit.reporting.replay_text",
    "lint": "fencekit.reporting.lint_text",
    "diff": "fencekit.reporting.comparison_text",
    "prove": "fencekit.reporting.guardrails_text",
    "test": "fencekit.reporting.suite_text",
    "mutate": "fencekit.reporting.mutation_text",
}
"""The module of each check, which has `lines(report)`, and `headline(report)` for one sentence."""


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of a report, as its check shows them."""
    yield from cast("Iterator[Line | Table]", module_of(report).lines(report))
    if report.check == "replay" and report.diff is not None:
        yield from edit_lines(report.diff)
    masked = masking_line(report.masking)
    if masked:
        yield Line()
        yield Line(masked, "dim")


def headline(report: Report) -> str:
    """Return what came of a check: its label, and one sentence with the denominator."""
    return f"{status_label(report)}: {sentence(report)}"


def sentence(report: Report) -> str:
    """Return what came of a check in one sentence, with its denominator."""
    said: Callable[[Report], str] | None = getattr(module_of(report), "headline", None)
    if said is not None:
        return said(report)
    return f"{count_noun(len(report.findings), 'finding')} in {report.checked:,} checked"


def module_of(report: Report) -> ModuleType:
    """Return the module that knows the check."""
    return import_module(TEXTS.get(report.check, TEXTS["replay"]))
