"""Cases that reviewers found: each was once decided, written or passed over wrongly."""

import json
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from running import Done, fencekit

from fencekit.checks.findings.group_findings import Groups
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.possible_outcomes import coarse_pairs, every_way
from fencekit.engines.native.request_view import View
from fencekit.model.request import ANYTHING, Request

DEMO = Path(__file__).parents[1] / "fencekit" / "_demo"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own that has two policies."""
    monkeypatch.chdir(tmp_path)
    Path("allow.yaml").write_text("allow: ['*']\n")
    Path("deny.yaml").write_text("deny: ['*']\n")
    return tmp_path


def own(path: str, *requests: dict[str, Any], verdict: Any = "ALLOW") -> None:
    made = [
        {"schema": "fencekit.record/1", "request": request, "decision": {"verdict": verdict}}
        for request in requests
    ]
    Path(path).write_text("".join(json.dumps(line) + "\n" for line in made))


def trace(path: str, *events: dict[str, Any]) -> None:
    lines = [{"capfence_replay_version": "1.0"}, *events]
    Path(path).write_text("".join(json.dumps(line) + "\n" for line in lines))


EVENT = {"actor": "a", "action": "exec", "resource": "shell", "environment": "e"}


def replay(*arguments: str) -> Done:
    return fencekit("replay", *arguments)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the time limit needs POSIX signals")
def test_a_time_limit_behind_another_error_still_ends_the_run() -> None:
    Path("p.yaml").write_text(
        "deny:\n  - {capability: s.x, caller_depth_gt: 5}\n"
        "  - {capability: s.x, match_regex: '^(a+)+$'}\nallow: [s.x]\n"
    )
    own(
        "l.jsonl",
        {"capability": "s.x", "context": {"$unknown": True}, "args": {"c": "a" * 60 + "!"}},
    )
    for baseline in ((), ("--baseline", "p.yaml")):
        done = replay("l.jsonl", "--policy", "p.yaml", "--timeout", "0.2", *baseline)
        assert done.code == 3
        assert "rule `deny-2`: still undecided after the time limit" in done.out


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the time limit needs POSIX signals")
def test_explaining_has_a_time_limit_too() -> None:
    Path("p.yaml").write_text("deny:\n  - {capability: '*', match_regex: '^(a+)+$'}\n")
    Path("r.json").write_text(json.dumps({"capability": "a.b", "args": {"c": "a" * 60 + "!"}}))
    done = fencekit("explain", "p.yaml", "r.json", "--timeout", "0.2")
    assert done.code == 3
    assert "rule `deny-1`: still undecided" in done.err


def test_a_log_without_records_beside_a_good_one_is_no_pass() -> None:
    own("good.jsonl", {"capability": "a.b"})
    trace("empty.jsonl")
    done = replay("good.jsonl", "empty.jsonl", "--policy", "allow.yaml")
    assert done.code == 3
    assert "empty.jsonl: no record of this log was checked" in done.out


def test_a_log_without_any_decision_is_no_pass_whatever_may_stay_open() -> None:
    trace("l.jsonl", EVENT)
    done = replay("l.jsonl", "--policy", "allow.yaml", "--max-undecided", "all")
    assert done.code == 3
    assert "no record keeps a decision" in done.out


@pytest.mark.parametrize(
    "option",
    ["--baseline", "--baseline-root", "--policy", "--tools", "--html", "--policy-root"],
)
def test_an_empty_word_is_usage_and_not_absence(option: str) -> None:
    own("l.jsonl", {"capability": "a.b"})
    done = replay("l.jsonl", "--policy", "allow.yaml", option, "")
    assert done.code == 2, done.all


def test_a_baseline_from_another_tree_needs_its_own_parents() -> None:
    for tree, base in (("main", "deny: ['shell.*']\n"), ("pr", "{}\n")):
        policies = Path(tree) / "policies"
        policies.mkdir(parents=True)
        (policies / "base.yaml").write_text(base)
        (policies / "agents.yaml").write_text("extends: policies/base.yaml\nallow: ['*']\n")
    own("l.jsonl", {"capability": "shell.exec.x"}, verdict="DENY")
    arguments = (
        *("../l.jsonl", "--policy", "policies/agents.yaml"),
        *("--baseline", "../main/policies/agents.yaml"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("pr")
        refused = replay(*arguments)
        assert refused.code == 3
        assert "--baseline-root ../main" in refused.err
        done = replay(*arguments, "--baseline-root", "../main")
    assert done.code == 1
    assert "DENY -> ALLOW" in done.out


@pytest.mark.parametrize(
    "target", ["l.jsonl", "allow.yaml", "./l.jsonl", "link.jsonl", "base.yaml"]
)
def test_a_report_is_never_written_over_what_is_read(target: str) -> None:
    Path("base.yaml").write_text("deny: [x.y]\n")
    Path("allow.yaml").write_text("extends: base.yaml\nallow: ['*']\n")
    own("l.jsonl", {"capability": "a.b"})
    Path("link.jsonl").symlink_to("l.jsonl")
    before = Path(target).read_bytes()
    done = replay("l.jsonl", "--policy", "allow.yaml", "--html", target)
    assert done.code == 2, done.all
    assert "is what is read" in done.err
    assert Path(target).read_bytes() == before


def test_the_demo_writes_over_its_own_files_only() -> None:
    assert fencekit("demo", "d").code == 0
    assert fencekit("demo", "d").code == 0
    for name in ("policy.yaml", "audit.jsonl", "report.html", "gated.jsonl"):
        folder = Path(f"mine-{name}")
        folder.mkdir()
        (folder / name).write_text("mine")
        done = fencekit("demo", str(folder))
        assert done.code == 2, done.all
        assert (folder / name).read_text() == "mine"
        assert len(list(folder.iterdir())) == 1


def test_a_record_among_several_on_a_line_is_explained_by_its_number() -> None:
    samples = Path(__file__).parents[1] / "fixtures/logs/langsmith"
    shutil.copy(samples / "nested.jsonl", "l.jsonl")
    Path("none.yaml").write_text("{}\n")
    done = replay(
        "l.jsonl", "--policy", "allow.yaml", "--baseline", "none.yaml", "--format", "json"
    )
    places = [(w["line"], w.get("number")) for f in done.report["findings"] for w in f["witnesses"]]
    (line, number) = next(place for place in places if place[1] is not None)
    ambiguous = fencekit("explain", "allow.yaml", f"l.jsonl:{line}")
    assert ambiguous.code == 3
    assert "records stand there" in ambiguous.err
    assert fencekit("explain", "allow.yaml", f"l.jsonl:{line}:{number}").code == 0


def test_the_printed_command_explains_the_very_call_that_it_is_printed_for() -> None:
    shutil.copy(Path(__file__).parents[1] / "fixtures/logs/claude_code/session.jsonl", "l.jsonl")
    Path("tools.yaml").write_text("tools: {Bash: custom.run}\n")
    Path("none.yaml").write_text("{}\n")
    arguments = ("--policy", "allow.yaml", "--baseline", "none.yaml", "--tools", "tools.yaml")
    done = replay("l.jsonl", *arguments)
    printed = [line for line in done.out.splitlines() if "explain: " in line]
    command = next(line for line in printed if "l.jsonl" in line).split("explain: fencekit ")[1]
    explained = fencekit(*command.split())
    assert explained.code == 0, explained.all
    assert "custom.run" in explained.out or "file." in explained.out


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({**EVENT, "paylod": {"cmd": "rm -rf /"}}, "did you mean `payload`?"),
        ({"hello": "world", "decision": "allow"}, "no event"),
        ({"schema": "fencekit.record/1", "request": {"capability": "a.b"}}, "no event"),
    ],
)
def test_a_line_of_a_trace_that_is_no_event_is_invalid(
    event: dict[str, Any], expected: str
) -> None:
    trace("l.jsonl", {**EVENT, "decision": "allow"}, event)
    done = replay("l.jsonl", "--policy", "allow.yaml")
    assert done.code == 3
    assert expected in done.out


def test_an_obligation_cannot_pass_for_a_verdict() -> None:
    line = {
        "schema": "fencekit.record/1",
        "request": {"capability": "a.b"},
        "decision": {"verdict": "DENY", "obligations": ["x|ALLOW"]},
    }
    Path("l.jsonl").write_text(json.dumps(line) + "\n")
    done = replay("l.jsonl", "--policy", "allow.yaml")
    assert "DENY+x%7CALLOW -> ALLOW" in done.out
    copied = fencekit("logs", "show", "l.jsonl", "--format", "json")
    assert json.loads(copied.out)["decision"]["obligations"] == ["x|ALLOW"]


def test_a_flagged_call_that_ran_may_have_been_approved() -> None:
    trace("l.jsonl", {**EVENT, "decision": "pass", "metadata": {"require_approval": True}})
    Path("none.yaml").write_text("{}\n")
    report = replay("l.jsonl", "--policy", "none.yaml", "--format", "json").report
    assert report["counts"]["maybe_tighter"] == 1


def test_a_record_that_cannot_be_decided_is_counted_once() -> None:
    trace("l.jsonl", {**EVENT, "payload": {"amount": 10**400}, "decision": "deny"})
    Path("p.yaml").write_text("deny:\n  - {capability: '*', amount_gt: 1}\n")
    report = replay("l.jsonl", "--policy", "p.yaml", "--format", "json").report
    assert report["counts"]["invalid"] == 1
    assert "1 record" in replay("l.jsonl", "--policy", "p.yaml").out


def test_a_log_named_twice_counts_once() -> None:
    own("l.jsonl", {"capability": "a.b"})
    assert (
        "1 checked call unchanged" in replay("l.jsonl", "./l.jsonl", "--policy", "allow.yaml").out
    )


def test_a_log_that_fails_leaves_no_converted_part_behind() -> None:
    trace("l.jsonl", {**EVENT, "decision": "allow"})
    text = Path("l.jsonl").read_text().replace('"1.0"', '"1.0","checksum":"00000000"')
    Path("l.jsonl").write_text(text)
    assert fencekit("logs", "convert", "l.jsonl", "-o", "out.jsonl").code == 3
    assert not Path("out.jsonl").exists()


def test_rules_of_two_files_with_one_name_are_two_findings() -> None:
    Path("p.yaml").write_text("deny:\n  - {capability: '*', contains: one}\n")
    Path("p.yml").write_text("deny:\n  - {capability: '*', contains: two}\n")
    Path("c.yaml").write_text("extends: [p.yaml, p.yml]\nallow: ['*']\n")
    own(
        "l.jsonl",
        {"capability": "a.b", "args": {"x": "one"}},
        {"capability": "a.b", "args": {"x": "two"}},
    )
    report = replay("l.jsonl", "--policy", "c.yaml", "--format", "json").report
    assert {finding["rule"]["file"] for finding in report["findings"]} == {"p.yaml", "p.yml"}


def steps_of(path: str) -> Any:
    return NativeEvaluator(load_policy(path)).steps(View(Request("a.b", args=ANYTHING)))


def test_the_coarse_relation_misses_no_pair_and_keeps_common_rules_together() -> None:
    rules = [f"  - {{capability: a.b, match_keywords: [k{n}, l{n}]}}" for n in range(6)]
    Path("old.yaml").write_text("deny:\n" + "\n".join(rules) + "\nallow: ['*']\n")
    rules[2] = rules[2].replace("l2", "l2, m2")
    Path("new.yaml").write_text("deny:\n" + "\n".join(rules) + "\nallow: ['*']\n")
    before, after = steps_of("old.yaml"), steps_of("new.yaml")
    exact = {(pair[0], pair[1]) for pair in every_way([before, after])}
    coarse = coarse_pairs(before, after)
    assert exact <= coarse
    assert len(coarse) < len(before) * len(after)
    assert all(not new.effect.verdict < old.effect.verdict for old, new in coarse), "only tighter"


def test_an_unknown_capability_is_no_capability_called_unknown() -> None:
    own("l.jsonl", {"capability": "unknown"}, {"capability": {"$unknown": True}}, verdict="DENY")
    report = replay("l.jsonl", "--policy", "allow.yaml", "--format", "json").report
    assert len(report["findings"]) == 2
    assert Groups(1).findings() == ()


def test_a_full_disk_is_no_fault_of_ours() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    own("l.jsonl", {"capability": "a.b"})
    import subprocess
    import sys

    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fencekit", "replay", "l.jsonl", "--policy", "allow.yaml"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={"PYTHONPATH": str(Path(__file__).parents[1])},
        )
    assert done.returncode == 3
    assert "cannot write the output: no space left on device" in done.stderr


def test_what_is_no_main_thread_has_no_time_limit_and_still_decides() -> None:
    own("l.jsonl", {"capability": "a.b"})
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(replay_in_python()))
    thread.start()
    thread.join()
    assert found == [0]


def replay_in_python() -> int:
    import fencekit as api

    report = api.replay(api.read_log("l.jsonl"), api.load_policy("allow.yaml"))
    return report.exit_code


def test_rows_that_move_while_a_database_is_copied_are_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A writer that checkpoints between the copies of the database and of its log moves rows."""
    import sqlite3
    from contextlib import closing

    from fencekit.logs import capfence_sqlite
    from fencekit.logs.log_registry import read_log

    shutil.copy(Path(__file__).parents[1] / "fixtures/logs/capfence_sqlite/warn.db", "live.db")
    with closing(sqlite3.connect("live.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        columns = "agent_id, decision, timestamp"
        for number in range(6):
            values = ("a", "fail", float(number))
            writer.execute(f"INSERT INTO audit_events ({columns}) VALUES (?, ?, ?)", values)
        moved = []
        plain = shutil.copyfile

        def checkpoint_first(*arguments: Any) -> Any:
            if not moved:
                moved.append(writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
            return plain(*arguments)

        monkeypatch.setattr(capfence_sqlite.shutil, "copyfile", checkpoint_first)
        read = sum(1 for _ in read_log("live.db"))
    assert moved
    assert read == 48 + 6
