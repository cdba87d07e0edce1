"""From paths to files of cases: what is looked for in folders, and what form a file has."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fencekit.cases import capfence_suite, fence_case_file
from fencekit.cases.case_file import SUFFIXES, CaseFile
from fencekit.model.errors import CaseError
from fencekit.model.source import Place
from fencekit.reading import yaml
from fencekit.reading.input_files import read_text

MAX_BYTES = 8 << 20
"""How large a file of cases may be."""

MOST_LOOKED_AT = 100_000
"""How many names of a folder that is passed over are looked at."""

MOST_NAMED = 3

SKIPPED = ("node_modules", "__pycache__", "site-packages")
"""Folders that are not looked into; nor are those whose names begin with a dot."""


def read_cases(path: str) -> CaseFile:
    """Return the cases in a file; raise CaseError, with file, line and column, where it has none.

    A file of ours is told by its name, `*.fence.yaml`; any other may be a suite of CapFence's.
    """
    document, digest = parse_case_file(path)
    if not is_cases(path) and capfence_suite.is_suite(document):
        return capfence_suite.read(document, path, digest)
    return fence_case_file.read(document, path, digest)


def is_suite(path: str) -> bool:
    """Say whether a file is a suite of CapFence's; one that cannot be read is none."""
    try:
        return capfence_suite.is_suite(parse_case_file(path)[0])
    except CaseError:
        return False


def parse_case_file(path: str) -> tuple[yaml.Located, str]:
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


@dataclass(slots=True)
class CaseFileSearch:
    """What a search for files of cases came to: the files, and what it passed over, with why.

    `failed` are the folders that cannot be read: nobody knows what they have.
    """

    files: list[str] = field(default_factory=list)
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def find_case_files(paths: Iterable[str]) -> list[str]:
    """Return the files that the paths name, each once, those of a folder sorted; see `search`."""
    return search(paths).files


def search(paths: Iterable[str]) -> CaseFileSearch:
    """Look for the files that the paths name, each once, those of a folder sorted.

    A folder is searched for `*.fence.yaml`, however that is capitalised, in folders below too.
    Hidden folders, those of packages and links to folders are passed over; what they have is said.
    Raises CaseError for a folder without any file of cases.
    """
    made = CaseFileSearch()
    once: dict[str, str] = {}
    for path in paths:
        files = [path]
        if "\0" not in path and Path(path).is_dir():
            files = sorted(inside(path, made))
            if not files and not made.failed:
                hint = f"files of cases end in `{SUFFIXES[0]}`"
                if made.passed_over:
                    hint = "; ".join(
                        f"`{at}` is {why}" for at, why in made.passed_over[:MOST_NAMED]
                    )
                raise CaseError(f"no file of cases in `{path}`", place=Place(path), hint=hint)
        for file in files:
            once.setdefault(os.path.realpath(file) if "\0" not in file else file, file)
    made.files = list(once.values())
    return made


def is_cases(name: str) -> bool:
    """Say whether a file is one of cases, by its name, however it is capitalised."""
    return name.lower().endswith(SUFFIXES)


def inside(folder: str, made: CaseFileSearch) -> Iterator[str]:
    """Yield the files of cases in a folder and in those below it; note what is passed over."""

    def unread(error: OSError) -> None:
        said = (error.strerror or str(error)).lower()
        made.failed.append((str(error.filename), f"cannot read `{error.filename}`: {said}"))

    for at, folders, files in os.walk(folder, onerror=unread):
        for name in sorted(folders):
            below = os.path.join(at, name)  # noqa: PTH118  (a Path would drop a leading `./`)
            why = next((said for said, holds in OVER.items() if holds(below, name)), "")
            if why:
                folders.remove(name)
                made.passed_over += [(file, why) for file in sorted(cases_below(below))]
        for name in files:
            if is_cases(name):
                yield os.path.join(at, name)  # noqa: PTH118


OVER: dict[str, Callable[[str, str], bool]] = {
    "in a folder that is a link": lambda path, _: os.path.islink(path),  # noqa: PTH114
    "in a hidden folder": lambda _, name: name.startswith("."),
    "in a folder of packages": lambda _, name: name in SKIPPED,
}
"""Why a folder is not looked into, and whether that is so of one, by its path and its name."""


def cases_below(folder: str) -> Iterator[str]:
    """Yield the files of cases in a folder that is passed over, as far as it is looked through."""
    looked = 0
    for at, folders, files in os.walk(folder):
        looked += len(folders) + len(files)
        for name in files:
            if is_cases(name):
                yield os.path.join(at, name)  # noqa: PTH118
        if looked > MOST_LOOKED_AT:
            return
