"""Paths as a repository has them: from its root, whatever the folder that a command runs in.

Code scanning, annotations and code-quality reports look files up by such paths.
"""

import os
from collections.abc import Iterable

GIT = ".git"


def paths_from_root(paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return, for each path that is written otherwise from the root, the path and how it is there.

    A path is as a report has it: relative to the working directory, absolute, or `REVISION:path`.
    What is outside of the repository of the working directory, or where there is none, stays.
    """
    root = root_of(os.getcwd())  # noqa: PTH109  (no link of it is followed)
    if not root:
        return ()
    found = ((path, from_root(path, root)) for path in sorted(set(paths)) if path)
    return tuple((path, inside) for path, inside in found if inside != path)


def root_of(folder: str) -> str:
    """Return the folder of the repository that a folder is in; empty where it is in none."""
    at = folder
    while not os.path.lexists(os.path.join(at, GIT)):  # noqa: PTH118
        above = os.path.dirname(at)  # noqa: PTH120
        if above == at:
            return ""
        at = above
    return at


def from_root(path: str, root: str) -> str:
    """Return a path from the root; as it is where it leads elsewhere."""
    _, colon, inside = path.partition(":")
    here = inside if colon and not os.path.lexists(path) else path
    try:
        relative = os.path.relpath(os.path.abspath(here), root)  # noqa: PTH100
    except ValueError:
        return path
    is_inside = relative != os.pardir and not relative.startswith(os.pardir + os.sep)
    return relative.replace(os.sep, "/") if is_inside else path
