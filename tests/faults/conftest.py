"""A folder with a good policy and a good log, and the command line to run on them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fencekit.cli.main import group
from fencekit.model.errors import FencekitError

ALLOW_SHELL = "allow: [shell.exec.*]\n"
DENY_ALL = "deny: ['*']\n"


def event(**given: Any) -> dict[str, Any]:
    """Return an event of a trace: an allowed shell command, unless told otherwise."""
    plain = {
        "actor": "ops-agent",
        "action": "exec",
        "resource": "shell",
        "environment": "production",
        "payload": {"command": "ls"},
        "decision": "allow",
        "reason": "policy_allow",
    }
    return {**plain, **given}


def trace(*lines: str | bytes | dict[str, Any]) -> bytes:
    """Return a replay trace of these lines; an object is written as JSON."""
    made = [b'{"capfence_replay_version":"1.0"}']
    for line in lines:
        text = json.dumps(line) if isinstance(line, dict) else line
        made.append(text.encode() if isinstance(text, str) else text)
    return b"\n".join(made) + b"\n"


@dataclass(frozen=True)
class Ran:
    """What a run of the command came to."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report on standard output."""
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a way to run the command in a folder that has `good.yaml` and `good.jsonl`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(ALLOW_SHELL)
    (tmp_path / "good.jsonl").write_bytes(trace(event()))

    def call(*arguments: str) -> Ran:
        result: Result = CliRunner().invoke(group, list(arguments))
        error = result.exception
        if isinstance(error, FencekitError):
            return Ran(error.exit_code, result.stdout, str(error))
        if error is not None and not isinstance(error, SystemExit):
            raise error
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call
