"""What nobody has asked for: decoys, null values, odd names, a payload that brings its context."""

from collections.abc import Callable
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.request import Request
from fencekit.regex.random_choices import Choices

NAMES = ("environment", "user_role", "tenant", "table", "tool_name", "risk_level")
VALUES = ("production", "development", "admin", "x", "", None)

Clutter = Callable[[Choices, dict[str, Any], dict[str, Any]], None]
"""Puts something into the arguments or the context of a call."""


def note(_: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """A field that says nothing."""
    args["note"] = ""


def null_amount(choices: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """An amount that is null, so that the next name is looked at."""
    args.setdefault(choices.pick(AMOUNT_KEYS), None)


def null_path(choices: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """A key that a path is read from holds null, as a call without a path may have it."""
    args.setdefault(choices.pick(PATH_KEYS), None)


def amount(choices: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """A small amount."""
    args.setdefault(choices.pick(AMOUNT_KEYS), choices.pick((0, 1, "x")))


def name_in_args(choices: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """A name of the context, in the arguments."""
    args.setdefault(choices.pick(NAMES), choices.pick(VALUES))


def name_in_context(choices: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """Some value for a name that conditions compare, where nobody asked for it."""
    context.setdefault(choices.pick(NAMES[1:]), choices.pick(VALUES))


def caller(choices: Choices, args: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG001
    """A depth of the caller."""
    context.setdefault("caller_depth", choices.pick((0, 1, 9)))


CLUTTER: tuple[Clutter, ...] = (
    note,
    null_amount,
    null_path,
    amount,
    name_in_args,
    name_in_context,
    caller,
)


def add_clutter(choices: Choices, request: Request) -> Request:
    """Return the request with one thing more in it."""
    args, context = dict(request.args.values), dict(request.context.values)
    choices.pick(CLUTTER)(choices, args, context)
    return Request(
        request.capability,
        principal=request.principal,
        environment=request.environment,
        context=context,
        args=args,
    )
