"""A gate around a function or a block of Python, sync or async: `gate.guard(tool)`.

The function gets the arguments that were decided, as they are recorded; so they have to be JSON.
"""

import asyncio
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, Self

from fencekit.gate.call import ToolCall
from fencekit.gate.execution import in_thread
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus, GateDecision, outcome_of
from fencekit.gate.tools import Tool
from fencekit.model.errors import RequestError, UsageError
from fencekit.model.verdict import Verdict

caller: ContextVar[Mapping[str, Any]] = ContextVar("caller", default=MappingProxyType({}))


@contextmanager
def calling(**of_the_call: Any) -> Iterator[None]:
    """Say for a while who calls: principal, environment, session, context of guarded calls."""
    refuse_strange(of_the_call)
    token = caller.set({**caller.get(), **of_the_call})
    try:
        yield
    finally:
        caller.reset(token)


class Blocked(PermissionError):  # noqa: N818  (what happened, as PermissionError says)
    """A call that may not run; `decision` says why."""

    def __init__(self, decision: GateDecision) -> None:
        detail = f" ({'; '.join(decision.errors)})" if decision.errors else ""
        super().__init__(f"blocked before execution: {decision.reason}{detail}")
        self.decision = decision

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.decision,)


class ApprovalRequired(Blocked):
    """A call that waits for a person; `decision.approval` is the request that they answer."""


def blocking_exception(decision: GateDecision) -> Blocked:
    """Return the exception for a decision that is no ALLOW."""
    waits = decision.verdict is Verdict.ESCALATE
    return (ApprovalRequired if waits else Blocked)(decision)


class GuardingGate(Protocol):
    """As much of a gate as guards ask of it."""

    def decide(self, call: ToolCall, *, tool: Tool | None = None) -> GateDecision:
        """Return what becomes of a call, and record it."""
        ...

    def refuse(self, call: ToolCall, reason: str, message: str) -> GateDecision:
        """Record and return the denial of a call that has not the shape of one."""
        ...

    def not_begun(self, decision: GateDecision) -> None:
        """Record of an allowed call that it was given up before it began."""
        ...

    def record_outcome(self, decision: GateDecision, outcome: ExecutionOutcome) -> object:
        """Record how a call ended that was allowed."""
        ...


class Guard:
    """A guard that is not used yet: call it with a function, or enter it as a block."""

    def __init__(
        self,
        gate: "GuardingGate",
        tool: str | Tool,
        args: Mapping[str, Any] | None,
        of_the_call: Mapping[str, Any],
    ) -> None:
        refuse_strange(of_the_call)
        self.gate, self.args, self.of_the_call = gate, args, of_the_call
        self.tool = tool
        self.decision: GateDecision | None = None

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, guarded: it raises Blocked where it may not run."""
        if self.args is not None:
            raise UsageError("a guard with arguments is for a block, not for a function")
        signature = inspect.signature(function)
        positional = [
            name for name, each in signature.parameters.items() if each.kind is each.POSITIONAL_ONLY
        ]
        if positional or any(
            each.kind is each.VAR_POSITIONAL for each in signature.parameters.values()
        ):
            raise UsageError("a guarded function takes its arguments by name")

        def decide_call(args: Any, kwargs: Any) -> GateDecision:
            return self._decide(arguments_by_name(signature, args, kwargs))

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                decide = functools.partial(decide_call, args, kwargs)
                decision = await in_thread(decide, self.gate.not_begun)
                try:
                    result = await function(**decision.arguments())
                except BaseException as error:
                    self._record_end(decision, error)
                    raise
                await asyncio.to_thread(self._record_end, decision, None)
                return result

            return run_async

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            decision = decide_call(args, kwargs)
            try:
                result = function(**decision.arguments())
            except BaseException as error:
                self._record_end(decision, error)
                raise
            self._record_end(decision, None)
            return result

        return run

    def __enter__(self) -> Self:
        self.decision = self._decide(self.args or {})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self.decision is not None
        self._record_end(self.decision, error)

    async def __aenter__(self) -> Self:
        decide = functools.partial(self._decide, self.args or {})
        self.decision = await in_thread(decide, self.gate.not_begun)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self.decision is not None
        self._record_end(self.decision, error)

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The arguments that were decided, for the block to use."""
        if self.decision is None:
            raise UsageError("the block has not been entered")
        return self.decision.arguments()

    def _decide(self, args: Mapping[str, Any]) -> GateDecision:
        """Return an ALLOW for a call with these arguments; raise Blocked for anything else."""
        name = self.tool if isinstance(self.tool, str) else self.tool.name
        said = {**caller.get(), **self.of_the_call}
        tool = None if isinstance(self.tool, str) else self.tool
        try:
            call = ToolCall.of(name, args, **said)
        except RequestError as error:
            unreadable = ToolCall(name, repr(args), principal=str(said.get("principal", "")))
            decision = self.gate.refuse(unreadable, "invalid_arguments", error.message)
        else:
            decision = self.gate.decide(call, tool=tool)
        if not decision.authorized:
            raise blocking_exception(decision)
        return decision

    def _record_end(self, decision: GateDecision, error: BaseException | None) -> None:
        """Record how the guarded code ended."""
        outcome = (
            ExecutionOutcome(ExecutionStatus.COMPLETED) if error is None else outcome_of(error)
        )
        self.gate.record_outcome(decision, outcome)


def refuse_strange(of_the_call: Mapping[str, Any]) -> None:
    """Raise UsageError for what no call has."""
    strange = of_the_call.keys() - {"principal", "environment", "session", "context", "id"}
    if strange:
        raise UsageError(f"a call has no `{min(strange)}`")


def arguments_by_name(signature: inspect.Signature, args: Any, kwargs: Any) -> dict[str, Any]:
    """Return the arguments of a call by their names, defaults included."""
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    made = dict(bound.arguments)
    for name, each in signature.parameters.items():
        if each.kind is each.VAR_KEYWORD:
            made |= made.pop(name)
    return made
