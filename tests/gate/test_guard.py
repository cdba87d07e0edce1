"""`gate.guard`: around functions and blocks, sync and async; what is recorded of each."""

import asyncio
import inspect
import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from laws.drawing import policy_of_text

from fencekit.gate.audit import Audit
from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.decision import ExecutionOutcome, ExecutionStatus
from fencekit.gate.gate import Gate
from fencekit.gate.guard import ApprovalRequired, Blocked, calling
from fencekit.gate.tools import AnyTools, Tool
from fencekit.model.errors import UsageError

POLICY = policy_of_text(
    """
deny: [{capability: pay.send, amount_gt: 100}]
require_approval: [{capability: pay.send, amount_gt: 10}]
allow: ['pay.*', 'file.*']
"""
)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(POLICY, tools=AnyTools(), audit=Audit(tmp_path / "log.jsonl", fsync=False))


def lines(gate: Gate) -> list[dict[str, Any]]:
    assert gate.audit is not None
    return [json.loads(line) for line in Path(gate.audit.path).read_text().splitlines()]


def outcomes(gate: Gate) -> list[str]:
    return [line["outcome"]["status"] for line in lines(gate) if "outcome" in line]


def test_a_guarded_function_runs_if_it_may(gate: Gate) -> None:
    @gate.guard("pay.send", principal="bob")
    def send(to: str, amount: int = 5, **more: Any) -> str:
        """Send money."""
        return f"{to} {amount} {more}"

    assert send("shop") == "shop 5 {}"
    assert send("shop", 6, note="x") == "shop 6 {'note': 'x'}"
    with pytest.raises(Blocked, match="policy_deny") as blocked:
        send("shop", amount=101)
    assert not isinstance(blocked.value, ApprovalRequired)
    with pytest.raises(ApprovalRequired, match="approval_required"):
        send("shop", amount=11)
    assert (send.__name__, send.__doc__) == ("send", "Send money.")
    assert list(inspect.signature(send).parameters) == ["to", "amount", "more"]
    assert outcomes(gate) == ["completed", "completed"]
    assert lines(gate)[0]["request"] == {
        "capability": "pay.send",
        "principal": "bob",
        "args": {"to": "shop", "amount": 5},
    }


def test_what_a_guarded_function_gets_is_what_was_decided(gate: Gate) -> None:
    got: list[Any] = []

    @gate.guard("pay.list")
    def listed(items: Any) -> None:
        got.append(items)

    given = {"a": [1, (2, 3)]}
    listed(given)
    assert got == [{"a": [1, [2, 3]]}]
    assert got[0] is not given, "who has the arguments can change them no more"


def test_arguments_that_are_no_json_are_refused_and_recorded(gate: Gate) -> None:
    @gate.guard("pay.list")
    def listed(item: Any) -> None:
        raise AssertionError

    for item in (object(), float("nan"), {1: 2}, {"x"}, "\ud800"):
        with pytest.raises(Blocked, match="invalid_arguments"):
            listed(item)
    assert ["refusal" in line for line in lines(gate)] == [True] * 5


def test_what_a_guarded_function_raises_is_recorded_and_raised(gate: Gate) -> None:
    @gate.guard("pay.list")
    def fail(kind: str) -> None:
        raise {"value": ValueError, "exit": SystemExit, "refuse": Refusal}[kind](kind, kind)

    for kind, raised in (("value", ValueError), ("exit", SystemExit), ("refuse", Refusal)):
        with pytest.raises(raised):
            fail(kind)
    assert outcomes(gate) == ["failed", "cancelled", "refused"]


def test_a_guarded_coroutine(gate: Gate) -> None:
    threads: list[int] = []

    @gate.guard("pay.send")
    async def send(amount: int) -> int:
        threads.append(threading.get_ident())
        await asyncio.sleep(0)
        return amount

    assert inspect.iscoroutinefunction(send)

    async def all_of_it() -> None:
        assert await asyncio.gather(*(send(number) for number in range(8))) == list(range(8))
        with pytest.raises(Blocked):
            await send(101)

        @gate.guard("pay.list")
        async def forever() -> None:
            await asyncio.sleep(60)

        task = asyncio.create_task(forever())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(all_of_it())
    assert set(threads) == {threading.get_ident()}
    assert outcomes(gate) == ["completed"] * 8 + ["cancelled"]


def test_a_guarded_block(gate: Gate) -> None:
    with gate.guard("pay.send", {"amount": 3}, environment="prod") as guard:
        assert guard.arguments == {"amount": 3}
        assert guard.decision is not None
        assert guard.decision.authorized
    with pytest.raises(Blocked), gate.guard("pay.send", {"amount": 300}):
        raise AssertionError
    with pytest.raises(KeyError), gate.guard("pay.list"):
        raise KeyError("x")

    async def all_of_it() -> None:
        async with gate.guard("pay.send", {"amount": 4}) as guard:
            assert guard.arguments == {"amount": 4}
        with pytest.raises(ApprovalRequired):
            async with gate.guard("pay.send", {"amount": 40}):
                raise AssertionError

    asyncio.run(all_of_it())
    assert outcomes(gate) == ["completed", "failed", "completed"]


