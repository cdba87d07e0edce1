"""The calls of one set of a plan: rows of the data, a list of the pack, or what is generated."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.packs.measure.data_rows import Row, value_at
from fencekit.packs.measure.generated_attacks import Args, other_fields, second_commands, transfers
from fencekit.packs.measure.measurement_plan import MeasurementTarget
from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_documents import read_document
from fencekit.packs.render.case_table import entry_arguments
from fencekit.reading.yaml import Located


@dataclass(frozen=True, slots=True)
class SampleCall:
    """One call to decide: its name, and the request.

    It does not count where one of the calls in `alone` is allowed, for the reason `why`.
    """

    name: str
    request: Request
    alone: tuple[Request, ...] = ()
    why: str = "the second command is allowed alone"


def samples(
    wanted: MeasurementTarget,
    pack: Pack,
    data: Path | None,
    parameters: Mapping[str, Sequence[Any]],
) -> Iterator[SampleCall]:
    """Yield the calls of a set."""
    if wanted.listed:
        yield from listed_calls(pack.folder / "lists" / f"{wanted.listed}.yaml")
    elif wanted.generated:
        yield from GENERATED[wanted.generated](wanted, pack, parameters)
    elif data is not None:
        yield from recorded_calls(wanted, data)


def recorded_calls(wanted: MeasurementTarget, data: Path) -> Iterator[SampleCall]:
    """Yield the rows of a set as calls of the pack; a tool that no map names is none of them."""
    assert wanted.choice is not None
    assert wanted.maps is not None
    for row in wanted.choice.rows(data):
        mapped = wanted.maps.get(str(row.get("tool"))) or wanted.maps.get("*")
        if mapped is not None:
            alone = second_command(row, mapped.capability) if wanted.alone else ()
            yield SampleCall(str(row["id"]), mapped.request(row), alone)


def second_command(row: Row, capability: str) -> tuple[Request, ...]:
    """Return the call of the command that an appended fragment would run by itself."""
    fragment = str(value_at(row, "meta.fragment"))
    command = re.sub(r"^[\s;|&]+|[\s;|&]+$", "", fragment)
    command = re.sub(r"^\$\(`?|`?\)$|^`|`$", "", command)
    return (Request(capability, args={"command": command}),)


def listed_calls(file: Path) -> Iterator[SampleCall]:
    """Yield the calls of a list of the pack."""
    for entry in entries(file):
        for number, args in enumerate(entry_arguments(entry), 1):
            capability = entry.value["capability"]
            yield SampleCall(f"{capability} {number}", Request(capability, args=args))


def entries(file: Path) -> tuple[Located, ...]:
    """Return the entries of a table of calls."""
    document = read_document(file)
    if document is None or not document.elements:
        raise PackError("a table of calls is a list", place=Place(str(file)))
    return document.elements


def commands(
    wanted: MeasurementTarget, pack: Pack, _: Mapping[str, Sequence[Any]]
) -> Iterator[SampleCall]:
    """Yield lines that run a command of the pack's cases beside one that every variant allows."""
    allowed: list[str] = []
    others: list[str] = []
    for entry in entries(pack.folder / "source" / "cases.yaml"):
        verdicts = entry.value["verdicts"]
        for args in entry_arguments(entry):
            command = args.get("command")
            if isinstance(command, str) and command.strip():
                (allowed if verdicts == "ALLOW" else others).append(command.strip())
    lines = list(second_commands(allowed, others))
    for line, second in lines[:: max(1, len(lines) // wanted.count)]:
        alone = Request("shell.exec", args={"command": second})
        yield SampleCall(line, Request("shell.exec", args={"command": line}), (alone,))


def payments(
    wanted: MeasurementTarget, pack: Pack, parameters: Mapping[str, Sequence[Any]]
) -> Iterator[SampleCall]:
    """Yield transfers that must be stopped, beside what the parameters approve."""
    defaults = {one.name: one.default for one in pack.parameters}
    approved, (limit,) = ({**defaults, **parameters}[name] for name in ("recipients", "limit"))
    for number, args in enumerate(transfers(str(approved[0]), int(limit), wanted.count), 1):
        yield SampleCall(f"transfer {number}", Request("payment.create", args=args))


def strange_fields(
    wanted: MeasurementTarget, pack: Pack, _: Mapping[str, Sequence[Any]]
) -> Iterator[SampleCall]:
    """Yield calls with a text in a field of another name, which is not allowed where it belongs."""
    allowed: dict[Called, list[Args]] = {}
    hostile: dict[str, dict[tuple[str, str], None]] = {}
    for entry in entries(pack.folder / "source" / "cases.yaml"):
        context = entry.value.get("context", {})
        called = entry.value["capability"], tuple(sorted(context.items()))
        is_allowed = entry.value["verdicts"] == Verdict.ALLOW.name
        for args in entry_arguments(entry):
            if is_allowed:
                allowed.setdefault(called, []).append(args)
            elif Verdict.ALLOW.name not in entry.value["verdicts"]:
                pairs = (
                    (key, text) for key, text in args.items() if text and isinstance(text, str)
                )
                hostile.setdefault(called[0], {}).update(dict.fromkeys(pairs))
    known = {one.name: set(one.payload.get("properties", ())) for one in pack.capabilities}
    found = [
        (called, what, args, fine, (key, text))
        for called, whole in allowed.items()
        for fine, (key, text) in product(whole, hostile.get(called[0], {}))
        if key in fine
        for what, args in other_fields(fine, key, text, known.get(called[0], set()))
    ]
    random = Random("other fields")  # noqa: S311  (the same calls on every run)
    for called, what, args, fine, (key, text) in random.sample(
        found, min(wanted.count, len(found))
    ):
        yield strange(called, what, args, {**fine, key: text})


def strange(called: "Called", what: str, args: Args, proper: Args) -> SampleCall:
    """Return a call with a field of another name; the proper one has the text where it belongs."""
    capability, context = called[0], dict(called[1])
    alone = Request(capability, args=proper, context=context)
    request = Request(capability, args=args, context=context)
    why = "the text is allowed where it belongs"
    return SampleCall(f"{capability}, {what}", request, (alone,), why)


Called = tuple[str, tuple[tuple[str, Any], ...]]
"""A capability, and the context that a call comes in."""
Generated = Callable[[MeasurementTarget, Pack, Mapping[str, Sequence[Any]]], Iterator[SampleCall]]
GENERATED: dict[str, Generated] = {
    "second commands": commands,
    "transfers": payments,
    "other fields": strange_fields,
}
"""What can be generated, by the name that a plan uses."""
