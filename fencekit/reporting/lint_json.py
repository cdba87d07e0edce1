"""The section of lint in the JSON report."""

from typing import Any

from fencekit.model.lint_result import LintResult


def lint_of(linted: LintResult) -> dict[str, Any]:
    """Return the section of lint as JSON values."""
    return {
        "policies": [
            {"path": given.path, "rules": given.rules, "open_questions": given.open}
            for given in linted.policies
        ],
        "slugs": list(linted.shapes),
        "silenced": linted.ignored,
        "fail_on": str(linted.fail_at),
        "failed": [{"path": path or None, "message": why} for path, why in linted.failed],
        "logs": [{"path": path, "records": records} for path, records in linted.logs],
    }
