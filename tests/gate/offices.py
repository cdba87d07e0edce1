"""A gate with approvals, the keys of those who approve, and a clock that can be set."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.approvals.keys import KeyRing, Signer
from fencekit.gate.approvals.store import open_store
from fencekit.gate.audit import Audit
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import GateDecision
from fencekit.gate.tools import AnyTools, Tool, Tools

POLICY = """
deny:
  - capability: pay.send
    amount_gt: 1000
require_approval:
  - capability: pay.send
allow:
  - capability: pay.list
  - capability: file.read
    path_prefix: /work/
"""
START = 1_800_000_000.0


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Office:
    """Everything that a gate with approvals takes, in one folder."""

    folder: Path
    where: str
    clock: Clock = field(default_factory=Clock)
    policy: str = POLICY

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keys = KeyRing(self.folder / "keys")
        self.signers: dict[str, Signer] = {}
        for name in ("alice", "carol"):
            path = self.folder / f"{name}.key"
            if not path.exists():
                self.keys.make(name, path, self.ms)
            self.signers[name] = self.keys.signer(path)
        self.desk = self.opened()
        self.ran: list[dict[str, Any]] = []

    @property
    def ms(self) -> int:
        return round(self.clock.now * 1000)

    @property
    def alice(self) -> Signer:
        return self.signers["alice"]

    @property
    def carol(self) -> Signer:
        return self.signers["carol"]

    def opened(self) -> Desk:
        return Desk(open_store(self.where, wait=2.0), self.keys, clock=self.clock)

    def tools(self) -> Tools:
        return Tools(
            [
                Tool("pay", "pay.send", lambda args: self.ran.append(dict(args))),
                Tool("list", "pay.list", lambda _: self.ran.append({})),
                Tool("read", "file.read", lambda args: self.ran.append(dict(args)), ("path",)),
            ],
            root="/work",
        )

    def gate(self, *, log: str | None = "audit.jsonl", **options: Any) -> Gate:
        path = self.folder / "policy.yaml"
        if not path.exists() or path.read_text() != self.policy:
            path.write_text(self.policy)
        audit = None if log is None else Audit(self.folder / log, fsync=False)
        given = {"tools": self.tools(), "audit": audit, "approvals": self.desk, "clock": self.clock}
        return Gate(load_policy(path), **{**given, **options})


def figures(name: str, **counts: int) -> None:
    """Keep what was tried, where `make sweep` asks for it."""
    path = os.environ.get("FENCEKIT_FIGURES")
    if path:
        with Path(path).open("a") as out:
            out.write(json.dumps({name: counts}) + "\n")


def pay(amount: Any = 5, **of_the_call: Any) -> ToolCall:
    said = {"principal": "bob", "environment": "prod", "session": "s1", **of_the_call}
    return ToolCall.of("pay", {"to": "shop", "amount": amount}, **said)


def any_gate(policy: Any, **options: Any) -> Gate:
    return Gate(policy, tools=AnyTools(), **options)


def waiting(gate: Gate, call: ToolCall) -> GateDecision:
    """Return the decision of a call that waits for approval."""
    decision = gate.decide(call)
    assert decision.word == "ESCALATE", decision
    assert decision.approval
    return decision
