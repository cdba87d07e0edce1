"""The files that `capproxy --example` writes: a token, four calls, a workspace with one file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fencekit.model.errors import UsageError
from fencekit.reading import json

HELLO = "hi\n"
EXPIRES = "2036-12-31T00:00:00Z"
CALLS: dict[str, dict[str, Any]] = {
    "read_file": {"path": "hello.txt"},
    "write_file": {"path": "tmp/note.txt", "content": "written by the agent\n"},
    "list_dir": {"path": "."},
    "delete_file": {"path": "tmp/note.txt"},
}
"""The arguments of each call."""


def token(workspace: str) -> dict[str, Any]:
    """Return the token of the example: it reads all, and writes and deletes below `tmp`."""
    return {
        "schema": "fencekit.token/1",
        "holder": "agent",
        "expires": EXPIRES,
        "workspace": workspace,
        "tools": [
            {"name": "read_file", "paths": ["**"]},
            {"name": "write_file", "paths": ["tmp/**"], "max_bytes": 65536},
            {"name": "list_dir", "paths": ["**"]},
            {"name": "delete_file", "paths": ["tmp/**"], "guardrails": ["soft_delete"]},
        ],
    }


def files(workspace: str) -> dict[str, str]:
    """Return the texts of the token and of the calls, by their names."""
    found = {"token.json": json.write(token(workspace), indent=2) + "\n"}
    for name, args in CALLS.items():
        found[f"calls/{name}.json"] = json.write({"tool": name, "args": args}, indent=2) + "\n"
    return found


def write_example(folder: Path) -> Iterator[Path]:
    """Write the example into a folder that is new or empty, and yield each file.

    Raises UsageError where the folder has something in it, or cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"`{folder}` is not empty", hint="name a folder that is not there yet")
        workspace = folder.resolve() / "workspace"
        (workspace / "tmp").mkdir(parents=True)
        (workspace / "hello.txt").write_text(HELLO, encoding="utf-8")
        yield folder / "workspace" / "hello.txt"
        (folder / "calls").mkdir()
        for name, text in files(str(workspace)).items():
            (folder / name).write_text(text, encoding="utf-8")
            yield folder / name
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into `{folder}`: {said}") from error
