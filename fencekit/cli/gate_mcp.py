"""`fencekit gate mcp`: the gate in front of an MCP server."""

import os
from typing import Any

import click


@click.command("mcp", context_settings={"ignore_unknown_options": False})
@click.argument("server", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
@click.option("--policy", required=True, type=click.Path(), metavar="P", help="What is allowed.")
@click.option(
    "--policy-root", type=click.Path(), metavar="DIR", help="Where names in `extends` are."
)
@click.option("--url", default="", metavar="URL", help="The server, by streamable HTTP.")
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Sent to the server."
)
@click.option(
    "--audit", default="audit.jsonl", show_default=True, metavar="LOG", help="The audit log."
)
@click.option("--no-audit", is_flag=True, help="Record nothing.")
@click.option(
    "--tools", type=click.Path(), metavar="FILE", help="Which capability each tool takes."
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="ARGUMENT",
    help="An argument that is a path, of the server's own file system; may be given several times.",
)
@click.option("--principal", default="", metavar="NAME", help="Who calls.  [default: the client]")
@click.option("--environment", default="", metavar="NAME", help="Where.")
@click.option("--approvals", default="", metavar="WHERE", help="Where approvals are kept.")
@click.option("--keys", default="", metavar="DIR", help="The keys that may sign approvals.")
@click.option(
    "--signing-key",
    metavar="FILE",
    help="Ask the user of the host, where it can; sign with this key what they approve.",
)
def mcp(server: tuple[str, ...], **given: Any) -> None:
    """Decide the calls of an MCP server: start it, or reach it at a URL, and speak for it.

    \b
    fencekit gate mcp --policy policy.yaml -- npx -y @modelcontextprotocol/server-filesystem /data
    fencekit gate mcp --policy policy.yaml --url https://host/mcp --header "Authorization: …"

    A host runs this command in the place of the server's own. Tools that the policy can never
    allow are not listed; a call that it denies is answered with an error, and not forwarded.
    """
    from fencekit.adapters.mapped_tools import MappedTools
    from fencekit.adapters.mcp_gateway.gateway import Gateway, GatewaySettings
    from fencekit.dialects.dialect_registry import load_policy
    from fencekit.gate.audit import Audit
    from fencekit.gate.gate import Gate
    from fencekit.logs.mcp import TOOLS
    from fencekit.logs.tool_map import ToolMap, load_tools
    from fencekit.model.errors import UsageError

    if bool(server) == bool(given["url"]):
        hint = "`fencekit gate mcp … -- COMMAND`, or `--url URL`"
        raise UsageError("name one server", hint=hint)
    headers = read_headers(given["headers"])
    mapping = load_tools(given["tools"]) if given["tools"] else ToolMap()
    desk, signer = approvals_of(given)
    gate = Gate(
        load_policy(given["policy"], policy_root=given["policy_root"]),
        tools=MappedTools(mapping.over(TOOLS), frozenset(given["paths"]), os.getcwd()),  # noqa: PTH109
        audit=None if given["no_audit"] else Audit(given["audit"]),
        approvals=desk,
    )
    from fencekit.adapters.mcp_gateway.relay import run_gateway

    environment = given["environment"] or mapping.environment or ""
    settings = GatewaySettings(given["principal"], environment, signer)
    with gate:
        run_gateway(Gateway(gate, settings), command=server, url=given["url"], headers=headers)


def read_headers(texts: tuple[str, ...]) -> dict[str, str]:
    """Return headers by name. Raises UsageError."""
    from fencekit.model.errors import UsageError

    made = {}
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"`{text}` is no header", hint="write `Name: value`")
        made[name.strip()] = value.strip()
    return made


def approvals_of(given: dict[str, Any]) -> Any:
    """Return the approvals, and who signs what the user of the host approves; None for neither."""
    from fencekit.gate.approvals.desk import Desk
    from fencekit.gate.approvals.keys import KeyRing
    from fencekit.gate.approvals.store import open_store
    from fencekit.model.errors import UsageError

    if bool(given["approvals"]) != bool(given["keys"]):
        raise UsageError("`--approvals` and `--keys` go together")
    if not given["approvals"]:
        if given["signing_key"]:
            raise UsageError("`--signing-key` needs `--approvals` and `--keys`")
        return None, None
    keys = KeyRing(given["keys"])
    desk = Desk(open_store(given["approvals"]), keys)
    return desk, keys.signer(given["signing_key"]) if given["signing_key"] else None
