"""`capproxy`: the examples of its page, and what wrong input gets."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from fencekit.cli.capproxy import main
from fencekit.config.capproxy_example import files
from fencekit.dialects.token.token_schema import SCHEMA_TEXT

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures" / "capproxy"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self) -> dict[str, str]:
        return dict(line.split(": ", 1) for line in self.out.splitlines())


def capproxy(*args: str, stdin: str = "") -> Ended:
    out, err = io.StringIO(), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()))
    ended: pytest.ExceptionInfo[SystemExit]
    streams = (redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", given))
    with streams[0], streams[1], streams[2], pytest.raises(SystemExit) as ended:
        main([*args])
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture
def example(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    assert capproxy("--example", str(folder)).code == 0
    return folder


def run(example: Path, call: Any, *more: str, token: str = "token.json") -> Ended:
    place = ["--token", str(example / token), "--audit", str(example / "audit.jsonl")]
    if isinstance(call, str):
        return capproxy(*place, "--call", str(example / "calls" / f"{call}.json"), *more)
    return capproxy(*place, "--call", "-", *more, stdin=json.dumps(call))


def edited(example: Path, **change: Any) -> str:
    token = json.loads((example / "token.json").read_text(encoding="utf-8"))
    (example / "other.json").write_text(json.dumps({**token, **change}), encoding="utf-8")
    return "other.json"


def records(example: Path) -> list[dict[str, Any]]:
    lines = (example / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_fixtures_are_the_example():
    for name, text in files("/tmp/workspace").items():
        assert (FIXTURES / name).read_text(encoding="utf-8") == text
    assert (ROOT / "docs" / "token.schema.json").read_text(encoding="utf-8") == SCHEMA_TEXT


def test_the_three_examples_and_the_soft_delete_run_and_are_recorded(example):
    words = {}
    for name in ("read_file", "write_file", "list_dir", "delete_file"):
        ended = run(example, name)
        assert ended.code == 0, ended
        words[name] = ended.said["decision"]
    assert words == {
        "read_file": "ALLOW",
        "write_file": "ALLOW_WITH_GUARDRAILS",
        "list_dir": "ALLOW",
        "delete_file": "ALLOW_WITH_GUARDRAILS",
    }
    lines = records(example)
    decided = [line for line in lines if "decision" in line]
    ended = {
        line["outcome"]["of"]: line["outcome"]["status"] for line in lines if "outcome" in line
    }
    assert [ended[line["id"]] for line in decided] == ["completed"] * 4
    assert not (example / "workspace" / "tmp" / "note.txt").exists()


DENIED: list[tuple[dict[str, Any], str]] = [
    ({"tool": "shell", "args": {"command": "ls"}}, "unknown_tool"),
    ({"tool": "read_file", "args": {"path": "../token.json"}}, "path_outside_root"),
    ({"tool": "read_file", "args": {"path": "hello.txt", "mode": "w"}}, "invalid_arguments"),
    ({"tool": "write_file", "args": {"path": "hello.txt", "content": ""}}, "policy_default_deny"),
    ({"tool": "read_file", "args": {"path": "hello.txt"}, "principal": "x"}, "wrong_holder"),
]


@pytest.mark.parametrize(("call", "reason"), DENIED, ids=[reason for _, reason in DENIED])
def test_a_denied_call_does_not_run_and_is_recorded(example, call, reason):
    ended = run(example, call)
    assert (ended.code, ended.said["decision"], ended.said["reason"]) == (1, "DENY", reason)
    assert len(records(example)) == 1
    assert (example / "workspace" / "hello.txt").read_text(encoding="utf-8") == "hi\n"


def test_an_expired_token_allows_nothing(example):
    token = edited(example, expires="2020-01-01T00:00:00Z")
    ended = run(example, "read_file", token=token)
    assert (ended.code, ended.said["reason"]) == (1, "token_expired")


def test_a_call_that_asks_for_approval_waits(example):
    tools = [{"name": "read_file", "paths": ["**"], "approval": True}]
    ended = run(example, "read_file", token=edited(example, tools=tools))
    assert (ended.code, ended.said["decision"]) == (1, "ESCALATE")


def test_a_duty_that_nobody_discharges_denies(example):
    tools = [{"name": "read_file", "paths": ["**"], "guardrails": ["two_persons"]}]
    ended = run(example, "read_file", token=edited(example, tools=tools))
    assert ended.said["reason"] == "obligation_not_discharged:two_persons"


def test_the_limit_of_a_token_holds(example):
    tools = [{"name": "read_file", "paths": ["**"], "max_bytes": 2}]
    ended = run(example, "read_file", token=edited(example, tools=tools))
    assert (ended.code, ended.said["outcome"]) == (3, "refused")
    assert "too_large" in ended.said["error"]
    assert "hi" not in ended.out


def test_an_audit_log_that_cannot_be_written_lets_nothing_run(example):
    (example / "audit.jsonl").mkdir()
    ended = run(example, "write_file")
    assert ended.code != 0
    assert not (example / "workspace" / "tmp" / "note.txt").exists()


def test_json_is_one_object(example):
    assert json.loads(run(example, "read_file", "--json").out)["result"]["content"] == "hi\n"


def test_nothing_of_a_file_acts_on_the_terminal(example):
    (example / "workspace" / "hello.txt").write_text("\x1b[31mred\x9b", encoding="utf-8")
    out = run(example, "read_file").out
    assert not {"\x1b", "\x9b"} & set(out)


WRONG = {
    "no json": ("{", "not JSON"),
    "a list": ("[]", "a call is a JSON object"),
    "no tool": ('{"args": {}}', "the call names no `tool`"),
    "a typo": ('{"tol": "read_file"}', "did you mean `tool`?"),
    "args no object": ('{"tool": "read_file", "args": []}', "must be an object"),
    "both": ('{"tool": "read_file", "args": {}, "arguments": {}}', "not both"),
    "a key twice": ('{"tool": "a", "tool": "b"}', "`tool`"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_call_that_is_none_is_named_with_its_place(example, name):
    text, message = WRONG[name]
    ended = capproxy("--token", str(example / "token.json"), "--call", "-", stdin=text)
    assert ended.code == 3
    assert message in ended.err
    assert "standard input" in ended.err


def test_wrong_usage_says_what_to_do(example, tmp_path):
    assert capproxy().code == 2
    assert "is not empty" in capproxy("--example", str(example)).err
    missing = capproxy("--token", str(tmp_path / "no.json"), "--call", "-", stdin="{}")
    assert missing.code == 3
    assert "cannot read" in missing.err
    nowhere = run(example, "read_file", token=edited(example, workspace="/no/such/folder"))
    assert nowhere.code == 2
    assert "cannot open the workspace" in nowhere.err
