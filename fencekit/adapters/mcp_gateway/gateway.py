"""What the gateway does with each message between an MCP client and a server, as plain JSON.

It forwards every message as it is, but for three: a call of a tool is decided, a list of tools
loses those that can never be allowed, and how a call ended is recorded. So it does not matter which
revision of the protocol both speak. What is no text of the protocol never gets here.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fencekit.adapters.mapped_tools import MappedTools
from fencekit.adapters.mcp_gateway.asking import (
    ApprovalQuestion,
    answer_in,
    asked_again,
    can_elicit,
    is_stateless,
    is_yes,
)
from fencekit.adapters.mcp_gateway.refusals import protocol_error, refused_call
from fencekit.adapters.telling import explain_denial
from fencekit.gate.approvals.keys import Signer
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus, GateDecision
from fencekit.model.errors import FencekitError
from fencekit.model.request import ANYTHING, Facts, Request
from fencekit.model.verdict import Verdict
from fencekit.reading import json

Message = dict[str, Any]
CLIENT_INFO = "io.modelcontextprotocol/clientInfo"
MOST_REMEMBERED = 10_000
ENDED = {"completed": ExecutionStatus.COMPLETED, "cancelled": ExecutionStatus.CANCELLED}
"""The last states of a task; `failed` and what else there may be are a failure."""
LAST_STATES = frozenset({"completed", "failed", "cancelled"})


@dataclass
class Routed:
    """What goes to the server and to the client because of a message."""

    to_server: list[Message] = field(default_factory=list)
    to_client: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Under which names calls are decided, and who signs what the user of the host approves."""

    principal: str = ""
    environment: str = ""
    signer: Signer | None = None


