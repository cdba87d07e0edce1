"""A tool call as an agent proposes it, and what refusing one before the rules says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from fencekit.model.errors import FencekitError, RequestError
from fencekit.reading import json

NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the agent proposes, untrusted, exactly as it came.

    `arguments` and `context` are one JSON text each: the order of keys and the spelling of numbers
    are kept. `context` is what the caller knows and the agent does not say: a role, a risk level.
    `id` is the caller's own. `escalates` says that the call itself asks for approval where the
    policy denies by default.
    """

    tool: str
    arguments: str = "{}"
    principal: str = ""
    environment: str = ""
    session: str = ""
    context: str = "{}"
    id: str = ""
    escalates: bool = False

    @classmethod
    def of(
        cls,
        tool: str,
        args: Mapping[str, Any] = NOTHING,
        *,
        principal: str = "",
        environment: str = "",
        session: str = "",
        context: Mapping[str, Any] = NOTHING,
        id: str = "",
        escalates: bool = False,
    ) -> Self:
        """Return a call whose arguments are Python values; RequestError where they are no JSON.

        A tuple becomes a list, before anything is decided.
        """
        return cls(
            tool,
            "{}" if args is NOTHING else json_text(args, "arguments"),
            principal,
            environment,
            session,
            "{}" if context is NOTHING else json_text(context, "context"),
            id,
            escalates,
        )


def json_text(value: Mapping[str, Any], name: str) -> str:
    """Return an object as one JSON text; raise RequestError where it is none."""
    try:
        if not isinstance(value, Mapping) or not has_text_keys(value):
            raise RequestError(f"the {name} of the call are no object with texts for keys")
        return json.write(value if isinstance(value, dict) else dict(value))
    except (TypeError, ValueError, RecursionError) as error:
        said = str(error)[:1].lower() + str(error)[1:]
        raise RequestError(f"the {name} of the call are no JSON: {said}") from error


def has_text_keys(value: Any) -> bool:
    """Say whether all keys of all objects in a value are texts; JSON would make them some."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and has_text_keys(value[key]) for key in value)
    return not isinstance(value, list | tuple) or all(map(has_text_keys, value))


class Refusal(FencekitError):  # noqa: N818  (an answer, rather than a fault)
    """A call that is denied whatever the policy says; `reason` is the short name of why."""

    slug = "call-refused"

    def __init__(self, reason: str, message: str, **more: Any) -> None:
        super().__init__(message, **more)
        self.reason = reason


def shown_type(value: object) -> str:
    """Return what kind of thing a value is, in words for a message."""
    return f"a `{type(value).__name__}`"
