"""Packs that somebody else wrote: whatever their files say, trouble is an error with a place."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from fencekit.model.errors import FencekitError, PackError
from fencekit.packs.archive.build_archive import build
from fencekit.packs.pack.open_pack import Trust, open_pack
from fencekit.packs.pack.pack import read_pack
from fencekit.packs.render.render_pack import rendered_files
from packs.tiny import FILES, write_pack

ODD: tuple[Any, ...] = (
    *(None, 1, -1, True, 1.5, "x", "<title>", [], {}, [1], [[]], [{}], {"a": 1}),
    *(["x", {"y": []}], {"words": 1}, {"parameter": []}, {"chars": {}}, {"strict": 1}),
)
PARTS = ("pack.yaml", "source/policy.yaml", "source/cases.yaml")


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    inside = document.items() if isinstance(document, dict) else ()
    inside = enumerate(document) if isinstance(document, list) else inside
    for key, value in inside:
        yield from places(value, (*at, key))


def put(document: Any, at: tuple[Any, ...], value: Any) -> Any:
    """Return the document with another value at a place."""
    if not at:
        return value
    made = copy.deepcopy(document)
    holder = made
    for key in at[:-1]:
        holder = holder[key]
    holder[at[-1]] = value
    return made


@pytest.mark.parametrize("part", PARTS)
def test_an_odd_value_anywhere_is_read_or_refused_with_its_place(part: str, tmp_path: Path) -> None:
    write_pack(tmp_path)
    chance = Random(part)
    document = yaml.safe_load(FILES[part])
    refused: list[FencekitError] = []
    for _ in range(60):
        changed = put(document, chance.choice([*places(document)]), chance.choice(ODD))
        (tmp_path / part).write_text(yaml.safe_dump(changed), encoding="utf-8")
        try:
            list(rendered_files(read_pack(tmp_path)))
        except FencekitError as error:
            refused.append(error)
    assert len(refused) > 10
    assert all(error.place is not None for error in refused)


GOOD = "{name: a, request: {capability: note.read, args: {}}, verdicts: [DENY, ALLOW, ALLOW]}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "edges.yaml:1:1: pinned calls are a list"),
        ("- 1", "edges.yaml:1:3: a pinned call has"),
        (f"- {GOOD}\n- {GOOD.replace('name', 'nam')}", "edges.yaml:2:3: a pinned call has"),
        (f"- {GOOD.replace('ALLOW]', 'MAYBE]')}", "edges.yaml:1:3: a pinned call has"),
        (f"- {GOOD.replace(', ALLOW]', ']')}", "edges.yaml:1:3: a pinned call has"),
        (f"- {GOOD.replace('DENY', '[]')}", "edges.yaml:1:3: a pinned call has"),
        (f"- {GOOD.replace('name: a', 'name: {}')}", "edges.yaml:1:3: a pinned call has"),
    ],
)
def test_pinned_calls_that_are_none_are_refused_with_their_line(
    text: str, said: str, tmp_path: Path
) -> None:
    pack = read_pack(write_pack(tmp_path))
    edges = tmp_path / "source/edges.yaml"
    edges.write_text(f"- {GOOD}", encoding="utf-8")
    assert list(rendered_files(pack))
    edges.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=re.escape(said)):
        list(rendered_files(pack))


def test_terms_that_double_one_another_are_refused_before_they_fill_the_memory(
    tmp_path: Path,
) -> None:
    write_pack(tmp_path)
    terms = "".join(f"  {chr(97 + n)}x: '<{chr(98 + n)}x><{chr(98 + n)}x>'\n" for n in range(24))
    text = FILES["source/policy.yaml"].replace("terms:\n", f"terms:\n{terms}  yx: 'aaaaaaaa'\n")
    source = tmp_path / "source/policy.yaml"
    source.write_text(text.replace("whole: '<title>'", "whole: '<ax>'"), encoding="utf-8")
    with pytest.raises(PackError, match="longer than 200,000 characters"):
        list(rendered_files(read_pack(tmp_path)))


def test_an_error_in_an_archive_names_the_archive(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "notes")
    data = build(read_pack(folder))
    from fencekit.packs.archive.archive_manifest import manifest_of
    from fencekit.packs.archive.build_archive import INSIDE, MANIFEST, verify
    from fencekit.packs.archive.pack_archive import write_archive

    files = {**verify(data).files, "pack.yaml": b"name: notes\n"}
    parts = {INSIDE + name: content for name, content in files.items()}
    parts[MANIFEST] = manifest_of("notes", "1.2.0", files).text.encode()
    archive = tmp_path / "notes.zip"
    archive.write_bytes(write_archive(parts))
    with (
        pytest.raises(PackError, match="is missing") as caught,
        open_pack(str(archive), Trust(allow_unsigned=True)),
    ):
        pass
    assert caught.value.place is not None
    assert caught.value.place.file == f"{archive}:pack.yaml"
