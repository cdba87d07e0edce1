"""Values of a report as JSON that says their classes; and the state that older reports have.

What JSON has no kind for (what is unknown, an error, half a pair of a text) is written with its
kind. Reports of earlier versions hold all of themselves in this way, compressed, as `state`. What
is read back is made of the model's own classes only, by their names; anything else is refused.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from importlib import import_module
from math import isfinite
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from fencekit.model import report as anchor
from fencekit.model.errors import FencekitError
from fencekit.model.report import Report
from fencekit.model.request import UNKNOWN, Facts, Masked, Request, Unknown
from fencekit.reporting.changed_json import records_of

MODEL = "fencekit.model"
MOST = 1 << 30
"""The bytes that a state may have once it is decompressed."""


MOVED = {
    "canonical": "canonical_text",
    "chain": "chain_verification",
    "comparison": "comparison_result",
    "cost": "change_cost",
    "diffed": "diff_result",
    "lint": "lint_result",
    "measure": "looseness_measure",
    "mutation": "mutation_result",
    "search": "search_result",
    "suite": "suite_result",
    "survey": "log_survey",
    "vetting": "vetting_result",
}
"""The modules of the model by the names that reports of fencekit 0.1.0 have for them."""
RENAMED = {
    "chain_verification:Why": "BrokenChainReason",
    "comparison_result:ClassCompared": "ClassComparison",
    "comparison_result:ClassGuarded": "ClassGuardrail",
    "comparison_result:Compared": "ComparisonResult",
    "comparison_result:Guarded": "GuardrailResult",
    "change_cost:Asked": "ApprovalCount",
    "diff_result:Deed": "DiffAction",
    "diff_result:Diffed": "DiffResult",
    "finding:Changed": "ChangedRecord",
    "finding:Class": "RecordClass",
    "lint_result:Linted": "LintResult",
    "masking:Why": "MaskingReason",
    "mutation_result:Fate": "MutantStatus",
    "proof:Rung": "ProofStep",
    "report:Replayed": "ReplayResult",
    "search_result:Searched": "SearchResult",
    "vetting_result:State": "VettingState",
    "vetting_result:Step": "VettingStep",
    "vetting_result:Vetted": "VettingResult",
    "waiver:State": "WaiverState",
}
"""Classes of the model by the names that these reports have for them, and today's."""


class StateError(FencekitError):
    """Text that is no state of a report, or of another version of fencekit."""

    slug = "report-invalid"


def report_of(
    state: str, parse: Callable[[str], Any], changed: Iterable[dict[str, Any]] = ()
) -> Report:
    """Return the report of a state; raise StateError for what is none.

    `parse` is what JSON is parsed with, `changed` are the changed records of the page.
    """
    try:
        packed = zlib.decompressobj()
        text = packed.decompress(base64.b64decode(state, validate=True), MOST)
        if packed.unconsumed_tail or not packed.eof:
            raise StateError("the state of the report is too large, or cut")
        value = parse(text.decode("ascii"))
        is_apart = isinstance(value, dict) and "tables" in value
        report = decode(value["report"] if is_apart else value)
        if is_apart and isinstance(report, Report) and report.replay is not None:
            made = tuple(records_of(changed, decode(value["tables"]), decode))
            report = replace(report, replay=replace(report.replay, changed=made))
    except StateError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise StateError(f"the state of the report cannot be read: {error}") from error
    except zlib.error as error:
        raise StateError(f"the state of the report is damaged: {error}") from error
    if not isinstance(report, Report):
        raise StateError("the state is not that of a report")
    return report


def encode(value: Any) -> Any:
    """Return a value of a report as JSON: an object with its kind where JSON has no such kind."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return {"enum": name_of(type(value)), "is": value.name}
    if isinstance(value, str):
        return value if value.isascii() else text_of(value)
    if isinstance(value, int | float):
        finite = isinstance(value, int) or isfinite(value)
        return value if finite else {"float": str(value)}
    if isinstance(value, list):
        return [encode(item) for item in value]
    for kind, write in WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {"of": name_of(type(value)), "is": [encode(v) for v in values_of(value)]}
    return {"shown": repr(value)}  # a policy's own value that JSON does not have


def text_of(value: str) -> Any:
    """Return a text; one with half a pair, as the name of a file may have, by its bytes."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return {"bytes": value.encode("utf-8", "surrogatepass").hex()}
    return value


