"""The report of cases as text: each one that did not pass, the claims, and what is not covered."""

import json
import shlex
from collections.abc import Iterator

from fencekit.model.report import Report
from fencekit.model.request_json import request_to_json
from fencekit.model.source import argument
from fencekit.model.suite_result import (
    CaseResult,
    CaseStatus,
    ClaimResult,
    ClaimStatus,
    Coverage,
    PointKind,
    Suite,
)
from fencekit.reporting.coverage_note import cases_passed_over
from fencekit.reporting.lint_text import at
from fencekit.reporting.replay_text import (
    LONGEST_COMMAND,
    LONGEST_TROUBLE,
    STATUS_STYLES,
    Line,
    Table,
    inert,
    rule_text,
)
from fencekit.reporting.report_phrases import LABELS, count_noun

LONGEST_CALL = 2_000
MOST_SHOWN = 200
"""How many failing cases, and how many points that no case covers, are shown."""

CASE_STYLES = {CaseStatus.PASSED: "green", CaseStatus.FAILED: "red", CaseStatus.ERROR: "yellow"}
CLAIM_STYLES = {
    ClaimStatus.PROVED: "green",
    ClaimStatus.REFUTED: "red",
    ClaimStatus.UNKNOWN: "yellow",
    ClaimStatus.EXCEPT_ERRORS: "yellow",
}


def headline(report: Report) -> str:
    """Return what came of the cases in one sentence."""
    suite = report.suite
    if suite is None or not (suite.cases or suite.claims):
        return "no case was run"
    parts = []
    if suite.cases:
        passed = sum(case.status is CaseStatus.PASSED for case in suite.cases)
        parts.append(f"{passed:,} of {count_noun(len(suite.cases), 'case')} passed")
    if suite.claims:
        proved = sum(claim.status is ClaimStatus.PROVED for claim in suite.claims)
        parts.append(f"{proved:,} of {count_noun(len(suite.claims), 'claim')} proved")
    return ", ".join(parts)


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, the files, what did not pass, the coverage."""
    yield Line(f"{LABELS[report.status]}: {headline(report)}", STATUS_STYLES[report.status])
    for trouble in report.troubles:
        for part in trouble.splitlines():
            yield Line(f"  ! {inert(part, LONGEST_TROUBLE)}", "yellow")
    if over := cases_passed_over(report):
        yield Line(f"passed over: {inert(over, LONGEST_TROUBLE)}", "yellow")
    suite = report.suite
    if suite is None:
        return
    yield from files(suite)
    wrong = [case for case in suite.cases if case.status is not CaseStatus.PASSED]
    for case in wrong[:MOST_SHOWN]:
        yield Line()
        yield from case_lines(case)
    if len(wrong) > MOST_SHOWN:
        more = count_noun(len(wrong) - MOST_SHOWN, "more case")
        yield Line()
        yield Line(f"and {more} that did not pass: see them with `--format json`")
    for claim in suite.claims:
        if claim.status is not ClaimStatus.PROVED:
            yield Line()
            yield from claim_lines(claim)
    if suite.coverage is not None:
        yield Line()
        yield from coverage_lines(suite.coverage)


def files(suite: Suite) -> Iterator[Line | Table]:
    """Yield the number of cases of each file and what came of them."""
    if not suite.files:
        return
    yield Line()
    rows, styles = [], []
    for file in suite.files:
        of_status = [sum(case.status is status for case in file.cases) for status in CaseStatus]
        refuted = sum(claim.status is not ClaimStatus.PROVED for claim in file.claims)
        rows.append((inert(file.path, 500), *map("{:,}".format, of_status)))
        styles.append("red" if of_status[1] or refuted else "yellow" * bool(of_status[2]))
    yield Table(("", *map(str, CaseStatus)), tuple(rows), tuple(styles))


def case_lines(case: CaseResult) -> Iterator[Line]:
    """Yield the lines of a case: where it is, what was expected and got, by which rule, and why."""
    yield Line(
        f"{at(case.place)}: {case.status}: {inert(case.name, 500)}", CASE_STYLES[case.status]
    )
    yield Line(f"  expected  {inert(case.wanted)}")
    yield Line(f"  actual    {inert(case.actual)}")
    yield Line(f"  rule      {rule_text(case.rule)}")
    if case.note:
        yield Line(f"  note      {inert(case.note, LONGEST_TROUBLE)}")
    yield Line(f"  request   {call_text(case)}")
    if case.policy and case.place.file:
        words = ["fencekit", "explain", argument(case.policy), argument(str(case.place))]
        yield Line(f"  explain   {inert(shlex.join(words), LONGEST_COMMAND)}", "dim")


def call_text(result: CaseResult | ClaimResult) -> str:
    """Return the call of a result in one line of JSON."""
    form = request_to_json(result.request) if result.request is not None else {}
    return inert(json.dumps(form, ensure_ascii=False, default=repr), LONGEST_CALL)


def claim_lines(claim: ClaimResult) -> Iterator[Line]:
    """Yield the lines of a claim that is not proved: where it is, why, and a call."""
    style = CLAIM_STYLES[claim.status]
    yield Line(f"{at(claim.place)}: {claim.status}: {inert(claim.name, 500)}", style)
    yield Line(f"  {inert(claim.message, LONGEST_TROUBLE)}")
    if claim.request is not None:
        yield Line(f"  actual    {inert(claim.actual)}")
        if claim.rule is not None:
            yield Line(f"  rule      {rule_text(claim.rule)}")
        yield Line(f"  request   {call_text(claim)}")


def coverage_lines(coverage: Coverage) -> Iterator[Line | Table]:
    """Yield the coverage: how much of each kind of point, and every point that is missing."""
    percent = coverage.percent
    if percent is None:
        yield Line("coverage: nothing to cover", "yellow")
        return
    asked = "" if coverage.minimum is None else f", {coverage.minimum:g} % asked for"
    points = count_noun(len(coverage.points), "point")
    yield Line(f"coverage: {coverage.covered:,} of {points}, {percent:.1f} %{asked}", "bold")
    rows = []
    for kind in PointKind:
        of_kind = [point for point in coverage.points if point.kind is kind]
        covered = sum(point.covered for point in of_kind)
        rows.append((PLURALS[kind], f"{covered:,}", f"{len(of_kind):,}"))
    yield Table(("", "covered", "of"), tuple(rows), ("",) * len(rows))
    missing = [point for point in coverage.points if not point.covered]
    if missing:
        yield Line()
    for point in missing[:MOST_SHOWN]:
        where = f"{at(point.place)}: " if point.place is not None else ""
        yield Line(f"{where}{inert(point.rule)}: {inert(point.missing, 400)}")
    if len(missing) > MOST_SHOWN:
        yield Line(f"and {len(missing) - MOST_SHOWN:,} more: see them with `--format json`")


PLURALS = {
    PointKind.RULE: "rules",
    PointKind.CONDITION: "conditions",
    PointKind.BOUNDARY: "boundaries",
    PointKind.ALTERNATIVE: "alternatives",
}
