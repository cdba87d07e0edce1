"""Cases back to text: a file of cases that reads as the same cases."""

from collections.abc import Iterable
from typing import Any

from fencekit.model.case import Case, Expectation
from fencekit.model.request_json import request_to_json
from fencekit.model.verdict import Verdict
from fencekit.reading import yaml


def write_cases(policy: str, cases: Iterable[Case], *, suite: str = "") -> str:
    """Return a file of cases as text; `policy` is a path relative to where it will stand."""
    page: dict[str, Any] = {"suite": suite} if suite else {}
    page["policy"] = policy
    page["cases"] = [entry(case) for case in cases]
    return yaml.write(page)


def entry(case: Case) -> dict[str, Any]:
    """Return a case as an entry of `cases`."""
    return {
        "name": case.name,
        "request": request_to_json(case.request),
        "expect": expectation_document(case.expected),
    }


def expectation_document(expected: Expectation) -> Any:
    """Return an expectation as it is written: one verdict as a word, all else as a mapping."""
    verdicts = [str(verdict) for verdict in sorted(expected.verdicts)]
    made: dict[str, Any] = {}
    if len(verdicts) < len(Verdict):
        made["verdict"] = verdicts[0] if len(verdicts) == 1 else verdicts
    if expected.rule:
        made["rule"] = expected.rule
    if expected.obligations is not None:
        made["obligations"] = sorted(duty.name for duty in expected.obligations)
    return made["verdict"] if list(made) == ["verdict"] and len(verdicts) == 1 else made
