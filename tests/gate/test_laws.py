"""The invariants of the gate, each a test whose name is the sentence."""

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws.drawing import arguments, contexts, policies, policy_of_text, requests

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.gate.assess import Advice, Assessment
from fencekit.gate.audit import Audit
from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.canonical_paths import canonical
from fencekit.gate.gate import Gate
from fencekit.gate.tools import AnyTools, Tool, Tools
from fencekit.model.errors import RequestError
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.verdict import Effect, Obligation, Verdict
from gate.offices import any_gate

WORDS = {"ALLOW", "ALLOW_WITH_GUARDRAILS", "ESCALATE", "DENY"}
EVERYTHING = policy_of_text("allow: ['*']\n")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
texts = st.text() | st.sampled_from(["{}", "[]", '{"a":1}', '{"a":1,"a":2}', '{"a":NaN}', "{"])


def call_of(request: Request) -> ToolCall:
    return ToolCall.of(
        str(request.capability),
        request.args.values,
        principal=str(request.principal or ""),
        environment=str(request.environment or ""),
        context=request.context.values,
    )


class Says:
    """An assessor that says one thing."""

    def __init__(self, said: Any) -> None:
        self.said = said

    def assess(self, request: Request, effect: Effect) -> Any:
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said


@given(st.text(), arguments, policies)
def test_unknown_tools_are_denied(name: str, args: dict[str, Any], policy: Policy) -> None:
    gate = Gate(EVERYTHING, tools=Tools([Tool("known", "pay.in")]))
    try:
        call = ToolCall.of(name, args)
    except ValueError:
        return
    decision = gate.decide(call)
    assert decision.authorized is (name == "known")
    if name != "known":
        assert decision.reason in ("unknown_tool", "invalid_call", "too_large")
        assert Gate(policy, tools=Tools()).decide(call).word == "DENY"


@given(texts, texts, st.text(), st.text(), policies)
def test_every_decision_is_one_of_the_four(
    text: str, context: str, tool: str, principal: str, policy: Policy
) -> None:
    for name in (tool, "pay.in"):
        for tools in (Tools([Tool("pay.in", "pay.in", paths=("path",))]), AnyTools()):
            call = ToolCall(name, text, principal, context=context)
            decision = Gate(policy, tools=tools).decide(call)
            assert decision.word in WORDS
            assert decision.authorized is decision.word.startswith("ALLOW")


@pytest.mark.parametrize("field", ["tool", "arguments", "principal", "context", "id", "session"])
@pytest.mark.parametrize("value", [None, 3, b"x", ["x"], {"x": 1}, "\ud800", "x" * 2_000_000])
def test_a_call_without_the_shape_of_one_is_denied(field: str, value: Any) -> None:
    said: dict[str, Any] = {"tool": "pay.in", field: value}
    decision = any_gate(EVERYTHING).decide(ToolCall(**said))
    assert decision.word == "DENY"
    assert decision.errors


@given(requests, policies)
def test_the_gate_decides_as_the_policy_does(request: Request, policy: Policy) -> None:
    decision = any_gate(policy, discharges=("warn",)).decide(call_of(request))
    ruled = NativeEvaluator(policy).decide(request).outcomes[0].effect
    assert decision.request == request
    assert decision.verdict is ruled.verdict


@given(requests, policies, st.sampled_from(Verdict), st.booleans())
def test_the_assessor_only_tightens(
    request: Request, policy: Policy, verdict: Verdict, duty: bool
) -> None:
    added = frozenset({Obligation("mask")}) if duty else frozenset()
    assessor = Says(Assessment(verdict, "because", added))
    call = call_of(request)
    alone = any_gate(policy).decide(call)
    advised = any_gate(policy, assessor=assessor, assess_seconds=0).decide(call)
    assert advised.verdict >= alone.verdict
    assert advised.verdict >= min(verdict, Verdict.DENY) or alone.verdict is Verdict.DENY
    if duty and alone.verdict is not Verdict.DENY:
        assert advised.verdict is Verdict.DENY, "nobody discharges the duty"


