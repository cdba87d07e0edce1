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
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus
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


def test_what_is_given_up_before_it_began_is_recorded_so(gate: Gate) -> None:
    begun, release = threading.Event(), threading.Event()
    judged, ran = gate._judge.judge, []

    def slow(*args: Any) -> Any:
        begun.set()
        release.wait(10)
        return judged(*args)

    gate._judge.judge = slow  # type: ignore[method-assign]

    @gate.guard("pay.list")
    async def listed() -> None:
        ran.append(1)

    async def give_up(waiting: Any) -> None:
        begun.clear()
        release.clear()
        task = asyncio.ensure_future(waiting)
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()

    async def all_of_it() -> None:
        await give_up(listed())
        await give_up(gate.execute_async(ToolCall.of("pay.list")))

    asyncio.run(all_of_it())
    assert ran == []
    assert outcomes(gate) == ["refused", "refused"]
    assert lines(gate)[-1]["outcome"]["error"] == "given up before it began"


def test_a_thread_whose_task_was_cancelled_is_recorded_as_it_ends(tmp_path: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(_: Any) -> str:
        begun.set()
        release.wait(10)
        return "done"

    tools = AnyTools([Tool("pay.slow", "pay.slow", slow)])
    gate = Gate(POLICY, tools=tools, audit=Audit(tmp_path / "log.jsonl", fsync=False))

    async def all_of_it() -> None:
        task = asyncio.create_task(gate.execute_async(ToolCall.of("pay.slow")))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert outcomes(gate) == []
        release.set()

    asyncio.run(all_of_it())
    assert outcomes(gate) == ["completed"]


def test_many_threads_share_a_gate(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from fencekit.logs.chain.verify_chain import verify_log

    tools = AnyTools([Tool("pay.list", "pay.list", lambda args: args["n"])])
    gate = Gate(POLICY, tools=tools, audit=Audit(tmp_path / "log.jsonl", fsync=False))
    with ThreadPoolExecutor(8) as pool:
        calls = [ToolCall.of("pay.list", {"n": number}) for number in range(200)]
        done = list(pool.map(gate.execute, calls))
        decisions = [gate.decide(call) for call in calls[:20]]
        once = [decision.id for decision in decisions for _ in range(4)]
        told = list(pool.map(lambda of: submitted(gate, of), once))
    assert [each.outcome and each.outcome.result for each in done] == list(range(200))
    assert told.count(True) == 20
    found = verify_log(tmp_path / "log.jsonl")
    assert (found.holds, found.covered, found.notes) == (True, 440, 220)


def submitted(gate: Gate, of: str) -> bool:
    try:
        gate.submit(of, ExecutionOutcome(ExecutionStatus.COMPLETED))
    except UsageError:
        return False
    return True


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
