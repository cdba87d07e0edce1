"""`fencekit lint` as it is called: what it prints, what it reads, and how it ends."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from running import ROOT, assert_inert, fencekit, record, write_lines

from fencekit.linter.lint_registry import rules
from lint.pages import policy_at

WILDCARD = "allow:\n  - '*'\n"
TWICE = "deny:\n  - shell.exec\n  - shell.exec\n"
FINE = "allow:\n  - docs.search\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (FINE, [], 0),
        (WILDCARD, [], 1),
        (WILDCARD, ["--fail-on", "never"], 0),
        (WILDCARD, ["--ignore", "wildcard-allow"], 0),
        (WILDCARD, ["--select", "duplicate-rule"], 0),
        (TWICE, [], 0),
        (TWICE, ["--fail-on", "warning"], 1),
        (TWICE, ["--fail-on", "note"], 1),
        ("allow: [", [], 3),
        ("", [], 3),
        ("allow: [", ["--fail-on", "never"], 3),
    ],
)
def test_the_exit_code_follows_the_levels(
    text: str, options: list[str], code: int, folder: Path
) -> None:
    policy_at(folder, text)
    done = fencekit("lint", "policy.yaml", *options)
    assert done.code == code, done.all


def test_a_finding_is_shown_with_its_place_its_slug_and_its_call(folder: Path) -> None:
    policy_at(folder, WILDCARD)
    done = fencekit("lint", "policy.yaml")
    assert "FINDINGS: 1 error in 1 policy" in done.out
    assert "policy.yaml:2:5: error[wildcard-allow]: `*` lets every resource through" in done.out
    assert 'ALLOW  {"capability": "unheard-of.action.production"}' in done.out


def test_every_policy_is_reported_even_if_one_cannot_be_read(folder: Path) -> None:
    policy_at(folder, WILDCARD)
    (folder / "broken.yaml").write_text("deny: [\n")
    done = fencekit("lint", "broken.yaml", "missing.yaml", "policy.yaml")
    assert done.code == 3
    assert "COULD NOT CHECK" in done.out
    assert "broken.yaml:2:1: not YAML" in done.out
    assert "`missing.yaml`" in done.out
    assert "error[wildcard-allow]" in done.out


def test_the_json_report_is_what_its_schema_says(folder: Path) -> None:
    policy_at(folder, WILDCARD)
    done = fencekit("lint", "policy.yaml", "--format", "json")
    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(done.report)
    (finding,) = done.report["findings"]
    assert finding["slug"] == "wildcard-allow"
    assert finding["level"] == "error"
    assert finding["place"] == {"file": "policy.yaml", "line": 2, "column": 5}
    assert finding["witnesses"][0]["request"] == {"capability": "unheard-of.action.production"}
    assert done.report["lint"]["slugs"] == [
        s for s, shape in rules().items() if not shape.needs_log
    ]
    assert done.report["exit_code"] == done.code == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--select", "wildcard"],
        ["--ignore", "no-such-slug"],
        ["--explain", "no-such-slug"],
        ["--timeout", "0.001"],
    ],
)
def test_what_cannot_be_asked_ends_in_usage(options: list[str], folder: Path) -> None:
    policy_at(folder, FINE)
    assert fencekit("lint", "policy.yaml", *options).code == 2


def test_without_a_policy_there_is_nothing_to_lint() -> None:
    done = fencekit("lint")
    assert done.code == 2
    assert "no policy to lint" in done.err


def test_every_slug_is_listed_and_explained() -> None:
    listed = fencekit("lint", "--list")
    assert listed.code == 0
    for slug, shape in rules().items():
        assert f"{slug} " in listed.out
        assert shape.said in listed.out
    told = fencekit("lint", "--explain", "wildcard-allow")
    assert told.code == 0
    assert "An allow rule whose capability covers every resource." in told.out
    assert "level: error" in told.out


CONFIGURED = """
[tool.fencekit.lint]
policies = ["policies/*.yaml"]
fail_on = "warning"

[tool.fencekit.lint.levels]
duplicate-rule = "note"