NONSENSE = [
    None,
    "ALLOW",
    Verdict.ALLOW,
    (Verdict.ALLOW, ""),
    Assessment("ALLOW"),  # type: ignore[arg-type]
    Assessment(Verdict.ALLOW, 3),  # type: ignore[arg-type]
    Assessment(Verdict.ALLOW, "", {Obligation("x")}),  # type: ignore[arg-type]
    ValueError("no"),
    RecursionError(),
    SystemExit(0),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("said", NONSENSE, ids=repr)
@pytest.mark.parametrize("seconds", [0, 1.0])
def test_a_crash_or_nonsense_from_the_assessor_escalates(said: Any, seconds: float) -> None:
    gate = any_gate(EVERYTHING, assessor=Says(said), assess_seconds=seconds)
    decision = gate.decide(ToolCall.of("pay.in"))
    assert decision.word == "ESCALATE"
    assert decision.assessment.reason.startswith("assessor: ")


def test_an_assessor_that_hangs_escalates_and_does_not_pile_up() -> None:
    release = threading.Event()

    class Hangs:
        def assess(self, request: Request, effect: Effect) -> Assessment:
            release.wait(20)
            return Assessment(Verdict.ALLOW)

    advice = Advice(Hangs(), 0.01)
    try:
        said = [advice.ask(Request("x"), Effect(Verdict.ALLOW)) for _ in range(20)]
    finally:
        release.set()
    assert {each.verdict for each in said} == {Verdict.ESCALATE}
    assert [each.reason for each in said].count("assessor: it does not answer any more") == 12


@given(requests, policies, st.sampled_from([None, *Verdict]))
def test_nothing_overrides_a_denial(
    request: Request, policy: Policy, verdict: Verdict | None
) -> None:
    ruled = NativeEvaluator(policy).decide(request).outcomes[0].effect
    said = None if verdict is None else Assessment(verdict)
    gate = any_gate(policy, assessor=Says(said), assess_seconds=0, discharges=["warn", "x"])
    decision = gate.decide(call_of(request), discharges=["y"])
    if ruled.verdict is Verdict.DENY:
        assert decision.verdict is Verdict.DENY


@given(requests, policies)
def test_an_obligation_that_nobody_discharges_is_a_denial(request: Request, policy: Policy) -> None:
    call = call_of(request)
    decision = any_gate(policy, discharges=()).decide(call)
    if decision.rules and decision.rules.outcomes[0].effect.obligations:
        assert (decision.word, decision.reason) == ("DENY", "obligation_not_discharged:warn")
        told = any_gate(policy, discharges=()).decide(call, discharges=["warn"])
        assert told.word == "ALLOW_WITH_GUARDRAILS"


paths = st.lists(
    st.sampled_from(
        ["..", ".", "", "a", "b.txt", "~", "etc", "work", "…", "\uff0e\uff0e", "\u2024\u2024"]
    )
    | st.text(max_size=4),
    max_size=6,
).map("/".join)


@given(paths, st.sampled_from(["/", "/work", "/work/deep"]))
def test_paths_are_canonical_before_evaluation(path: str, root: str) -> None:
    seen: list[Request] = []

    class Sees:
        policy = EVERYTHING

        def decide(self, request: Request) -> Any:
            seen.append(request)
            return NativeEvaluator(EVERYTHING).decide(request)

    gate = Gate(Sees(), tools=Tools([Tool("read", "file.read", paths=("path",))], root=root))
    try:
        decision = gate.decide(ToolCall.of("read", {"path": path}))
    except ValueError:
        return
    if decision.word == "DENY":
        assert seen == []
        return
    (request,) = seen
    made = request.args.values["path"]
    assert made == root or made.startswith(root.rstrip("/") + "/")
    assert not {"..", ".", ""} & set(made.split("/")[1:]) or made == "/"
    assert canonical(made, root) == made, "it is idempotent"
    assert decision.call.arguments != decision.normalised.decided or path == made  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../etc/passwd", "path_outside_root"),
        ("a/../../etc", "path_outside_root"),
        ("/etc/passwd", "path_outside_root"),
        ("//etc", "path_outside_root"),
        ("/workshop", "path_outside_root"),
        ("~/.ssh/id_rsa", "path_home"),
        ("~root", "path_home"),
        ("a\0b", "path_control"),
        ("a\nb", "path_control"),
        ("a\u202eb", "path_control"),
        ("..\\..\\etc", "path_backslash"),
        ("\uff0e\uff0e/etc", "path_look_alike"),
        ("a\uff0fb", "path_look_alike"),
        ("a\u2025/b", "path_look_alike"),
        ("cafe\u0301", "path_not_normal"),
        ("nul", "path_device"),
        ("a/COM1", "path_device"),
        ("con ", "path_device"),
        ("a" * 300, "path_too_long"),
        ("a/" * 3000, "path_too_long"),
        ("", "path_empty"),
        (3, "path_not_text"),
        (None, "path_not_text"),
        ({"a": 1}, "path_not_text"),
    ],
)
def test_a_path_that_leads_out_or_looks_so_is_refused(path: Any, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        canonical(path, "/work")
    assert refused.value.reason == reason
    tools = Tools([Tool("read", "file.read", paths=("path",))], root="/work")
    decision = Gate(EVERYTHING, tools=tools).decide(ToolCall.of("read", {"path": [path]}))
    assert (decision.word, decision.reason) == ("DENY", reason)


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("a", "/work/a"),
        (".", "/work"),
        ("/work", "/work"),
        ("/work//a/./b/../c/", "/work/a/c"),
        ("//work/a", "/work/a"),
        ("./~", "/work/~"),
        ("é/ü.txt", "/work/é/ü.txt"),
        ("aux.c", "/work/aux.c"),
        ("a..b/...", "/work/a..b/..."),
    ],
)
def test_a_path_below_the_root_is_one_whatever_its_spelling(path: str, made: str) -> None:
    assert canonical(path, "/work") == made


