"""What fencekit writes as JSON is what its schemas say, and the schemas refuse what it is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.logs.jsonl import encode
from fencekit.logs.log_registry import read_log
from fencekit.model.record import Record
from fencekit.reporting.json_report import to_json

ROOT = Path(__file__).parents[1]
LOGS = sorted(
    path for path in (ROOT / "fixtures/logs").rglob("*") if path.suffix not in (".md", ".py")
)
LOGS = [path for path in LOGS if path.is_file()]
POLICY = str(ROOT / "fixtures/policies/capfence/agents-mixed.yaml")
BASELINE = str(ROOT / "fixtures/policies/capfence/agents.yaml")


def schema(name: str) -> Draft202012Validator:
    text = (ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    return Draft202012Validator(json.loads(text))


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.name}")
@pytest.mark.parametrize("baseline", ["", BASELINE], ids=["recorded", "baseline"])
def test_every_report_is_what_its_schema_says(log: Path, baseline: str) -> None:
    report = to_json(ReplayJob((str(log),), POLICY, baseline).run())
    schema("report").validate(json.loads(json.dumps(report)))
    assert sum(report["counts"].values()) == report["checked"] + report["counts"]["invalid"]
    changed = sum(f["count"] for f in report["findings"] if f["slug"] != "invalid-record")
    assert changed == len(report["replay"]["changed"]) + report["replay"]["changed_not_kept"]


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.name}")
def test_every_record_is_what_its_schema_says(log: Path) -> None:
    records = [entry for entry in read_log(log) if isinstance(entry, Record)]
    assert records
    validator = schema("record")
    for record in records:
        validator.validate(json.loads(encode(record)))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "fencekit.report/2"},
        {"status": "fine"},
        {"checked": -1},
        {"findings": [{}]},
        {"counts": {}},
    ],
    ids=str,
)
def test_the_schema_of_a_report_refuses_what_is_none(change: dict[str, Any]) -> None:
    report = to_json(ReplayJob((str(LOGS[0]),), POLICY).run())
    with pytest.raises(ValidationError):
        schema("report").validate({**json.loads(json.dumps(report)), **change})


def test_the_example_in_the_docs_is_a_record() -> None:
    page = (ROOT / "docs/log-formats.md").read_text(encoding="utf-8")
    example = page.split("```json\n", 1)[1].split("\n```", 1)[0]
    schema("record").validate(json.loads(example))
