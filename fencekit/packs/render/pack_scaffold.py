"""A new pack: a small one that vets clean, or a copy of another under a name of its own."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from fencekit.model.errors import PackError, UsageError
from fencekit.model.source import Place
from fencekit.packs.archive.pack_archive import Files, files_in, unpack
from fencekit.packs.pack.pack import DESCRIPTION, Pack, read_pack
from fencekit.packs.pack.pack_names import refuse_unnamed
from fencekit.packs.render.render_pack import is_written, rendered_files
from fencekit.packs.render.write_pack_files import write_text

NAME = re.compile(r"^name:.*$", re.MULTILINE)
"""The line of `pack.yaml` that has the name."""


def first_files() -> Files:
    """Return the files of the small pack that ships with fencekit for this."""
    return files_in(Path(str(files("fencekit"))) / "_pack")


def begin(name: str, folder: Path, given: Files) -> list[Path]:
    """Write a pack of these files into a new folder, under another name, and render it.

    Returns all files of it. Raises UsageError where the folder is there, or the name is none.
    """
    try:
        refuse_unnamed(name, "0.0.0")
    except PackError as error:
        raise UsageError(error.message, hint=error.hint) from error
    if folder.exists() or folder.is_symlink():
        hint = "nothing is written over; name another pack"
        raise UsageError(f"`{folder}` is there already", hint=hint)
    text = NAME.sub(f"name: {name}", given[DESCRIPTION].decode(), count=1)
    try:
        unpack({**given, DESCRIPTION: text.encode()}, folder)
        pack = read_pack(folder)
        refuse_other_name(pack, name)
        made = {file for file, _ in render_files(pack)}
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into `{folder}`: {said}") from error
    return sorted(made | {folder / path for path in given})


def refuse_other_name(pack: Pack, name: str) -> None:
    """Raise PackError where the name of a pack could not be changed."""
    if pack.name != name:
        place = Place(str(pack.folder / DESCRIPTION))
        raise PackError(f"the name stands in no line of its own: write `name: {name}`", place=place)


def render_files(pack: Pack, *, check: bool = False) -> Iterator[tuple[Path, bool]]:
    """Write what the source of a pack stands for; yield each file, and whether it was stale.

    With `check`, nothing is written. Raises UsageError where a file cannot be.
    """
    for file, text in rendered_files(pack):
        is_stale = not is_written(file, text)
        if is_stale and not check:
            write_text(file, text)
        yield file, is_stale
