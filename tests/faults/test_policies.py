"""A candidate that cannot be trusted ends in exit code 3, with what is wrong and where."""

from pathlib import Path

import pytest

from .conftest import Run

BROKEN = {
    "syntax": ("deny: [\n", "p.yaml:2:1: not YAML"),
    "tab": ("deny:\n\t- shell.exec\n", "p.yaml:2:1: not YAML"),
    "regex": (
        "deny:\n  - capability: shell.exec.*\n    match_regex: '(ls'\n",
        "p.yaml:3:18: `match_regex` of rule `deny-1` does not compile: `(ls`",
    ),
    "unknown key": ("denied: []\n", "p.yaml:1:1: unknown key: `denied` (did you mean `deny`?)"),
    "unknown condition": (
        "deny:\n  - {capability: a.b, contain: x}\n",
        "p.yaml:2:23: unknown condition in rule `deny-1`: `contain` (did you mean `contains`?)",
    ),
    "duplicate key": ("deny: []\nallow: []\ndeny: []\n", "p.yaml:3:1: the key `deny` occurs twice"),
    "duplicate key in a rule": (
        "deny:\n  - {capability: a.b, contains: x, contains: y}\n",
        "p.yaml:2:36: the key `contains` occurs twice",
    ),
    "null section": ("deny:\nallow: [a.b]\n", "`deny` is"),
    "threshold": (
        "allow:\n  - {capability: a.b, amount_lt: '100'}\n",
        "p.yaml:2:34: `amount_lt` of rule `allow-1` is text, not a number (`100` is text)",
    ),
    "threshold that is yes": ("allow:\n  - {capability: a.b, amount_lt: yes}\n", "not a number"),
    "threshold that is no number": (
        "allow:\n  - {capability: a.b, amount_lt: .nan}\n",
        "is not a number",
    ),
    "no as text": (
        "deny:\n  - {capability: a.b, tenant: no}\n",
        "p.yaml:2:31: `tenant` of rule `deny-1` is a yes/no value (`no`), not text",
    ),
    "octal": ("deny:\n  - {capability: a.b, contains: 010}\n", "put `010` in quotes"),
    "no capability": (
        "deny:\n  - {contains: x}\n",
        "p.yaml:2:5: rule `deny-1` has no `capability`",
    ),
    "not a list": ("deny: shell.exec\n", "p.yaml:1:7: `deny` is not a list of rules"),
    "not a mapping": ("- deny\n", "p.yaml:1:1: a policy is a mapping"),
    "empty": ("# nothing\n", "p.yaml: the policy is empty"),
    "action": (
        "rules:\n  - {action: blocks}\n",
        "p.yaml:2:14: rule `rules-1` has the action `blocks`, which is none of deny, block",
    ),
    "risk level": ("risk_levels: {high: block}\n", "p.yaml:1:21: risk level `high` is not a"),
    "cycle": ("extends: p.yaml\n", "extends itself"),
    "missing parent": ("extends: base.yaml\n", "p.yaml:1:10: cannot find `base.yaml`"),
    "two documents": ("deny: []\n---\nallow: ['*']\n", "not YAML"),
    "tag": ("deny: !!python/object:os.system []\n", "p.yaml:1:7: not YAML"),
    "alias in itself": ("deny: &a [*a]\n", "an alias stands inside what it stands for"),
    "deep": ("deny: " + "[" * 5000 + "]" * 5000 + "\n", "nested too deep"),
    "control character": ("deny: ['\x07']\n", "p.yaml:1:9: not YAML: the character U+0007"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_candidate_could_not_be_checked(name: str, run: Run, tmp_path: Path) -> None:
    text, expected = BROKEN[name]
    (tmp_path / "p.yaml").write_text(text)
    done = run("replay", "good.jsonl", "--policy", "p.yaml")
    assert done.code == 3
    assert done.out == ""
    assert expected in done.err
    as_json = run("replay", "good.jsonl", "--policy", "p.yaml", "--format", "json")
    assert as_json.code == 3
    assert as_json.report["status"] == "could-not-check"
    assert expected in as_json.report["troubles"][0]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_baseline_could_not_be_checked_either(name: str, run: Run, tmp_path: Path) -> None:
    text, expected = BROKEN[name]
    (tmp_path / "p.yaml").write_text(text)
    done = run("replay", "good.jsonl", "--policy", "good.yaml", "--baseline", "p.yaml")
    assert (done.code, done.out) == (3, "")
    assert expected in done.err


def test_the_aliases_of_a_policy_may_not_explode(run: Run, tmp_path: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "p.yaml").write_text("a0: &a0 [x]\n" + "\n".join(levels) + "\n")
    done = run("replay", "good.jsonl", "--policy", "p.yaml")
    assert done.code == 3
    assert "there are more than 200,000 values, with all aliases written out" in done.err


def test_every_complaint_is_shown_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(BROKEN["regex"][0] + "allow:\n  - {capability: 7}\n")
    done = run("replay", "good.jsonl", "--policy", "p.yaml")
    assert "p.yaml:3:18" in done.err
    assert "p.yaml:5:18: `capability` of rule `allow-1` is a number (`7`), not text" in done.err


def test_a_parent_beside_the_file_is_pointed_out(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "base.yaml").write_text("deny: [payment.*]\n")
    (folder / "child.yaml").write_text("extends: base.yaml\nallow: [shell.exec.*]\n")
    done = run("replay", "good.jsonl", "--policy", "policies/child.yaml")
    assert done.code == 3
    assert "`policies/base.yaml` exists" in done.err
    assert "--policy-root policies" in done.err
    again = run(
        "replay", "good.jsonl", "--policy", "policies/child.yaml", "--policy-root", "policies"
    )
    assert again.code == 0


@pytest.mark.parametrize("path", ["missing.yaml", ".", "good.yaml/x"])
def test_a_policy_that_is_no_file_could_not_be_read(path: str, run: Run) -> None:
    done = run("replay", "good.jsonl", "--policy", path)
    assert done.code == 3
    assert f"cannot read `{path}`" in done.err


def test_a_policy_that_is_not_utf_8_is_located(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(b"deny:\n  - '\xff'\n")
    done = run("replay", "good.jsonl", "--policy", "p.yaml")
    assert done.code == 3
    assert "p.yaml:2:6: not UTF-8: byte 0xff" in done.err


def test_an_empty_policy_in_braces_denies_everything(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("{}\n")
    done = run("replay", "good.jsonl", "--policy", "p.yaml")
    assert done.code == 0
    assert "1 of 1 checked call would be decided tighter" in done.out
