"""The four built-in tools on a workspace: `read_file`, `write_file`, `list_dir`, `delete_file`."""

from collections.abc import Mapping
from typing import Any

from fencekit.gate.call import Refusal
from fencekit.gate.files.trash import delete_file
from fencekit.gate.files.workspace import Workspace
from fencekit.gate.tools import Run, Tool
from fencekit.logs.capability_proxy import TOOLS as CAPABILITIES
from fencekit.model.verdict import Obligation

SOFT_DELETE = Obligation("soft_delete")
"""The duty to delete so that a file can come back, which `delete_file` always does."""
PATH = ("path",)


def file_tools(
    workspace: Workspace,
    *,
    limits: Mapping[str, int] | None = None,
    discharges: frozenset[Obligation] = frozenset(),
) -> list[Tool]:
    """Return the tools; `limits` bounds the bytes that one may read or write, by its name.

    `discharges` are obligations that the caller sees to, for each of the tools.
    """
    most = dict(limits or {})

    def read(args: Mapping[str, Any]) -> Any:
        return workspace.read_file(text(args, "path"), most=most.get("read_file"))

    def write(args: Mapping[str, Any]) -> Any:
        content = text(args, "content")
        return workspace.write_file(text(args, "path"), content, most=most.get("write_file"))

    def listing(args: Mapping[str, Any]) -> Any:
        return workspace.list_dir(text(args, "path"))

    def delete(args: Mapping[str, Any]) -> Any:
        return delete_file(workspace, text(args, "path"))

    runs: dict[str, tuple[Run, tuple[str, ...]]] = {
        "read_file": (read, PATH),
        "write_file": (write, ("path", "content")),
        "list_dir": (listing, PATH),
        "delete_file": (delete, PATH),
    }
    return [
        Tool(
            name,
            CAPABILITIES[name],
            run,
            paths=PATH,
            discharges=discharges | ({SOFT_DELETE} if name == "delete_file" else frozenset()),
            allowed=frozenset(arguments),
        )
        for name, (run, arguments) in runs.items()
    ]


def text(args: Mapping[str, Any], key: str) -> str:
    """Return an argument that is text; raise Refusal for another."""
    value = args.get(key)
    if not isinstance(value, str):
        raise Refusal("invalid_arguments", f"`{key}` is missing, or no text")
    return value
