"""The smallest readable call that still shows what a larger one showed.

Hypothesis shrinks what it has drawn; this shrinks a request, wherever it comes from: the fast
search, the exact comparison, a log. Every step makes the request cheaper by `cost` or is not taken,
so it ends, and it ends the same for the same request.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.capability import LEGAL
from fencekit.model.request import Request

MOST_TRIES = 3_000
PLAIN = re.compile(r"[A-Za-z0-9 _./-]")
TEXT_KEY = "command"
Parts = dict[str, Any]


def shrink_request(
    request: Request, holds: Callable[[Request], bool], *, most: int = MOST_TRIES
) -> Request:
    """Return the cheapest request that is found for which `holds` is true; it is of `request`.

    `most` bounds how often `holds` is asked.
    """
    tried = 0
    best, best_cost = request, cost(request)
    seen = {request}
    progress = True
    while progress:
        progress = False
        for smaller in STEPS:
            again = True
            while again:
                again = False
                for candidate in smaller(best):
                    if candidate in seen or not cost(candidate) < best_cost:
                        continue
                    if tried >= most:
                        return best
                    tried += 1
                    seen.add(candidate)
                    if holds(candidate):
                        best, best_cost = candidate, cost(candidate)
                        again = progress = True
                        break
    return best


def cost(request: Request) -> tuple[int, ...]:
    """Return how far a request is from the simplest; the first difference decides."""
    values = [*request.args.values.values(), *request.context.values.values()]
    flat = [leaf for value in values for leaf in leaves(value)]
    texts = [leaf for leaf in flat if isinstance(leaf, str)]
    args, context = list(request.args.values), list(request.context.values)
    keys = [*args, *context]
    odd = sum(not PLAIN.match(char) for text in (*texts, *keys) for char in text)
    name = str(request.capability)
    return (
        not LEGAL.match(name),
        (request.principal is not None) + (request.environment is not None) + len(values),
        sum(isinstance(value, dict | list) for value in values) + len(flat) - len(values),
        sum(is_odd(leaf) for leaf in flat),
        odd,
        sum(map(length, flat)),
        name.count("."),
        len(name),
        sum(FAVOURITES.index(key) if key in FAVOURITES else len(key) + 50 for key in args),
        sum(map(len, context)),
        sum(abs_of(leaf) for leaf in flat),
        sum(char.isupper() for text in texts for char in text),
    )


FAVOURITES = (TEXT_KEY, *AMOUNT_KEYS, *PATH_KEYS)


def length(value: Any) -> int:
    """Return how much there is to read of a value; false is a little less than true."""
    if isinstance(value, str):
        return len(value)
    return 4 + value if isinstance(value, bool) else len(repr(value))


def is_odd(value: Any) -> bool:
    """Say whether a value is neither text nor a plain number."""
    if isinstance(value, str):
        return False
    if isinstance(value, bool) or value is None:
        return True
    return not -1e15 < value < 1e15 if isinstance(value, int | float) else False


def abs_of(value: Any) -> int:
    """Return how far a number is from 0, negative ones and fractions a little farther."""
    if isinstance(value, bool) or not isinstance(value, int | float) or is_odd(value):
        return 0
    return int(abs(value)) * 4 + (value < 0) + 2 * isinstance(value, float)


def leaves(value: Any) -> Iterator[Any]:
    """Yield what is inside lists and objects."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def parts_of(request: Request) -> Parts:
    """Return the parts of a request by name, to be changed one at a time."""
    return {
        "capability": request.capability,
        "principal": request.principal,
        "environment": request.environment,
        "context": dict(request.context.values),
        "args": dict(request.args.values),
    }


def replace_parts(request: Request, **parts: Any) -> Request:
    """Return the request with some of its parts replaced."""
    made = {**parts_of(request), **parts}
    return Request(made.pop("capability"), **made)


def without_parts(request: Request) -> Iterator[Request]:
    """Whole parts left out, then single fields."""
    yield replace_parts(request, context={}, principal=None, environment=None)
    for name in ("principal", "environment"):
        yield replace_parts(request, **{name: None})
    for name in ("args", "context"):
        fields: Parts = parts_of(request)[name]
        yield replace_parts(request, **{name: {}})
        for key in fields:
            rest = {other: value for other, value in fields.items() if other != key}
            yield replace_parts(request, **{name: rest})


def shorter_capability(request: Request) -> Iterator[Request]:
    """Fewer segments, and none of the characters that no capability has."""
    name = str(request.capability)
    segments = name.split(".")
    for count in range(1, len(segments)):
        yield replace_parts(request, capability=".".join(segments[:count]))
    legal = re.sub(r"[^a-zA-Z0-9_\-.*]", "", name)
    for cleaned in (legal, legal.lower()):
        if cleaned:
            yield replace_parts(request, capability=cleaned)


