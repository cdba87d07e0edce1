"""LangSmith's runs of type `tool`, as its API and its SDK write them.

They stand one a line, in an array, in pages under `runs`, or inside one another as `child_runs`.
Runs of other types are passed over. LangSmith keeps no decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.arguments import MISSING, Arguments, arguments_of
from fencekit.logs.base import Entry, LogSample
from fencekit.logs.fields import object_of, text_of
from fencekit.logs.objects import LoggedObject, excerpt_of_value
from fencekit.logs.pages import elements, first_ones
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Request
from fencekit.model.source import Place
from fencekit.reading.files import Source

PAGE = "runs"
THREADS = ("session_id", "thread_id", "conversation_id")
TOOLS = {
    "terminal": "shell.exec",
    "Python_REPL": "code.exec",
    "python_repl_ast": "code.exec",
    "read_file": "file.read",
    "write_file": "file.write",
    "file_delete": "file.delete",
    "copy_file": "file.write",
    "move_file": "file.move",
    "list_directory": "file.list",
    "file_search": "file.list",
    "requests_get": "http.get",
    "requests_post": "http.post",
    "requests_put": "http.put",
    "requests_patch": "http.patch",
    "requests_delete": "http.delete",
    "sql_db_query": "database.query",
    "sql_db_schema": "database.schema",
    "sql_db_list_tables": "database.schema",
}
"""The tools that come with LangChain's own toolkits, by the names that they have there."""


@dataclass(frozen=True)
class LangSmith:
    """One record for each run of a tool."""

    name: str = "langsmith"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether an object is a run."""
        return any(each.keys() >= {"id", "run_type", "inputs"} for each in first_ones(sample, PAGE))

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call of a tool."""
        for found in elements(source, PAGE):
            if isinstance(found, InvalidRecord):
                yield found
                continue
            for number, run in enumerate(runs_in(found.value), 1):
                entry = entry_of(run, place_of(found, number))
                if entry is not None:
                    yield entry


def runs_in(run: Any) -> Iterator[Any]:
    """Yield a run and the runs inside it, the outer one first."""
    yield run
    inside = run.get("child_runs") if isinstance(run, dict) else None
    for child in inside if isinstance(inside, list) else [inside]:
        if child is not None:
            yield from runs_in(child)


def place_of(found: LoggedObject, number: int) -> Place:
    """Return the place of an object, with the number of the run where it holds several."""
    place = found.place
    if place.column is not None or not found.value.get("child_runs"):
        return place
    return Place(place.file, place.line, number)


def entry_of(run: Any, place: Place) -> Entry | None:
    """Return the record of a run, what is wrong with it, or None for a run of another type."""
    try:
        if not isinstance(run, dict):
            raise RecordError("a run is not an object", place=place)
        kind = text_of(run, "run_type", place)
        if not kind:
            raise RecordError("the run has no `run_type`", place=place)
        return read(run, place) if kind == "tool" else None
    except RecordError as error:
        return InvalidRecord(error, place, excerpt_of_value(run))


def read(run: dict[str, Any], place: Place) -> Record:
    """Return the record of a tool's run; raise RecordError where it is none."""
    tool = text_of(object_of(run, "serialized", place), "name", place)
    tool = tool or text_of(run, "name", place)
    if not tool:
        raise RecordError("the run names no tool", place=place)
    metadata = object_of(object_of(run, "extra", place), "metadata", place)
    threads = (text_of(metadata, key, place) for key in THREADS)
    arguments = arguments_in(run.get("inputs"), place)
    request = Request(
        UNKNOWN,
        principal=text_of(metadata, "user_id", place) or UNKNOWN,
        context=ANYTHING,
        args=arguments.facts,
    )
    return Record(
        request,
        None,
        place,
        id=text_of(run, "id", place),
        time=text_of(run, "start_time", place),
        session=next(filter(None, threads), ""),
        completeness=arguments.completeness,
        tool=tool,
        mapped=False,
    )


def arguments_in(inputs: Any, place: Place) -> Arguments:
    """Return the arguments of a tool.

    Inputs that are empty may be hidden as well as none. A single `input` that is text is what
    LangChain writes where it has no object: the arguments as Python prints them, or the text of one
    whose name is not kept.
    """
    if inputs is not None and not isinstance(inputs, dict):
        raise RecordError("`inputs` is not an object", place=place)
    if not inputs:
        return MISSING
    only = inputs.get("input") if len(inputs) == 1 else None
    if isinstance(only, str):
        return arguments_of(only, "inputs.input", place, any_text=True)
    return arguments_of(inputs, "inputs", place)


FORMAT = LangSmith()
