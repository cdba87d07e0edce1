"""From paths to files of cases: what is looked for in folders, and what form a file has."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from fencekit.cases import capfence_suite, fence
from fencekit.cases.base import SUFFIXES, CaseFile
from fencekit.model.errors import CaseError
from fencekit.model.source import Place
from fencekit.reading import yaml
from fencekit.reading.files import read_text

MAX_BYTES = 8 << 20
"""How large a file of cases may be."""

SKIPPED = ("node_modules", "__pycache__", "site-packages")
"""Folders that are not looked into; nor are those whose names begin with a dot."""


def read_cases(path: str) -> CaseFile:
    """Return the cases in a file; raise CaseError, with file, line and column, where it has none.

    A file of ours is told by its name, `*.fence.yaml`; any other may be a suite of CapFence's.
    """
    document, digest = parsed(path)
    if not path.endswith(SUFFIXES) and capfence_suite.is_suite(document):
        return capfence_suite.read(document, path, digest)
    return fence.read(document, path, digest)


def is_suite(path: str) -> bool:
    """Say whether a file is a suite of CapFence's; one that cannot be read is none."""
    try:
        return capfence_suite.is_suite(parsed(path)[0])
    except CaseError:
        return False


def parsed(path: str) -> tuple[yaml.Located, str]:
    """Return the document of a file, and the file's SHA-256 in hex."""
    try:
        size = os.path.getsize(path)  # noqa: PTH202  (a Path cannot hold a null character)
    except (OSError, ValueError):
        size = 0  # reading it says what is wrong
    if size > MAX_BYTES:
        hint = "make several files of it"
        raise CaseError(f"larger than {MAX_BYTES:,} bytes", place=Place(path), hint=hint)
    text, digest = read_text(path, CaseError)
    document = yaml.parse(text.removeprefix("\ufeff"), path, CaseError)
    if document is None:
        raise CaseError("the file of cases is empty", place=Place(path))
    return document, digest


def found(paths: Iterable[str]) -> list[str]:
    """Return the files that the paths name, each once, those of a folder sorted.

    A folder is searched for `*.fence.yaml`, in folders below too. Raises CaseError for a folder
    without any.
    """
    once: dict[str, str] = {}
    for path in paths:
        files = [path]
        if "\0" not in path and Path(path).is_dir():
            files = sorted(inside(path))
            if not files:
                hint = f"files of cases end in `{SUFFIXES[0]}`"
                raise CaseError(f"no file of cases in `{path}`", place=Place(path), hint=hint)
        for file in files:
            once.setdefault(os.path.realpath(file) if "\0" not in file else file, file)
    return list(once.values())


def inside(folder: str) -> Iterator[str]:
    """Yield the files of cases in a folder and in those below it."""
    for at, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED]
        for name in files:
            if name.endswith(SUFFIXES):
                yield os.path.join(at, name)  # noqa: PTH118  (a Path would drop a leading `./`)
