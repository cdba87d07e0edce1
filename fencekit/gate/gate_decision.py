"""What the gate makes of a call: the decision before it runs, the outcome after."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fencekit.gate.assess import AGREES, Assessment
from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.tools import Normalised
from fencekit.model.decision import Decision
from fencekit.model.request import Request
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading import json

NO_OBLIGATIONS: frozenset[Obligation] = frozenset()
BY_THE_GATE = ("expires=", "holder=")
"""How duties of a token begin that are seen to before the rules: they are no guardrails."""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What came of a call, before it runs.

    `normalised` and `rules`, what the policy says, are None where the call was refused before the
    rules. `verdict` is what counts in the end: an ESCALATE that a person approved is an ALLOW, and
    `approval` is then the grant that was spent; of an ESCALATE that waits, it is the pending
    request. `policy` is the digest of the policy. `id` and `time` are those of its record, empty
    for what is not recorded.
    """

    call: ToolCall
    verdict: Verdict
    reason: str
    normalised: Normalised | None = None
    rules: Decision | None = None
    obligations: frozenset[Obligation] = NO_OBLIGATIONS
    errors: tuple[str, ...] = ()
    policy: str = ""
    assessment: Assessment = AGREES
    approval: str = ""
    approver: str = ""
    id: str = ""
    time: str = ""

    @property
    def authorized(self) -> bool:
        """Whether the call may run."""
        return self.verdict is Verdict.ALLOW

    @property
    def request(self) -> Request | None:
        """The request that was decided; None where the call was refused before the rules."""
        return None if self.normalised is None else self.normalised.request

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that were decided, made anew: whoever gets them may change them."""
        assert self.normalised is not None
        made: dict[str, Any] = json.parse(self.normalised.decided)
        return made

    @property
    def word(self) -> str:
        """The decision as one of ALLOW, ALLOW_WITH_GUARDRAILS, ESCALATE and DENY."""
        duties = [one for one in self.obligations if not one.name.startswith(BY_THE_GATE)]
        guarded = self.verdict is Verdict.ALLOW and duties
        return "ALLOW_WITH_GUARDRAILS" if guarded else self.verdict.name


class ExecutionStatus(StrEnum):
    """How an execution that was allowed ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ExecutionOutcome:
    """How an execution ended: REFUSED is what the executor did not begin, for `error`.

    `result` and `raised` are for the caller; neither is recorded.
    """

    status: ExecutionStatus
    error: str = ""
    result: Any = None
    raised: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Executed:
    """A call that went through the gate. Without an outcome, it did not start."""

    decision: GateDecision
    outcome: ExecutionOutcome | None = None
    trouble: str = ""
    """What kept the outcome from being recorded; the gate lets nothing through until it is."""

    @property
    def completed(self) -> bool:
        """Whether the call ran to its end."""
        return self.outcome is not None and self.outcome.status is ExecutionStatus.COMPLETED


def outcome_of(error: BaseException) -> ExecutionOutcome:
    """Return the outcome of code that raised; a Refusal says that it did not begin."""
    if isinstance(error, Refusal):
        return ExecutionOutcome(
            ExecutionStatus.REFUSED, f"{error.reason}: {error.message}", raised=error
        )
    status = ExecutionStatus.FAILED if isinstance(error, Exception) else ExecutionStatus.CANCELLED
    return ExecutionOutcome(status, f"{type(error).__name__}: {error}", raised=error)
