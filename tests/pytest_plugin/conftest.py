"""Fixtures: a project with logs and policies, and pytest run in it with our plugin."""

import json
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POLICY = """\
deny:
  - capability: shell.exec.production
    contains: "rm -rf"
require_approval:
  - payment.refund.*
allow:
  - shell.exec.*
  - file.read.*
"""
CANDIDATE = """\
deny:
  - file.read.secret
allow:
  - shell.exec.*
  - file.read.*
  - payment.refund.*
"""
CALLS = [
    ("shell.exec.production", "ALLOW", {"command": "ls"}),
    ("shell.exec.production", "DENY", {"command": "rm -rf /"}),
    ("shell.exec.production", "DENY", {"command": "rm -rf /srv"}),
    ("file.read.public", "ALLOW", {"path": "a"}),
    ("file.read.secret", "ALLOW", {"path": "b"}),
    ("payment.refund.eu", "ESCALATE", {"amount": 3}),
]
"""Six calls, decided by POLICY; CANDIDATE loosens two groups of them and tightens one."""
LOOSER = "audit.jsonl::shell.exec.production[DENY->ALLOW,allow-1]"
REFUND = "audit.jsonl::payment.refund.eu[ESCALATE->ALLOW,allow-3]"
TIGHTER = "audit.jsonl::file.read.secret[ALLOW->DENY,deny-1]"
UNCHANGED = (
    "audit.jsonl::shell.exec.production[ALLOW->ALLOW,allow-1]",
    "audit.jsonl::file.read.public[ALLOW->ALLOW,allow-2]",
)
REPLAY = ("--capfence-replay", "audit.jsonl", "--capfence-policy", "candidate.yaml")

FILTERS = '["error", "ignore:Module already imported"]'
"""Warnings are errors, but that in this process our modules have been imported before."""

Run = Callable[..., pytest.RunResult]


def lines_of(calls: Iterable[tuple[str, str, object]]) -> str:
    """Return calls as lines of our own log format; args of None are unknown."""
    made = []
    for capability, verdict, args in calls:
        request = {"capability": capability, "principal": "bot"}
        request["args"] = {"$unknown": True} if args is None else args
        record = {"schema": "fencekit.record/1", "request": request}
        made.append(json.dumps(record | {"decision": {"verdict": verdict}}))
    return "".join(f"{line}\n" for line in made)


def plugin_options() -> list[str]:
    """Return what loads the plugin, where it is not installed."""
    installed = any(
        entry.value == "fencekit.pytest_plugin" for entry in entry_points(group="pytest11")
    )
    return [] if installed else ["-p", "fencekit.pytest_plugin"]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project with a log, two policies and an ordinary test."""
    # Imported here, so that a run in this process does not import all of it again.
    import fencekit.pytest_plugin.replay_session
    import fencekit.reporting.html.html_page  # noqa: F401

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "audit.jsonl").write_text(lines_of(CALLS))
    (pytester.path / "policy.yaml").write_text(POLICY)
    (pytester.path / "candidate.yaml").write_text(CANDIDATE)
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests/test_own.py").write_text("def test_own(): pass\n")
    configure(pytester.path)
    return pytester.path


def configure(folder: Path, **keys: object) -> None:
    """Write a `pyproject.toml` with a test path and, where there are keys, `[tool.fencekit]`."""
    table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    ours = f"[tool.fencekit]\n{table}" if keys else ""
    theirs = f'[tool.pytest.ini_options]\ntestpaths = ["tests"]\nfilterwarnings = {FILTERS}\n'
    (folder / "pyproject.toml").write_text(theirs + ours)


@pytest.fixture
def run(project: Path, pytester: pytest.Pytester) -> Run:
    """Return a function that runs pytest in the project, in this process unless told otherwise."""

    def run_it(*args: str, apart: bool = False) -> pytest.RunResult:
        runner = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        # Hypothesis takes a second to import, for a header that nobody reads here.
        return runner(*plugin_options(), "-p", "no:hypothesispytest", *args)

    return run_it


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """Return the outcome of each test by its name, from a run with `-v`."""
    found = {}
    for line in result.outlines:
        for word in ("PASSED", "FAILED", "ERROR"):
            before, said, _ = line.partition(f" {word}")
            if said and "::" in before and not line.startswith(("FAILED", "ERROR", "PASSED")):
                found[before.strip()] = word.lower()
    return found


def collected(result: pytest.RunResult) -> list[str]:
    """Return the names of all tests, from a run with `--collect-only -q`."""
    return [line for line in result.outlines if "::" in line and " " not in line]
