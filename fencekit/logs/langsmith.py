"""LangSmith's runs of type `tool`, as its API and its SDK write them.

They stand one a line, in an array, in pages under `runs`, or inside one another as `child_runs`.
Runs of other types are passed over. LangSmith keeps no decision.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.call_shapes import calls_in
from fencekit.logs.json_documents import LEAF, Tree, leaves
from fencekit.logs.log_beginning import first_ones
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout, LoggedObject, count_lost, excerpt_of_value
from fencekit.logs.log_objects import read_each
from fencekit.logs.traced_arguments import MISSING, Arguments, arguments_of
from fencekit.logs.typed_fields import object_of, text_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Request
from fencekit.model.source import Place
from fencekit.reading.input_files import Source

PAGES = ("runs", "traces", "data")
TREE: Tree = {
    "runs": {},
    "traces": {"runs": {}, LEAF: {}},
    "data": {"runs": {}, LEAF: {}},
}
LAYOUT = Layout(re.compile(rb'"run_type"\s*:\s*"tool"', re.IGNORECASE), is_lenient=True)
OTHERS = frozenset({"llm", "chain", "retriever", "embedding", "prompt", "parser"})
"""The types of runs that are no calls of tools; what a model proposes has a run of its own."""

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
        return any(map(is_run, first_ones(sample, *PAGES)))

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call of a tool."""
        numbers: dict[int, int] = {}
        yield from read_each(leaves(source, TREE, LAYOUT), lambda found: entries_of(found, numbers))


def is_run(given: dict[str, Any]) -> bool:
    """Say whether an object is a run, of which a query may have left out most."""
    named = given.keys() >= {"id", "run_type"}
    return named and not given.keys().isdisjoint(("inputs", "trace_id", "dotted_order"))


def runs_in(run: Any) -> Iterator[Any]:
    """Yield a run and the runs inside it, the outer one first."""
    yield run
    inside = run.get("child_runs") if isinstance(run, dict) else None
    for child in inside if isinstance(inside, list) else [inside]:
        if child is not None:
            yield from runs_in(child)


def entries_of(found: LoggedObject, numbers: dict[int, int]) -> Iterator[Entry]:
    """Yield the calls in a run and in the runs inside it; `numbers` counts the runs of a line."""
    place = found.place
    is_alone = place.column is None and not found.value.get("child_runs")
    for run in runs_in(found.value):
        line = place.line or 0
        numbers[line] = numbers.get(line, 0) + 1
        at = place if is_alone else Place(place.file, place.line, numbers[line])
        yield from entries_of_run(run, at)
    for last in [line for line in numbers if line < (place.line or 0)]:
        del numbers[last]


def entries_of_run(run: Any, place: Place) -> Iterator[Entry]:
    """Yield the record of a run, what is wrong with it, or that it is passed over."""
    try:
        if not isinstance(run, dict):
            raise RecordError("a run is not an object", place=place)
        kind = text_of(run, "run_type", place).lower()
        if not kind:
            raise RecordError("the run has no `run_type`", place=place)
        if kind == "tool":
            yield read_run(run, place)
        elif kind not in OTHERS:
            inside = {key: value for key, value in run.items() if key != "child_runs"}
            for what in calls_in(inside):
                yield PassedOver(f"{what}, in a run of the type `{kind[:40]}`", place)
    except RecordError as error:
        lost = count_lost(run, LAYOUT)
        yield InvalidRecord(error, place, excerpt_of_value(run), lost)


def read_run(run: dict[str, Any], place: Place) -> Record:
    """Return the record of a tool's run; raise RecordError where it is none."""
    tool = text_of(object_of(run, "serialized", place), "name", place)
    tool = tool or text_of(run, "name", place)
    if not tool:
        raise RecordError("the run names no tool", place=place)
    metadata = object_of(object_of(run, "extra", place), "metadata", place)
    threads = (value for key in THREADS if isinstance(value := metadata.get(key), str))
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
