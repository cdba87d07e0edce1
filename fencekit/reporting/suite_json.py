"""The section of cases in the JSON report."""

from typing import Any

from fencekit.model.request_json import request_to_json
from fencekit.model.suite_result import CaseResult, ClaimResult, Coverage, Suite
from fencekit.reporting.json_values import column_of, place_of, rule_of


def suite_of(suite: Suite) -> dict[str, Any]:
    """Return the section of a run of cases as JSON values."""
    return {
        "files": [
            {
                "path": file.path,
                "title": file.title or None,
                "cases": [case_of(case) for case in file.cases],
                "claims": [claim_of(claim) for claim in file.claims],
            }
            for file in suite.files
        ],
        "failed": [{"path": path, "message": why} for path, why in suite.failed],
        "passed_over": [{"path": path, "why": why} for path, why in suite.passed_over],
        "coverage": None if suite.coverage is None else coverage_of(suite.coverage),
    }


def case_of(case: CaseResult) -> dict[str, Any]:
    """Return the result of a case."""
    return {
        "name": case.name,
        "status": str(case.status),
        "place": {**place_of(case.place), "column": column_of(case.place)},
        "policy": case.policy,
        "expected": case.wanted,
        "actual": case.actual,
        "rule": rule_of(case.rule),
        "note": case.note or None,
        "request": request_to_json(case.request),
    }


def claim_of(claim: ClaimResult) -> dict[str, Any]:
    """Return the result of a claim."""
    return {
        "kind": claim.kind,
        "name": claim.name,
        "status": str(claim.status),
        "place": {**place_of(claim.place), "column": column_of(claim.place)},
        "policy": claim.policy,
        "message": claim.message,
        "request": None if claim.request is None else request_to_json(claim.request),
        "actual": claim.actual or None,
        "rule": rule_of(claim.rule),
    }


def coverage_of(coverage: Coverage) -> dict[str, Any]:
    """Return the coverage; the percentage is null where there is nothing to cover."""
    return {
        "covered": coverage.covered,
        "points": len(coverage.points),
        "percent": None if coverage.percent is None else round(coverage.percent, 2),
        "minimum": coverage.minimum,
        "policies": [
            {
                "policy": policy.policy,
                "points": [
                    {
                        "kind": str(point.kind),
                        "rule": point.rule,
                        "place": {**place_of(point.place), "column": column_of(point.place)},
                        "missing": point.missing,
                        "covered": point.covered,
                    }
                    for point in policy.points
                ],
            }
            for policy in coverage.policies
        ],
    }
