"""The fixtures are what the real CapFence records today, and do what their names say."""

import functools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from capfence.core.audit import AuditLogger
from capfence.core.capabilities import CapabilitySystem
from capfence.core.policy import Policy, PolicyLoader
from capfence.core.replay import ReplayEngine
from capfence.core.runtime import ActionRuntime, ApprovalEngine

pytestmark = pytest.mark.oracle

REPOSITORY = Path(__file__).resolve().parent.parent
FIXTURES = REPOSITORY / "fixtures"
POLICIES = FIXTURES / "policies" / "capfence"
LOGS = FIXTURES / "logs"
DEMO = REPOSITORY / "fencekit" / "_demo"
AGENTS = LOGS / "capfence_trace" / "agents.jsonl"

TRACES = (AGENTS, LOGS / "capfence_trace" / "seed.jsonl", DEMO / "audit.jsonl")
RECORDED = ("capfence_audit", "capfence_json", "capfence_sqlite", "capfence_trace", "fencekit")
"""The folders that the build writes; the samples of other sources say in a README how they came."""

DATABASES = sorted((LOGS / "capfence_sqlite").rglob("*.db"))
HEIGHT = {"allow": 0, "warn": 0, "require_approval": 1, "deny": 2, "default_deny": 2}
WORD = ("allow", "approval", "deny")


def committed_files() -> list[Path]:
    """What the build writes, relative to the repository."""
    logs = [path for name in RECORDED for path in (LOGS / name).rglob("*") if path.is_file()]
    return sorted(path.relative_to(REPOSITORY) for path in [*logs, DEMO / "audit.jsonl"])


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """A fresh build, by the command of the README, with a home of its own."""
    out, home = tmp_path_factory.mktemp("rebuilt"), tmp_path_factory.mktemp("home")
    done = run_build("--out", str(out), home=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.iterdir()) == []
    return out


def run_build(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-W", "error", str(FIXTURES / "build.py"), *arguments]
    # an operator's settings must not reach the fixtures
    settings = {"HOME": str(home), "CAPFENCE_OPERATOR_SECRET": "x", "PYTHONHASHSEED": "7"}
    settings["PYTHONPATH"] = str(REPOSITORY)
    return subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, check=False
    )


@pytest.fixture
def injected(monkeypatch):
    """CapFence with a counted clock and connections that get closed."""
    monkeypatch.syspath_prepend(str(FIXTURES))
    import recording

    with recording.injected() as clock:
        yield clock


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def rows(database: Path) -> list[dict]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("select * from audit_events order by id")]


def events(trace: Path) -> list[dict]:
    return [json.loads(line) for line in trace.read_text("utf-8").splitlines()[1:]]


@functools.cache
def loaded(policy: Path) -> Policy:
    return PolicyLoader().load(policy)


def explained(policy: Path, event: dict) -> dict:
    """What the real policy engine says to an event, asked as the runtime asks it."""
    metadata = event.get("metadata", {})
    scope = metadata.get("scope") or event["environment"]
    capability = metadata.get("capability") or f"{event['resource']}.{event['action']}.{scope}"
    risk = event["risk"] if isinstance(event["risk"], str) else metadata.get("risk_level")
    context = metadata | {key: event[key] for key in ("actor", "action", "resource", "environment")}
    context["risk_level"] = risk.lower() if risk is not None else None
    return loaded(policy).explain(capability, context, event.get("payload"))


def transitions(trace: Path, before: Path, after: Path) -> Counter:
    """How many recorded calls moved from one verdict to another."""
    changed: Counter = Counter()
    for event in events(trace):
        left = HEIGHT[explained(before, event)["verdict"]]
        right = HEIGHT[explained(after, event)["verdict"]]
        if left != right:
            changed[f"{WORD[left]} -> {WORD[right]}"] += 1
    return changed


LOOSER = {"deny -> approval", "approval -> allow", "deny -> allow"}
TIGHTER = {"approval -> deny", "allow -> approval", "allow -> deny"}


# --- built and committed are the same -------------------------------------------------------


def test_rebuilding_writes_exactly_the_committed_files(rebuilt):
    built = sorted(path.relative_to(rebuilt) for path in rebuilt.rglob("*") if path.is_file())
    assert built == committed_files()


@pytest.mark.parametrize(
    "path", [p for p in committed_files() if p.suffix == ".db"], ids=lambda p: p.name
)
def test_rebuilding_gives_the_same_schema_and_rows(rebuilt, path):
    assert dump(rebuilt / path) == dump(REPOSITORY / path)


