"""Record, then replay: what the gate recorded replays on the same policy with no difference."""

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from laws.drawing import arguments, contexts, documents

from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.approvals.approval_grants import ApprovalError, Scope
from fencekit.gate.assess import KeywordAssessor
from fencekit.gate.audit import Audit, Keep
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import outcome_of
from fencekit.gate.tools import AnyTools, Tool
from fencekit.logs.chain.verify_chain import verify_log
from fencekit.model.errors import PolicyError
from fencekit.model.finding import RecordClass
from fencekit.reading import yaml
from gate.offices import Office

KEY = b"a key of sixteen bytes and more"
CHANGES = {RecordClass.LOOSER, RecordClass.TIGHTER}
UNSURE = {RecordClass.MAYBE_LOOSER, RecordClass.MAYBE_TIGHTER, RecordClass.CANNOT_TELL}
EVERY_WAY: dict[str, Any] = {
    "deny": [{"capability": "pay.in", "match_keywords": ["rm"]}],
    "require_approval": ["pay.out.*", "shell"],
    "allow": ["pay.in"],
}
SEEN: Counter[str] = Counter()

calls = st.builds(
    ToolCall.of,
    st.sampled_from(["pay.in", "pay.out.prod", "shell.exec", "payroll run", "a b", ""]),
    arguments,
    principal=st.sampled_from(["bob", "eve", "alice", ""]),
    environment=st.sampled_from(["", "prod", "dev"]),
    session=st.sampled_from(["", "s1"]),
    context=contexts,
    escalates=st.booleans(),
)
broken = st.sampled_from(
    [ToolCall("pay.in", "{"), ToolCall("pay.in", "[]"), ToolCall("x" * 2000), ToolCall("a\0b")]
)
respelled = st.builds(
    lambda text: ToolCall("pay.in", text, "bob"),
    st.sampled_from(['{"amount": 1.00}', '{ "amount":1e0 }', '{"amount":-0}', '{"amount":1e999}']),
)


def gate_of(folder: Path, document: dict[str, Any], keep: Keep, random: Random) -> Any:
    """Return a gate by the policy that a document spells, and its office; None for no policy."""
    office = Office(folder, str(folder / "approvals.db"))
    (folder / "policy.yaml").write_text(yaml.write(document))
    try:
        policy = load_policy(folder / "policy.yaml")
    except PolicyError:
        return None
    assessor = KeywordAssessor(["drop"], 60) if random.random() < 0.3 else None
    log = Audit(folder / "log.jsonl", arguments=keep, key=KEY, fsync=False)
    gate = Gate(
        policy,
        tools=AnyTools(),
        audit=log,
        approvals=office.desk if random.random() < 0.8 else None,
        assessor=assessor,
        assess_seconds=0,
        shadow=policy,
        clock=office.clock,
        discharges=random.choice([(), ("warn",)]),
    )
    return gate, office


def use(gate: Gate, office: Office, asked: list[ToolCall], random: Random) -> None:
    """Let the calls come, with approvals, grants, and a clock that goes both ways, in between."""
    for call in asked:
        office.clock.now += random.choice([0, 1, 4000, -200, -500])
        decision = gate.decide(call)
        SEEN[decision.reason.partition(":")[0]] += 1
        if random.random() < 0.5 or call.principal == "alice":
            continue
        with suppress(ApprovalError):  # of a clock that was set back too far
            if decision.word == "ESCALATE" and decision.approval:
                office.desk.approve(decision.approval, office.alice)
                SEEN[gate.decide(call).reason.partition(":")[0]] += 1
            elif random.random() < 0.3:
                office.desk.grant(Scope("*", "*", uses=2), office.alice)


DENIES = {"deny": [{"capability": "pay.in"}], "allow": [{"capability": "shell.exec"}]}


@settings(max_examples=60)
@example(DENIES, [ToolCall.of("pay.in"), ToolCall.of("shell.exec")], Keep.WHOLE, Random(1))
@given(
    documents | st.just(EVERY_WAY),
    st.lists(st.one_of(calls, calls, calls, respelled, broken), min_size=1, max_size=12),
    st.sampled_from([Keep.WHOLE, Keep.WHOLE, Keep.MASKED, Keep.DIGESTS]),
    st.randoms(use_true_random=False),
)
def check(document: dict[str, Any], asked: list[ToolCall], keep: Keep, random: Random) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        made = gate_of(folder, document, keep, random)
        if made is None:
            return
        gate, office = made
        use(gate, office, asked, random)
        office.desk.store.close()
        (folder / "key").write_bytes(KEY)
        report = ReplayJob(
            [str(folder / "log.jsonl")],
            str(folder / "policy.yaml"),
            redaction_key=str(folder / "key") if keep is Keep.DIGESTS else "",
            require_chain=True,
        ).run()
        SEEN[f"kept {keep}"] += 1
        found = {kind for kind, count in report.counts.items() if count}
        assert not found & CHANGES, report
        if keep is Keep.WHOLE:
            assert not found & UNSURE, report
            assert {"engine-error"} >= {each.slug for each in report.findings}, report
            is_clean = report.checked > 0 and not report.findings
            assert not is_clean or report.exit_code == 0, report.troubles
        assert verify_log(folder / "log.jsonl").holds
    finally:
        shutil.rmtree(folder)


def test_what_was_recorded_replays_on_the_same_policy_without_a_difference() -> None:
    SEEN.clear()
    wanted = {"policy_allow", "policy_deny", "approval_required", "policy_default_deny"}
    wanted |= {"previously_approved", "kept whole", "kept masked", "kept digests"}
    for _ in range(10):
        check()
        if wanted <= SEEN.keys():
            break
    assert wanted <= SEEN.keys(), SEEN


@pytest.mark.parametrize("keep", Keep)
def test_the_log_holds_no_more_of_the_arguments_than_it_is_to_keep(
    tmp_path: Path, keep: Keep
) -> None:
    (tmp_path / "policy.yaml").write_text("require_approval: ['pay.in']\nallow: ['*']\n")
    office = Office(tmp_path, str(tmp_path / "approvals.db"))
    gate = Gate(
        load_policy(tmp_path / "policy.yaml"),
        tools=AnyTools(),
        audit=Audit(tmp_path / "log.jsonl", arguments=keep, key=KEY),
        approvals=office.desk,
    )
    said: dict[str, Any] = {"args": {"card": "4111-1111"}, "context": {"tenant": "acme-secret"}}
    for tool in ("pay.in", "list", "list\0"):
        gate.execute(ToolCall.of(tool, principal="bob", **said))
    gate.decide(ToolCall("pay.in", '{"card": "4111-1111"'))
    paths = Tool("read", "read", paths=("card",))
    gate.decide(ToolCall.of("read", {"card": "../4111-1111"}), tool=paths)
    failing = gate.decide(ToolCall.of("list", said["args"]))
    gate.record_outcome(failing, outcome_of(ValueError("4111-1111")))
    text = (tmp_path / "log.jsonl").read_text()
    assert ("4111-1111" in text) is (keep is Keep.WHOLE)
    assert ("acme-secret" in text) is (keep is Keep.WHOLE)
    assert ("hmac-sha256:" in text) is (keep is Keep.DIGESTS)
    assert ('"action":' in text) is (keep is Keep.WHOLE), "a digest without a key can be guessed"
