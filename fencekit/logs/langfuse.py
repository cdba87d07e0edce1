"""Langfuse's observations of type TOOL, as its API, its exports and its SDK write them.

They stand one a line, in an array, or in pages under `data`; names are in camel case or with
underscores. Observations of other types are passed over. Langfuse keeps no decision.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.call_shapes import calls_in
from fencekit.logs.json_documents import LEAF, Tree, leaves
from fencekit.logs.langfuse_copies import without_copies
from fencekit.logs.langfuse_spans import calls_a_tool
from fencekit.logs.log_beginning import first_ones
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout, LoggedObject, count_lost, excerpt_of_value
from fencekit.logs.log_objects import read_each
from fencekit.logs.traced_arguments import Arguments, arguments_of, is_mask
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reading.input_files import Source

PAGES = ("observations", "data", "trace")
TREE: Tree = {
    "observations": {},
    "data": {"observations": {}, LEAF: {}},
    "trace": {"observations": {}},
}
"""Pages of the API, traces with their observations, and what the page of a trace downloads."""

LAYOUT = Layout(re.compile(rb'"type"\s*:\s*"TOOL"', re.IGNORECASE), is_lenient=True)
TYPES = frozenset(
    {"SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR"}
    | {"EMBEDDING", "GUARDRAIL"}
)
MASKED_BY_FAILURE = "<fully masked due to failed mask function>"
STAND_INS = re.compile(
    r'<[^\W\d]\w*>|<not serializable bytes>|"?<not serializable object .*>"?', re.DOTALL
)
"""What the Python SDK (5.0.4) writes for a value that it cannot write, such as `<Decimal>`."""
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
        yield from read_each(without_copies(leaves(source, TREE, LAYOUT)), entries_of)


def is_observation(given: dict[str, Any]) -> bool:
    """Say whether an object is an observation of any type."""
    named = all(camel in given or snake in given for camel, snake in NAMES.values())
    kind = given.get("type")
    return named and "id" in given and isinstance(kind, str) and kind.upper() in TYPES


NAMES = {"trace": ("traceId", "trace_id"), "start": ("startTime", "start_time")}


def entries_of(found: LoggedObject) -> Iterator[Entry]:
    """Yield the record of an observation, what is wrong with it, or that it is passed over."""
    given, place = found.value, found.place
    try:
        kind = text_of(given, place, "type").upper()
        if not kind and not is_trace(given):
            raise RecordError("the observation has no `type`", place=place)
        if kind == "TOOL":
            yield read_observation(given, found.above, place)
        else:
            yield from other(given, kind, place)
    except RecordError as error:
        lost = count_lost(given, LAYOUT)
        yield InvalidRecord(error, place, excerpt_of_value(given), lost)


def is_trace(given: dict[str, Any]) -> bool:
    """Say whether an object is a trace, or holds one."""
    return isinstance(given.get("trace"), dict) or (
        "type" not in given and given.keys() >= {"id", "timestamp"}
    )


def other(given: dict[str, Any], kind: str, place: Place) -> Iterator[PassedOver]:
    """Yield that an observation of another type looks like the call of a tool.

    Tracers that know no type TOOL write a SPAN; then its name or its attributes say what it is.
    """
    if kind not in TYPES:
        for what in calls_in(given):
            yield PassedOver(f"{what}, in an observation of the type `{kind[:40]}`", place)
    elif kind in ("SPAN", "EVENT") and calls_a_tool(given, place):
        yield PassedOver(f"an observation of the type `{kind}` that calls a tool", place)


def read_observation(
    given: dict[str, Any], above: tuple[dict[str, Any], ...], place: Place
) -> Record:
    """Return the record of a tool's observation; raise RecordError where it is none.

    Who asked, the session and the environment may stand in the trace around it only.
    """
    traces = [around.get("trace", around) for around in above]
    around = [given, *(trace for trace in reversed(traces) if isinstance(trace, dict))]
    tool = text_of(given, place, "name")
    if not tool:
        raise RecordError("the observation names no tool", place=place)
    environment = first_text(around, "environment")
    arguments = arguments_in(given, place)
    request = Request(
        UNKNOWN,
        principal=first_text(around, "userId", "user_id") or UNKNOWN,
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
        session=first_text(around, "sessionId", "session_id"),
        completeness=arguments.completeness,
        tool=tool,
        mapped=False,
    )


def first_text(around: list[dict[str, Any]], *keys: str) -> str:
    """Return the first text under the keys, in an observation or in what is around it."""
    found = (one.get(key) for one in around for key in keys)
    return next((value for value in found if isinstance(value, str) and value), "")


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
    return is_mask(text) or text == MASKED_BY_FAILURE or STAND_INS.fullmatch(text) is not None


def text_of(given: dict[str, Any], place: Place, *keys: str) -> str:
    """Return the first of the keys that is there; raise RecordError where it is no text."""
    value = next((given[key] for key in keys if given.get(key) is not None), "")
    if not isinstance(value, str):
        raise RecordError(f"`{keys[0]}` is not text", place=place)
    return value


FORMAT = Langfuse()
