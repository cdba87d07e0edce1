"""Langfuse's observations of type TOOL, as its API, its exports and its SDK write them.

They stand one a line, in an array, or in pages under `data`; names are in camel case or with
underscores. Observations of other types are passed over. Langfuse keeps no decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.arguments import Arguments, arguments_of, is_mask
from fencekit.logs.base import Entry, LogSample
from fencekit.logs.objects import LoggedObject, excerpt_of_value
from fencekit.logs.pages import elements, first_ones
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, InvalidRecord, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reading.files import Source

PAGES = ("data", "observations")
TYPES = frozenset(
    {"SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR"}
    | {"EMBEDDING", "GUARDRAIL"}
)
MASKED_BY_FAILURE = "<fully masked due to failed mask function>"
NO_ENVIRONMENT = "default"
"""What Langfuse writes where nobody named one."""


@dataclass(frozen=True)
class Langfuse:
    """One record for each observation of a tool; the tools are the user's own."""

    name: str = "langfuse"
    tools: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether an object is an observation."""
        return any(map(is_observation, first_ones(sample, *PAGES)))

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call of a tool."""
        for found in elements(source, *PAGES):
            entry = found if isinstance(found, InvalidRecord) else entry_of(found)
            if entry is not None:
                yield entry


def is_observation(given: dict[str, Any]) -> bool:
    """Say whether an object is an observation of any type."""
    named = all(camel in given or snake in given for camel, snake in NAMES.values())
    kind = given.get("type")
    return named and "id" in given and isinstance(kind, str) and kind.upper() in TYPES


NAMES = {"trace": ("traceId", "trace_id"), "start": ("startTime", "start_time")}


def entry_of(found: LoggedObject) -> Entry | None:
    """Return the record of an observation, what is wrong with it, or None for another type."""
    try:
        kind = text_of(found.value, found.place, "type")
        if not kind:
            raise RecordError("the observation has no `type`", place=found.place)
        return read(found.value, found.place) if kind.upper() == "TOOL" else None
    except RecordError as error:
        return InvalidRecord(error, found.place, excerpt_of_value(found.value))


def read(given: dict[str, Any], place: Place) -> Record:
    """Return the record of a tool's observation; raise RecordError where it is none."""
    tool = text_of(given, place, "name")
    if not tool:
        raise RecordError("the observation names no tool", place=place)
    environment = text_of(given, place, "environment")
    arguments = arguments_in(given, place)
    request = Request(
        UNKNOWN,
        principal=text_of(given, place, "userId", "user_id") or UNKNOWN,
        environment=None if environment in ("", NO_ENVIRONMENT) else environment,
        context=ANYTHING,
        args=arguments.facts,
    )
    return Record(
        request,
        None,
        place,
        id=text_of(given, place, "id"),
        time=text_of(given, place, *NAMES["start"]),
        session=text_of(given, place, "sessionId", "session_id"),
        completeness=arguments.completeness,
        tool=tool,
        mapped=False,
    )


def arguments_in(given: dict[str, Any], place: Place) -> Arguments:
    """Return the arguments of a tool.

    `@observe` writes those by position apart from those by name. The names of the former are not
    kept, so that any other argument may be there too.
    """
    found = arguments_of(given.get("input"), "input", place, hides=hides, any_text=True)
    values = found.facts.values
    if values.keys() != {"args", "kwargs"}:
        return found
    by_position, by_name = values["args"], values["kwargs"]
    if not isinstance(by_position, list) or not isinstance(by_name, dict):
        return found
    if by_position:
        return Arguments(Facts(by_name, open=True), Completeness.ARGS_MISSING)
    return Arguments(Facts(by_name), found.completeness)


def hides(text: str) -> bool:
    """Say whether a text stands in the place of a value; users' own masks cannot be known."""
    return is_mask(text) or text == MASKED_BY_FAILURE


def text_of(given: dict[str, Any], place: Place, *keys: str) -> str:
    """Return the first of the keys that is there; raise RecordError where it is no text."""
    value = next((given[key] for key in keys if given.get(key) is not None), "")
    if not isinstance(value, str):
        raise RecordError(f"`{keys[0]}` is not text", place=place)
    return value


FORMAT = Langfuse()