def test_who_calls_is_said_once_for_a_while(gate: Gate) -> None:
    @gate.guard("pay.list")
    def listed() -> None:
        pass

    with calling(principal="bob", session="s1"), calling(environment="prod"):
        listed()
    listed()
    first, _, second, _ = lines(gate)
    assert (first["request"]["principal"], first["session"]) == ("bob", "s1")
    assert first["request"]["environment"] == "prod"
    assert "principal" not in second["request"]


def test_a_tool_of_ones_own_is_made_canonical_by_its_guard(gate: Gate) -> None:
    tool = Tool("read", "file.read", paths=("path",))

    @gate.guard(tool)
    def read(path: str) -> str:
        return path

    assert read("a/../b//c") == "/b/c"
    with pytest.raises(Blocked, match="path_home"):
        read("~/x")


@pytest.mark.parametrize(
    "misuse",
    [
        lambda gate: gate.guard("x", {"a": 1})(lambda: None),
        lambda gate: gate.guard("x")(lambda *args: None),
        lambda gate: gate.guard("x")(eval("lambda a, /: None")),
        lambda gate: gate.guard("x", user="bob"),
        lambda gate: calling(user="bob").__enter__(),
        lambda gate: gate.guard("x").arguments,
    ],
)
def test_a_guard_that_is_used_wrongly_says_so(gate: Gate, misuse: Any) -> None:
    with pytest.raises(UsageError):
        misuse(gate)


def test_execute_runs_coroutines_only_where_it_can_wait(tmp_path: Path) -> None:
    async def run(args: Any) -> Any:
        await asyncio.sleep(0)
        return args["n"]

    def plain(args: Any) -> Any:
        return args["n"]

    async def fail(args: Any) -> Any:
        raise ValueError("no")

    tools = AnyTools(
        [
            Tool("pay.a", "pay.a", run),
            Tool("pay.b", "pay.b", plain),
            Tool("pay.c", "pay.c", fail),
            Tool("pay.d", "pay.d", partial(run)),
        ]
    )
    gate = Gate(POLICY, tools=tools, audit=Audit(tmp_path / "log.jsonl", fsync=False))
    refused = gate.execute(ToolCall.of("pay.a", {"n": 1}))
    assert refused.outcome is not None
    assert refused.outcome.status is ExecutionStatus.REFUSED
    assert "execute_async" in refused.outcome.error

    async def all_of_it() -> list[Any]:
        calls = [ToolCall.of(f"pay.{name}", {"n": name}) for name in "abcd"]
        calls += [ToolCall.of("db.drop"), ToolCall.of("pay.e")]
        return [await gate.execute_async(call) for call in calls]

    done = asyncio.run(all_of_it())
    assert [each.outcome and each.outcome.status for each in done] == [
        ExecutionStatus.COMPLETED,
        ExecutionStatus.COMPLETED,
        ExecutionStatus.FAILED,
        ExecutionStatus.COMPLETED,
        None,
        ExecutionStatus.REFUSED,
    ]
    assert [each.outcome.result for each in done[:4]] == ["a", "b", None, "d"]
    assert done[5].outcome.error.startswith("no_executor")


def test_another_process_submits_the_outcome_once(gate: Gate) -> None:
    allowed = gate.decide(ToolCall.of("pay.list"))
    denied = gate.decide(ToolCall.of("db.drop"))
    gate.submit(allowed.id, ExecutionOutcome(ExecutionStatus.FAILED, "boom"))
    for wrong in (allowed.id, denied.id, "", "x"):
        with pytest.raises(UsageError, match="no allowed call"):
            gate.submit(wrong, ExecutionOutcome(ExecutionStatus.COMPLETED))
    assert outcomes(gate) == ["failed"]
    assert lines(gate)[-1]["outcome"] == {"of": allowed.id, "status": "failed", "error": "boom"}


def test_a_policy_is_replaced_from_the_next_call_on(gate: Gate) -> None:
    assert gate.decide(ToolCall.of("pay.list")).authorized
    gate.reload(policy_of_text("allow: [db]\n"))
    assert not gate.decide(ToolCall.of("pay.list")).authorized
    assert gate.decide(ToolCall.of("db.drop")).authorized
    digests = [line["policy"] for line in lines(gate)]
    assert digests[0] != digests[1] == digests[2]


def test_a_preview_leaves_no_trace(gate: Gate) -> None:
    decision = gate.preview(ToolCall.of("pay.send", {"amount": 11}))
    assert (decision.word, decision.reason, decision.id) == ("ESCALATE", "approval_required", "")
    assert lines(gate) == []
