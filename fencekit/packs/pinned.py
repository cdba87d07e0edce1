"""The file of pinned calls, `source/edges.yaml`: what each variant says of them is to stay so."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.reading import json, yaml
from fencekit.reading.files import read_text

HEADER = """\
# Calls at the edges of the policies, each with what it tells from the policy, and the verdicts of
# strict, baseline and permissive. `fencekit packs evidence PATH --pin` writes them.
"""
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


def read_edges(file: Path) -> list[dict[str, Any]]:
    """Return the pinned calls; none where there is no file of them."""
    if not file.exists():
        return []
    text, _ = read_text(str(file), PackError)
    document = yaml.parse(text, str(file), PackError)
    return [] if document is None else list(document.value or [])


def write_edges(file: Path, pinned: Iterable[dict[str, Any]]) -> None:
    """Write the pinned calls, one to a line."""
    lines = [f"- {json.write(entry)}\n" for entry in pinned]
    file.write_text(HEADER + "".join(lines), encoding="utf-8")
