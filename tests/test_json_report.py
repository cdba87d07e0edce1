"""The JSON report is what its schema says, means what the run meant, and is the same every time."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import LOGS, POLICIES, ROOT, fencekit, in_a_process, record, write_lines

from fencekit.checks.findings.group_findings import SLUGS, UNREADABLE

AGENTS, MIXED = LOGS / "capfence_trace/agents.jsonl", POLICIES / "agents-mixed.yaml"
REPORT = Draft202012Validator(json.loads((ROOT / "docs/report.schema.json").read_text("utf-8")))
CLASSES = ["unchanged", "looser", "tighter", "maybe_looser", "maybe_tighter", "cannot_tell"]


def report_of(*args: object) -> dict[str, Any]:
    report = fencekit("replay", *args, "--format", "json").report
    REPORT.validate(report)
    return report


@pytest.fixture
def reports(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Reports of every status and of every class."""
    unknown, policy = {"$unknown": True}, tmp_path / "p.yaml"
    policy.write_text(
        "deny: [{capability: d, contains: x}, {capability: n, amount_gt: 1}]\n"
        "allow: [d, {capability: a, contains: x}, n]\n",
        encoding="utf-8",
    )
    log = write_lines(
        tmp_path / "log.jsonl",
        record("d.same", "ALLOW"),
        record("a.looser", "DENY", args={"k": "x"}),
        record("d.tighter", "ALLOW", args={"k": "x"}),
        record("d.maybe", "ALLOW", args=unknown),
        record("a.maybe", "DENY", args=unknown),
        json.dumps({"schema": "fencekit.record/1", "request": {"capability": "d.none"}}),
        record("n.error", "DENY", args={"amount": 10**400}),
        "{",
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text("deny:\n", encoding="utf-8")
    return {
        "clean": report_of(AGENTS, "--policy", POLICIES / "agents.yaml"),
        "findings": report_of(AGENTS, "--policy", MIXED),
        "baseline": report_of(AGENTS, "--policy", MIXED, "--baseline", POLICIES / "agents.yaml"),
        "every class": report_of(log, "--policy", policy),
        "could not begin": report_of(log, "--policy", bad),
        "no log": report_of(tmp_path / "gone", "--policy", policy),
        "a database": report_of(LOGS / "capfence_sqlite/agents.db", "--policy", MIXED),
    }


def test_every_report_has_the_documented_keys(reports: dict[str, dict[str, Any]]) -> None:
    for report in reports.values():
        assert list(report)[:7] == [
            "schema",
            "check",
            "status",
            "exit_code",
            "checked",
            "counts",
            "findings",
        ]
        assert (report["schema"], report["check"]) == ("fencekit.report/1", "replay")
        assert list(report["counts"]) == [*CLASSES, "invalid"]
        assert report["checked"] == sum(report["counts"][name] for name in CLASSES)
    statuses = {name: report["status"] for name, report in reports.items()}
    assert statuses == {
        "clean": "clean",
        "findings": "findings",
        "baseline": "findings",
        "every class": "findings",
        "could not begin": "could-not-check",
        "no log": "could-not-check",
        "a database": "could-not-check",
    }


def test_every_class_is_counted_and_found_with_its_slug(reports: dict[str, dict[str, Any]]) -> None:
    report = reports["every class"]
    counts = {**dict.fromkeys(CLASSES, 1), "invalid": 2}
    assert report["counts"] == counts
    slugs = [finding["slug"] for finding in report["findings"]]
    assert sorted(slugs) == sorted({*SLUGS.values(), UNREADABLE} - {"looser-on-error"})  # of diffs
    for finding in report["findings"]:
        assert finding["count"] == 1
        if finding["slug"] == UNREADABLE:
            assert finding["witnesses"] == []
            assert finding["invalid"][0]["line"] == 8
        else:
            [witness] = finding["witnesses"]
            assert witness["request"]["capability"] == finding["capability"]
            assert witness["line"] in range(1, 8)


def test_a_finding_names_its_rules_with_file_and_line(reports: dict[str, dict[str, Any]]) -> None:
    found = 0
    for finding in reports["baseline"]["findings"]:
        for key, file in (("rule", MIXED), ("baseline_rule", POLICIES / "agents.yaml")):
            rule = finding[key]
            if rule["id"] == "default":
                assert (rule["file"], rule["line"]) == (None, None)
            else:
                assert rule["file"] == str(file)
                assert 0 < rule["line"] <= len(file.read_text("utf-8").splitlines())
                found += 1
    assert found
    assert all(finding["baseline_rule"] is None for finding in reports["findings"]["findings"])


def test_a_witness_explains_itself(reports: dict[str, dict[str, Any]]) -> None:
    for finding in reports["findings"]["findings"]:
        for witness in finding["witnesses"]:
            by_place = fencekit(
                "explain", MIXED, f"{witness['file']}:{witness['line']}", "--format", "json"
            )
            given = json.dumps(witness["request"]).encode()
            by_request = fencekit("explain", MIXED, "-", "--format", "json", given=given)
            assert by_place.out == by_request.out
            assert by_request.report["decision"] == finding["after"]


def test_the_transitions_and_the_changed_records_add_up(reports: dict[str, dict[str, Any]]) -> None:
    for name, report in reports.items():
        if name == "could not begin":
            assert "replay" not in report
            continue
        section = report["replay"]
        assert sum(entry["count"] for entry in section["transitions"]) == report["checked"]
        grouped = sum(
            finding["count"] for finding in report["findings"] if finding["slug"] != UNREADABLE
        )
        assert grouped == len(section["changed"]) + section["changed_not_kept"]


@pytest.mark.parametrize("output", ["json", "text"])
def test_the_same_input_gives_the_same_bytes_whatever_surrounds_it(
    output: str, tmp_path: Path
) -> None:
    logs = [str(LOGS / "capfence_sqlite/warn.db"), str(AGENTS)]
    args = ["replay", *logs, "--policy", MIXED, "--baseline", POLICIES / "legacy.yaml"]
    made = set()
    for number, environment in enumerate(
        (
            {"PYTHONHASHSEED": "0"},
            {"PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "C"},
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        options = ("--format", output, "--html", "r.html")
        done = in_a_process(*args, *options, cwd=folder, **environment)
        assert done.code in (1, 3)
        made.add((done.code, done.out, (folder / "r.html").read_bytes()))
    assert len(made) == 1


def test_numbers_beyond_floats_leave_the_report_readable_by_anybody(tmp_path: Path) -> None:
    log = write_lines(
        tmp_path / "log.jsonl",
        record("a.b", args={"amount": 1}).replace('"amount": 1', '"amount": 1e400, "b": -1e400'),
        record("a.b", args={"amount": 10**400}),
    )
    policy = tmp_path / "p.yaml"
    policy.write_text("allow: ['*']\n", encoding="utf-8")
    done = fencekit("replay", log, "--policy", policy, "--format", "json")
    report = json.loads(done.out, parse_constant=pytest.fail)
    REPORT.validate(report)
    assert report["counts"]["looser"] == 2
    assert [w["request"]["args"]["amount"] for w in report["findings"][0]["witnesses"]] == [
        "inf",
        10**400,
    ]


def test_a_report_is_ascii_and_ends_with_a_line_feed(reports: dict[str, dict[str, Any]]) -> None:
    out = fencekit("replay", AGENTS, "--policy", MIXED, "--format", "json").out
    assert out.isascii()
    assert out.endswith("}\n")
    assert not out.endswith("\n\n")