@given(json_values)
def test_structured_calls_only(value: Any) -> None:
    """Whatever is no JSON object is no call; there is no text that is run."""
    ran: list[Any] = []
    gate = Gate(EVERYTHING, tools=Tools([Tool("t", "pay.in", ran.append)]))
    try:
        call = ToolCall.of("t", value)
    except RequestError:
        call = ToolCall("t", value)
    done = gate.execute(call)
    assert isinstance(value, dict) or not done.decision.authorized
    assert len(ran) == done.decision.authorized


@given(arguments, contexts)
def test_what_runs_is_what_was_decided(args: dict[str, Any], context: dict[str, Any]) -> None:
    ran: list[Any] = []
    gate = Gate(EVERYTHING, tools=Tools([Tool("t", "pay.in", ran.append)]))
    done = gate.execute(ToolCall.of("t", args, context=context))
    assert done.completed
    assert repr(ran[0]) == repr(args)
    assert done.decision.request is not None
    assert ran[0] == done.decision.request.args.values


def test_the_log_is_append_only(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    gate = any_gate(EVERYTHING, audit=Audit(log, fsync=False))
    before = b""
    for number in range(20):
        gate.execute(ToolCall.of("pay.in", {"n": number}))
        after = log.read_bytes()
        assert after.startswith(before)
        assert len(after) > len(before)
        before = after


def test_an_argument_that_the_tool_does_not_take_is_refused() -> None:
    tools = Tools([Tool("t", "pay.in", allowed=frozenset({"a"}))])
    gate = Gate(EVERYTHING, tools=tools)
    assert gate.decide(ToolCall.of("t", {"a": 1})).authorized
    assert gate.decide(ToolCall.of("t", {"a": 1, "b": 2})).reason == "invalid_arguments"


def test_an_environment_that_stands_twice_is_refused() -> None:
    call = ToolCall.of("pay.in", environment="dev", context={"environment": "prod"})
    assert any_gate(EVERYTHING).decide(call).reason == "invalid_context"
