"""A pack as a folder: what `pack.yaml` says of it, and the policies that its source stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fencekit.model.case import Case
from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.packs.pack.pack_documents import read_document, refuse_unknown
from fencekit.packs.pack.pack_parameters import Parameter, read_parameters, values_of
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.case_table import PackCase, read_table
from fencekit.packs.render.pattern_terms import Parameters
from fencekit.reading.yaml import Located

DESCRIPTION = "pack.yaml"
SOURCE = "source/policy.yaml"
CASES = "source/cases.yaml"
EDGES = "source/edges.yaml"
GUARDRAILS = "guardrails.yaml"
KEYS = {
    *("name", "version", "purpose", "licence", "threat_model", "capabilities", "parameters"),
    "evidence",
}


@dataclass(frozen=True, slots=True)
class PackCapability:
    """A capability that a pack decides of, and the JSON Schema of the payload it expects.

    `written` is the schema with its places.
    """

    name: str
    payload: Mapping[str, Any]
    written: Located
    place: Place


@dataclass(frozen=True, slots=True)
class NamedEvidence:
    """A file of the pack that shows that it holds, and where `pack.yaml` names it."""

    file: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """What `pack.yaml` says of a pack, and the folder that it is in."""

    folder: Path
    name: str
    version: str
    purpose: str
    licence: str
    stops: tuple[str, ...]
    limits: tuple[str, ...]
    capabilities: tuple[PackCapability, ...]
    parameters: tuple[Parameter, ...]
    evidence: tuple[NamedEvidence, ...]

    def policy_file(self, variant: Variant) -> Path:
        """Return where the policy of a variant is, as rendered with the defaults."""
        return self.folder / "policies" / f"{variant}.yaml"

    def values(self, chosen: Mapping[str, Any]) -> Parameters:
        """Return the values of the parameters: those that are chosen, over the defaults."""
        return values_of(self.parameters, chosen)

    def table(self) -> tuple[PackCase, ...]:
        """Return the cases, each with a verdict for each variant; raise PackError for no table."""
        return read_table(self.folder / CASES)

    def cases(self, variant: Variant) -> list[Case]:
        """Return the cases of a variant; raise PackError for no table, or a call that is none."""
        return [one.case(variant) for one in self.table()]

    @property
    def payloads(self) -> dict[str, Mapping[str, Any]]:
        """The JSON Schema of the payload of each capability, by its name."""
        return {one.name: one.payload for one in self.capabilities}


def read_pack(folder: Path) -> Pack:
    """Return the pack in a folder; raise PackError, with line and column, where there is none."""
    file = folder / DESCRIPTION
    if not file.exists():
        hint = "a pack is a folder with one; `fencekit packs init NAME` makes a new one"
        raise PackError(f"there is no `{DESCRIPTION}` in `{folder}`", hint=hint)
    document = read_document(file)
    if document is None or not isinstance(document.value, dict):
        raise PackError("what says of a pack what it is, is a mapping", place=Place(str(file)))
    refuse_unknown(document, KEYS)
    threats = part(document, "threat_model")
    refuse_unknown(threats, ("stops", "limits"), "key of the threat model")
    return Pack(
        folder,
        text_under(document, "name"),
        text_under(document, "version"),
        text_under(document, "purpose"),
        text_under(document, "licence"),
        texts(threats, "stops"),
        texts(threats, "limits"),
        tuple(map(read_capability, part(document, "capabilities").elements)),
        read_parameters(part(document, "parameters")),
        read_evidence_names(document),
    )


def read_capability(item: Located) -> PackCapability:
    """Return a capability that an entry spells; raise PackError where it spells none."""
    refuse_unknown(item, ("name", "payload"), "key of a capability")
    written = part(item, "payload")
    if not isinstance(written.value, dict):
        raise PackError("`payload` is a JSON Schema, a mapping", place=written.place)
    return PackCapability(text_under(item, "name"), written.value, written, item.place)


def read_evidence_names(document: Located) -> tuple[NamedEvidence, ...]:
    """Return the files that are named as evidence; raise PackError where `evidence` is no list."""
    if document.find("evidence") is None:
        return ()
    texts(document, "evidence")
    listed = part(document, "evidence").elements
    return tuple(NamedEvidence(str(item.value), item.place) for item in listed)


def packs_in(folder: Path) -> Iterator[Pack]:
    """Yield every pack that has its folder in this one, by name."""
    for manifest in sorted(folder.glob(f"*/{DESCRIPTION}")):
        yield read_pack(manifest.parent)


def part(document: Located, key: str) -> Located:
    """Return what a mapping has under a key; raise PackError where it has nothing."""
    found = document.find(key)
    if found is None or found.value is None:
        raise PackError(f"`{key}` is missing", place=document.place)
    return found


def texts(document: Located, key: str) -> tuple[str, ...]:
    """Return the list of texts under a key; raise PackError where it is none."""
    found = part(document, key)
    if not isinstance(found.value, list) or not all(isinstance(it, str) for it in found.value):
        raise PackError(f"`{key}` is a list of texts", place=found.place)
    return tuple(found.value)


def text_under(document: Located, key: str) -> str:
    """Return the text under a key; raise PackError where it is no text."""
    found = part(document, key)
    if not isinstance(found.value, str):
        raise PackError(f"`{key}` is text", place=found.place)
    return found.value