def values_of(value: Any) -> list[Any]:
    """Return the values of the fields of a dataclass, in their order."""
    return [getattr(value, entry.name) for entry in fields(value) if entry.init]


def name_of(kind: type) -> str:
    """Return the name of a class of the model: its module's and its own."""
    return f"{kind.__module__.removeprefix(MODEL + '.')}:{kind.__qualname__}"


WRITERS: dict[type, Callable[[Any], Any]] = {
    tuple: lambda value: {"tuple": [encode(item) for item in value]},
    Masked: lambda value: {"masked": value.digest},
    Unknown: lambda _: {"unknown": True},
    Facts: lambda value: {"facts": encode(value.values), "open": value.open},
    Request: lambda value: {
        "request": [encode(getattr(value, entry.name)) for entry in fields(value)]
    },
    frozenset: lambda value: {"set": sorted((encode(item) for item in value), key=json.dumps)},
    date: lambda value: {"day": value.isoformat()},
    FencekitError: lambda value: {
        "error": name_of(type(value)),
        "is": [encode(value.message), encode(value.place), encode(value.hint)],
    },
    Mapping: lambda value: {"map": [[encode(key), encode(item)] for key, item in value.items()]},
}
"""How a kind of value is written that is neither plain JSON nor a dataclass."""


def decode(value: Any) -> Any:
    """Return the value that was encoded; raise StateError for what was not."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    for kind, read in READERS.items():
        if kind in value:
            return read(value)
    raise StateError(f"a value of no kind that is known: `{', '.join(value)}`")


def make_dataclass(value: dict[str, Any]) -> Any:
    """Return a dataclass of the model."""
    kind = class_of(value["of"])
    names = [entry.name for entry in fields(kind) if entry.init]
    given = [decode(item) for item in value["is"]]
    wanted = [entry for entry in fields(kind) if entry.init][len(given) :]
    if len(names) < len(given) or any(no_default(entry) for entry in wanted):
        raise StateError(f"`{value['of']}` has other fields in this version of fencekit")
    return kind(**dict(zip(names, given, strict=False)))


def no_default(entry: Field[Any]) -> bool:
    """Say whether a field must be given; those added since a report was written need not be."""
    return entry.default is MISSING and entry.default_factory is MISSING


def error_of(value: dict[str, Any]) -> FencekitError:
    """Return an error of the model."""
    message, place, hint = map(decode, value["is"])
    kind = class_of(value["error"])
    if not issubclass(kind, FencekitError):
        raise StateError(f"`{value['error']}` is no error")
    error: FencekitError = kind(message, place=place, hint=hint)
    return error


def request_of(value: dict[str, Any]) -> Request:
    """Return the request that a JSON object stands for."""
    capability, principal, environment, context, args = map(decode, value["request"])
    return Request(
        capability, principal=principal, environment=environment, context=context, args=args
    )


READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "of": make_dataclass,
    "enum": lambda value: class_of(value["enum"])[value["is"]],
    "tuple": lambda value: tuple(decode(item) for item in value["tuple"]),
    "request": request_of,
    "facts": lambda value: Facts(decode(value["facts"]), open=value["open"]),
    "unknown": lambda _: UNKNOWN,
    "masked": lambda value: Masked(value["masked"]),
    "set": lambda value: frozenset(decode(item) for item in value["set"]),
    "day": lambda value: date.fromisoformat(value["day"]),
    "map": lambda value: {decode(key): decode(item) for key, item in value["map"]},
    "error": error_of,
    "bytes": lambda value: bytes.fromhex(value["bytes"]).decode("utf-8", "surrogatepass"),
    "float": lambda value: float(value["float"]),
    "shown": lambda value: str(value["shown"]),
}
"""How each kind is read; one entry for each that is written."""


def class_of(name: str) -> Any:
    """Return a class of the model by its name; raise StateError where there is none."""
    module, _, kind = str(name).partition(":")
    module = MOVED.get(module, module)
    found = classes().get(f"{module}:{RENAMED.get(f'{module}:{kind}', kind)}")
    if found is None:
        raise StateError(f"this version of fencekit has no `{name}`")
    return found


@cache
def classes() -> dict[str, type]:
    """Return every dataclass, enumeration and error of the model by its name."""
    found: dict[str, type] = {}
    for module in iter_modules([str(Path(anchor.__file__).parent)]):
        for value in vars(import_module(f"{MODEL}.{module.name}")).values():
            if isinstance(value, type) and value.__module__.startswith(f"{MODEL}."):
                found[name_of(value)] = value
    return found
