"""A report of a replay with as many findings as a reader can use; of the rest, their number."""

from dataclasses import replace

from fencekit.model.report import Report

MOST_FINDINGS = 1_000
"""The findings that are listed; names of capabilities are the agent's, and may all be different."""


def bound_findings(report: Report) -> Report:
    """Return the report with the riskiest findings only, where there are more than are listed.

    The status and all counts stay those of all. Checks of other things than records are as they
    are: their findings are no more than a policy has rules and shapes.
    """
    rest = report.findings[MOST_FINDINGS:]
    if report.replay is None or not rest:
        return report
    records = sum(finding.count for finding in rest)
    said = f"{len(rest):,} more findings, of {records:,} records, are counted and not listed"
    return replace(
        report, findings=report.findings[:MOST_FINDINGS], troubles=(*report.troubles, said)
    )
