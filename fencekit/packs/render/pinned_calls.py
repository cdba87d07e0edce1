"""The file of pinned calls, `source/edges.yaml`: what each variant says of them is to stay so."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fencekit.engines.engine_protocol import Evaluator
from fencekit.model.errors import PackError
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.packs.pack.pack_documents import read_document
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.write_pack_files import write_text
from fencekit.reading import json
from fencekit.reading.yaml import Located

HEADER = """\
# Calls at the edges of the policies, each with what it tells from the policy, and the verdicts of
# strict, baseline and permissive. `fencekit packs evidence PATH --pin` writes them.
"""
HINT = "`fencekit packs evidence PATH --pin` writes them"
AT_AN_EDGE = "at an edge: "
"""What the name of a case of a pinned call begins with."""


def pin(call: Request, name: str, verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Return the entry of a call and what each variant says of it."""
    request: dict[str, Any] = {"capability": call.capability}
    named = {"principal": call.principal, "environment": call.environment}
    request.update({key: value for key, value in named.items() if value is not None})
    if call.context.values:
        request["context"] = call.context.values
    request["args"] = call.args.values
    return {"name": name, "request": request, "verdicts": [str(one) for one in verdicts]}


def is_pinned(name: str) -> bool:
    """Say whether a case with that name is of a pinned call."""
    return name.startswith(AT_AN_EDGE)


def verdicts_of(evaluators: Mapping[Variant, Evaluator], call: Request) -> list[Verdict]:
    """Return what each variant says of a call, the strict one first."""
    asked = (evaluators[variant] for variant in reversed(Variant))
    return [one.decide(call).outcomes[0].effect.verdict for one in asked]


def read_edges(file: Path) -> tuple[Located, ...]:
    """Return the pinned calls, none where there is no file of them; raise PackError for others."""
    document = read_document(file) if file.exists() else None
    if document is None or document.value is None:
        return ()
    if not isinstance(document.value, list):
        raise PackError("pinned calls are a list", place=document.place, hint=HINT)
    for entry in document.elements:
        refuse_other(entry)
    return document.elements


def refuse_other(entry: Located) -> None:
    """Raise PackError for what is no pinned call."""
    given = entry.value if isinstance(entry.value, dict) else {}
    verdicts = given.get("verdicts")
    is_whole = (
        set(given) == {"name", "request", "verdicts"}
        and isinstance(given["name"], str)
        and isinstance(given["request"], dict)
        and isinstance(verdicts, list)
        and len(verdicts) == len(Variant)
        and all(isinstance(one, str) and one in Verdict.__members__ for one in verdicts)
    )
    if not is_whole:
        said = "a pinned call has a `name`, a `request` and the three `verdicts`"
        raise PackError(said, place=entry.place, hint=HINT)


def write_edges(file: Path, pinned: Iterable[dict[str, Any]]) -> None:
    """Write the pinned calls, one to a line."""
    lines = [f"- {json.write(entry)}\n" for entry in pinned]
    write_text(file, HEADER + "".join(lines))
