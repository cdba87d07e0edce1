"""The file of pinned calls, `source/edges.yaml`: what each variant says of them is to stay so."""

from pathlib import Path
from typing import Any

from fencekit.model.decision import Decision
from fencekit.model.errors import PackError
from fencekit.model.request import Request
from fencekit.reading import json, yaml
from fencekit.reading.files import read_text


def pin(call: Request, decision: Decision) -> dict[str, Any]:
    """Return the entry of a call and what is said of it."""
    request: dict[str, Any] = {"capability": call.capability}
    named = {"principal": call.principal, "environment": call.environment}
    request.update({name: value for name, value in named.items() if value is not None})
    if call.context.values:
        request["context"] = call.context.values
    request["args"] = call.args.values
    return {"request": request, "verdict": str(decision.outcomes[0].effect.verdict)}


def read_edges(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the pinned calls of each variant; none where there is no file of them."""
    if not file.exists():
        return {}
    text, _ = read_text(str(file), PackError)
    document = yaml.parse(text, str(file), PackError)
    return {} if document is None else dict(document.value)


def write_edges(file: Path, pinned: dict[str, list[dict[str, Any]]]) -> None:
    """Write the pinned calls of each variant, one to a line."""
    lines = ["# Calls at the edges of the policies: `python -m fencekit.packs packs edges NAME`.\n"]
    for variant, entries in pinned.items():
        lines.append(f"{variant}:\n")
        lines.extend(f"  - {json.write(entry)}\n" for entry in entries)
    file.write_text("".join(lines), encoding="utf-8")
