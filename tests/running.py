"""Runs the command line for the tests: in this process, or in one of its own."""

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fencekit.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "fixtures/logs"
POLICIES = ROOT / "fixtures/policies/capfence"
SECONDS = 60

ALLOW_ALL = "allow: ['*']\n"
DENY_SHELL = "deny: [shell]\nallow: ['*']\n"

ESCAPE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What no output of ours may hold raw: controls but the line feed, and direction overrides."""


@dataclass(frozen=True)
class Done:
    """What a command did: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.out)


class Stream(io.TextIOWrapper):
    """A stream in memory that is no terminal."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", newline="\n", write_through=True)

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def fencekit(*args: object, given: bytes = b"") -> Done:
    """Run the command in this process; an exception that leaves it fails the test."""
    out, err = Stream(), Stream()
    code = 0
    environment = {**os.environ, "FENCEKIT_TRACEBACK": "1"}
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "stdin", Stream(given)),
        patch.dict(os.environ, environment),
    ):
        try:
            main([str(arg) for arg in args])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return Done(code, out.text, err.text)


def in_a_process(
    *args: object, cwd: Path | None = None, given: bytes = b"", **environment: str
) -> Done:
    """Run `python -m fencekit` in a process of its own."""
    done = subprocess.run(
        command(*args),
        cwd=cwd,
        env=variables(**environment),
        input=given,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    return Done(done.returncode, as_text(done.stdout), as_text(done.stderr))


def command(*args: object) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "fencekit", *map(str, args)]


def variables(**changed: str) -> dict[str, str]:
    """Return the environment for a process: ours, without what steers colours and encodings."""
    steering = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "PYTHONIOENCODING", "LC_ALL")
    kept = {key: value for key, value in os.environ.items() if key not in steering}
    return {**kept, "PYTHONPATH": str(ROOT), **changed}


def as_text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def assert_inert(text: str) -> None:
    """Fail where a terminal, or a build server that reads lines, would act on the text."""
    found = ESCAPE.search(text)
    assert not found, f"raw {found[0]!r} in {text[max(0, found.start() - 60) : found.end() + 60]!r}"
    for line in text.split("\n"):
        assert not line.strip().startswith("::"), line
        assert "##[" not in line, line


def write_lines(path: Path, *lines: str | bytes) -> Path:
    """Write lines, each with its end, and return the path."""
    given = (line.encode() if isinstance(line, str) else line for line in lines)
    path.write_bytes(b"".join(line + b"\n" for line in given))
    return path


def record(capability: str = "shell.exec.production", verdict: str = "DENY", **more: Any) -> str:
    """Return a line of our own format: a decided call, with arguments where `args` has some."""
    who = more.pop("principal", "agent")
    request = {"capability": capability, "principal": who, "args": more.pop("args", {})}
    decision = {"verdict": verdict, "obligations": []}
    line = {"schema": "fencekit.record/1", "request": request, "decision": decision, **more}
    return json.dumps(line)
