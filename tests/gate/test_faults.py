"""What fails beside the gate: nothing runs without its record, and nothing is spent twice."""

import json
import os
import resource
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from laws.drawing import policy_of_text

from fencekit.gate.approvals.approval_grants import Scope
from fencekit.gate.audit import Audit
from fencekit.gate.batch_decisions import decide_all
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus
from fencekit.gate.tools import AnyTools, Tool
from fencekit.logs.chain.verify_chain import verify_log
from fencekit.model.errors import UsageError
from gate.offices import Office, figures, pay, waiting
from gate.postgres_server import PostgresServer
from gate.processes import forked, joined, killed, say

pytestmark = pytest.mark.oracle

KILLS = int(os.environ.get("FENCEKIT_KILLS", "10"))
PROCESSES = 8
EVERYTHING = policy_of_text("allow: ['*']\n")


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let no file grow beyond a size, for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def recording(folder: Path, ran: list[Any]) -> Gate:
    tools = AnyTools([Tool("t", "t", ran.append)])
    return Gate(EVERYTHING, tools=tools, audit=Audit(folder / "log.jsonl"))


def records(path: Path) -> list[dict[str, Any]]:
    whole = [line for line in path.read_text().splitlines() if line.endswith("}")]
    return [json.loads(line) for line in whole]


def test_nothing_runs_when_the_disk_is_full(tmp_path: Path) -> None:
    ran: list[Any] = []
    gate = recording(tmp_path, ran)
    assert gate.execute(ToolCall.of("t", {"n": 1})).completed
    with full_disk((tmp_path / "log.jsonl").stat().st_size + 40):
        for _ in range(3):
            done = gate.execute(ToolCall.of("t", {"n": 2}))
            assert (done.decision.word, done.decision.reason) == ("DENY", "audit_unavailable")
            assert "cannot write" in done.decision.errors[0]
    assert gate.execute(ToolCall.of("t", {"n": 3})).completed
    assert ran == [{"n": 1}, {"n": 3}]
    assert verify_log(tmp_path / "log.jsonl").holds


def test_an_outcome_that_could_not_be_written_is_written_before_anything_else(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(args: Any) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 20, limits[1]))

    tools = AnyTools([Tool("fill", "fill", fill), Tool("t", "t", lambda _: None)])
    gate = Gate(EVERYTHING, tools=tools, audit=Audit(log))
    try:
        done = gate.execute(ToolCall.of("fill"))
        assert done.completed
        assert "cannot write" in done.trouble
        denied = gate.execute(ToolCall.of("t"))
        assert (denied.outcome, denied.decision.reason) == (None, "audit_unavailable")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert gate.execute(ToolCall.of("t")).completed
    decision, outcome, *_ = [
        line for line in records(log) if line.get("request", {}).get("capability") != "t"
    ]
    assert outcome["outcome"] == {"of": decision["id"], "status": "completed"}
    assert records(log).index(outcome) == 1, "before the next decision"


def test_nothing_runs_when_the_folder_of_the_log_is_gone(tmp_path: Path) -> None:
    ran: list[Any] = []
    folder = tmp_path / "logs"
    folder.mkdir()
    gate = recording(folder, ran)
    folder.rename(tmp_path / "away")
    done = gate.execute(ToolCall.of("t"))
    assert (done.decision.reason, ran) == ("audit_unavailable", [])
    assert "log.jsonl" in done.decision.errors[0]


def test_a_log_that_was_removed_is_continued_so_that_it_shows(tmp_path: Path) -> None:
    ran: list[Any] = []
    gate = recording(tmp_path, ran)
    gate.execute(ToolCall.of("t"))
    (tmp_path / "log.jsonl").unlink()
    gate.execute(ToolCall.of("t"))
    assert len(ran) == len([line for line in records(tmp_path / "log.jsonl") if "gate" in line]) + 1
    assert not verify_log(tmp_path / "log.jsonl").holds


