"""A call with something in it changed: a text, a value, where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from fencekit.engines.native.condition_tests import as_list
from fencekit.model.policy import Condition, Rule
from fencekit.model.request import Request


def replace_parts(request: Request, **changed: Any) -> Request:
    """Return the request with other parts, each by its name."""
    parts = {
        "capability": request.capability,
        "principal": request.principal,
        "environment": request.environment,
        "context": request.context,
        "args": request.args,
        **changed,
    }
    return Request(parts.pop("capability"), **parts)


def with_args(request: Request, args: Mapping[str, Any]) -> Request:
    """Return the request with other arguments."""
    return replace_parts(request, args=args)


def with_value(request: Request, key: str, value: Any) -> Request:
    """Return the request with another value of one argument, in its place."""
    return replace_parts(request, args={**request.args.values, key: value})


def with_capability(request: Request, capability: str) -> Request:
    """Return the request for another capability."""
    return replace_parts(request, capability=capability)


def in_context(request: Request, key: str, value: Any) -> Request:
    """Return the request with another value of its context; the environment is part of it."""
    if key == "environment":
        return replace_parts(request, environment=value)
    return replace_parts(request, context={**request.context.values, key: value})


def texts(request: Request) -> Iterator[tuple[str, str]]:
    """Yield each argument that is text, with its key."""
    values = request.args.values.items()
    yield from ((key, value) for key, value in values if isinstance(value, str))


def elements(condition: Condition) -> Iterator[tuple[int, str]]:
    """Yield the keywords or patterns of a condition, each with its number from 0."""
    yield from ((number, str(value)) for number, value in enumerate(as_list(condition.value)))


def narrow_rule(rule: Rule, condition: Condition, element: str) -> Rule:
    """Return the rule as it would be with this keyword or pattern as the only one."""
    conditions = tuple(
        replace(own, value=[element]) if own is condition else own for own in rule.conditions
    )
    return replace(rule, conditions=conditions)