def merge_fields(request: Request) -> Iterator[Request]:
    """Two texts in one field; a key, or what is nested, as the text of a field."""
    args = request.args.values
    texts = [(key, value) for key, value in args.items() if isinstance(value, str)]
    for at, (key, value) in enumerate(texts):
        for other, more in texts[at + 1 :]:
            for glue in (" ", ""):
                joined = {k: v for k, v in args.items() if k != other} | {key: value + glue + more}
                yield replace_parts(request, args=joined)
    for key, value in args.items():
        rest = {other: v for other, v in args.items() if other != key}
        if key not in FAVOURITES and isinstance(value, str) and TEXT_KEY not in rest:
            yield replace_parts(request, args={TEXT_KEY: f"{key}{value}"} | rest)
        if isinstance(value, Mapping):
            yield replace_parts(request, args=dict(value) | rest)
        for leaf in leaves(value) if isinstance(value, Mapping | list) else ():
            yield replace_parts(request, args=args | {key: leaf})


def out_of_args(request: Request) -> Iterator[Request]:
    """What belongs into the context, there and not in the arguments."""
    parts = parts_of(request)
    for key, value in request.args.values.items():
        args = {other: v for other, v in parts["args"].items() if other != key}
        if key == "environment" and isinstance(value, str):
            yield replace_parts(request, args=args, environment=value)
        elif key in CONTEXT_KEYS:
            yield replace_parts(request, args=args, context={**parts["context"], key: value})


CONTEXT_KEYS = ("user_role", "tenant", "table", "tool_name", "risk_level")


def rename_fields(request: Request) -> Iterator[Request]:
    """Fields by their plainest names, or by shorter ones."""
    args = request.args.values
    for key in args:
        shorter = () if key in FAVOURITES else (name for name in shorter_texts(key) if name)
        for name in (*FAVOURITES, *shorter):
            if name not in args:
                yield replace_parts(
                    request, args={name if k == key else k: v for k, v in args.items()}
                )


def simpler_values(request: Request) -> Iterator[Request]:
    """Each text shorter or plainer, each number nearer to 0, anything else a plain one."""
    for name in ("args", "context"):
        fields: Parts = parts_of(request)[name]
        for key, value in fields.items():
            for simpler in simpler_value(value):
                yield replace_parts(request, **{name: {**fields, key: simpler}})
    if isinstance(request.environment, str):
        for text in shorter_texts(request.environment):
            yield replace_parts(request, environment=text)


def simpler_value(value: Any) -> Iterator[Any]:
    """Yield values that are simpler than one, in its own kind or the plainest of another."""
    if isinstance(value, str):
        yield from shorter_texts(value)
    elif isinstance(value, bool) or value is None:
        yield from (0, 1, "", False)
    elif isinstance(value, int | float):
        yield from nearer_numbers(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield {other: v for other, v in value.items() if other != key}
            yield from ({**value, key: simpler} for simpler in simpler_value(item))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield value[:at] + value[at + 1 :]
            yield from ([*value[:at], simpler, *value[at + 1 :]] for simpler in simpler_value(item))


def shorter_texts(text: str) -> Iterator[str]:
    """Yield the text with parts cut out, ever smaller ones, then with plainer characters."""
    yield ""
    size = len(text) // 2
    while size:
        yield from (text[:at] + text[at + size :] for at in range(0, len(text) - size + 1, size))
        if size <= 4:
            yield from (text[:at] + text[at + size :] for at in range(len(text) - size + 1))
        size //= 2
    for at, char in enumerate(text):
        if not PLAIN.match(char):
            yield from (text[:at] + plain + text[at + 1 :] for plain in " ax0")
    yield text.lower()
    number = numeric(text)
    if number is not None:
        yield str(number)


def numeric(text: str) -> int | None:
    """Return the whole number that a text spells, if it does."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def nearer_numbers(value: float) -> Iterator[Any]:
    """Yield numbers nearer to 0, whole ones first, in ever smaller steps."""
    if isinstance(value, float) and not isfinite(value):
        yield from (0, 1, str(value))
        return
    whole = int(value)
    yield from (0, 1, whole, whole + 1, whole - 1)
    step = abs(whole) // 2
    while step:
        yield whole - step if whole > 0 else whole + step
        step //= 2
    if isinstance(value, float):
        yield round(value, 1)


STEPS: tuple[Callable[[Request], Iterator[Request]], ...] = (
    without_parts,
    shorter_capability,
    merge_fields,
    out_of_args,
    simpler_values,
    rename_fields,
)
"""The ways to make a request smaller, in the order in which they are tried."""