def test_nothing_runs_when_the_log_cannot_be_written_to() -> None:
    if os.geteuid() != 0:
        pytest.skip("it takes root to become somebody else")
    ran: list[Any] = []
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "log.jsonl").touch(mode=0o444)
    gate = recording(folder, ran)
    assert gate.audit is not None
    gate.audit.close()
    os.seteuid(65534)
    try:
        done = gate.execute(ToolCall.of("t"))
    finally:
        os.seteuid(0)
    assert (done.decision.reason, ran) == ("audit_unavailable", [])
    assert "permission denied" in done.decision.errors[0]


def test_a_record_that_may_not_be_on_the_disk_runs_nothing_and_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []
    gate = recording(tmp_path, ran)
    gate.execute(ToolCall.of("t", {"n": 1}))

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail)
        broken.setattr(os, "fsync", fail)
        for _ in range(2):
            done = gate.execute(ToolCall.of("t", {"n": 2}))
            assert (done.decision.reason, done.outcome) == ("audit_unavailable", None)
    assert gate.execute(ToolCall.of("t", {"n": 3})).completed
    assert ran == [{"n": 1}, {"n": 3}]
    log = records(tmp_path / "log.jsonl")
    ended = Counter(line["outcome"]["of"] for line in log if "outcome" in line)
    assert set(ended.values()) == {1}
    unsure = [line for line in log if "request" in line and line["request"]["args"] == {"n": 2}]
    statuses = {
        line["outcome"]["of"]: line["outcome"]["status"] for line in log if "outcome" in line
    }
    assert unsure
    assert {statuses[line["id"]] for line in unsure} == {"refused"}
    assert verify_log(tmp_path / "log.jsonl").holds


def test_a_batch_waits_for_the_disk_once_and_before_anything_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = recording(tmp_path, [])
    gate.decide(ToolCall.of("t"))
    waited: list[int] = []
    monkeypatch.setattr(os, "fdatasync", lambda _: waited.append(len(records(gate_log))))
    gate_log = tmp_path / "log.jsonl"
    made = decide_all(gate, [(ToolCall.of("t", {"n": number}), ()) for number in range(20)])
    assert waited == [21]
    assert [one.authorized for one in made] == [True] * 20
    assert [line["id"] for line in records(gate_log)[1:]] == [one.id for one in made]
    gate.submit(made[7].id, ExecutionOutcome(ExecutionStatus.COMPLETED))
    assert verify_log(gate_log).holds


def test_a_batch_that_the_disk_does_not_confirm_allows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = recording(tmp_path, [])
    gate.decide(ToolCall.of("t"))

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    calls = [(ToolCall.of("t", {"n": number}), ()) for number in range(5)]
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail)
        made = decide_all(gate, calls)
    assert {(one.word, one.reason, one.id) for one in made} == {("DENY", "audit_unavailable", "")}
    assert all("did not confirm" in one.errors[0] for one in made)
    assert gate.decide(ToolCall.of("t")).authorized
    log = records(tmp_path / "log.jsonl")
    unsure = {line["id"] for line in log[1:6]}
    ended = [line["outcome"] for line in log if "outcome" in line]
    assert {one["of"] for one in ended} == unsure
    assert [one["status"] for one in ended] == ["refused"] * 5
    with pytest.raises(UsageError, match="no allowed call"):
        gate.submit(min(unsure), ExecutionOutcome(ExecutionStatus.COMPLETED))
    assert verify_log(tmp_path / "log.jsonl").holds


def test_a_batch_on_a_full_disk_allows_what_was_written_before_it_was_full(tmp_path: Path) -> None:
    gate = recording(tmp_path, [])
    gate.decide(ToolCall.of("t"))
    calls = [(ToolCall.of("t", {"n": number}), ()) for number in range(6)]
    with full_disk(3 * (tmp_path / "log.jsonl").stat().st_size):
        made = decide_all(gate, calls)
    words = [one.word for one in made]
    assert words == sorted(words)
    assert set(words) == {"ALLOW", "DENY"}
    kept = [line["id"] for line in records(tmp_path / "log.jsonl")[1:]]
    assert kept == [one.id for one in made if one.authorized]


@pytest.fixture
def sqlite_office(tmp_path: Path) -> Office:
    return Office(tmp_path, str(tmp_path / "approvals.db"))


