"""The dialects by name, and the way from a path to a policy."""

from collections.abc import Sequence
from importlib import import_module
from os import PathLike, fspath
from pathlib import Path
from typing import cast

from fencekit.dialects.dialect_protocol import Dialect
from fencekit.model.errors import PolicyError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.source import Place
from fencekit.reading.file_trees import DISK, FileTree
from fencekit.reading.policy_languages import language_of

DIALECTS = {
    "capfence": "fencekit.dialects.capfence.capfence_dialect",
    "token": "fencekit.dialects.token.token_dialect",
}
MARK = '"fencekit.token/'
"""What stands in the schema of a token file."""


def dialect(name: str) -> Dialect:
    """Return the dialect of that name; raise UsageError where there is none."""
    if name not in DIALECTS:
        known = ", ".join(f"`{known}`" for known in sorted(DIALECTS))
        raise UsageError(f"no such dialect: `{name}`", hint=f"there is {known}")
    return cast("Dialect", import_module(DIALECTS[name]).DIALECT)


def load_policy(
    path: str | PathLike[str],
    *,
    strict: bool = True,
    policy_root: str | PathLike[str] | None = None,
    search_paths: Sequence[str | PathLike[str]] = (),
    dialect_name: str = "",
    revision: str = "",
) -> Policy:
    """Read a policy file: CapFence's YAML, or a capability token in JSON.

    With `strict`, refuse what a reviewer would want to know of: duplicate and unknown keys, wrong
    types, null sections, regexes that do not compile, thresholds that are not numbers. Without it,
    read whatever the dialect's own runtime reads; a condition that would raise there becomes a DENY
    that keeps the error. What the runtime itself refuses to load is refused either way.

    A name in `extends` is looked for in `search_paths`, then in `policy_root`, which is the working
    directory unless given. With a `revision` (a branch, a tag, a commit), the file and all that it
    extends are read as they were then, with the `git` program; they are then named `REV:path`.
    Raises PolicyError, with file, line and column, and UsageError for no such revision.
    """
    tree = tree_of(revision, fspath(path))
    try:
        return dialect(dialect_name or dialect_of(fspath(path), tree)).load(
            fspath(path),
            strict=strict,
            root=None if policy_root is None else Path(policy_root),
            search_paths=[Path(given) for given in search_paths],
            tree=tree,
        )
    except PolicyError as error:
        refuse_other_language(fspath(path), tree, error)
        raise


def refuse_other_language(path: str, tree: FileTree, error: PolicyError) -> None:
    """Raise PolicyError that names the language of a file which is none of the dialects."""
    try:
        text, _ = tree.read(path, PolicyError)
    except PolicyError:
        return
    language = language_of(text)
    if language:
        message = f"this is a policy in {language}, which is not read here"
        hint = "a policy is CapFence's YAML, or a capability token in JSON"
        raise PolicyError(message, place=Place(path), hint=hint) from error


def dialect_of(path: str, tree: FileTree) -> str:
    """Return the name of the dialect that a file is written in: a token says so in its schema."""
    if not path.endswith(".json") or not tree.exists(path):
        return "capfence"
    text, _ = tree.read(path, PolicyError)
    return "token" if MARK in text else "capfence"


def tree_of(revision: str, path: str) -> FileTree:
    """Return where the files of a revision are; those on disk without one."""
    if not revision:
        return DISK
    git = import_module("fencekit.reading.git_files")  # only who asks for a revision pays for it
    return cast("FileTree", git.commit(revision, path))


def write_policy(policy: Policy) -> str:
    """Return the text of a policy in its own dialect, on one page whatever it extends.

    Raises PolicyError where the dialect cannot say it in one file.
    """
    return dialect(policy.dialect).write(policy)
