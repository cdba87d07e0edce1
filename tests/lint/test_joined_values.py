"""A decoy in one argument that satisfies an allow regex for another is found; CapFence agrees."""

from pathlib import Path

import pytest
from conformance.oracle import real_answer, real_load
from running import ROOT, fencekit

from fencekit.model.request_json import from_form

pytestmark = pytest.mark.oracle

HOLES = {
    "reported": r"allow: [{capability: sql.execute, match_regex: '(?i)^\s*select\b[^;]*$'}]",
    "a shell": r"allow: [{capability: shell.exec, match_regex: '^(ls|cat)\b[^;&|]*$'}]",
    "several patterns": "allow: [{capability: shell.exec, match_regex: ['^git .*', '^make .*']}]",
    "with approvals": (
        r"require_approval: [{capability: sql.execute, match_regex: '(?i)^\s*(update|delete)\b'}]"
        "\n"
        r"allow: [{capability: sql.execute, match_regex: '(?i)^\s*select\b'}]"
    ),
    "without anchors": "allow: [{capability: shell.exec, match_regex: 'pytest'}]",
    "another capability": r"allow: [{capability: terminal.run, match_regex: '^echo\b.*\Z'}]",
}
CLOSED = {
    "whole texts": r"allow: [{capability: shell.exec, match_regex: '\A(?:ls|pwd)\s*\Z'}]",
    "harm denied above": (
        "deny: [{capability: sql.execute, match_regex: '.'}]\n"
        "allow: [{capability: sql.execute, match_regex: '^select'}]"
    ),
}


def hits(policy: str, slug: str = "allow-regex-joined") -> list[dict]:
    Path("p.yaml").write_text(f"{policy}\n", encoding="utf-8")
    done = fencekit("lint", "p.yaml", "--format", "json")
    assert done.code in (0, 1), done.err
    return [found for found in done.report["findings"] if found["slug"] == slug]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", HOLES)
def test_the_hole_is_found_with_a_call_that_capfence_allows(name: str) -> None:
    (found,) = hits(HOLES[name])
    policy = real_load("p.yaml")
    assert policy is not None
    alone, shown = (from_form(one["request"]) for one in found["witnesses"])
    assert real_answer(policy, alone).verdict not in ("allow", "warn")
    assert real_answer(policy, shown).verdict in ("allow", "warn")
    assert "write" not in found["hint"] or "match_regex" in found["hint"]
    assert r"\A" in found["hint"]


@pytest.mark.parametrize("name", CLOSED)
def test_a_pattern_without_room_has_no_such_hole(name: str) -> None:
    assert hits(CLOSED[name]) == []


def test_a_rule_that_stops_by_a_pattern_with_an_anchor_is_evaded_by_a_decoy_that_satisfies() -> (
    None
):
    (found,) = hits(HOLES["with approvals"], "evadable-decoy")
    call = from_form(found["witnesses"][-1]["request"])
    policy = real_load("p.yaml")
    assert policy is not None
    assert real_answer(policy, call).verdict == "allow"
    assert "match_keywords" in found["hint"]


def test_the_policy_of_the_demo_has_the_hole_and_lint_says_so() -> None:
    text = (ROOT / "fencekit/_demo/policy.yaml").read_text("utf-8")
    assert any("allow-5" in found["message"] for found in hits(text))
