"""`fencekit replay` on what the real CapFence runtime recorded: the main job, end to end."""

import gzip
import shutil
from pathlib import Path

import pytest
from running import LOGS, POLICIES, fencekit, record, write_lines

SEED_POLICY = POLICIES / "seed-shell.yaml"
FOUR_LINES = [
    "Recorded: shell.exec.production",
    "Original: DENY",
    "Replayed: DENY",
    "Changed: false",
]
OWN_POLICY = {
    "capfence_audit/agents.jsonl": "agents.yaml",
    "capfence_json/agents.json": "agents.yaml",
    "capfence_sqlite/agents.db": "agents.yaml",
    "capfence_sqlite/observe.db": "agents.yaml",
    "capfence_sqlite/odd-capabilities.db": "odd-capabilities.yaml",
    "capfence_sqlite/seed.db": "seed-shell.yaml",
    "capfence_sqlite/v06.db": "agents.yaml",
    "capfence_sqlite/warn.db": "legacy.yaml",
    "capfence_trace/agents.jsonl": "agents.yaml",
    "capfence_trace/seed.jsonl": "seed-shell.yaml",
    "fencekit/agents.jsonl": "agents.yaml",
}
"""The policy in force when each log was recorded, as `fixtures/README.md` says."""
WHOLE = ("capfence_trace/agents.jsonl", "capfence_trace/seed.jsonl", "fencekit/agents.jsonl")
"""The logs that hold the whole call, so that nothing can stay open."""


@pytest.mark.parametrize("log", ["capfence_sqlite/seed.db", "capfence_trace/seed.jsonl"])
def test_the_example_of_the_project_page_replays_to_the_promised_four_lines(log: str) -> None:
    done = fencekit("replay", LOGS / log, "--policy", SEED_POLICY)
    assert done.code == 0
    assert done.out.splitlines()[:4] == FOUR_LINES
    assert done.err == ""


def test_the_table_names_every_log_of_capfence() -> None:
    folders = ("capfence_audit", "capfence_json", "capfence_sqlite", "capfence_trace", "fencekit")
    there = {f"{folder}/{path.name}" for folder in folders for path in (LOGS / folder).iterdir()}
    assert there == set(OWN_POLICY)


@pytest.mark.parametrize("log", OWN_POLICY)
def test_a_recorded_log_on_its_own_policy_is_nowhere_looser_or_tighter(log: str) -> None:
    policy = POLICIES / OWN_POLICY[log]
    options = ("--policy", policy, "--max-undecided", "all", "--format", "json")
    done = fencekit("replay", LOGS / log, *options)
    counts = done.report["counts"]
    assert (counts["looser"], counts["tighter"], counts["invalid"]) == (0, 0, 0)
    assert done.report["checked"] > 0
    assert (done.code, done.report["status"]) == (0, "clean")
    if log in WHOLE:
        assert counts["unchanged"] == done.report["checked"]


@pytest.mark.parametrize("log", OWN_POLICY)
@pytest.mark.parametrize("policy", ["agents.yaml", "agents-mixed.yaml", "legacy.yaml"])
def test_a_policy_against_itself_is_unchanged_whatever_the_log_lacks(log: str, policy: str) -> None:
    both = ("--policy", POLICIES / policy, "--baseline", POLICIES / policy)
    done = fencekit("replay", LOGS / log, *both, "--fail-on", "changed", "--format", "json")
    report = done.report
    assert (done.code, report["status"]) == (0, "clean")
    assert report["checked"] == report["counts"]["unchanged"] > 0
    assert sum(report["counts"].values()) == report["checked"]


@pytest.mark.parametrize(
    ("candidate", "looser", "tighter"),
    [
        ("agents-loosened.yaml", True, False),
        ("agents-tightened.yaml", False, True),
        ("agents-mixed.yaml", True, True),
    ],
)
def test_a_pull_request_is_found_to_do_what_it_does(
    candidate: str, looser: bool, tighter: bool
) -> None:
    log = LOGS / "capfence_trace/agents.jsonl"
    for baseline in ((), ("--baseline", POLICIES / "agents.yaml")):
        options = ("--policy", POLICIES / candidate, *baseline, "--format", "json")
        done = fencekit("replay", log, *options)
        counts = done.report["counts"]
        assert (counts["looser"] > 0, counts["tighter"] > 0) == (looser, tighter)
        assert done.code == int(looser)


def test_deny_to_require_approval_is_looser(tmp_path: Path) -> None:
    # CapFence compares pass and fail only, and calls this compliant.
    policy = tmp_path / "p.yaml"
    policy.write_text("require_approval: [shell.exec.production]\n", encoding="utf-8")
    done = fencekit("replay", LOGS / "capfence_trace/seed.jsonl", "--policy", policy)
    assert done.code == 1
    assert "looser  shell.exec.production  DENY -> ESCALATE  1 call" in done.out


