"""Official clients and servers of others behind the gateway; writes `reports/sweep/mcp.json`.

    FENCEKIT_MCP=folder python tests/mcp_gateway/sweep.py

The folder has `node_modules` with `@modelcontextprotocol/sdk`, `server-filesystem` and
`server-everything`, `sqlite/` with a Python that has `mcp-server-sqlite`, and `git/` with one that
has `mcp-server-git`. What is not there is said to be so, and is no pass.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HOME = Path(os.environ.get("FENCEKIT_MCP", "/nonexistent"))
SCOPE = HOME / "node_modules/@modelcontextprotocol"
REPORT = Path(__file__).parents[2] / "reports/sweep/mcp.json"
CLIENT = Path(__file__).parent / "client.mjs"
PORT = "8896"
POLICY = """\
deny:
  - capability: file.read
    contains: secret
  - db.write
  - file.move
require_approval:
  - file.write
allow:
  - file.read
  - db.read
  - misc
"""
TOOLS = """\
tools:
  read_text_file: file.read
  write_file: file.write
  move_file: file.move
  read_query: db.read
  create_table: misc
  write_query: db.write
  git_status: misc
  echo: misc
  get-structured-content: misc
"""


def cases(folder: Path) -> dict[str, tuple[list[str], list[tuple[str, dict[str, Any], str]]]]:
    """Return the servers: how each starts, and calls with what is to become of them."""
    data = str(folder / "data")
    files = [
        ("read_text_file", {"path": f"{data}/a.txt"}, "ok"),
        ("read_text_file", {"path": f"{data}/secret.txt"}, "refused"),
        ("write_file", {"path": f"{data}/b.txt", "content": "x"}, "asked"),
        ("move_file", {"source": f"{data}/a.txt", "destination": f"{data}/c"}, "refused"),
        ("read_text_file", {"path": f"{data}/none"}, "error"),
    ]
    database = [
        ("create_table", {"query": "create table t(a)"}, "ok"),
        ("read_query", {"query": "select 1 as x"}, "ok"),
        ("write_query", {"query": "insert into t values (1)"}, "refused"),
    ]
    everything = [
        ("echo", {"message": "hi"}, "ok"),
        ("get-structured-content", {"location": "Chicago"}, "ok"),
        ("get-sum", {"a": 1, "b": 2}, "refused"),
    ]
    node = shutil.which("node") or "node"
    all_js = str(SCOPE / "server-everything/dist/index.js")
    return {
        "server-filesystem": (
            [node, str(SCOPE / "server-filesystem/dist/index.js"), data],
            files,
        ),
        "mcp-server-sqlite": (
            [str(HOME / "sqlite/bin/mcp-server-sqlite"), "--db-path", f"{folder}/t.db"],
            database,
        ),
        "mcp-server-git": (
            [str(HOME / "git/bin/mcp-server-git")],
            [("git_status", {"repo_path": f"{folder}/repo"}, "ok")],
        ),
        "server-everything": ([node, all_js], everything),
        "server-everything over HTTP": (["--url", f"http://127.0.0.1:{PORT}/mcp"], everything),
    }


def main() -> int:
    """Run both clients before every server; return 1 where something was not as it has to be."""
    found: dict[str, Any] = {}
    for client in ("python", "typescript"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "data").mkdir()
            (folder / "data/a.txt").write_text("a", "utf-8")
            (folder / "data/secret.txt").write_text("s", "utf-8")
            (folder / "policy.yaml").write_text(POLICY, "utf-8")
            (folder / "tools.yaml").write_text(TOOLS, "utf-8")
            subprocess.run(["git", "init", "-q", f"{folder}/repo"], check=True)
            with subprocess.Popen(
                [*cases(folder)["server-everything"][0], "streamableHttp"],
                env={**os.environ, "PORT": PORT},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as served:
                time.sleep(5)
                for server, (command, calls) in cases(folder).items():
                    made = run(client, folder, command, calls)
                    found.setdefault(server, {})[client] = made
                    print(client, server, json.dumps(made), flush=True)
                served.terminate()
    versions = {
        name: json.loads((SCOPE / name / "package.json").read_text("utf-8"))["version"]
        for name in ("sdk", "server-filesystem", "server-everything")
    }
    date = datetime.now(UTC).date().isoformat()
    passed = all(one["as_expected"] for clients in found.values() for one in clients.values())
    text = {"date": date, "passed": passed, "versions": versions, "servers": found}
    REPORT.write_text(json.dumps(text, indent=2) + "\n", "utf-8")
    return int(not passed)


def run(
    client: str, folder: Path, command: list[str], calls: list[tuple[str, dict[str, Any], str]]
) -> dict[str, Any]:
    """Return what one client saw of one server behind the gateway, and what was recorded."""
    log = folder / f"{len(list(folder.glob('*.jsonl')))}.jsonl"
    gateway = [sys.executable, "-m", "fencekit", "gate", "mcp", "--policy", "policy.yaml"]
    gateway += ["--tools", "tools.yaml", "--audit", str(log)]
    gateway += command if command[0] == "--url" else ["--", *command]
    asked = [(name, args) for name, args, _ in calls]
    if client == "python":
        listed, results = asyncio.run(ask_python(gateway, folder, asked))
    else:
        words = ["node", str(CLIENT), json.dumps(gateway), json.dumps(asked), str(folder)]
        env = {**os.environ, "FENCEKIT_SDK": str(SCOPE / "sdk")}
        done = subprocess.run(
            words, env=env, capture_output=True, text=True, timeout=90, check=True
        )
        listed, results = json.loads(done.stdout)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    words = [one["gate"]["decision"] for one in lines if "gate" in one]
    ended = [one["outcome"]["status"] for one in lines if "outcome" in one]
    seen = [kind_of(*one) for one in results]
    wanted = [kind for _, _, kind in calls]
    hidden = {"move_file", "write_query", "get-sum"}.isdisjoint(listed)
    is_right = seen == wanted and hidden and len(words) == len(calls)
    return {
        "as_expected": is_right and len(ended) == words.count("ALLOW"),
        "listed": sorted(listed),
        "calls": [f"{name}: {kind}" for (name, _), kind in zip(asked, seen, strict=True)],
        "decisions": words,
        "outcomes": ended,
    }


def kind_of(is_error: bool, text: str) -> str:
    """Return what became of a call, in a word."""
    if not is_error:
        return "ok"
    if not text.startswith("fencekit: "):
        return "error"
    return "asked" if text.startswith("fencekit: approval required") else "refused"


async def ask_python(
    gateway: list[str], folder: Path, asked: list[tuple[str, dict[str, Any]]]
) -> tuple[list[str], list[tuple[bool, str]]]:
    """Return the tools and the results that the official client for Python gets."""
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    given = StdioServerParameters(
        command=gateway[0], args=gateway[1:], cwd=folder, env=dict(os.environ)
    )
    made = []
    async with Client(stdio_client(given, errlog=sys.stderr)) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        for name, args in asked:
            result = await client.call_tool(name, args)
            made.append((result.is_error, str(getattr(result.content[0], "text", ""))))
    return listed, made


if __name__ == "__main__":
    sys.exit(main())
