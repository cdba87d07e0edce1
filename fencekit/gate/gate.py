"""The gate: normalise → rules → assessor → combine → approve → execute → audit, for one call.

Trouble tightens. A call is recorded before it runs, and what cannot be recorded does not run. The
gate stands in the way of calls that come to it, and of no other: it is not a sandbox.
"""

import asyncio
import inspect
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Self

from fencekit.engines.engine_protocol import Evaluator
from fencekit.gate import execution
from fencekit.gate.action_envelope import action_digest
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.assess import Advice, Assessor
from fencekit.gate.audit import Audit, Shadow, utc
from fencekit.gate.call import ToolCall
from fencekit.gate.gate_decision import (
    Executed,
    ExecutionOutcome,
    ExecutionStatus,
    GateDecision,
)
from fencekit.gate.guard import Guard
from fencekit.gate.judge_call import Judge, Rules, asked_by, denial
from fencekit.gate.outcomes import Outcomes
from fencekit.gate.tools import Normalised, Tool, Tools
from fencekit.logs.disk_sync import Appended
from fencekit.model.errors import FencekitError, UnsyncedError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.verdict import Obligation, Verdict


class Gate:
    """One gate, for any number of threads.

    `discharges` names the obligations that being recorded discharges. `shadow` is a second policy
    that decides beside the one in force, without effect. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        policy: Policy | Evaluator,
        *,
        tools: Tools,
        audit: Audit | None = None,
        approvals: Desk | None = None,
        assessor: Assessor | None = None,
        assess_seconds: float = 1.0,
        shadow: Policy | Evaluator | None = None,
        discharges: Iterable[str] = ("warn",),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.audit, self.approvals = audit, approvals
        self._rules = Rules.of(policy)
        self._shadow = None if shadow is None else Rules.of(shadow)
        advice = None if assessor is None else Advice(assessor, assess_seconds)
        self._judge = Judge(tools, advice)
        self._discharges = frozenset(map(Obligation, discharges))
        self._clock = clock
        self._outcomes = Outcomes(clock)

    @property
    def tools(self) -> Tools:
        """The tools that the gate knows."""
        return self._judge.tools

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._rules.evaluator.policy

    def reload(self, policy: Policy | Evaluator) -> None:
        """Put another policy in force, from the next call on."""
        self._rules = Rules.of(policy)

    def preview(self, call: ToolCall) -> GateDecision:
        """Return what the rules and the assessor make of a call; nothing is asked or recorded."""
        return self._judge.judge(call, self._rules, self._discharges)

    def may_allow(self, request: Request) -> bool:
        """Say whether the policy may let a call through of which some is unknown, or ask for it."""
        outcomes = self._rules.evaluator.decide(request).outcomes
        return any(outcome.effect.verdict is not Verdict.DENY for outcome in outcomes)

    def decide(
        self,
        call: ToolCall,
        *,
        discharges: Iterable[str] = (),
        tool: Tool | None = None,
        later: list[str] | None = None,
    ) -> GateDecision:
        """Return what becomes of a call, and record it; raise nothing.

        An ESCALATE spends an approval, or asks for one. `discharges` names obligations that the
        caller discharges. `tool` is the tool itself, for one that the gate does not know by name.
        An ALLOW is to be followed by `submit`, where another process executes. `later` is of
        `decide_all`, which records what it collects: nothing may run before.
        """
        rules = self._rules
        duties = (
            self._discharges.union(map(Obligation, discharges)) if discharges else self._discharges
        )
        made = self._judge.judge(call, rules, duties, tool)
        action = ""
        if made.verdict is Verdict.ESCALATE and self.approvals is not None:
            assert made.normalised is not None
            action = action_digest(made.normalised, rules.digest)
            made = self._spend_approval(made, made.normalised, action, self.approvals)
        return made if self.audit is None else self._record(made, self.audit, action, later)

    def refuse(self, call: ToolCall, reason: str, message: str) -> GateDecision:
        """Record and return the denial of a call that has not the shape of one."""
        made = denial(call, reason, message, self._rules)
        return made if self.audit is None else self._record(made, self.audit, "")

    def execute(self, call: ToolCall) -> Executed:
        """Decide a call, run it if it is allowed, and record the outcome.

        What the tool raises is in the outcome; nothing else is raised but what interrupts Python.
        """
        decision = self.decide(call)
        if not decision.authorized:
            return Executed(decision)
        return self.record_outcome(decision, self._run_call(decision))

    async def execute_async(self, call: ToolCall) -> Executed:
        """Do as `execute` does, for a tool that may be a coroutine function; others get a thread.

        A coroutine that is cancelled is recorded as such. A thread is not: it runs to its end, and
        how it ends is recorded then.
        """
        decision = await execution.in_thread(partial(self.decide, call), self.not_begun)
        if not decision.authorized:
            return Executed(decision)
        assert decision.normalised is not None
        if inspect.iscoroutinefunction(decision.normalised.tool.run):
            outcome = execution.outcome_of_run(decision)
        else:
            outcome = await execution.in_thread(
                partial(execution.outcome_of_run, decision), partial(self.record_outcome, decision)
            )
        if inspect.isawaitable(outcome.result):
            outcome = await execution.outcome_of_awaiting(outcome.result)
        if outcome.status is ExecutionStatus.CANCELLED and outcome.raised is not None:
            self.record_outcome(decision, outcome)
            raise outcome.raised
        return await asyncio.to_thread(self.record_outcome, decision, outcome)

    def submit(self, decision_id: str, outcome: ExecutionOutcome) -> None:
        """Record the outcome of a call that another process ran, once.

        Raises UsageError for a decision that allowed nothing, is not known, or has its outcome.
        """
        if self.audit is None or not self._outcomes.claim(decision_id):
            hint = "an outcome is submitted once, to the gate that allowed the call"
            raise UsageError("no allowed call of that id waits for its outcome", hint=hint)
        trouble = self._outcomes.end(decision_id, outcome, self.audit)
        if trouble:
            raise FencekitError(f"the outcome could not be recorded: {trouble}")

    def not_begun(self, decision: GateDecision) -> None:
        """Record of an allowed call that it was given up before it began."""
        if decision.authorized:
            why = "given up before it began"
            self.record_outcome(decision, ExecutionOutcome(ExecutionStatus.REFUSED, why))

    def record_outcome(self, decision: GateDecision, outcome: ExecutionOutcome) -> Executed:
        """Record how a call ended that was allowed, and return both."""
        trouble = ""
        if self.audit is not None:
            trouble = self._outcomes.end(decision.id, outcome, self.audit)
        return Executed(decision, outcome, trouble)

    def close(self) -> None:
        """Close the log, and what this thread has open of the approvals."""
        if self.audit is not None:
            self.audit.close()
        if self.approvals is not None:
            self.approvals.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def guard(
        self, tool: str | Tool, args: Mapping[str, Any] | None = None, **of_the_call: Any
    ) -> Guard:
        """Return a guard of a function (as a decorator) or of a block (as a context manager).

        `of_the_call` are principal, environment, session, context and id of the call.
        """
        return Guard(self, tool, args, of_the_call)

    def _spend_approval(
        self, made: GateDecision, normalised: Normalised, action: str, desk: Desk
    ) -> GateDecision:
        """Spend an approval of the call; where there is none, ask for one."""
        try:
            grant = desk.spend(normalised, action)
            if grant is not None:
                reason = "previously_approved"
                if not grant.action:
                    reason = f"approved_grant:{grant.id}:{grant.granted_by}"
                allowed = replace(made, verdict=Verdict.ALLOW, reason=reason)
                return replace(allowed, approval=grant.id, approver=grant.granted_by)
            why = asked_by(made)
            pending, trouble = desk.ask(normalised, action, policy=made.policy, reason=why)
        # Whatever is wrong with the approvals, nobody has approved.
        except Exception as error:  # noqa: BLE001
            said = error.message if isinstance(error, FencekitError) else repr(error)
            denied = replace(made, verdict=Verdict.DENY, reason="approvals_unavailable")
            return replace(denied, errors=(*made.errors, said))
        errors = (*made.errors, trouble) if trouble else made.errors
        reason = f"approval_required:{pending.id}"
        return replace(made, reason=reason, approval=pending.id, errors=errors)

    def _record(
        self,
        made: GateDecision,
        audit: Audit,
        action: str,
        later: list[str] | None = None,
    ) -> GateDecision:
        """Record a decision, or collect its line; where that fails, it is a denial."""
        shadow = None
        try:
            made = replace(made, id=os.urandom(16).hex(), time=utc(self._clock()))
            if self._shadow is not None and made.normalised is not None:
                decision = self._shadow.evaluator.decide(made.normalised.request)
                shadow = Shadow(self._shadow.digest, decision)
            line = audit.line(made, shadow=shadow, action=action)
            if later is not None:
                later.append(line)
                return made
            self.write([line])
        # Whatever keeps the record from being written, nothing runs.
        except Exception as error:  # noqa: BLE001
            return self.denial_without_record(made, error)
        self.stand_open(made)
        return made

    def write(self, lines: Sequence[str]) -> Appended:
        """Write the lines of decisions, behind the outcomes that are not recorded yet.

        Returns for how many there was room, and raises, as `Audit.record` does.
        """
        assert self.audit is not None
        self._outcomes.write(self.audit)
        return self.audit.record(lines)

    def denial_without_record(self, made: GateDecision, error: Exception) -> GateDecision:
        """Return the denial of a call whose decision is not known to be on the disk."""
        if isinstance(error, UnsyncedError) and made.authorized:  # it stands in the log
            self._outcomes.put_off(made.id, execution.UNCONFIRMED)
        errors = (*made.errors, error.message if isinstance(error, FencekitError) else repr(error))
        return replace(made, verdict=Verdict.DENY, reason="audit_unavailable", errors=errors, id="")

    def stand_open(self, made: GateDecision) -> None:
        """Wait for the outcome of a decision that is on the disk, if it allows the call."""
        if made.authorized:
            self._outcomes.wait_for(made.id)

    def _run_call(self, decision: GateDecision) -> ExecutionOutcome:
        """Run a call that was allowed; what interrupts Python is recorded, and raised."""
        outcome = execution.outcome_of_run(decision)
        if outcome.status is ExecutionStatus.CANCELLED and outcome.raised is not None:
            self.record_outcome(decision, outcome)
            raise outcome.raised
        return (
            execution.refused_awaitable(outcome) if inspect.isawaitable(outcome.result) else outcome
        )
