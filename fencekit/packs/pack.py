"""A pack as a folder: what `pack.yaml` says of it, and the policies that its source stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.packs.casetable import render_cases
from fencekit.packs.parameters import Parameter, read_parameter, values_of
from fencekit.packs.readme import README, readme
from fencekit.packs.render import render, render_guardrails
from fencekit.packs.source import read_source, refuse_unknown
from fencekit.packs.variants import Variant
from fencekit.reading import yaml
from fencekit.reading.files import read_text
from fencekit.reading.yaml import Located

MANIFEST = "pack.yaml"
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
    """A capability that a pack decides of, and the JSON Schema of the payload it expects."""

    name: str
    payload: Mapping[str, Any]


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

    def policy_file(self, variant: Variant) -> Path:
        """Return where the policy of a variant is, as rendered with the defaults."""
        return self.folder / "policies" / f"{variant}.yaml"

    def cases_file(self, variant: Variant) -> Path:
        """Return where the cases of a variant are."""
        return self.folder / "cases" / f"{variant}.fence.yaml"

    @property
    def payloads(self) -> dict[str, Mapping[str, Any]]:
        """The JSON Schema of the payload of each capability, by its name."""
        return {one.name: one.payload for one in self.capabilities}


def read_pack(folder: Path) -> Pack:
    """Return the pack in a folder; raise PackError, with line and column, where there is none."""
    file = folder / MANIFEST
    if not file.exists():
        hint = "a pack is a folder with one; `fencekit packs init NAME` makes a new one"
        raise PackError(f"there is no `{MANIFEST}` in `{folder}`", hint=hint)
    text, _ = read_text(str(file), PackError)
    document = yaml.parse(text, str(file), PackError)
    if document is None or not isinstance(document.value, dict):
        raise PackError("what says of a pack what it is, is a mapping", place=Place(str(file)))
    refuse_unknown(document, KEYS)
    threats = part(document, "threat_model")
    parameters = part(document, "parameters")
    return Pack(
        folder,
        said(document, "name"),
        said(document, "version"),
        said(document, "purpose"),
        said(document, "licence"),
        texts(threats, "stops"),
        texts(threats, "limits"),
        tuple(
            PackCapability(said(item, "name"), payload(item))
            for item in part(document, "capabilities").elements
        ),
        tuple(read_parameter(str(key.value), given) for key, given in parameters.items),
    )


def packs_in(folder: Path) -> Iterator[Pack]:
    """Yield every pack that has its folder in this one, by name."""
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
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


def payload(capability: Located) -> Mapping[str, Any]:
    """Return the JSON Schema of a payload; raise PackError where it is no mapping."""
    found = part(capability, "payload")
    if not isinstance(found.value, dict):
        raise PackError("`payload` is a JSON Schema, a mapping", place=found.place)
    return found.value


def said(document: Located, key: str) -> str:
    """Return the text under a key; raise PackError where it is no text."""
    found = part(document, key)
    if not isinstance(found.value, str):
        raise PackError(f"`{key}` is text", place=found.place)
    return found.value


def rendered(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Yield all that is rendered from the source of a pack, with the defaults of its parameters.

    That is each file's place, and its text: the variants, the guardrails, the cases, the page.
    """
    yield from policies(pack, {})
    for variant, text in render_cases(pack.folder / CASES, pack.name):
        yield pack.cases_file(variant), text
    yield pack.folder / README, readme(pack)


def policies(pack: Pack, chosen: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each policy of the pack, the guardrails last: its place in the folder, and its text.

    `chosen` has the parameters that are not the defaults.
    """
    parameters = values_of(pack.parameters, chosen)
    source = read_source(pack.folder / SOURCE, pack.name)
    for variant in reversed(Variant):
        text = render(source, variant, parameters, title=pack.purpose)
        yield pack.policy_file(variant), text
    text = render_guardrails(source, parameters, title=f"What no version may allow. {pack.purpose}")
    yield pack.folder / GUARDRAILS, text
