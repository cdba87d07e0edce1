"""CapFence's face: the page's example, and the real package beside ours on generated policies."""

import json
import os
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import capfence
import pytest
from capfence.core.capabilities import CapabilitySystem
from conformance import generators
from conformance.comparison import requests_for, working_in, write_files
from conformance.oracle import real_load

from fencekit import ActionEvent, ActionRuntime
from fencekit.adapters.capfence_event import EventError
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.approvals.approval_grants import Scope
from fencekit.gate.gate import Gate
from fencekit.gate.tools import AnyTools
from fencekit.model.errors import PolicyError, UsageError
from fencekit.reading import json as ours_json
from gate.offices import Office, figures

pytestmark = pytest.mark.oracle

PAIRS = int(os.environ.get("FENCEKIT_RUNTIME_EVENTS", "400"))
EVENT_KEYS = ("tool_name", "risk_level", "caller_depth")

PAGE = """\
deny:
  - capability: shell.exec.production
    contains: "rm -rf"

allow:
  - capability: shell.exec.readonly
"""


def page_event(kind: Any) -> Any:
    return kind.create(
        actor="ops-agent",
        resource="shell",
        action="exec",
        environment="production",
        payload={"command": "rm -rf /var/lib/postgresql"},
    )


def test_the_example_of_the_page_runs_with_only_the_import_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    Path("policies/shell.yaml").write_text(PAGE)
    runtime = ActionRuntime.from_policy("policies/shell.yaml")
    invoked: list[object] = []
    verdict = runtime.execute(page_event(ActionEvent), invoked.append)
    assert not verdict.authorized
    assert str(verdict).splitlines() == [
        "decision: DENY",
        "reason: policy_deny",
        "tool_invoked: false",
    ]
    assert invoked == []
    report = ReplayJob(["audit.jsonl"], "policies/shell.yaml").run()
    assert report.exit_code == 0
    assert verdict.approval_id is None


@dataclass
class Beside:
    """The real runtime and ours on one policy, with the grants that both have."""

    real: Any
    ours: ActionRuntime
    office: Office
    grants: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[str, str]] = field(default_factory=list)

    def answers(self, said: dict[str, Any]) -> tuple[Any, Any]:
        """Return what both say of an event: authorised, decision, and the reason without ids."""
        self.office.clock.now += 0.01
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                real = self.real.execute(capfence.ActionEvent.create(**said))
        except Exception:  # noqa: BLE001  (what it raises, ours denies)
            ours = self.ours.execute(ActionEvent.create(**said))
            return False, ours.authorized
        ours = self.ours.execute(ActionEvent.create(**said))
        if not is_recordable(said):
            assert ours.reason == "invalid_arguments", said
            return "not recordable", "not recordable"
        if real.decision == ours.decision == "require_approval":
            self.waiting.append((real.approval_id, str(ours.approval_id)))
        return self.told(real, self.grants), self.told(ours, {})

    def told(self, verdict: Any, names: dict[str, str]) -> tuple[Any, ...]:
        kind, _, rest = verdict.reason.partition(":")
        if kind == "approved_grant":
            grant, _, by = rest.partition(":")
            rest = f"{names.get(grant, grant)}:{by}"
        else:
            rest = ""
        return verdict.authorized, verdict.decision, kind, rest

    def grant(self, random: Random, said: dict[str, Any]) -> None:
        """Grant the same in both, aimed at an event."""
        self.office.clock.now += 0.01
        session = random.choice([None, said["session_id"], "other"])
        capability = random.choice(
            ["*", f"{said['resource']}.*", f"{said['resource']}.{said['action']}", "db.*.*"]
        )
        actor = random.choice([said["actor"], "*", "zoe"])
        environment = random.choice([said["environment"], "*", "mars"])
        try:
            ours = self.office.desk.grant(
                Scope(actor, capability, environment, session, seconds=None), self.office.alice
            )
        except UsageError:
            return  # no capability of CapFence's either
        real = self.real.approval_engine._insert_grant(
            actor, capability, environment, None, session, "alice", None
        )
        self.grants[real.id] = ours.id

    def approve(self) -> None:
        """Approve in both what waits."""
        real, ours = self.waiting.pop()
        self.real.approval_engine.approve(real, "alice")
        self.office.desk.approve(ours, self.office.alice, uses=None, seconds=None)


def beside(folder: Path, main: str) -> Beside | None:
    """Return both runtimes of a policy, None where the real one cannot be made."""
    if real_load(main) is None:
        return None
    system = CapabilitySystem()
    try:
        system.load_policy(main)
    except Exception:  # noqa: BLE001  (a capability that its runtime does not read)
        return None
    real = capfence.ActionRuntime(
        system, capfence.ApprovalEngine(":memory:"), capfence.AuditLogger()
    )
    office = Office(folder, str(folder / "approvals.db"))
    try:
        policy = load_policy(main, strict=False)
    except PolicyError:
        return None
    gate = Gate(policy, tools=AnyTools(), approvals=office.desk, clock=office.clock)
    return Beside(real, ActionRuntime(gate, clock=office.clock), office)


