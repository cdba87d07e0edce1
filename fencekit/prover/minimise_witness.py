"""A witness made smaller: what a reader need not see is taken out, as long as it still shows it."""

from collections.abc import Callable, Iterator
from typing import Any

from fencekit.model.request import Request

MOST_TRIES = 400
LONGEST = 80
"""Texts that are longer are not tried without each single character."""


def minimise(request: Request, holds: Callable[[Request], bool]) -> Request:
    """Return the request without fields, values of the context and characters that it can spare.

    `holds` says whether a request still shows what the given one does; it is asked at most so many
    times. The capability stays: it stands for its class.
    """
    tried = 0
    again = True
    while again:
        again = False
        for candidate in candidates(request):
            tried += 1
            if tried > MOST_TRIES:
                return request
            if holds(candidate):
                request, again = candidate, True
                break
    return request


def candidates(request: Request) -> Iterator[Request]:
    """Yield requests that are a little smaller, the ones that spare most first."""
    args, context = request.args.values, request.context.values
    if request.environment is not None:
        yield replace_parts(request, environment=None)
    for key in context:
        yield replace_parts(request, context=without(context, key))
    for key in args:
        yield replace_parts(request, args=without(args, key))
    for key, value in args.items():
        for less in simpler(value):
            yield replace_parts(request, args={**args, key: less})


def simpler(value: Any) -> Iterator[Any]:
    """Yield what is a little less than a value of the arguments."""
    if isinstance(value, dict):
        yield from (without(value, key) for key in value)
    elif isinstance(value, list):
        yield from ([*value[:at], *value[at + 1 :]] for at in range(len(value)))
    elif isinstance(value, str) and len(value) <= LONGEST:
        yield from (value[:at] + value[at + 1 :] for at in range(len(value)))


def without(values: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the values without one."""
    return {other: value for other, value in values.items() if other != key}


def replace_parts(request: Request, **parts: Any) -> Request:
    """Return the request with some parts replaced."""
    same = {"environment": request.environment, "context": request.context, "args": request.args}
    return Request(request.capability, principal=request.principal, **{**same, **parts})
