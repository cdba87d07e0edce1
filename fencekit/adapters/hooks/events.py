"""An event of a host as a call of the gate; what is not of its form is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.adapters.hooks.forms import HostForm
from fencekit.gate.call import ToolCall
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus
from fencekit.model.errors import FencekitError
from fencekit.reading import json


class HookEventError(FencekitError):
    """An event that is not of the form that its host gives it."""

    slug = "hook-event"


@dataclass(frozen=True, slots=True)
class HookEvent:
    """A call before it runs; with `outcome`, how it ended."""

    call: ToolCall
    outcome: ExecutionOutcome | None = None


def read_event(
    data: bytes, form: HostForm, *, principal: str, environment: str
) -> HookEvent | None:
    """Return the call that an event is about; None for an event that is about no call.

    Raises HookEventError for what is no event of the host.
    """
    try:
        value = json.parse_bytes(data)
    except json.JSONError as error:
        place = f"line {error.line}, column {error.column}: " if data.strip() else ""
        said = error.message if data.strip() else "the standard input is empty"
        raise HookEventError(f"the event is no JSON: {place}{said}") from error
    if not isinstance(value, dict):
        raise HookEventError("the event is not a JSON object")
    kind = kind_of(value, form)
    if kind not in (form.before, form.after, form.failed):
        return None
    call = call_of(value, form, principal, environment)
    return HookEvent(call, None if kind == form.before else outcome_of(value, form, kind))


def kind_of(value: Mapping[str, Any], form: HostForm) -> str:
    """Return the name of the event; a host that names none gives a result with the later one."""
    if not form.event:
        return form.after if form.response in value else form.before
    kind = value.get(form.event)
    if not isinstance(kind, str) or not kind:
        raise HookEventError(f"the event has no `{form.event}`", hint=f"is this {form.name}?")
    return kind


def call_of(value: Mapping[str, Any], form: HostForm, principal: str, environment: str) -> ToolCall:
    """Return the call of an event, with its arguments as one text."""
    tool, given = value.get(form.tool), value.get(form.arguments)
    if not isinstance(tool, str) or not tool:
        raise HookEventError(f"the event has no `{form.tool}`")
    if isinstance(given, str):  # some hosts give the text of a JSON object
        try:
            given = json.parse(given)
        except json.JSONError as error:
            raise HookEventError(f"`{form.arguments}`: {error.message}") from error
    if not isinstance(given, dict):
        raise HookEventError(f"`{form.arguments}` is not an object")
    context = {
        "cwd" if key == form.cwd else key: value.get(key) for key in (form.cwd, *form.context)
    }
    known = {key: one for key, one in context.items() if isinstance(one, str) and one}
    ids = (value.get(key) for key in form.ids)
    session = value.get(form.session)
    return ToolCall(
        tool,
        json.write(given),
        principal,
        environment,
        session if isinstance(session, str) else "",
        json.write(known),
        next((one for one in ids if isinstance(one, str) and one), ""),
    )


def outcome_of(value: Mapping[str, Any], form: HostForm, kind: str) -> ExecutionOutcome:
    """Return how a call ended, as far as the event says."""
    response = value.get(form.response)
    error = value.get("error")
    if isinstance(response, dict):
        error = error or response.get("error")
        if response.get("resultType") in ("failure", "rejected", "denied"):
            error = error or response.get("textResultForLlm") or response["resultType"]
    if kind == form.failed or error:
        return ExecutionOutcome(ExecutionStatus.FAILED, str(error or "it failed"))
    return ExecutionOutcome(ExecutionStatus.COMPLETED)
