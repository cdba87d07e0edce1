"""`fencekit logs`: what is looked for is found, and that nothing is found is said."""

import json
from pathlib import Path

from running import LOGS, fencekit


def test_a_log_of_tools_that_is_converted_can_still_be_mapped(tmp_path: Path) -> None:
    copy, tools = tmp_path / "copy.jsonl", tmp_path / "tools.yaml"
    assert fencekit("logs", "convert", LOGS / "otel/collector.jsonl", "-o", copy).code == 0
    listed = ("logs", "tools", "--format", "json")
    before = json.loads(fencekit(*listed, LOGS / "otel/collector.jsonl").out)
    assert json.loads(fencekit(*listed, copy).out) == before
    tools.write_text("tools: {run_command: shell.exec}\n")
    mapped = json.loads(fencekit(*listed, copy, "--tools", tools).out)
    assert {"tool": "run_command", "capability": "shell.exec", "count": 1} in mapped


def test_a_selection_that_nothing_fits_says_so() -> None:
    done = fencekit("logs", "show", LOGS / "fencekit/agents.jsonl", "--principal", "nobody")
    assert (done.code, done.out) == (0, "")
    assert "none of the 355 records is asked for" in done.err