def events(random: Random, policy: Any, count: int) -> list[dict[str, Any]]:
    """Return events aimed at a policy, as far as an event can say what a request does."""
    made = []
    for request in requests_for(random, policy, count):
        parts = [*str(request.capability).split(".", 2), "x", "y"][:3]
        context = request.context.values
        metadata: dict[str, Any] = {key: context[key] for key in EVENT_KEYS if key in context}
        if not all(isinstance(metadata.get(key, ""), str) for key in ("tool_name", "risk_level")):
            continue
        risk = metadata.pop("risk_level", "low").lower()
        said = {
            "actor": random.choice(["bob", "eve"]),
            "resource": parts[0],
            "action": parts[1],
            "environment": request.environment or "dev",
            "risk": risk if risk in ("low", "medium", "high", "critical") else 0.5,
            "session_id": random.choice(["s1", "s2"]),
            "payload": {**request.args.values, "nonce": random.random()},
            **metadata,
        }
        if random.random() < 0.5:
            said["capability"] = request.capability
        if random.random() < 0.2:
            said["require_approval"] = True
        if is_event(said):
            made.append(said)
    return made


def is_event(said: dict[str, Any]) -> bool:
    """Say whether both take it for an event, which they have to say alike."""
    try:
        capfence.ActionEvent.create(**said)
    except ValueError:
        with pytest.raises(EventError):
            ActionEvent.create(**said)
        return False
    ActionEvent.create(**said)
    return True


def is_recordable(payload: dict[str, Any]) -> bool:
    """Say whether JSON holds the arguments as they are."""
    try:
        return repr(ours_json.parse_bytes(ours_json.write(payload).encode())) == repr(payload)
    except ValueError:
        return False


def test_verdicts_and_reasons_are_those_of_the_real_runtime(tmp_path: Path) -> None:
    random, compared, reasons = Random(16), 0, Counter[str]()
    (tmp_path / "policies").mkdir()
    numbers = 0
    with working_in(tmp_path / "policies"):
        while compared < PAIRS:
            made = generators.policy_files(random)
            write_files(made)
            numbers += 1
            both = beside(tmp_path / f"office{numbers}", made.main)
            policy = real_load(made.main)
            if both is None or policy is None:
                continue
            for said in events(random, policy, 12):
                if random.random() < 0.3:
                    both.grant(random, said)
                real, ours = both.answers(said)
                assert real == ours, (said, made.files)
                if both.waiting and random.random() < 0.5:
                    both.approve()
                    real, ours = both.answers(said)
                    assert real == ours, (said, made.files)
                compared += 1
                reasons[real if isinstance(real, str) else real[2] if real else "raised"] += 1
            both.office.desk.store.close()
    assert {"policy_allow", "policy_deny", "policy_warn", "policy_default_deny"} <= reasons.keys()
    assert {"approval_required", "approved_grant", "previously_approved"} <= reasons.keys()
    figures("CapFence's runtime", seed=16, events=compared, differences=0, **reasons)


BAD = {
    "no actor": {"actor": ""},
    "no text": {"action": 3},
    "unknown risk": {"risk": "huge"},
    "negative": {"risk": -1},
    "unknown key": {"tenant": "x"},
    "payload": {"payload": [1]},
    "session": {"session_id": 3},
    "flag": {"require_approval": 1},
    "no JSON": {"payload": {"x": {1, 2}}},
    "latency": {"latency_ms": "1"},
}


@pytest.mark.parametrize("how", BAD)
def test_what_is_no_event_there_is_none_here(how: str) -> None:
    said = {"actor": "a", "action": "b", "resource": "c", **BAD[how]}
    with pytest.raises(ValueError):
        capfence.ActionEvent.create(**said)
    with pytest.raises(EventError):
        ActionEvent.create(**said)


@pytest.mark.parametrize("risk", ["command_execution", "READ", "write", "High", 0, 0.7, True])
def test_a_risk_is_what_it_is_there(risk: Any) -> None:
    real = capfence.ActionEvent.create("a", "b", "c", risk=risk)
    assert ActionEvent.create("a", "b", "c", risk=risk).risk == real.risk


def test_a_payload_that_cannot_be_recorded_is_denied(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("allow: ['*']\n")
    runtime = ActionRuntime.from_policy(tmp_path / "p.yaml", audit=tmp_path / "log.jsonl")
    event = ActionEvent.create("a", "b", "c", payload={"x": float("nan")})
    verdict = runtime.execute(event)
    assert (verdict.authorized, verdict.reason) == (False, "invalid_arguments")
    assert "refusal" in (tmp_path / "log.jsonl").read_text()


def test_there_is_no_mode_that_lets_everything_through(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("allow: ['*']\n")
    with pytest.raises(UsageError, match="no mode `observe`"):
        ActionRuntime.from_policy(tmp_path / "p.yaml", mode="observe")


def test_a_tool_that_raises_is_recorded_and_raises(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("allow: ['*']\n")
    runtime = ActionRuntime.from_policy(tmp_path / "p.yaml", audit=tmp_path / "log.jsonl")

    def fail(_: object) -> None:
        raise ZeroDivisionError("no")

    with pytest.raises(ZeroDivisionError):
        runtime.execute(ActionEvent.create("a", "b", "c"), fail)
    last = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])
    assert last["outcome"]["status"] == "failed"