class Gateway:
    """The gate between one client and one server. It raises nothing: trouble is a refusal."""

    def __init__(self, gate: Gate, settings: GatewaySettings) -> None:
        self.gate, self.settings = gate, settings
        self.session = os.urandom(8).hex()
        self._client: Message = {}
        self._asked: dict[Any, tuple[str, str]] = {}
        self._running: dict[Any, GateDecision] = {}
        self._questions: dict[str, ApprovalQuestion] = {}
        self._resumed: dict[str, tuple[ToolCall, GateDecision]] = {}
        self._tasks: dict[str, GateDecision] = {}

    def from_client(self, message: Message) -> Routed:
        """Return what becomes of a message of the client."""
        method, ident = message.get("method"), message.get("id")
        try:
            if method is None and ident in self._questions:
                return self._on_answer(self._questions.pop(ident), message)
            if method == "tools/call":
                return self._on_call(message)
            if method == "initialize":
                self._client = dict(message.get("params") or {})
            if method == "notifications/cancelled":
                self._on_cancel(message)
        # Whatever goes wrong, the call is not forwarded.
        except Exception as error:  # noqa: BLE001
            said = error.message if isinstance(error, FencekitError) else repr(error)
            if method is None or ident is None:
                return Routed()
            return Routed(to_client=[refused_call(message, f"fencekit: denied, {said}")])
        if method is not None and ident is not None:
            task = (message.get("params") or {}).get("taskId", "")
            self._remember(self._asked, ident, (method, str(task)))
        return Routed(to_server=[message])

    def from_server(self, message: Message) -> Routed:
        """Return what becomes of a message of the server."""
        if "method" in message:
            self._task_changed(message)
            return Routed(to_client=[message])
        ident = message.get("id")
        asked, task = self._asked.pop(ident, ("", ""))
        if asked == "tools/list":
            message = self._filter_tools(message)
        elif asked in ("tasks/get", "tasks/result", "tasks/cancel"):
            self._task_told(task, message)
        decision = self._running.pop(ident, None)
        if decision is not None:
            self._record_outcome(decision, message)
        return Routed(to_client=[message])

    def fail_unanswered(self) -> list[Message]:
        """Return the errors that those requests get which a server that ended will not answer."""
        waiting = [*self._asked, *self._running]
        for decision in self._running.values():
            self.gate.record_outcome(
                decision, ExecutionOutcome(ExecutionStatus.FAILED, "the server is gone")
            )
        self._asked.clear()
        self._running.clear()
        return [
            protocol_error(ident, "the MCP server behind the gateway ended") for ident in waiting
        ]

    def _on_call(self, message: Message) -> Routed:
        """Decide a call of a tool."""
        call = self._call_of(message)
        params = message["params"]
        if message.get("id") in self._running or message.get("id") in self._asked:
            return Routed(to_client=[refused_call(message, "fencekit: denied, the id is in use")])
        question = self._questions.pop(str(params.get("requestState")), None)
        if question is not None:
            again = asked_again(message)
            if replace(question.made.call, id=call.id) != call:
                return self._route(again, self.gate.decide(call))
            question = ApprovalQuestion(question.id, again, replace(question.made, call=call))
            return self._on_answer(question, answer_in(params))
        resumed = self._resumed.pop(str(params.get("requestState")), None)
        if resumed is not None and replace(resumed[0], id=call.id) == call:
            return self._forward(message, resumed[1])
        return self._route(message, self.gate.decide(call))

    def _route(self, message: Message, made: GateDecision) -> Routed:
        """Forward a call that is allowed; ask the user of the host, or refuse."""
        if made.authorized:
            return self._forward(message, made)
        meta = (message.get("params") or {}).get("_meta")
        asks = made.verdict is Verdict.ESCALATE and made.approval and self.settings.signer
        if asks and can_elicit(self._client, meta):
            question = ApprovalQuestion(f"fencekit-{os.urandom(8).hex()}", message, made)
            self._questions[question.id] = question
            asked = question.result() if is_stateless(meta) else question.request()
            return Routed(to_client=[asked])
        return Routed(to_client=[refused_call(message, explain_denial(made))])

    def _on_answer(self, question: ApprovalQuestion, answer: Message) -> Routed:
        """Go on with a call about which the user of the host was asked."""
        desk, signer, made = self.gate.approvals, self.settings.signer, question.made
        assert desk is not None
        assert signer is not None
        if not is_yes(answer):
            desk.reject(made.approval, signer.approver, "the user of the host said no")
            text = f"fencekit: denied, the user did not approve request {made.approval}"
            return Routed(to_client=[refused_call(question.message, text)])
        desk.approve(made.approval, signer, reason="the user of the host said yes")
        return self._route(question.message, self.gate.decide(made.call))

    def _forward(self, message: Message, made: GateDecision) -> Routed:
        """Send an allowed call on, with the paths that were decided."""
        self._remember(self._running, message.get("id"), made)
        tools, params = self.gate.tools, dict(message["params"])
        if isinstance(tools, MappedTools) and params.get("arguments"):
            params["arguments"] = tools.with_paths(params["arguments"], tools.base or "/")
        return Routed(to_server=[{**message, "params": params}])

    def _call_of(self, message: Message) -> ToolCall:
        """Return a request as a call of the gate. Raises FencekitError for one that is none."""
        params = message.get("params")
        if not isinstance(params, dict) or not isinstance(params.get("name"), str):
            raise FencekitError("the call names no tool")
        args = params.get("arguments")
        if args is not None and not isinstance(args, dict):
            raise FencekitError("the arguments are not an object")
        return ToolCall(
            params["name"],
            json.write(args or {}),
            self._principal(params.get("_meta")),
            self.settings.environment,
            self.session,
            json.write({"tool_name": params["name"]}),
            str(message.get("id")),
        )

    def _principal(self, meta: Any) -> str:
        """Return who calls: as set, else the client that the call names, or that began."""
        if self.settings.principal:
            return self.settings.principal
        named = meta.get(CLIENT_INFO) if isinstance(meta, dict) else None
        for info in (named, self._client.get("clientInfo")):
            if isinstance(info, dict) and isinstance(info.get("name"), str) and info["name"]:
                return str(info["name"])
        return ""

    def _filter_tools(self, message: Message) -> Message:
        """Return a list of tools without those that no call of the principal can use."""
        result = message.get("result")
        tools = result.get("tools") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(tools, list):
            return message
        kept = [tool for tool in tools if self._may_be_allowed(tool)]
        return {**message, "result": {**result, "tools": kept}}

    def _may_be_allowed(self, tool: Any) -> bool:
        """Say whether some call of a tool may be let through, or asked about."""
        name = tool.get("name") if isinstance(tool, dict) else None
        tools = self.gate.tools
        if not isinstance(name, str) or not isinstance(tools, MappedTools):
            return False
        entry = tools.mapping.find(name)
        if entry is None:
            return False
        request = Request(
            entry.capability,
            principal=self._principal(None) or None,
            environment=self.settings.environment or None,
            context=Facts({"tool_name": name}),
            args=ANYTHING,
        )
        return self.gate.may_allow(request)

    def _record_outcome(self, made: GateDecision, message: Message) -> None:
        """Record how a call ended, unless it goes on: as a task, or with more to be asked."""
        result = message.get("result")
        if not isinstance(result, dict):
            error = message.get("error")
            said = error.get("message") if isinstance(error, dict) else error
            self._record(made, ExecutionStatus.FAILED, str(said))
            return
        task = result.get("task")
        named = task if isinstance(task, dict) else result
        if (isinstance(task, dict) or result.get("resultType") == "task") and named.get("taskId"):
            self._remember(self._tasks, str(named["taskId"]), made)
        elif result.get("resultType") == "input_required":
            state = result.get("requestState")
            if isinstance(state, str):
                self._remember(self._resumed, state, (made.call, made))
        else:
            self._record_result(made, result)

    def _record_result(self, made: GateDecision, result: Mapping[str, Any]) -> None:
        """Record the outcome that the result of a tool is."""
        failed = bool(result.get("isError"))
        status = ExecutionStatus.FAILED if failed else ExecutionStatus.COMPLETED
        self._record(made, status, "the tool said that it failed" if failed else "")

    def _record(self, made: GateDecision, status: ExecutionStatus, error: str = "") -> None:
        """Record an outcome."""
        self.gate.record_outcome(made, ExecutionOutcome(status, error))

    def _task_told(self, task_id: str, message: Message) -> None:
        """Record the outcome of a task whose result, or last state, is told."""
        result = message.get("result")
        made = self._tasks.get(task_id)
        if made is None or not isinstance(result, dict):
            return
        state = result.get("status")
        if state is None:
            del self._tasks[task_id]
            self._record_result(made, result)
        elif state in LAST_STATES:
            del self._tasks[task_id]
            self._record(made, ENDED.get(state, ExecutionStatus.FAILED), f"the task is {state}")

    def _task_changed(self, message: Message) -> None:
        """Record the outcome of a task whose last state a notification tells."""
        params = message.get("params")
        if message.get("method") == "notifications/tasks/status" and isinstance(params, dict):
            self._task_told(str(params.get("taskId")), {"result": params})

    def _on_cancel(self, message: Message) -> None:
        """Record of a call that its client gives up, and ask no more about it."""
        ident = (message.get("params") or {}).get("requestId")
        made = self._running.pop(ident, None)
        if made is not None:
            self._record(made, ExecutionStatus.CANCELLED, "the client gave it up")
        for question in [one for one in self._questions.values() if one.message.get("id") == ident]:
            del self._questions[question.id]

    def _remember(self, kept: dict[Any, Any], key: Any, value: Any) -> None:
        """Keep what is waited for; the oldest is forgotten where there is too much of it."""
        kept[key] = value
        while len(kept) > MOST_REMEMBERED:
            del kept[next(iter(kept))]