@pytest.mark.parametrize(
    "path", [p for p in committed_files() if p.suffix != ".db"], ids=lambda p: f"{p.parent.name}"
)
def test_rebuilding_gives_the_same_bytes(rebuilt, path):
    assert (rebuilt / path).read_bytes() == (REPOSITORY / path).read_bytes()


def test_the_check_names_each_file_that_differs(rebuilt, tmp_path):
    copy = shutil.copytree(rebuilt, tmp_path / "copy")
    trace = copy / AGENTS.relative_to(REPOSITORY)
    trace.write_bytes(trace.read_bytes().replace(b"git status", b"git stash", 1))
    with closing(sqlite3.connect(copy / "fixtures/logs/capfence_sqlite/seed.db")) as database:
        database.execute("update audit_events set decision = 'pass'")
        database.commit()
    (copy / "fixtures/logs/capfence_json/agents.json").unlink()
    (copy / "fixtures/logs/stray.txt").touch()
    done = run_build("--check", "--out", str(copy), home=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "fixtures/logs/stray.txt: not built any more",
        "fixtures/logs/capfence_json/agents.json: not committed",
        "fixtures/logs/capfence_sqlite/seed.db: differs",
        "fixtures/logs/capfence_trace/agents.jsonl: differs",
    ]


@pytest.mark.parametrize("database", DATABASES, ids=lambda p: p.name)
def test_a_committed_database_is_a_single_file(database):
    # bytes 18 and 19 of the header say whether a write-ahead log belongs to it
    assert database.read_bytes()[18:20] == b"\x01\x01"
    assert not list(database.parent.glob("*-wal")) + list(database.parent.glob("*-shm"))


def test_the_readme_names_every_fixture():
    text = (FIXTURES / "README.md").read_text("utf-8")
    named = set(re.findall(r"`([\w./-]+)`", text))
    logs = [path for name in RECORDED for path in (LOGS / name).rglob("*") if path.is_file()]
    assert named >= {str(path.relative_to(LOGS)) for path in logs}
    assert named >= {path.name for path in POLICIES.iterdir()}
    others = {path.name for path in LOGS.iterdir() if path.name not in RECORDED}
    assert all((LOGS / name / "README.md").is_file() for name in others)


# --- policies -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in POLICIES.iterdir()))
def test_every_policy_loads_in_capfence_and_decides_every_recorded_call(name, monkeypatch):
    monkeypatch.chdir(POLICIES)
    assert PolicyLoader().load(name).rules
    assert {explained(POLICIES / name, event)["verdict"] for event in events(AGENTS)} <= set(HEIGHT)


def test_every_rule_in_force_decides_some_recorded_call():
    policy = loaded(POLICIES / "agents.yaml")
    decided = {explained(POLICIES / "agents.yaml", event)["rule_index"] for event in events(AGENTS)}
    assert decided >= set(range(len(policy.rules)))


def test_the_loosened_candidate_loosens_in_each_way_and_tightens_nothing():
    changed = transitions(AGENTS, POLICIES / "agents.yaml", POLICIES / "agents-loosened.yaml")
    assert set(changed) == LOOSER


def test_the_tightened_candidate_tightens_in_each_way_and_loosens_nothing():
    changed = transitions(AGENTS, POLICIES / "agents.yaml", POLICIES / "agents-tightened.yaml")
    assert set(changed) == TIGHTER


def test_the_mixed_candidate_does_both():
    changed = transitions(AGENTS, POLICIES / "agents.yaml", POLICIES / "agents-mixed.yaml")
    assert set(changed) == LOOSER | TIGHTER


def test_the_demo_candidate_hides_two_loosenings_behind_a_tightening():
    changed = transitions(DEMO / "audit.jsonl", DEMO / "policy.yaml", DEMO / "candidate.yaml")
    assert set(changed) == {"allow -> deny", "deny -> allow", "approval -> allow"}
    assert f"{len(events(DEMO / 'audit.jsonl'))} calls" in (DEMO / "README.md").read_text("utf-8")


# --- logs -----------------------------------------------------------------------------------


def kind(reason: str) -> str:
    """The part of a reason that does not change from call to call."""
    observed, _, rest = reason.rpartition("would_have_blocked_due_to_")
    return ("observed " if observed else "") + rest.partition(":")[0]


