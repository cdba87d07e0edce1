"""CapFence's runtime as its project page shows it, before our gate: `ActionRuntime.execute`.

Verdicts and reasons are those of CapFence 0.9.0. Where it raises, lets a forged grant pass or
forgets a use, the gate does not; `docs/gate.md` lists it.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, Self

from fencekit.adapters.capfence_event import ActionEvent
from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.approvals.keys import KeyRing
from fencekit.gate.approvals.store import open_store
from fencekit.gate.audit import Audit
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus, GateDecision, outcome_of
from fencekit.gate.tools import AnyTools
from fencekit.model.errors import RequestError, UsageError
from fencekit.model.verdict import Verdict

WORDS = {
    Verdict.ALLOW: "allow",
    Verdict.ESCALATE: "require_approval",
    Verdict.DENY: "deny",
}
RISK_OF_LEVEL = {"low": 0.2, "medium": 0.5, "high": 0.8, "critical": 1.0}


@dataclass(frozen=True, slots=True)
class ExecutionVerdict:
    """What became of an event.

    `approval_id` is the grant that was spent, or the request that waits. `timestamp` is in seconds
    since 1970. `record` is the id of the record. `errors` say what went wrong, where something did.
    `result` is what the tool returned, where one was invoked.
    """

    authorized: bool
    decision: str
    reason: str
    event: ActionEvent
    timestamp: float
    approval_id: str | None = None
    record: str = ""
    errors: tuple[str, ...] = ()
    tool_invoked: bool = False
    result: Any = None

    @property
    def confidence(self) -> float:
        """The risk of the event as a score, as CapFence has it."""
        risk = self.event.risk
        return RISK_OF_LEVEL[risk.lower()] if isinstance(risk, str) else float(risk)

    def __str__(self) -> str:
        invoked = str(self.tool_invoked).lower()
        said = f"decision: {self.decision.upper()}\nreason: {self.reason}\ntool_invoked: {invoked}"
        return "\n".join([said, *(f"error: {error}" for error in self.errors)])


class ActionRuntime:
    """A gate that takes events."""

    def __init__(self, gate: Gate, *, clock: Callable[[], float] = time.time) -> None:
        self.gate = gate
        self._clock = clock

    @classmethod
    def from_policy(
        cls,
        policy_path: str | PathLike[str],
        mode: str = "enforce",
        *,
        audit: str | PathLike[str] | None = "audit.jsonl",
        approvals: str | PathLike[str] | None = None,
        keys: str | PathLike[str] | None = None,
        strict: bool = True,
        **options: Any,
    ) -> Self:
        """Return the runtime of a policy file.

        `audit` is the log, None for none. `approvals` is a file or a URL of PostgreSQL, `keys` the
        folder of the keys that may sign grants; by default those of the environment variables
        FENCEKIT_APPROVALS and FENCEKIT_KEYS; without them, a call that needs an approval waits for
        ever. `strict` is that of `load_policy`; other options are those of Gate.
        """
        if mode != "enforce":
            hint = "record a second policy beside the one in force: `Gate(…, shadow=…)`"
            raise UsageError(f"there is no mode `{mode}`: the gate always decides", hint=hint)
        clock = options.get("clock", time.time)
        desk = desk_of(approvals, keys, clock)
        log = None if audit is None else Audit(audit)
        policy = load_policy(policy_path, strict=strict)
        gate = Gate(policy, tools=AnyTools(), audit=log, approvals=desk, **options)
        return cls(gate, clock=clock)

    def execute(
        self, event: ActionEvent, run: Callable[[dict[str, Any]], Any] | None = None
    ) -> ExecutionVerdict:
        """Return what becomes of an event; record it, and spend or ask for its approval.

        With `run`, an authorised event invokes it with the arguments that were decided, and what it
        raises comes out of here once that is recorded. Without, the caller acts on the verdict.
        """
        now = self._clock()
        decision = self._decide_event(event)
        result, invoked = None, False
        if run is not None and decision.authorized:
            invoked = True
            try:
                result = run(decision.arguments())
            except BaseException as error:
                self.gate.record_outcome(decision, outcome_of(error))
                raise
            self.gate.record_outcome(decision, ExecutionOutcome(ExecutionStatus.COMPLETED))
        return ExecutionVerdict(
            decision.authorized,
            WORDS[decision.verdict],
            decision.reason,
            event,
            now,
            decision.approval or None,
            decision.id,
            decision.errors,
            invoked,
            result,
        )

    def _decide_event(self, event: ActionEvent) -> GateDecision:
        """Return the decision of an event; one that cannot be recorded is a denial."""
        metadata = event.metadata
        session = metadata.get("session_id") or ""
        try:
            call = ToolCall.of(
                event.capability,
                metadata.get("payload") or {},
                principal=event.actor,
                environment=event.environment,
                session=session,
                context=event.context,
                escalates=bool(metadata.get("require_approval")),
            )
        except RequestError as error:
            call = ToolCall(event.capability, repr(metadata), event.actor, event.environment)
            return self.gate.refuse(call, "invalid_arguments", error.message)
        return self.gate.decide(call)


def desk_of(
    approvals: str | PathLike[str] | None,
    keys: str | PathLike[str] | None,
    clock: Callable[[], float] = time.time,
) -> Desk | None:
    """Return the approvals at a place, or at that of the environment; None where there is none."""
    where = approvals or os.environ.get("FENCEKIT_APPROVALS")
    if not where:
        return None
    folder = keys or os.environ.get("FENCEKIT_KEYS")
    if not folder:
        hint = "make one with `fencekit approvals keys new NAME`, and set FENCEKIT_KEYS"
        raise UsageError("approvals need a folder of keys", hint=hint)
    return Desk(open_store(fspath(where)), KeyRing(folder), clock=clock)