def test_logs_of_different_formats_are_replayed_in_one_run(tmp_path: Path) -> None:
    logs = [
        "capfence_audit/agents.jsonl",
        "capfence_json/agents.json",
        "capfence_sqlite/agents.db",
        "capfence_trace/agents.jsonl",
        "fencekit/agents.jsonl",
    ]
    squeezed = tmp_path / "squeezed"
    squeezed.write_bytes(gzip.compress((LOGS / logs[3]).read_bytes(), mtime=0))
    paths = [*(str(LOGS / log) for log in logs), str(squeezed)]
    options = ("--policy", POLICIES / "agents-loosened.yaml", "--max-undecided", "all")
    report = fencekit("replay", *paths, *options, "--format", "json").report
    read = [(log["path"], log["format"], log["records"]) for log in report["replay"]["logs"]]
    formats = ["capfence-audit", "capfence-json", "capfence-sqlite", "capfence-trace", "fencekit"]
    assert read == list(zip(paths, [*formats, "capfence-trace"], [355] * 6, strict=True))
    assert report["checked"] == 6 * 355
    alone = fencekit("replay", paths[3], *options, "--format", "json").report
    assert report["counts"]["looser"] >= 3 * alone["counts"]["looser"] > 0


@pytest.mark.parametrize("keep", [0, 3, 1_000])
def test_changed_records_are_kept_up_to_the_limit_and_counted_beyond(keep: int) -> None:
    options = ("--policy", POLICIES / "agents-mixed.yaml", "--keep-records", keep)
    log = LOGS / "capfence_trace/agents.jsonl"
    report = fencekit("replay", log, *options, "--format", "json").report
    changed = report["checked"] - report["counts"]["unchanged"]
    assert changed > 3
    assert len(report["replay"]["changed"]) == min(keep, changed)
    assert report["replay"]["changed_not_kept"] == changed - min(keep, changed)
    assert sum(finding["count"] for finding in report["findings"]) == changed
    text = fencekit("replay", log, *options)
    assert ("not kept one by one" in text.out) == (keep < changed)


def test_witnesses_are_bounded_and_the_rest_is_counted(tmp_path: Path) -> None:
    log = write_lines(tmp_path / "log.jsonl", *[record()] * 12)
    policy = tmp_path / "p.yaml"
    policy.write_text("allow: [shell]\n", encoding="utf-8")
    done = fencekit("replay", log, "--policy", policy)
    assert "12 calls" in done.out
    assert "and 7 more" in done.out


def test_findings_beyond_a_thousand_are_counted_and_the_riskiest_are_listed(tmp_path: Path) -> None:
    late = [record(f"b.n{number}", "DENY") for number in range(5)]
    calls = [record(f"c.n{number}", "ALLOW") for number in range(1_198)]
    log = write_lines(tmp_path / "log.jsonl", *calls, *late)
    policy = tmp_path / "p.yaml"
    policy.write_text("allow: ['b.*']\n", encoding="utf-8")
    done = fencekit("replay", log, "--policy", policy, "--format", "json")
    assert done.code == 1
    assert done.report["counts"]["looser"] == 5
    assert done.report["counts"]["tighter"] == 1_198
    assert len(done.report["findings"]) == 1_000
    assert [found["class"] for found in done.report["findings"][4:6]] == ["looser", "tighter"]
    said = "203 more findings, of 203 records, are counted and not listed"
    assert said in done.report["troubles"]
    assert said in fencekit("replay", log, "--policy", policy).out


def test_records_prints_every_record_in_four_lines(tmp_path: Path) -> None:
    log = write_lines(tmp_path / "log.jsonl", record(), record("file.read", "ALLOW"), record("a.b"))
    policy = tmp_path / "p.yaml"
    policy.write_text("deny: [shell]\nallow: [a]\n", encoding="utf-8")
    done = fencekit("replay", log, "--policy", policy, "--records")
    listed, _, _ = done.out.partition("FINDINGS")
    assert listed.split("\n\n") == [
        "\n".join(FOUR_LINES),
        "Recorded: file.read\nOriginal: ALLOW\nReplayed: DENY\nChanged: true",
        "Recorded: a.b\nOriginal: DENY\nReplayed: ALLOW\nChanged: true",
        "",
    ]
    assert done.code == 1


def test_two_records_print_four_lines_only_when_asked(tmp_path: Path) -> None:
    log = write_lines(tmp_path / "log.jsonl", record(), record())
    done = fencekit("replay", log, "--policy", SEED_POLICY)
    assert "Recorded:" not in done.out


def test_an_approval_is_compared_as_an_escalation_and_shown_beside_it() -> None:
    log = LOGS / "capfence_trace/agents.jsonl"
    done = fencekit("replay", log, "--policy", POLICIES / "agents.yaml", "--records")
    assert "Original: ESCALATE (approved_grant:" in done.out
    assert "Original: ESCALATE (previously_approved)" in done.out
    assert "calls human-approved" in done.out


def test_a_file_is_read_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    for name, log in (("a.db", "capfence_trace/seed.jsonl"), ("a.json", "capfence_sqlite/seed.db")):
        shutil.copy(LOGS / log, tmp_path / name)
        assert fencekit("replay", tmp_path / name, "--policy", SEED_POLICY).code == 0


def test_every_input_is_in_the_report_with_its_digest(tmp_path: Path) -> None:
    import hashlib

    log, policy = LOGS / "capfence_sqlite/seed.db", SEED_POLICY
    both = ("--policy", policy, "--baseline", policy)
    report = fencekit("replay", log, *both, "--format", "json").report
    expected = [
        {"role": role, "path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for role, path in (("policy", policy), ("baseline", policy), ("log", log))
    ]
    assert report["inputs"] == expected
