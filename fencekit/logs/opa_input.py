"""What OPA was asked about, as a request: by convention, because an input may be anything.

`docs/log-formats.md` has the conventions. What they do not find is unknown, and no error.
"""

import re
from collections.abc import Iterable
from typing import Any

from fencekit.model.capability import LEGAL
from fencekit.model.record import Completeness
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request, Unknown

PRINCIPAL = ("principal", "subject", "actor", "agent", "agent_id", "user", "user_id")
TOOL = ("tool", "tool_name")
ACTION = ("action", "operation")
ENVIRONMENT = ("environment", "env")
ARGS = ("args", "arguments", "parameters", "params", "payload", "tool_input")
SESSION = ("session_id", "session")
ROLES = frozenset(
    {"capability", "resource", "scope", "context"}
    | {*PRINCIPAL, *TOOL, *ACTION, *ENVIRONMENT, *ARGS, *SESSION}
)
SEGMENT = re.compile(r"[A-Za-z0-9_\-]+")

Word = str | Unknown | None
"""A text, UNKNOWN where it was masked, or None where there is none."""


def read_input(given: Any, *, is_masked: bool) -> tuple[Request, str, Completeness]:
    """Return the request that an input is, the tool that it names, and how much of it is there.

    Without an object of arguments, those are the keys that have no other role, and perhaps more.
    """
    if not isinstance(given, dict):
        nothing = Request(UNKNOWN, principal=UNKNOWN, context=ANYTHING, args=ANYTHING)
        return nothing, "", Completeness.MASKED if is_masked else Completeness.ARGS_MISSING
    capability, tool = word(given, ["capability"]), ""
    if capability is None:
        named = tool_of(given)
        tool = named if isinstance(named, str) else ""
        capability = named_by_action(given) if named is None else UNKNOWN
    context = given.get("context")
    known = context if isinstance(context, dict) else {}
    principal = word(given, PRINCIPAL, ("id", "name", "username"))
    args, is_there = args_of(given)
    request = Request(
        UNKNOWN if capability is None else capability,
        principal=UNKNOWN if principal is None else principal,
        environment=environment_of(given),
        context=Facts({k: v for k, v in known.items() if k != "environment"}, open=True),
        args=args,
    )
    kept = Completeness.FULL if is_there else Completeness.ARGS_MISSING
    return request, tool, Completeness.MASKED if is_masked else kept


def session_of(given: Any) -> str:
    """Return the session that an input names; empty where it names none."""
    named = word(given, SESSION, ("id",)) if isinstance(given, dict) else None
    return named if isinstance(named, str) else ""


def word(given: dict[str, Any], keys: Iterable[str], inside: Iterable[str] = ()) -> Word:
    """Return the text under the first key that has one, itself or `inside` of an object."""
    for key in keys:
        value = given.get(key)
        if isinstance(value, dict):
            value = word(value, inside)
        if isinstance(value, Unknown):
            return UNKNOWN
        if isinstance(value, str) and value:
            return value
    return None


def tool_of(given: dict[str, Any]) -> Word:
    """Return the name of the tool, with its server where there is one."""
    name = word(given, TOOL, ("name", "id"))
    tool = given.get("tool")
    server = word(tool, ["server"]) if isinstance(tool, dict) else None
    if server is None or not isinstance(name, str):
        return name
    return f"mcp__{server}__{name}" if isinstance(server, str) else UNKNOWN


def named_by_action(given: dict[str, Any]) -> Word:
    """Return `resource.action.scope`, or an action that is a capability itself."""
    action = word(given, ACTION, ("name", "id"))
    resource = word(given, ["resource"], ("type", "kind"))
    scope = word(given, ["scope"]) or environment_of(given)
    if UNKNOWN in (action, resource, scope):
        return UNKNOWN
    if not isinstance(action, str):
        return None
    if given.get("resource") is None:
        return action if "." in action and LEGAL.fullmatch(action) else None
    if not isinstance(resource, str) or not all(map(SEGMENT.fullmatch, (resource, action))):
        return None
    if not isinstance(scope, str):
        return f"{resource}.{action}"
    return f"{resource}.{action}.{scope}" if LEGAL.fullmatch(scope) else None


def environment_of(given: dict[str, Any]) -> Word:
    """Return the environment, which may stand in the context."""
    named = word(given, ENVIRONMENT)
    context = given.get("context")
    if named is not None:
        return named
    if isinstance(context, Unknown):
        return UNKNOWN
    return word(context, ["environment"]) if isinstance(context, dict) else None


def args_of(given: dict[str, Any]) -> tuple[Facts, bool]:
    """Return the arguments, and whether there is an object that holds them all."""
    for key in ARGS:
        value = given.get(key)
        if value is UNKNOWN:
            return ANYTHING, False
        if isinstance(value, dict):
            return Facts(value), True
    return Facts({key: value for key, value in given.items() if key not in ROLES}, open=True), False