def test_the_run_holds_every_kind_of_decision():
    counts = Counter(kind(row["reason"]) for row in rows(LOGS / "capfence_sqlite" / "agents.db"))
    words = {
        "policy_allow",
        "policy_deny",
        "policy_default_deny",
        "approval_required",
        "approved_grant",
        "previously_approved",
    }
    assert set(counts) == words | {f"observed {word}" for word in words}
    warned = Counter(kind(row["reason"]) for row in rows(LOGS / "capfence_sqlite" / "warn.db"))
    assert warned["policy_warn"] > 0


def test_the_flag_asks_where_no_rule_decides_and_lifts_no_deny():
    asked = {"approval_required", "approved_grant", "previously_approved"}
    kinds: dict[str, set[str]] = {}
    for event in events(AGENTS):
        if event.get("metadata", {}).get("require_approval"):
            verdict = explained(POLICIES / "agents.yaml", event)["verdict"]
            kinds.setdefault(verdict, set()).add(kind(event["reason"]))
    assert kinds["default_deny"] >= asked
    assert kinds["deny"] == {"policy_deny"}
    assert set(kinds) == {"default_deny", "deny"}


def test_the_run_holds_what_a_reader_can_stumble_on():
    recorded = events(AGENTS)
    keys = {key for one in recorded for key in one.get("metadata", {})}
    assert keys >= {"capability", "scope", "session_id", "tool_name", "caller_depth", "risk_level"}
    assert any("payload" not in one for one in recorded)
    assert any(one.get("payload") == {} for one in recorded)
    assert {type(one["risk"]) for one in recorded} == {str, float, int}
    assert not AGENTS.read_text("utf-8").isascii()


@pytest.mark.parametrize("name", ["agents", "demo", "seed"])
def test_what_was_recorded_is_what_the_policy_in_force_says(name):
    """But for approvals, whose reason says so, and for what the policy would have asked."""
    trace, policy = {
        "agents": (AGENTS, POLICIES / "agents.yaml"),
        "demo": (DEMO / "audit.jsonl", DEMO / "policy.yaml"),
        "seed": (LOGS / "capfence_trace" / "seed.jsonl", POLICIES / "seed-shell.yaml"),
    }[name]
    asked = {"require_approval"}
    meant = {
        "policy_allow": {"allow"},
        "policy_deny": {"deny"},
        "policy_default_deny": {"default_deny"},
        "approval_required": asked,
        "approved_grant": asked,
        "previously_approved": asked,
    }
    for event in events(trace):
        verdicts = meant[kind(event["reason"]).removeprefix("observed ")]
        if event.get("metadata", {}).get("require_approval") and verdicts == asked:
            verdicts = asked | {"default_deny"}
        assert explained(policy, event)["verdict"] in verdicts, event


def test_every_format_holds_the_same_calls_in_the_same_order():
    database = rows(LOGS / "capfence_sqlite" / "agents.db")
    audit = (LOGS / "capfence_audit" / "agents.jsonl").read_text("utf-8").splitlines()
    listing = json.loads((LOGS / "capfence_json" / "agents.json").read_text("utf-8"))
    order = [(row["action"], row["resource"], row["reason"]) for row in database]
    assert [(one["action"], one["resource"], one["reason"]) for one in events(AGENTS)] == order
    lines = [json.loads(line) for line in audit]
    assert [(one["action"], one["resource"], one["reason"]) for one in lines] == order
    assert [one["tool"] for one in lines] == [row["capability"] for row in database]
    assert listing[::-1] == database


@pytest.mark.parametrize("trace", TRACES, ids=lambda p: p.parent.name + "-" + p.stem)
def test_the_real_replay_engine_reads_every_event(trace, injected):
    runtime = ActionRuntime(CapabilitySystem(), ApprovalEngine(":memory:"), AuditLogger(":memory:"))
    engine = ReplayEngine(runtime)
    assert engine.load_trace(trace) == events(trace)
    assert engine.replay_incident(trace).total_events == len(events(trace))


@pytest.mark.parametrize(
    "name", ["agents.db", "observe.db", "warn.db", "seed.db", "v06.db"], ids=lambda name: name
)
def test_capfence_verifies_the_chain_of_its_log(name, injected, tmp_path):
    copy = shutil.copy(LOGS / "capfence_sqlite" / name, tmp_path)
    assert AuditLogger(copy).verify() == (True, [])


def test_capfence_calls_a_genuine_row_outside_ascii_invalid(injected, tmp_path):
    copy = shutil.copy(LOGS / "capfence_sqlite" / "odd-capabilities.db", tmp_path)
    valid, errors = AuditLogger(copy).verify()
    outside = [row for row in rows(Path(copy)) if not row["capability"].isascii()]
    assert not valid
    assert len(errors) == len(outside) > 0
