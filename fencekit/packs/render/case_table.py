"""The cases of a pack, each once: a call, and what each variant says of it.

`source/cases.yaml` is the table that people write. An entry says `why`, the `capability`, and its
`verdicts` by strict, baseline and permissive, in this order, or one for all three. It has `calls:`,
a list of arguments, or `field:` and `values:`, a list of values of that one argument; it may have a
`context`. `source/edges.yaml` has pinned calls beside it. The cases of one variant are printed as a
file only where a pack is installed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fencekit.model.case import Case, Expectation
from fencekit.model.errors import PackError, RequestError
from fencekit.model.request_json import from_form
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


@dataclass(frozen=True, slots=True)
class PackCase:
    """A case of a pack: its request as it is written, and a verdict for each variant in `ORDER`."""

    name: str
    request: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    place: Place

    def verdict(self, variant: Variant) -> Verdict:
        """Return what a variant must say of the call."""
        return self.verdicts[ORDER.index(variant)]

    def case(self, variant: Variant) -> Case:
        """Return the case of a variant; raise PackError where the request is none.

        What is allowed is allowed plainly: a warning that comes with it is another decision.
        """
        verdict = self.verdict(variant)
        plain = frozenset[Any]() if verdict is Verdict.ALLOW else None
        try:
            request = from_form(self.request, self.place)
        except RequestError as error:
            said = f"`{self.name}`: {error.message}"
            raise PackError(said, place=self.place, hint=error.hint) from error
        return Case(self.name, request, Expectation(frozenset({verdict}), "", plain), self.place)


def read_table(file: Path) -> tuple[PackCase, ...]:
    """Return the cases in a table, and the pinned calls beside it; raise PackError for no table."""
    document = read_document(file)
    if document is None or not isinstance(document.value, list):
        raise PackError("a table of cases is a list", place=Place(str(file)))
    found: list[PackCase] = []
    numbers: Counter[str] = Counter()

    def add(why: str, request: dict[str, Any], verdicts: Iterable[str], place: Place) -> None:
        numbers[why] += 1
        named = tuple(Verdict[one] for one in verdicts)
        found.append(PackCase(f"{why} ({numbers[why]})", request, named, place))

    for entry in document.elements:
        for why, request, verdicts in entry_cases(entry):
            add(why, request, verdicts, entry.place)
    for pinned in read_edges(file.with_name("edges.yaml")):
        given = pinned.value
        add(given["name"], given["request"], given["verdicts"], pinned.place)
    return tuple(found)


def print_cases(
    cases: Iterable[PackCase], variant: Variant, *, suite: str, policy: str, head: str = HEADER
) -> str:
    """Return the text of a file of cases for a variant; `policy` is the path of its policy."""
    lines = [head, f"suite: {suite}\npolicy: {policy}\ncases:\n"]
    for one in cases:
        verdict = one.verdict(variant)
        plain = ", obligations: []" if verdict is Verdict.ALLOW else ""
        lines.append(
            f"  - name: {json.write(one.name)}\n"
            f"    request: {json.write(one.request)}\n"
            f"    expect: {{verdict: {verdict}{plain}}}\n"
        )
    return "".join(lines)


def entry_cases(entry: Located) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Yield the reason, the request and the verdicts of each case of an entry."""
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
    for args in entry_arguments(entry):
        request = {"capability": capability.value, "args": args}
        if context is not None:
            request["context"] = context.value
        yield str(why.value), request, listed


def entry_arguments(entry: Located) -> Iterator[dict[str, Any]]:
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
