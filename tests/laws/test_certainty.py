"""A log that lacks something: no answer that the full log contradicts, and as many as can be.

Soundness is looked at on thousands of random policies and calls, and on the recorded log. That no
more could be said is looked at by calls that a record may be of: where the answer stays open, each
way in which it may go is shown by one. `make sweep` does the same with many more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from running import LOGS, POLICIES

from fencekit.checks.findings.decision_comparison import between, changes_from, with_recorded
from fencekit.checks.replay.record_comparer import Comparer
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.outcome_pairs import decide_both
from fencekit.logs.log_registry import read_log
from fencekit.model.change import Change, compare_effects
from fencekit.model.finding import RecordClass
from fencekit.model.policy import Policy
from fencekit.model.record import Record, Recorded
from fencekit.model.request import ANYTHING, Facts, Request
from laws.completions import asked_of, completions, document, edited
from laws.drawing import CAPABILITIES, LEVELS, policy_of
from laws.open_calls import drawn, looked_at
from laws.test_unknown import ALLOWED, told

pytestmark = pytest.mark.oracle

CERTAIN = (RecordClass.UNCHANGED, RecordClass.LOOSER, RecordClass.TIGHTER)
SEARCHED = 4_000


def drawn_call(chance: Random) -> Request:
    """Draw a call as a database of CapFence keeps it: all but the arguments is known."""
    context = {"risk_level": chance.choice(LEVELS)} if chance.random() < 0.5 else {}
    return Request(
        chance.choice(CAPABILITIES),
        environment=chance.choice([None, "prod", "dev"]),
        context=context,
        args=ANYTHING,
    )


def filled(
    request: Request, args: dict[str, object], context: dict[str, object] | None = None
) -> Request:
    """Return the call with arguments, and with more of a context where that may be."""
    more = context if context and request.context.open else {}
    return Request(
        request.capability,
        environment=request.environment,
        context=Facts({**more, **request.context.values}),
        args=Facts(args),
    )


def ways(chance: Random, request: Request, *policies: Policy) -> Iterator[Request]:
    """Yield calls that this one may have been."""
    for args in completions(chance, asked_of(*policies), SEARCHED):
        yield filled(request, args)


def test_no_answer_without_the_payload_is_one_that_the_full_log_contradicts() -> None:
    chance, kinds = Random(20_261_125), Counter[RecordClass]()
    for _ in range(1_500):
        made = document(chance)
        before, after = policy_of(made), policy_of(edited(chance, made))
        old, new = NativeEvaluator(before), NativeEvaluator(after)
        for request in (drawn_call(chance), drawn_call(chance)):
            *decisions, pairs = decide_both(old, new, request)
            kind = between(*decisions, pairs).kind
            kinds[kind] += 1
            for args in completions(chance, asked_of(before, after), 2):
                whole = filled(request, args)
                (left,), (right,) = old.decide(whole).outcomes, new.decide(whole).outcomes
                change = compare_effects(left.effect, right.effect)
                assert change in ALLOWED[kind]
                recorded = Recorded(frozenset({left.effect.verdict}), left.effect.obligations)
                assert change in ALLOWED[with_recorded(recorded, decisions[1]).kind]
    assert all(kinds[kind] > 5 for kind in ALLOWED), kinds


def test_a_decision_is_open_only_where_two_ways_to_fill_in_the_call_are_decided_differently() -> (
    None
):
    chance, counts = Random(7), Counter[str]()
    while counts["open"] < 250:
        policy = policy_of(document(chance))
        evaluator, request = NativeEvaluator(policy), drawn_call(chance)
        decision = evaluator.decide(request)
        counts["certain"] += decision.certain
        if decision.certain:
            continue
        counts["open"] += 1
        possible, found = set(map(told, decision.outcomes)), set()
        for whole in ways(chance, request, policy):
            (outcome,) = evaluator.decide(whole).outcomes
            found.add(told(outcome))
            if found == possible:
                break
        assert found <= possible
        assert len(found) > 1, (policy, request)
        counts["outcomes"] += len(possible)
        counts["found"] += len(found)
    assert counts["certain"] > 300
    assert counts["found"] / counts["outcomes"] > 0.98, counts


def different(found: Iterable[Change], wanted: int = 2) -> set[Change]:
    """Return the changes that are found, once there are as many as wanted."""
    seen: set[Change] = set()
    for change in found:
        seen.add(change)
        if len(seen) >= wanted:
            break
    return seen


CALLS = 1_500


def test_what_stays_open_is_shown_to_be_so_by_calls_that_the_log_may_be_of() -> None:
    chance, counts = Random(20_261_126), Counter[str]()
    for _ in range(CALLS):
        counts += looked_at(drawn(chance))
    for relation in ("between", "since"):
        assert counts[f"{relation}: open"] > 100
        assert counts[f"{relation}: shown to be open"] == counts[f"{relation}: open"]
        assert counts[f"{relation}: closed by proof"] > 5
        assert counts[f"{relation}: narrowed by proof"] > 0


# The recorded log.


def records(path: str) -> list[Record]:
    return [entry for entry in read_log(LOGS / path) if isinstance(entry, Record)]


@pytest.fixture(scope="module")
def both() -> list[tuple[Record, Record]]:
    """The calls of the recorded log without payloads, each beside the same call with its own."""
    without, whole = records("capfence_sqlite/agents.db"), records("capfence_trace/agents.jsonl")
    assert len(without) == len(whole) == 355
    return list(zip(without, whole, strict=True))


@cache
def policy(name: str) -> Policy:
    return load_policy(str(POLICIES / f"{name}.yaml"))


@cache
def evaluator_of(name: str) -> NativeEvaluator:
    return NativeEvaluator(policy(name))


SHARES = {
    ("agents", "recorded"): 14,
    ("agents-loosened", "recorded"): 11,
    ("agents-tightened", "recorded"): 14,
    ("agents-mixed", "recorded"): 14,
    ("agents", "baseline"): 355,
    ("agents-loosened", "baseline"): 187,
    ("agents-tightened", "baseline"): 140,
    ("agents-mixed", "baseline"): 126,
}
"""How many of the 355 records have a certain answer, as `docs/how-it-works.md` says."""


@cache
def comparer_of(name: str, against: str) -> Comparer:
    in_force = evaluator_of("agents") if against == "baseline" else None
    return Comparer(evaluator_of(name), in_force)


def kind_of(record: Record, name: str, against: str) -> RecordClass:
    comparison = comparer_of(name, against).compare(record)
    assert not comparison.doubt
    return comparison.kind


@pytest.mark.parametrize(("name", "against"), SHARES)
def test_the_recorded_log_has_as_many_certain_answers_as_stated_and_no_wrong_one(
    both: list[tuple[Record, Record]], name: str, against: str
) -> None:
    certain = 0
    for without, whole in both:
        kind = kind_of(without, name, against)
        certain += kind in CERTAIN
        full = kind_of(whole, name, against)
        assert full in CERTAIN
        assert Change(full.value) in ALLOWED[kind]
    assert certain == SHARES[name, against]


@pytest.mark.parametrize(("name", "against"), SHARES)
def test_what_stays_open_in_the_recorded_log_could_have_been_either(
    both: list[tuple[Record, Record]], name: str, against: str
) -> None:
    payloads = [dict(whole.request.args.values) for _, whole in both]
    seen: set[object] = set()
    for without, _ in both:
        key = (repr(without.request.identity), without.recorded)
        if key in seen or kind_of(without, name, against) in CERTAIN:
            continue
        seen.add(key)
        calls = (
            filled(without.request, args, context)
            for args in args_for(payloads, name)
            for context in CONTEXTS
        )
        assert len(different(changes_in(without, calls, name, against))) > 1, without
    assert seen or (name, against) == ("agents", "baseline")


CONTEXTS: tuple[dict[str, object], ...] = (
    *({}, {"caller_depth": 0}, {"caller_depth": 3}, {"caller_depth": 5}),
    {"user_role": "maintainer", "caller_depth": 1},
    *({"risk_level": "critical"}, {"risk_level": "high"}),
)
"""What may stand in a context of which the database keeps next to nothing."""

COMMANDS = ("ls", "npm ci", "npm run x", "git push", "sudo ls", "pytest", "cat x", "x")


def args_for(payloads: list[dict[str, object]], name: str) -> Iterator[dict[str, object]]:
    """Yield arguments that were recorded with any call, then those that the policies ask for."""
    yield {}
    yield from ({"command": command} for command in COMMANDS)
    yield from ({"path": path} for path in ("/workspace/tmp/../x", "/srv/../x"))
    yield from payloads
    yield from completions(Random(5), asked_of(policy("agents"), policy(name)), SEARCHED)


def changes_in(
    record: Record, calls: Iterable[Request], name: str, against: str
) -> Iterator[Change]:
    """Yield the changes of the calls that a record may have been of, whatever it does not keep."""
    old, new = evaluator_of("agents"), evaluator_of(name)
    recorded = record.recorded
    assert recorded is not None
    for call in calls:
        after = new.decide(call)
        if against == "recorded":
            flags = (True, False) if recorded.escalates_default is None else (False,)
            for flag in flags:
                known = replace(recorded, escalates_default=flag)
                yield from (change for change, _ in changes_from(known, after))
        else:
            (left,), (right,) = old.decide(call).outcomes, after.outcomes
            yield compare_effects(left.effect, right.effect)
