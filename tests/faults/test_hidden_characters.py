"""Characters that end lines, hide or make links: places count as editors do, output is escaped."""

import json
import re
from pathlib import Path

import pytest
from running import fencekit

from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.errors import PolicyError
from fencekit.model.source import text_lines
from fencekit.reading import yaml

ODD = ["\x85", "\u2028", "\u2029"]
HIDDEN = ["\u202e", "\u2066", "\u200b", "\ufeff", "\x07", "\u00ad", "\u3164", "\U000e0041", "\x85"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_in_a_policy_count_lines_as_editors_do(odd: str, end: str) -> None:
    lines = [f'description: "one{odd}two{odd}three"', "# c", "deny:"]
    lines += ["  - capability: shell.exec.*", "    match_regex: '^rm'", "allow:"]
    lines += ["  - shell.exec.*", ""]
    Path("p.yaml").write_text(end.join(lines), newline="")
    deny, allow = load_policy("p.yaml").rules
    assert (deny.place.line, deny.place.column) == (4, 5)
    assert (deny.conditions[0].place.line, allow.place.line) == (5, 7)
    done = fencekit("lint", "p.yaml", "--format", "json")
    found = [one for one in done.report["findings"] if one["slug"] == "hidden-line-end"]
    assert [(one["place"]["line"], one["place"]["column"]) for one in found] == [(1, 18)]
    assert load_policy("p.yaml").files[0].line(4) == "  - capability: shell.exec.*"


@pytest.mark.parametrize("odd", ODD)
def test_a_rule_behind_a_comment_that_only_yaml_ends_is_warned_of(odd: str) -> None:
    Path("p.yaml").write_text(f"deny:\n  - shell.exec.*\n# all is well{odd}allow: ['*']\n")
    assert [rule.capability for rule in load_policy("p.yaml").rules] == ["shell.exec.*", "*"]
    done = fencekit("lint", "p.yaml")
    assert done.code == 1
    assert "p.yaml:3:14: error[hidden-line-end]" in done.out


def test_an_error_behind_such_a_line_end_is_placed_as_editors_count() -> None:
    Path("p.yaml").write_text("# one\u2028# two\ndeny:\n  - [\n")
    with pytest.raises(PolicyError, match=r"p\.yaml:4:1: not YAML"):
        load_policy("p.yaml")


def test_lines_of_a_text_are_those_of_editors() -> None:
    assert text_lines("a\x0bb\x0cc\x1cd\x85e\u2028f\r\ng\rh\n\n") == [
        "a\x0bb\x0cc\x1cd\x85e\u2028f",
        "g",
        "h",
        "",
    ]
    assert text_lines("") == []


@pytest.mark.parametrize("char", HIDDEN)
def test_yaml_that_is_written_shows_what_cannot_be_seen(char: str) -> None:
    value = {f"k{char}": [f"a {char}b: {{x}}", {"n": f"{char}{char} # no\n{char}" + "long " * 40}]}
    text = yaml.write(value)
    assert char not in text
    assert re.search(r"\\[uUxNLPa_]", text)
    assert yaml.parse(text, "x", PolicyError).value == value


def test_plain_text_is_written_as_before() -> None:
    assert yaml.write({"a": ["grün 🌱", "x: y", 1]}) == "a:\n- grün 🌱\n- 'x: y'\n- 1\n"


@pytest.mark.parametrize(
    "capability",
    ["[a](javascript:alert(1))", "![x](http://example.invalid/y)", "[a](1)", r"\[a](2)", "[[a](b)"],
)
def test_no_text_of_a_log_is_a_link_in_sarif(capability: str) -> None:
    record = {
        "schema": "fencekit.record/1",
        "request": {"capability": capability, "args": {"x": capability}},
        "decision": {"verdict": "DENY"},
    }
    Path("h.jsonl").write_text(json.dumps(record) + "\n")
    Path("allow.yaml").write_text('allow: ["*"]\n')
    fencekit("replay", "h.jsonl", "--policy", "allow.yaml", "--out", "sarif=o.sarif")
    (run,) = json.loads(Path("o.sarif").read_text())["runs"]
    (result,) = run["results"]
    text = result["message"]["text"]
    assert (
        re.sub(r"\\([\\\[\]])", r"\1", text).count(capability.replace("\\", ""))
        or "\\" in capability
    )
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", text)
