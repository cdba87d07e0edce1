"""The plan of measuring a pack, `measure.yaml`: sets of calls, and what must be reached."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.model.vetting_result import DataFile
from fencekit.packs.measure.data_rows import Mapped, Row, choose_rows, derive_texts, read_rows
from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_documents import read_document, refuse_unknown
from fencekit.packs.pack.pack_parameters import values_of
from fencekit.packs.pack.pack_variants import VARIANTS, Variant
from fencekit.reading.input_files import sha256_of
from fencekit.reading.yaml import Located

PLAN = "measure.yaml"
SET_KEYS = {
    *(
        "name",
        "kind",
        "files",
        "where",
        "list",
        "generated",
        "map",
        "most",
        "least",
        "alone",
        "note",
    ),
    "count",
}


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Rows of files of the data that have what is asked of them."""

    files: tuple[str, ...]
    where: Mapping[str, Any]

    def paths(self, data: Path) -> list[Path]:
        """Return where the files are."""
        return [data / f"{name}.jsonl" for name in self.files]

    def lack(self, data: Path) -> str:
        """Say which of the files the data has not, and which have no call; nothing for none."""
        gone = [f"`{path.name}`" for path in self.paths(data) if not path.exists()]
        there = [path for path in self.paths(data) if path.exists()]
        empty = [f"`{path.name}`" for path in there if not read_rows(path)]
        said = [f"the data has no {' and no '.join(gone)}"] if gone else []
        said += [f"there is no call in {' and none in '.join(empty)}"] if empty else []
        return "; ".join(said)

    def rows(self, data: Path) -> Iterator[Row]:
        """Yield each row of the set, a mapping as the data has it."""
        for path in self.paths(data):
            yield from choose_rows(read_rows(path), self.where)


@dataclass(frozen=True, slots=True)
class MeasurementTarget:
    """One set of calls and what must be reached: a share that may, or must, be allowed.

    The calls are rows of the data (`choice`, made calls of the pack by `maps`, by the tool's name
    or `*`), a list of the pack (`listed`), or generated (`generated`, about `count`).
    """

    name: str
    is_attack: bool
    most: Mapping[Variant, float]
    least: Mapping[Variant, float]
    note: str = ""
    choice: RowChoice | None = None
    maps: Mapping[str, Mapped] | None = None
    listed: str = ""
    generated: str = ""
    count: int = 0
    alone: str = ""

    @property
    def is_of_defaults(self) -> bool:
        """Whether the calls are made of the pack's cases, which hold for its default parameters."""
        return self.generated == "other fields"

    def is_there(self, data: Path | None) -> bool:
        """Say whether the calls can be had."""
        if self.choice is None:
            return True
        return data is not None and all(path.exists() for path in self.choice.paths(data))


@dataclass(frozen=True, slots=True)
class Derived:
    """Where a parameter's values come from: rows of the data, and a field of their payload."""

    choice: RowChoice
    field: str
    pattern: str
    most_common: bool

    def values(self, data: Path) -> list[str]:
        """Return the texts that the data gives for the parameter; see `derive_texts`."""
        rows = self.choice.rows(data)
        return derive_texts(rows, self.field, pattern=self.pattern, most_common=self.most_common)