def denied(office: Office, gate: Gate, said: str) -> None:
    """Check that an approved call does not run, and that the reason is clear."""
    before = len(office.ran)
    done = gate.execute(pay())
    assert done.outcome is None
    assert (done.decision.word, done.decision.reason) == ("DENY", "approvals_unavailable")
    assert said in done.decision.errors[-1]
    assert len(office.ran) == before
    line = records(office.folder / "audit.jsonl")[-1]
    assert line["gate"]["reason"] == "approvals_unavailable"
    assert line["decision"]["verdict"] == "ESCALATE", "what the policy said replays"
    assert gate.execute(ToolCall.of("list")).completed, "what the policy allows still runs"


def test_locked_approvals_approve_nothing(sqlite_office: Office) -> None:
    office = sqlite_office
    office.desk.store.database.wait = 0.05  # type: ignore[attr-defined]
    office.desk.store.close()
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    with closing(sqlite3.connect(office.where, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        denied(office, gate, "database is locked")
    assert gate.execute(pay()).completed


def test_corrupt_approvals_approve_nothing(sqlite_office: Office) -> None:
    office = sqlite_office
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    office.desk.store.close()
    for name in ("approvals.db-wal", "approvals.db-shm"):
        (office.folder / name).unlink(missing_ok=True)
    Path(office.where).write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    denied(office, gate, "approvals.db")


def test_approvals_that_are_gone_approve_nothing(sqlite_office: Office) -> None:
    office = sqlite_office
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    Path(office.where).rename(office.folder / "elsewhere.db")
    denied(office, gate, "no such file")
    Path(office.where).touch()
    denied(office, gate, "no such table")


def test_a_server_that_is_killed_approves_nothing_and_forgets_nothing(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    office = Office(tmp_path, postgres.emptied())
    gate = office.gate()
    grant = office.desk.grant(Scope("bob", "pay.send", uses=2), office.alice)
    assert gate.execute(pay()).completed
    postgres.kill()
    try:
        denied(office, gate, "cannot be used")
        assert "fencekit@" not in str(records(tmp_path / "audit.jsonl")[-3]["gate"]["errors"])
    finally:
        postgres.start()
    assert gate.execute(pay()).completed
    assert waiting(gate, pay()), "the two uses are spent, the one before the kill too"
    assert office.desk.grants()[0].grant == grant
    office.desk.store.close()


def executed(office: Office, nonces: Path, gate: Gate, number: int) -> None:
    gate.execute(ToolCall.of("pay", {"nonce": f"{os.getpid()}-{number}"}, principal="bob"))


def worker_gate(office: Office, ran: Path, **options: Any) -> Gate:
    """Return the gate of a process: its own store, its own log writer; the tool tells on itself."""
    office.desk.store.close()
    office.desk = office.opened()
    tools = AnyTools([Tool("pay", "pay.send", lambda args: say(ran, args["nonce"]))])
    return office.gate(tools=tools, **options)


def test_a_server_that_is_killed_while_gates_spend_gives_no_use_twice(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    office = Office(tmp_path, postgres.emptied())
    ran, uses, workers = tmp_path / "ran", 160, 4
    ready = tmp_path / "ready"
    ran.touch()
    ready.touch()
    grant = office.desk.grant(Scope("bob", "pay.send", seconds=None, uses=uses), office.alice)
    office.desk.store.close()

    def work() -> None:
        gate = worker_gate(office, ran)
        say(ready, "opened")
        until = time.monotonic() + 60
        while time.monotonic() < until and len(ready.read_text().split()) < workers:
            time.sleep(0.002)
        number = 0
        while time.monotonic() < until and len(ran.read_text().split()) < uses:
            executed(office, ran, gate, number)
            number += 1

    pids = [forked(work) for _ in range(workers)]
    while len(ran.read_text().split()) < uses // 4:
        time.sleep(0.002)
    postgres.kill()
    try:
        before = len(ran.read_text().split())
        assert before < uses, "it was killed in the middle"
    finally:
        postgres.start()
    assert joined(pids) == [0] * workers
    done = ran.read_text().split()
    assert len(done) == len(set(done))
    assert before < len(done) <= uses
    (status,) = [each for each in office.desk.grants() if each.grant.id == grant.id]
    assert len(done) <= status.used <= uses, "a use that nobody knows of is spent"
    log = records(tmp_path / "audit.jsonl")
    reasons = Counter(line["gate"]["reason"].partition(":")[0] for line in log if "gate" in line)
    assert reasons["approvals_unavailable"] > 0
    assert reasons["approved_grant"] == len(done)
    office.desk.store.close()


def test_a_use_is_spent_once_by_many_processes(office: Office) -> None:
    ran, uses, each = office.folder / "ran", 12, 4
    office.desk.grant(Scope("bob", "pay.send", uses=uses), office.alice)
    office.desk.store.close()

    def work() -> None:
        gate = worker_gate(office, ran)
        for number in range(each):
            executed(office, ran, gate, number)

    assert joined([forked(work) for _ in range(PROCESSES)]) == [0] * PROCESSES
    done = ran.read_text().split()
    log = records(office.folder / "audit.jsonl")
    reasons = Counter(line["gate"]["reason"].partition(":")[0] for line in log if "gate" in line)
    assert len(done) == len(set(done)) == uses
    assert reasons == {"approved_grant": uses, "approval_required": PROCESSES * each - uses}
    assert office.desk.grants()[0].used == uses
    assert verify_log(office.folder / "audit.jsonl").holds


def test_an_approval_is_spent_once_by_many_processes(office: Office) -> None:
    ran = office.folder / "ran"
    call = ToolCall.of("pay", {"nonce": "the one"}, principal="bob")
    asked = waiting(worker_gate(office, ran), call)
    office.desk.approve(asked.approval, office.alice)
    office.desk.store.close()

    def work() -> None:
        worker_gate(office, ran).execute(call)

    assert joined([forked(work) for _ in range(PROCESSES)]) == [0] * PROCESSES
    assert ran.read_text().split() == ["the", "one"]
    assert len(office.desk.pending()) == 1, "the others ask again, once"


def test_a_gate_that_is_killed_at_any_moment_ran_nothing_without_its_record(
    office: Office,
) -> None:
    random, ran, ready = Random(200), office.folder / "ran", office.folder / "ready"
    ran.touch()
    office.desk.grant(Scope("bob", "pay.send", seconds=None, uses=10**6), office.alice)
    once = office.desk.grant(Scope("zoe", "pay.send", seconds=None, uses=KILLS), office.alice)
    office.desk.store.close()

    def work() -> None:
        gate = worker_gate(office, ran)
        ready.touch()
        for number in range(10_000):
            executed(office, ran, gate, number)
            if number == 3:
                gate.execute(ToolCall.of("pay", {"nonce": f"zoe-{os.getpid()}"}, principal="zoe"))

    for number in range(KILLS):
        # Every other one has run something; the rest may be killed before they come so far.
        killed(work, ready, random.random() * 0.2, once_grown=ran if number % 2 else None)
    done = ran.read_text().split()
    assert len(done) == len(set(done))
    assert len(done) >= KILLS // 2
    log = records(office.folder / "audit.jsonl")
    allowed = {
        line["request"]["args"]["nonce"]: line["id"]
        for line in log
        if line.get("gate", {}).get("decision") == "ALLOW"
    }
    assert set(done) <= allowed.keys(), "never an executed call without its record"
    ran_ids = {allowed[nonce] for nonce in done}
    ended = {line["outcome"]["of"] for line in log if "outcome" in line}
    assert ended <= ran_ids, "never a record of an execution that did not start"
    assert len(allowed) - len(done) <= KILLS
    grants = {each.grant.id: each.used for each in office.desk.grants()}
    assert sum("zoe" in nonce for nonce in done) <= grants[once.id] <= KILLS
    assert len(done) <= sum(grants.values())
    found = verify_log(office.folder / "audit.jsonl")
    assert found.holds, found
    assert ExecutionStatus.COMPLETED in {
        line["outcome"]["status"] for line in log if "outcome" in line
    }
    store = "postgres" if "://" in office.where else "sqlite"
    figures(f"killed at any moment, {store}", seed=200, kills=KILLS, executed=len(done))
