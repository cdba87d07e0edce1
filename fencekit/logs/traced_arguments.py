"""The arguments of a call as tracers keep them: an object or its text, whole, cut, or masked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fencekit.logs.python_literals import dict_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness
from fencekit.model.request import ANYTHING, UNKNOWN, Facts
from fencekit.model.source import Place
from fencekit.reading import json

STRING = re.compile(r'"(?:[^"\\]++|\\.)*+("|\\?\Z)', re.DOTALL)
NO_JSON = "not JSON"
MASKS = re.compile(r"__REDACTED__|\[Scrubbed due to .*\]", re.DOTALL)
"""What OpenInference and Logfire put in the place of a value."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, as far as the log holds them, and how far that is."""

    facts: Facts
    completeness: Completeness


MISSING = Arguments(ANYTHING, Completeness.ARGS_MISSING)
MASKED = Arguments(ANYTHING, Completeness.MASKED)
TRUNCATED = Arguments(ANYTHING, Completeness.TRUNCATED)


def is_mask(text: str) -> bool:
    """Say whether a tracer wrote the text in the place of a value that it hides."""
    return MASKS.fullmatch(text) is not None


def arguments_of(
    value: Any,
    name: str,
    place: Place,
    *,
    hides: Callable[[str], bool] = is_mask,
    any_text: bool = False,
) -> Arguments:
    """Return the arguments that a value of that name is, or that its text spells.

    Text is strict JSON, or else a dict as Python spells it. What is another text or value is no
    object of arguments, so nothing is known of them. Raises RecordError for lists and numbers, and
    for text that begins as an object and is none; where the source has `any_text`, only if it is
    JSON but for what strict JSON refuses, as a key that occurs twice.
    """
    if value is None or value == "":
        return MISSING
    if isinstance(value, dict):
        return known_arguments(value, hides)
    if not isinstance(value, str):
        raise RecordError(f"`{name}` is neither an object nor text", place=place)
    if hides(value):
        return MASKED
    try:
        parsed = json.parse(value)
    except json.JSONError as error:
        parsed = dict_of(value)
        if parsed is None and value.lstrip().startswith("{"):
            if is_cut(value):
                return TRUNCATED
            if not any_text or not error.message.startswith(NO_JSON):
                raise RecordError(f"`{name}`: {error.message}", place=place) from error
    return known_arguments(parsed, hides) if isinstance(parsed, dict) else MISSING


def known_arguments(values: dict[str, Any], hides: Callable[[str], bool]) -> Arguments:
    """Return arguments that are there, those that a tracer hides unknown."""
    shown = mask_texts(values, hides)
    facts = Facts(shown)
    return Arguments(facts, Completeness.FULL if facts.whole else Completeness.MASKED)


def mask_texts(value: Any, hides: Callable[[str], bool]) -> Any:
    """Return the value with UNKNOWN for each text that hides another."""
    if isinstance(value, str):
        return UNKNOWN if hides(value) else value
    if isinstance(value, dict):
        return {key: mask_texts(item, hides) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_texts(item, hides) for item in value]
    return value


def is_cut(text: str) -> bool:
    """Say whether JSON ends too early: inside a string, or before all brackets are closed."""
    if any(not found[1].startswith('"') for found in STRING.finditer(text)):
        return True
    bare = STRING.sub("", text)
    return sum(map(bare.count, "{[")) > sum(map(bare.count, "}]"))