@dataclass(frozen=True, slots=True)
class MeasurementPlan:
    """All that is measured of a pack, and the peer's pack that is measured beside it."""

    wanted: tuple[MeasurementTarget, ...]
    settings: Mapping[str, Derived]
    peer: str

    def parameters(self, pack: Pack, data: Path | None) -> dict[str, tuple[Any, ...]]:
        """Return the parameters to measure with, as far as the data has values of them."""
        if data is None:
            return {}
        there = {
            name: setting.values(data)
            for name, setting in self.settings.items()
            if all(path.exists() for path in setting.choice.paths(data))
        }
        single = {
            name: values[0] if name == "workspace" else values
            for name, values in there.items()
            if values or name != "workspace"
        }
        return {
            name: value
            for name, value in values_of(pack.parameters, single).items()
            if name in single
        }

    def files(self, data: Path | None) -> tuple[DataFile, ...]:
        """Return each file of the data that is used: for sets of calls, or for parameters."""
        if data is None:
            return ()
        choices = [wanted.choice for wanted in self.wanted if wanted.choice is not None]
        choices += [setting.choice for setting in self.settings.values()]
        paths = {path for choice in choices for path in choice.paths(data) if path.exists()}
        return tuple(
            DataFile(path.relative_to(data).as_posix(), sha256_of(str(path)), len(read_rows(path)))
            for path in sorted(paths)
        )


def read_plan(folder: Path) -> MeasurementPlan:
    """Return the plan in a pack's folder; raise PackError where it is none."""
    file = folder / PLAN
    document = read_document(file)
    if document is None or not isinstance(document.value, dict):
        raise PackError("a plan of measuring is a mapping", place=Place(str(file)))
    refuse_unknown(document, {"parameters", "maps", "sets", "peer"})
    maps = document.find("maps")
    named = {} if maps is None else {str(key.value): read_maps(part) for key, part in maps.items}
    sets = document.find("sets")
    if sets is None or not sets.elements:
        raise PackError("a plan of measuring has `sets`", place=document.place)
    settings = document.find("parameters")
    peer = document.find("peer")
    return MeasurementPlan(
        tuple(read_set(item, named) for item in sets.elements),
        {}
        if settings is None
        else {str(key.value): read_derived(part) for key, part in settings.items},
        "" if peer is None else str(peer.value),
    )


def read_set(item: Located, maps: Mapping[str, Mapping[str, Mapped]]) -> MeasurementTarget:
    """Return one set of calls."""
    refuse_unknown(item, SET_KEYS)
    given: dict[str, Any] = item.value
    if given.get("kind") not in ("attack", "ordinary"):
        raise PackError("a set is of the `kind` `attack` or `ordinary`", place=item.place)
    if "files" in given and given.get("map") not in maps:
        raise PackError(f"no such map: `{given.get('map')}`", place=item.place)
    return MeasurementTarget(
        str(given["name"]),
        given["kind"] == "attack",
        shares(item.find("most")),
        shares(item.find("least")),
        str(given.get("note", "")),
        read_choice(item) if "files" in given else None,
        maps.get(str(given.get("map"))),
        str(given.get("list", "")),
        str(given.get("generated", "")),
        int(given.get("count", 0)),
        str(given.get("alone", "")),
    )


def shares(given: Located | None) -> dict[Variant, float]:
    """Return a share for each variant that a mapping names; in percent, as it is written."""
    if given is None:
        return {}
    return {VARIANTS[str(key.value)]: float(value.value) / 100 for key, value in given.items}


def read_choice(item: Located) -> RowChoice:
    """Return a choice of rows."""
    return RowChoice(tuple(map(str, item.value["files"])), item.value.get("where", {}))


def read_maps(item: Located) -> dict[str, Mapped]:
    """Return how the calls of each tool become calls of the pack."""
    made = {}
    for key, part in item.items:
        given = part.value if isinstance(part.value, dict) else {"capability": part.value}
        fields = given.get("fields", {})
        pairs = fields.items() if isinstance(fields, dict) else ((name, name) for name in fields)
        made[str(key.value)] = Mapped(
            str(given["capability"]),
            tuple((str(ours), str(theirs)) for ours, theirs in pairs),
            tuple(given.get("listed", ())),
            bool(given.get("named", False)),
            str(given.get("prefix", "")),
        )
    return made


def read_derived(item: Located) -> Derived:
    """Return where a parameter's values come from."""
    given = item.value
    return Derived(
        read_choice(item),
        str(given["field"]),
        str(given.get("pattern", "")),
        bool(given.get("most_common", False)),
    )
