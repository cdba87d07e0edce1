"""Logs are written by attackers too: what they hold is inert in names, in text, in JUnit's XML."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fencekit.pytest_plugin.replay_groups import escape_name

from .conftest import REPLAY, Run, collected, lines_of, outcomes

pytest_plugins = ["pytester"]

TEXTS = {
    "script": "<script>alert(1)</script>",
    "cdata": "]]>&amp;",
    "escape": "\x1b[31mred\x1b]8;;http://x\x07",
    "command": "\n::error::owned\n##[error]owned\r\n::add-mask::x",
    "separators": "a::b[c]/d e%20,->",
    "controls": "\x00\x08\x0b\x7f\x85\u2028",
    "direction": "\u202eevil\u2066\u200b",
    "surrogate": "\ud800\udfff\udc80",
    "astral": "\U0001f600\U000e0041",
    "long": "x" * 5_000,
}


def hostile_calls() -> Iterator[tuple[str, str, object]]:
    for text in TEXTS.values():
        yield f"shell.exec.{text}", "DENY", {text: text, "command": "ls"}
        yield text or "x", "ESCALATE", {"command": text}


@pytest.fixture
def hostile(project: Path) -> Path:
    """Return the project with a log of hostile calls, some of them unreadable."""
    broken = "".join(f"{json.dumps(text)}\n" for text in TEXTS.values())
    (project / "audit.jsonl").write_text(lines_of(hostile_calls()) + broken)
    rules = "".join(f"  - capability: '{c}'\n" for c in ("shell.exec.*", "*", "*.*.*"))
    (project / "candidate.yaml").write_text(f"allow:\n{rules}")
    return project


def assert_inert(text: str) -> None:
    """Check that a terminal or a build server acts on none of it."""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066\u200b]", text)
    for line in text.splitlines():
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line


@pytest.mark.parametrize("options", [(), ("-v",), ("-rA",), ("-n2",), ("--co", "-q")])
def test_the_terminal_shows_it_inert(hostile: Path, run: Run, options: tuple[str, ...]) -> None:
    result = run(*REPLAY, *options, apart="-n2" in options)
    assert result.ret == (0 if "--co" in options else 1)
    assert_inert(result.stdout.str())
    assert_inert(result.stderr.str())


def test_names_are_plain_distinct_and_can_be_run_again(hostile: Path, run: Run) -> None:
    names = collected(run(*REPLAY, "--co", "-q"))
    assert len(names) == len(set(names)) >= len(TEXTS)
    for name in names:
        log, _, rest = name.partition("::")
        assert log == "audit.jsonl"
        assert re.fullmatch(r"[\w.~%*-]+(\[[\w.~%*+|>,-]+\])?", rest), name
        assert len(rest) < 600
    again = run(*REPLAY, "-v", *names)
    assert set(outcomes(again)) == set(names)


def test_last_failed_runs_hostile_names(hostile: Path, run: Run) -> None:
    first = run(*REPLAY, "tests").parseoutcomes()
    again = run(*REPLAY, "--lf", "tests").parseoutcomes()
    assert again["failed"] == first["failed"]
    assert "passed" not in again


def test_junit_xml_is_well_formed(hostile: Path, run: Run) -> None:
    run(*REPLAY, "--junitxml=junit.xml")
    tree = ET.parse(hostile / "junit.xml")
    cases = tree.findall(".//testcase")
    assert len(cases) >= len(TEXTS)
    assert any(case.find("failure") is not None for case in cases)
    properties = {(p.get("name"), p.get("value")) for p in tree.findall(".//property")}
    assert ("capfence_class", "looser") in properties
    for element in tree.iter():
        assert_inert("\n".join([element.text or "", *element.attrib.values()]))


def test_a_name_that_is_cut_stays_distinct() -> None:
    assert escape_name("x" * 5_000) != escape_name("x" * 4_999 + "y")
    assert escape_name("x" * 160) == "x" * 160
    assert escape_name("a b") != escape_name("a%20b")
