"""One definition of what makes calls one finding, in groups, waivers, pages and fingerprints."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from running import fencekit, record, write_lines

from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.canonical_text import canonical

DENIES = "risk_levels: {high: {action: deny}}\n"
WARNS = "risk_levels: {high: {action: warn}}\n"
TODAY = ("--today", "2026-12-01")


def tool_call(tool: str, command: str, **parts: Any) -> str:
    """Return a record of a tool that nothing maps, so that its capability is unknown."""
    request = {
        "capability": {"$unknown": True},
        "context": {"risk_level": "high"},
        "args": {"command": command},
    }
    page = {"schema": "fencekit.record/1", "tool": tool, "request": request}
    return json.dumps({**page, "decision": {"verdict": "DENY"}, **parts})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(DENIES, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(WARNS, encoding="utf-8")
    return tmp_path


def replayed(*lines: str, when: dict[str, Any] | None = None, html: bool = False) -> Any:
    write_lines(Path("log.jsonl"), *lines)
    waiver = {"capability": "*", "reason": "test", "approver": "me", "expires": "2030-01-01"}
    listed = [{**waiver, "when": when}] if when else []
    Path("w.yaml").write_text(json.dumps({"waivers": listed}), encoding="utf-8")
    page = ("--html", "r.html") if html else ()
    return fencekit(
        *("replay", "log.jsonl", "--policy", "new.yaml", "--baseline", "old.yaml"),
        *("--no-authors", "--waivers", "w.yaml", "--format", "json", *TODAY, *page),
    )


def parts(done: Any) -> dict[tuple[str, bool], int]:
    found = done.report["findings"]
    return {(f["tool"], "waiver" in f): f["count"] for f in found if f["class"] == "looser"}


def test_a_waiver_for_one_tool_of_unknown_capability_waives_no_call_of_another() -> None:
    done = replayed(
        tool_call("alpha", "ls"), tool_call("beta", "ls -l"), when={"contains": "ls -l"}
    )
    assert done.code == 1
    assert parts(done) == {("alpha", False): 1, ("beta", True): 1}


def test_each_tool_is_waived_by_its_own_count() -> None:
    calls = [tool_call("alpha", "ls"), tool_call("beta", "ls"), tool_call("beta", "ls -l")]
    done = replayed(*calls, when={"contains": "ls"})
    assert parts(done) == {("alpha", True): 1, ("beta", True): 2}


def test_three_tools_stay_three_whatever_their_names_have_in_them() -> None:
    tools = ("a", "a\x00", "a b")
    done = replayed(*(tool_call(tool, "ls") for tool in tools), when={"contains": "nothing"})
    assert sorted(parts(done)) == sorted((tool, False) for tool in tools)


def test_a_capability_by_the_name_of_unknown_is_another_than_one_that_is_unknown() -> None:
    unknown = tool_call("", "ls")
    named = unknown.replace('{"$unknown": true}', '"unknown"')
    assert named != unknown
    done = replayed(named, unknown)
    found = done.report["findings"]
    assert [f["count"] for f in found if f["class"] == "looser"] == [1, 1]
    assert len({f["key"] for f in found}) == len(found)


def test_the_page_has_a_group_for_each_tool_and_links_each_record_to_its_own() -> None:
    calls = [tool_call("alpha", "ls"), tool_call("beta", "ls"), tool_call("beta", "ls -l")]
    done = replayed(*calls, html=True)
    page = Path("r.html").read_text("utf-8")
    groups = re.findall(r'id="(g-[0-9a-f]{12})"', page)
    keys = [f"g-{f['key'][:12]}" for f in done.report["findings"]]
    assert groups == keys
    assert len(set(groups)) == 2


POLICY = "allow:\n  - {capability: a.*, match_regex: ^make}\n  - b.*\n"


def keys_of(policy: str) -> dict[str, str]:
    Path("new.yaml").write_text(policy, encoding="utf-8")
    write_lines(
        Path("log.jsonl"),
        record("a.x", "DENY", args={"command": "make x"}),
        record("b.x", "DENY"),
    )
    done = fencekit("replay", "log.jsonl", "--policy", "new.yaml", "--format", "json")
    assert len(done.report["findings"]) == 2
    return {finding["capability"]: finding["key"] for finding in done.report["findings"]}


@pytest.mark.parametrize(
    ("moved", "changed"),
    [
        (f"# a comment\n\n{POLICY}", set()),
        (POLICY.replace("allow:\n", "allow:\n  - c.*\n"), set()),
        ("deny: [d.*]\n" + POLICY, set()),
        ("allow:\n  - b.*\n  - {match_regex: ^make, capability: a.*}\n", set()),
        (POLICY.replace("^make", "^mak"), {"a.x"}),
        (POLICY.replace("^make", "[^make]"), {"a.x"}),
        (POLICY.replace("b.*", "b.x"), {"b.x"}),
        (POLICY.replace("b.*", "{capability: b.*, contains: ''}"), {"b.x"}),
    ],
    ids=range(8),
)
def test_a_key_is_made_of_what_rules_say_and_not_of_where_they_stand(
    moved: str, changed: set[str]
) -> None:
    before, after = keys_of(POLICY), keys_of(moved)
    assert {name for name in before if before[name] != after[name]} == changed


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (1, "1"), (0.0, -0.0), ([1, 2], [12]), ([], {})]
)
def test_values_that_a_policy_tells_apart_have_different_texts(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)
    assert canonical({"a": one, "b": 1}) == canonical({"b": 1, "a": one})


def test_two_rules_that_say_the_same_have_one_digest(folder: Path) -> None:
    (folder / "p.yaml").write_text(
        "deny:\n  - a\nallow:\n  - {capability: a, amount_lt: 1}\n  - b\n"
        "  - {amount_lt: 1, capability: a}\n",
        encoding="utf-8",
    )
    rules = {rule.id: rule.digest for rule in load_policy(str(folder / "p.yaml")).rules}
    assert rules["allow-1"] == rules["allow-3"]
    assert len(set(rules.values())) == 3
