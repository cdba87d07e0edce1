"""Executing an allowed call: in this thread, or in another one while an event loop goes on."""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fencekit.gate.call import Refusal
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus, GateDecision, outcome_of

T = TypeVar("T")
UNCONFIRMED = ExecutionOutcome(
    ExecutionStatus.REFUSED, "audit_unavailable: not known to be on the disk"
)
"""How a call ends whose decision stands in the log, while the disk did not confirm it."""


def runnable(decision: GateDecision) -> Callable[[Mapping[str, Any]], Any]:
    """Return what runs an allowed call; raise Refusal where another process does."""
    assert decision.normalised is not None
    tool = decision.normalised.tool
    if tool.run is None:
        raise Refusal("no_executor", f"nothing here runs `{tool.name}`")
    return tool.run


def outcome_of_run(decision: GateDecision) -> ExecutionOutcome:
    """Run an allowed call with the arguments that were decided; return how that ended.

    What it raises, an interruption too, is in the outcome.
    """
    try:
        result = runnable(decision)(decision.arguments())
    except BaseException as error:  # noqa: BLE001  (whoever called raises it again)
        return outcome_of(error)
    return ExecutionOutcome(ExecutionStatus.COMPLETED, result=result)


async def outcome_of_awaiting(result: Awaitable[Any]) -> ExecutionOutcome:
    """Wait for what a tool returned; return how that ended."""
    try:
        return ExecutionOutcome(ExecutionStatus.COMPLETED, result=await result)
    except BaseException as error:  # noqa: BLE001  (whoever called raises it again)
        return outcome_of(error)


async def in_thread(work: Callable[[], T], left_behind: Callable[[T], object]) -> T:
    """Return what the work, done in a thread, returns.

    A thread cannot be stopped: where the task is cancelled meanwhile, `left_behind` gets what the
    work returns in the end.
    """
    lock = threading.Lock()
    made: list[T] = []
    given_up = False

    def notify() -> T:
        result = work()
        with lock:
            made.append(result)
            late = given_up
        if late:
            left_behind(result)
        return result

    try:
        return await asyncio.to_thread(notify)
    except asyncio.CancelledError:
        with lock:
            given_up = True
            left = list(made)
        for result in left:
            left_behind(result)
        raise


def refused_awaitable(outcome: ExecutionOutcome) -> ExecutionOutcome:
    """Return the outcome of a tool that has to be awaited where nobody can: it did not begin."""
    if inspect.iscoroutine(outcome.result):
        outcome.result.close()
    why = "the tool is a coroutine: use `execute_async`"
    return ExecutionOutcome(ExecutionStatus.REFUSED, why)