[tool.fencekit.lint.per_file]
"policies/sandbox.yaml" = ["wildcard-allow"]
"policies/t*.yaml" = { duplicate-rule = "error" }
"""


def test_levels_are_configured_by_slug_and_by_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pyproject.toml").write_text(CONFIGURED)
    (folder / "policies").mkdir()
    for name, text in {"sandbox": WILDCARD, "open": WILDCARD, "twice": TWICE, "dup": TWICE}.items():
        (folder / f"policies/{name}.yaml").write_text(text)
    for below in (folder, folder / "policies"):
        monkeypatch.chdir(below)
        done = fencekit("lint", "--format", "json")
        levels = {
            (Path(finding["place"]["file"]).stem, finding["slug"]): finding["level"]
            for finding in done.report["findings"]
        }
        assert levels == {
            ("open", "wildcard-allow"): "error",
            ("twice", "duplicate-rule"): "error",
            ("dup", "duplicate-rule"): "note",
        }
        assert done.code == 1
    monkeypatch.chdir(folder)
    assert fencekit("lint", "policies/dup.yaml").code == 0
    assert fencekit("lint", "policies/dup.yaml", "--fail-on", "note").code == 1


@pytest.mark.parametrize(
    "table",
    [
        "level = {}",
        "levels = 5",
        "levels = { no-such-slug = 'off' }",
        "levels = { duplicate-rule = 'loud' }",
        "per_file = 'x'",
        "per_file = { 'x' = ['no-such-slug'] }",
        "fail_on = 'sometimes'",
        "select = [5]",
    ],
)
def test_a_configuration_that_cannot_be_is_usage(table: str, folder: Path) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.fencekit.lint]\n{table}\n")
    policy_at(folder, FINE)
    done = fencekit("lint", "policy.yaml")
    assert done.code == 2, done.all
    assert "pyproject.toml" in done.err


def test_a_slug_that_is_off_is_on_again_when_it_is_selected(folder: Path) -> None:
    off = "[tool.fencekit.lint.levels]\nwildcard-allow = 'off'\n"
    (folder / "pyproject.toml").write_text(off)
    policy_at(folder, WILDCARD)
    assert fencekit("lint", "policy.yaml").code == 0
    assert fencekit("lint", "policy.yaml", "--select", "wildcard-allow").code == 1


def test_what_a_policy_says_is_inert_on_a_terminal(folder: Path) -> None:
    nasty = 'deny:\n  - &r "a\\e[31m\\u202e.b"\n  - *r\n  - "::error::x"\n  - "::error::x"\n'
    policy_at(folder, nasty + 'risk_levels: {"\\e[2J": {action: warn}}\n')
    for form in ("text", "json"):
        done = fencekit("lint", "policy.yaml", "--format", form)
        assert "risk-level-grants-all" in done.out
        assert_inert(done.all)


ASKED = """
deny:
  - capability: shell.exec
    contains: rm -rf
{above}: [shell.exec]
"""


def test_an_evasion_that_a_person_is_asked_about_is_one_level_lower(folder: Path) -> None:
    levels = {}
    for above in ("require_approval", "allow"):
        policy_at(folder, ASKED.format(above=above))
        done = fencekit("lint", "policy.yaml", "--select", "evadable-spacing", "--format", "json")
        (finding,) = done.report["findings"]
        levels[above] = finding["level"], finding["before"], finding["after"]
    assert levels["allow"] == ("error", "DENY", "ALLOW")
    assert levels["require_approval"] == ("warning", "DENY", "ESCALATE")
    configured = "[tool.fencekit.lint.levels]\nevadable-spacing = 'error'\n"
    (folder / "pyproject.toml").write_text(configured)
    policy_at(folder, ASKED.format(above="require_approval"))
    assert fencekit("lint", "policy.yaml").code == 1


def test_what_is_too_large_for_the_prover_stays_open_and_is_said_to(folder: Path) -> None:
    words = "|".join(f"word{number}" for number in range(300))
    large = f"  - capability: shell.exec\n    match_regex: '^({words})$'\n"
    policy_at(folder, f"allow:\n{large}  - capability: shell.exec\n")
    done = fencekit("lint", "policy.yaml")
    assert "to the prover left open" in done.out
    (policy,) = fencekit("lint", "policy.yaml", "--format", "json").report["lint"]["policies"]
    assert policy["open_questions"] > 0


def test_a_policy_that_cannot_be_decided_in_time_is_given_up_and_said_to_be(folder: Path) -> None:
    regex = rf"^(\w+ ?)*{'a' * 34};$"
    policy_at(folder, f"deny:\n  - {{capability: docs, match_regex: '{regex}'}}\n{WILDCARD}")
    done = fencekit("lint", "policy.yaml", "--timeout", "0.2")
    assert done.code == 3
    assert "error[regex-backtracks]" in done.out
    assert "not everything was looked for in `policy.yaml`" in done.out


def test_a_log_with_records_that_cannot_be_read_is_a_trouble(folder: Path) -> None:
    policy_at(folder, FINE)
    write_lines(folder / "log.jsonl", record(), "{}")
    done = fencekit("lint", "policy.yaml", "--log", "log.jsonl", "--log-format", "fencekit")
    assert done.code == 3
    assert "log.jsonl: 1 records could not be read" in done.out


@pytest.mark.parametrize("command", [("lint",), ("mutate",)])
def test_how_long_a_line_of_a_log_may_be_is_told(command: tuple[str, ...], folder: Path) -> None:
    policy_at(folder, FINE)
    write_lines(folder / "log.jsonl", record(), record(args={"text": "x" * 4096}))
    asked = (*command, "policy.yaml", "--log", "log.jsonl", "--log-format", "fencekit")
    assert fencekit(*asked).code != 3
    done = fencekit(*asked, "--max-line", "2K")
    assert done.code == 3
    assert "could not be read" in done.out
