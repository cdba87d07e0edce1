"""The table of a pack's cases: calls, and what each variant says of them.

An entry says `why`, the `capability`, and its `verdicts` by strict, baseline and permissive, in
this order, or one for all three. It has `calls:`, a list of arguments, or `field:` and `values:`,
a list of values of that one argument; it may have a `context`. One file of cases is rendered for
each variant.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.packs.pack.pack_documents import read_document, refuse_unknown
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pinned_calls import read_edges
from fencekit.reading import json
from fencekit.reading.yaml import Located

KEYS = ("why", "capability", "verdicts", "context", "calls", "field", "values")
HEADER = "# Rendered from source/cases.yaml: change that, and render it again.\n"
ORDER = (Variant.STRICT, Variant.BASELINE, Variant.PERMISSIVE)


def render_cases(file: Path, name: str) -> Iterator[tuple[Variant, str]]:
    """Yield the text of each variant's cases; raise PackError where the table is none."""
    document = read_document(file)
    if document is None or not document.elements:
        raise PackError("a table of cases is a list", place=Place(str(file)))
    edges = read_edges(file.with_name("edges.yaml"))
    for at, variant in enumerate(ORDER):
        lines = [HEADER, f"suite: {name}-{variant}\npolicy: ../policies/{variant}.yaml\ncases:\n"]
        numbers: Counter[str] = Counter()
        for entry in document.elements:
            lines.extend(cases(entry, at, numbers))
        lines.extend(pinned_case_texts(edges, at, numbers))
        yield variant, "".join(lines)


def pinned_case_texts(
    entries: list[dict[str, Any]], at: int, numbers: Counter[str]
) -> Iterator[str]:
    """Yield the text of a case for each pinned call, for the variant at a place of the order."""
    for entry in entries:
        numbers[entry["name"]] += 1
        name = f"{entry['name']} ({numbers[entry['name']]})"
        yield case_text(name, entry["request"], entry["verdicts"][at])


def case_text(name: str, request: dict[str, Any], verdict: str) -> str:
    """Return one case as YAML, indented as in a file of cases."""
    # What is allowed is allowed plainly: a warning that comes with it is another decision.
    plain = ", obligations: []" if verdict == Verdict.ALLOW.name else ""
    return (
        f"  - name: {json.write(name)}\n"
        f"    request: {json.write(request)}\n"
        f"    expect: {{verdict: {verdict}{plain}}}\n"
    )


def cases(entry: Located, at: int, numbers: Counter[str]) -> Iterator[str]:
    """Yield the text of each case of an entry, for the variant at a place of the order.

    `numbers` counts the cases of each reason: entries that give the same are numbered on.
    """
    refuse_unknown(entry, KEYS)
    why, capability, verdicts = (entry.find(key) for key in ("why", "capability", "verdicts"))
    if why is None or capability is None or verdicts is None:
        wants = "an entry has `why`, `capability` and `verdicts`"
        raise PackError(wants, place=entry.place)
    listed = verdicts.value if isinstance(verdicts.value, list) else [verdicts.value] * len(ORDER)
    known = all(isinstance(one, str) and one in Verdict.__members__ for one in listed)
    if len(listed) != len(ORDER) or not known:
        raise PackError("`verdicts` are one, or three of the three", place=verdicts.place)
    context = entry.find("context")
    for args in calls(entry):
        numbers[str(why.value)] += 1
        request = {"capability": capability.value, "args": args}
        if context is not None:
            request["context"] = context.value
        yield case_text(f"{why.value} ({numbers[str(why.value)]})", request, listed[at])


def calls(entry: Located) -> Iterator[dict[str, Any]]:
    """Yield the arguments of every call of an entry."""
    given, field, values = (entry.find(key) for key in ("calls", "field", "values"))
    for part in (given, values):
        if part is not None and not isinstance(part.value, list):
            raise PackError("`calls` and `values` are lists", place=part.place)
    if given is not None:
        yield from given.value
    elif field is not None and values is not None:
        if not isinstance(field.value, str):
            raise PackError("`field` is the name of an argument", place=field.place)
        yield from ({field.value: value} for value in values.value)
    else:
        raise PackError("an entry has `calls`, or a `field` and `values`", place=entry.place)
