"""`fencekit gate mcp`: what becomes of each message between a client and a server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gate.offices import Office
from laws.drawing import policy_of_text
from running import fencekit as run

from fencekit.adapters.mapped_tools import MappedTools
from fencekit.adapters.mcp_gateway.gateway import Gateway, GatewaySettings
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.gate.audit import Audit
from fencekit.gate.gate import Gate
from fencekit.logs.tool_map import MappedTool, ToolMap
from fencekit.model.errors import UsageError

POLICY = """\
deny:
  - capability: file.write
    path_prefix: /etc
  - db.drop
require_approval:
  - capability: file.write
    path_prefix: /shared
allow:
  - file.read
  - file.write
"""
MAPPING = ToolMap(
    tuple(
        MappedTool(name, capability)
        for name, capability in (
            ("read", "file.read"),
            ("write", "file.write"),
            ("drop", "db.drop"),
        )
    )
)
SERVER = [sys.executable, str(Path(__file__).parent / "small_server.py")]
MODERN = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"


class Wire:
    """A gateway with a log, and messages as a client and a server would send them."""

    def __init__(self, folder: Path, **options: Any) -> None:
        signer = options.pop("signer", None)
        tools = MappedTools(MAPPING, frozenset({"path"}), "/work")
        self.log = folder / "audit.jsonl"
        self.gate = Gate(policy_of_text(POLICY), tools=tools, audit=Audit(self.log), **options)
        self.gateway = Gateway(self.gate, GatewaySettings("bob", "prod", signer))
        self.number = 0

    def begin(self, **capabilities: Any) -> None:
        params = {"clientInfo": {"name": "host"}, "capabilities": capabilities}
        self.ask("initialize", params)

    def ask(self, method: str, params: Any = None) -> Any:
        self.number += 1
        return self.gateway.from_client(message(self.number, method, params))

    def call(self, tool: str, args: Any = None, **more: Any) -> Any:
        return self.ask("tools/call", {"name": tool, "arguments": args, **more})

    def answer(self, result: Any, ident: Any = None) -> Any:
        ident = self.number if ident is None else ident
        return self.gateway.from_server({"jsonrpc": "2.0", "id": ident, "result": result})

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def words(self) -> list[str]:
        """Return what the log holds, in one word a line."""
        return [
            one["outcome"]["status"]
            if "outcome" in one
            else (one.get("gate") or one["refusal"])["decision"]
            for one in self.lines()
        ]


def message(ident: Any, method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": ident, "method": method, "params": params}


def refusal(routed: Any) -> str:
    """Return the text of a refusal that went to the client, and nothing to the server."""
    assert routed.to_server == []
    (answer,) = routed.to_client
    assert answer["result"]["isError"] is True
    return str(answer["result"]["content"][0]["text"])


@pytest.fixture
def wire(tmp_path: Path) -> Wire:
    return Wire(tmp_path)


def test_a_call_is_forwarded_only_if_it_is_allowed_and_its_outcome_recorded(wire: Wire) -> None:
    allowed = wire.call("read", {"path": "/work/a"})
    assert [one["params"]["name"] for one in allowed.to_server] == ["read"]
    result = {"content": [], "structuredContent": {"a": 1}, "isError": False}
    assert wire.answer(result).to_client[0]["result"] == result
    assert refusal(wire.call("write", {"path": "/etc/x"})).startswith(
        "fencekit: denied, policy_deny"
    )
    assert "unknown_tool" in refusal(wire.call("teleport"))
    wire.call("read", {"path": "/b"})
    wire.answer({"content": [], "isError": True})
    wire.call("read", {"path": "/c"})
    wire.gateway.from_server({"jsonrpc": "2.0", "id": wire.number, "error": {"message": "no"}})
    assert wire.words() == [
        "ALLOW",
        "completed",
        "DENY",
        "DENY",
        "ALLOW",
        "failed",
        "ALLOW",
        "failed",
    ]
    kept = wire.lines()[0]["request"]
    assert (kept["principal"], kept["environment"]) == ("bob", "prod")
    assert kept["context"] == {"tool_name": "read"}
    policy = wire.log.parent / "policy.yaml"
    policy.write_text(POLICY, "utf-8")
    assert ReplayJob([str(wire.log)], str(policy)).run().exit_code == 0


@pytest.mark.parametrize("path", ["../etc/passwd", "/work/../etc/passwd", "//etc/passwd"])
def test_what_the_server_gets_is_what_was_decided(wire: Wire, path: str) -> None:
    assert "policy_deny" in refusal(wire.call("write", {"path": path}))
    sent = wire.call("read", {"path": path, "n": 1.0}).to_server[0]["params"]["arguments"]
    assert sent == {"path": "/etc/passwd", "n": 1.0}


def test_tools_that_can_never_be_allowed_are_not_listed(wire: Wire) -> None:
    wire.ask("tools/list")
    tools = [{"name": name} for name in ("read", "write", "drop", "teleport")] + [5, {}]
    result = {"tools": tools, "nextCursor": "x"}
    listed = wire.answer(result).to_client[0]["result"]
    assert listed == {"tools": [{"name": "read"}, {"name": "write"}], "nextCursor": "x"}


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"name": 5},
        {"name": "read", "arguments": []},
        {"name": "read", "arguments": 1},
    ],
)
def test_what_is_no_call_is_not_forwarded(wire: Wire, params: Any) -> None:
    assert "fencekit: denied" in refusal(wire.ask("tools/call", params))


def test_an_id_that_is_in_use_is_not_used_again(wire: Wire) -> None:
    wire.call("read", {"path": "/a"})
    again = message(wire.number, "tools/call", {"name": "read", "arguments": {}})
    assert "the id is in use" in refusal(wire.gateway.from_client(again))


def test_everything_else_passes_as_it_is(wire: Wire) -> None:
    for method in ("resources/read", "prompts/get", "ping", "logging/setLevel", "x/y"):
        asked = wire.ask(method, {"uri": "a"})
        assert asked.to_server == [message(wire.number, method, {"uri": "a"})]
        assert wire.answer({"k": 1}).to_client[0]["result"] == {"k": 1}
    note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}}
    assert wire.gateway.from_server(note).to_client == [note]
    sampling = message("s", "sampling/createMessage", {})
    assert wire.gateway.from_server(sampling).to_client == [sampling]
    reply = {"jsonrpc": "2.0", "id": "s", "result": {}}
    assert wire.gateway.from_client(reply).to_server == [reply]


def test_a_gate_that_raises_forwards_nothing(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("down")

    monkeypatch.setattr(wire.gate, "decide", broken)
    assert "RuntimeError" in refusal(wire.call("read", {"path": "/a"}))


def test_a_call_that_becomes_a_task_is_recorded_when_the_task_ends(wire: Wire) -> None:
    task = {"ttl": 1000}
    wire.call("read", {"path": "/a"}, task=task)
    wire.answer({"task": {"taskId": "t1", "status": "working"}})
    wire.ask("tasks/get", {"taskId": "t1"})
    wire.answer({"taskId": "t1", "status": "working"})
    assert wire.words() == ["ALLOW"]
    wire.ask("tasks/result", {"taskId": "t1"})
    wire.answer({"content": [], "isError": False})
    assert wire.words() == ["ALLOW", "completed"]
    wire.call("read", {"path": "/b"}, task=task)
    wire.answer({"task": {"taskId": "t2", "status": "working"}})
    told = {"method": "notifications/tasks/status", "params": {"taskId": "t2", "status": "failed"}}
    wire.gateway.from_server(told)
    assert wire.words() == ["ALLOW", "completed", "ALLOW", "failed"]
    denied = wire.call("write", {"path": "/etc/x"}, task=task)
    assert denied.to_server == []
    assert "policy_deny" in denied.to_client[0]["error"]["message"]


def test_a_call_that_needs_input_is_decided_and_recorded_once(wire: Wire) -> None:
    wire.call("read", {"path": "/a"})
    wire.answer({"resultType": "input_required", "requestState": "s1", "inputRequests": {}})
    assert wire.words() == ["ALLOW"]
    more = {"requestState": "s1", "inputResponses": {"k": {}}}
    again = wire.call("read", {"path": "/a"}, **more)
    assert again.to_server[0]["params"]["inputResponses"] == {"k": {}}
    wire.answer({"content": []})
    assert wire.words() == ["ALLOW", "completed"]
    wire.call("read", {"path": "/a"})
    wire.answer({"resultType": "input_required", "requestState": "s2"})
    assert "policy_deny" in refusal(wire.call("write", {"path": "/etc/x"}, requestState="s2"))


def test_what_the_client_gives_up_and_what_the_server_leaves_is_recorded(wire: Wire) -> None:
    wire.call("read", {"path": "/a"})
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
    wire.gateway.from_client({**cancelled, "params": {"requestId": wire.number}})
    wire.call("read", {"path": "/b"})
    gone = wire.gateway.fail_unanswered()
    assert [one["id"] for one in gone] == [wire.number]
    assert wire.words() == ["ALLOW", "cancelled", "ALLOW", "failed"]


@pytest.fixture
def asking(tmp_path: Path) -> Wire:
    office = Office(tmp_path, str(tmp_path / "approvals.db"))
    return Wire(tmp_path, approvals=office.desk, signer=office.alice)


def test_an_approval_is_pending_with_its_id_where_the_host_cannot_ask(asking: Wire) -> None:
    asking.begin()
    text = refusal(asking.call("write", {"path": "/shared/a"}))
    assert "approval required (rule require_approval-1), request " in text
    assert "fencekit approvals approve" in text


@pytest.mark.parametrize(
    ("answer", "runs"),
    [
        ({"action": "accept", "content": {"approve": True}}, True),
        ({"action": "accept", "content": {"approve": False}}, False),
        ({"action": "accept", "content": {"approve": "true"}}, False),
        ({"action": "accept"}, False),
        ({"action": "decline"}, False),
        ({"action": "cancel", "content": {"approve": True}}, False),
        (None, False),
    ],
)
@pytest.mark.parametrize("stateless", [False, True])
def test_the_user_of_the_host_approves_once_or_not(
    asking: Wire, answer: Any, runs: bool, stateless: bool
) -> None:
    args = {"path": "/shared/a"}
    if stateless:
        meta = {MODERN: "2026-07-28", CAPABILITIES: {"elicitation": {}}}
        asked = asking.call("write", args, _meta=meta).to_client[0]["result"]
        assert asked["resultType"] == "input_required"
        assert "/shared/a" in asked["inputRequests"]["fencekit"]["params"]["message"]
        more = {"requestState": asked["requestState"], "inputResponses": {"fencekit": answer}}
        routed = asking.call("write", args, _meta=meta, **more)
    else:
        asking.begin(elicitation={})
        (question,) = asking.call("write", args).to_client
        assert question["method"] == "elicitation/create"
        reply = {"jsonrpc": "2.0", "id": question["id"], "result": answer}
        routed = asking.gateway.from_client(reply)
        if runs:
            assert asking.gateway.from_client(reply).to_client == []
    if not runs:
        assert "did not approve" in refusal(routed)
        return
    (sent,) = routed.to_server
    assert sent["params"]["arguments"] == args
    assert "requestState" not in sent["params"]
    asking.answer({"content": []}, sent["id"])
    assert asking.words() == ["ESCALATE", "ALLOW", "completed"]
    assert asking.lines()[1]["gate"]["reason"] == "previously_approved"


def test_an_approval_is_not_for_another_call(asking: Wire) -> None:
    meta = {MODERN: "2026-07-28", CAPABILITIES: {"elicitation": {}}}
    asked = asking.call("write", {"path": "/shared/a"}, _meta=meta).to_client[0]["result"]
    yes = {"fencekit": {"action": "accept", "content": {"approve": True}}}
    more = {"requestState": asked["requestState"], "inputResponses": yes}
    again = asking.call("write", {"path": "/shared/b"}, _meta=meta, **more)
    assert again.to_server == []


def over_the_wire(folder: Path, messages: list[Any], *options: str) -> Any:
    """Run the command in front of the small server with these lines; return what it answered."""
    (folder / "policy.yaml").write_text("allow: ['file.*']\n", "utf-8")
    tools = "tools: {read: file.read, die: file.die, drop: db.drop}\n"
    (folder / "tools.yaml").write_text(tools, "utf-8")
    command = [sys.executable, "-m", "fencekit", "gate", "mcp", "--policy", "policy.yaml"]
    words = [*command, "--tools", "tools.yaml", *options, "--", *SERVER]
    with subprocess.Popen(
        words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for one in messages:
            text = one if isinstance(one, str) else json.dumps(one)
            process.stdin.write(text.encode() + b"\n")
            process.stdin.flush()
            if isinstance(one, str) or "id" in one:
                answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        code = process.wait(20)
    return code, answers


def test_the_command_speaks_for_a_server(tmp_path: Path) -> None:
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "host"}}
    code, answers = over_the_wire(
        tmp_path,
        [
            message(1, "initialize", params),
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            message(2, "tools/list", {}),
            "{broken",
            message(3, "tools/call", {"name": "read", "arguments": {"path": "a"}}),
            message(4, "tools/call", {"name": "drop", "arguments": {}}),
            message(5, "tools/call", {"name": "die"}),
        ],
    )
    assert code in (0, 3), "the client or the server ended"
    assert [tool["name"] for tool in answers[1]["result"]["tools"]] == ["read", "die"]
    assert answers[2]["error"]["code"] == -32700
    assert answers[3]["result"]["content"][0]["text"] == '{"path": "a"}'
    assert answers[4]["result"]["isError"] is True
    assert "ended" in answers[5]["error"]["message"]
    kept = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [one["gate"]["decision"] for one in kept if "gate" in one] == ["ALLOW", "DENY", "ALLOW"]
    assert {one["request"]["principal"] for one in kept if "request" in one} == {"host"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name one server"),
        (("--url", "http://x", "--", "cat"), "name one server"),
        (("--header", "x", "--", "cat"), "`x` is no header"),
        (("--approvals", "a.db", "--", "cat"), "go together"),
        (("--signing-key", "k", "--", "cat"), "needs `--approvals`"),
    ],
)
def test_options_that_do_not_go_together(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text("allow: ['*']\n", "utf-8")
    done = run("gate", "mcp", "--policy", "policy.yaml", *words)
    assert done.code == UsageError.exit_code
    assert said in done.err


def test_a_server_that_cannot_be_started_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text("allow: ['*']\n", "utf-8")
    done = run("gate", "mcp", "--policy", "policy.yaml", "--", "/no/s")
    assert done.code == 3
    assert "cannot start `/no/s`" in done.err
