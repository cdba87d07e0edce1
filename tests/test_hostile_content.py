"""Text from logs and policies is inert, wherever it is printed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fencekit.cli.main import group, main

HOSTILE = (
    "<script>alert(1)</script> ]]> \x1b[31mred\x1b[0m \x9b2J \x07 \r ::error::pwned\n"
    "::error file=x::pwned\n##[error]pwned\n##vso[task.x]\u202egnp\u2066\u200b \x00 \ud83d\ude00"
).replace("\ud83d\ude00", "😀")
BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
COMMAND = re.compile(r"^\s*::", re.MULTILINE)


def inert(text: str) -> None:
    """Assert that neither a terminal nor a build server acts on the text."""
    found = BAD.search(text)
    assert found is None, repr(text[max(0, found.start() - 60) : found.start() + 20])
    assert not COMMAND.search(text)
    assert "##[" not in text
    assert "##vso[" not in text


def record(**request: Any) -> dict[str, Any]:
    whole = {
        "capability": HOSTILE,
        "principal": HOSTILE,
        "environment": HOSTILE,
        "context": {HOSTILE: HOSTILE, "risk_level": HOSTILE},
        "args": {HOSTILE: HOSTILE, "nested": [HOSTILE, {HOSTILE: HOSTILE}]},
        **request,
    }
    decision = {"verdict": "DENY", "reason": HOSTILE, "approval": HOSTILE}
    line = {"schema": "fencekit.record/1", "id": HOSTILE, "time": HOSTILE, "session": HOSTILE}
    return {**line, "request": whole, "decision": decision}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a hostile log and a policy with hostile values."""
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps(record()), json.dumps(record(capability="a.b")), f'{{"{HOSTILE}": ', "{"]
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps(json.loads(x)) for x in lines[:2]))
    with (tmp_path / "log.jsonl").open("a", encoding="utf-8") as out:
        out.write("\n" + json.dumps({"schema": "fencekit.record/1", "request": {HOSTILE: 1}}))
        out.write("\n" + HOSTILE.replace("\n", " ") + "\n")
    values = json.dumps(HOSTILE.replace("\x00", ""))
    (tmp_path / "policy.yaml").write_text(
        f"deny:\n  - {{capability: a.b.c, match_keywords: [{values}]}}\n"
        f"allow:\n  - '*'\n  - {{capability: {values}, contains: {values}}}\n"
    )
    return tmp_path


def output(*arguments: str) -> str:
    result = CliRunner().invoke(group, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", "log.jsonl", "--policy", "policy.yaml"),
        ("replay", "log.jsonl", "--policy", "policy.yaml", "--records"),
        ("replay", "log.jsonl", "--policy", "policy.yaml", "--format", "json"),
        ("explain", "policy.yaml", "log.jsonl:1"),
        ("explain", "policy.yaml", "log.jsonl:1", "--format", "json"),
        ("logs", "show", "log.jsonl"),
        ("logs", "stats", "log.jsonl"),
        ("logs", "tools", "log.jsonl"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("folder")
def test_what_a_command_prints_is_inert(arguments: tuple[str, ...]) -> None:
    printed = output(*arguments)
    inert(printed)
    assert "log" in printed or "capability" in printed


@pytest.mark.usefixtures("folder")
def test_the_json_report_still_says_exactly_what_was_there() -> None:
    report = json.loads(
        output("replay", "log.jsonl", "--policy", "policy.yaml", "--format", "json")
    )
    requests = [w["request"] for f in report["findings"] for w in f["witnesses"]]
    assert any(request["principal"] == HOSTILE for request in requests)
    assert any(request["args"].get(HOSTILE) == HOSTILE for request in requests)


@pytest.mark.parametrize(
    "text",
    [
        "denied: []\n",
        f"deny:\n  - {{capability: a.b, {json.dumps(HOSTILE.replace(chr(0), ''))}: 1}}\n",
        f"extends: {json.dumps(HOSTILE.replace(chr(0), ''))}\n",
        f"deny:\n  - {{capability: a.b, match_regex: {json.dumps('(' + HOSTILE[:20])}}}\n",
    ],
    ids=["key", "condition", "extends", "regex"],
)
def test_an_error_message_is_inert(
    text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["replay", "log.jsonl", "--policy", "bad.yaml"])
    assert ended.value.code == 3
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    inert(captured.out + captured.err)


def test_the_html_report_holds_no_markup_of_the_log(folder: Path) -> None:
    output("replay", "log.jsonl", "--policy", "policy.yaml", "--html", "report.html")
    page = (folder / "report.html").read_text(encoding="utf-8")
    own = [part.split(">")[0] for part in page.split("<script")[1:]]
    assert own in ([], [' type="text/plain" id="data" data-encoding="json"', ""])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert BAD.search(page.replace("\t", "")) is None
