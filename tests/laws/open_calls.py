"""Calls of which a log kept a part: drawn beside the whole call, and looked at from both sides.

What is said of such a call is held against the whole one, which must be among what is said; and
each change that is left possible against a call made up for it, which must be one that the log may
be of, as this file has it, and must change so, as the engine has it.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

from fencekit.checks.findings.decision_comparison import between, changes_from, with_recorded
from fencekit.checks.replay.record_comparer import OPEN, Comparer
from fencekit.checks.replay.refine_open_decisions import Possible, Refiner
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.outcome_pairs import decide_both
from fencekit.logs.redaction import digest
from fencekit.logs.unmask_values import RedactionKey
from fencekit.model.change import Change, compare_effects
from fencekit.model.finding import RecordClass
from fencekit.model.policy import Policy
from fencekit.model.record import Record, Recorded
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Masked, Request, Unknown
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from laws import drawing
from laws.completions import document, edited
from laws.drawing import CAPABILITIES, LEVELS, NUMBERS, PATHS, TEXTS, VALUES, policy_of

KEY = RedactionKey(b"the key of the masks")
PATTERNS = ("^rm", "r", r"\s", "(?i)DROP", "^$", "[0-9]", "x$", "rm -rf")
ARGUMENTS: dict[str, list[Any]] = {
    "command": [*TEXTS],
    "note": [*TEXTS, ["rm", "x"], [1, "r"], []],
    "data": [{}, *({"deep": text} for text in TEXTS), {"deep": ["rm", 5], "more": None}],
    "amount": [*NUMBERS, 0.5, 6, -1, "5", "x", None, True, "nan", [5]],
    "total": [*NUMBERS, "x"],
    "path": [*PATHS, None, "etc"],
    "file": [*PATHS, "etc"],
    **{key: [*VALUES] for key in ("environment", "tenant", "table")},
    "risk_level": [*LEVELS],
}
CONTEXT: dict[str, list[Any]] = {
    **{key: [*VALUES] for key in ("user_role", "tenant", "table", "tool_name")},
    "caller_depth": [0, 1, 5, 11, "5", None, 5.5],
    "risk_level": [*LEVELS, "other", None, 5],
}
SHOWN = {
    RecordClass.MAYBE_LOOSER: {Change.LOOSER, Change.UNCHANGED},
    RecordClass.MAYBE_TIGHTER: {Change.TIGHTER, Change.UNCHANGED},
    RecordClass.CANNOT_TELL: {Change.LOOSER, Change.TIGHTER},
}
"""What must be shown for an answer to be as open as it says."""
ALLOWED = {
    RecordClass.UNCHANGED: {Change.UNCHANGED},
    RecordClass.LOOSER: {Change.LOOSER},
    RecordClass.TIGHTER: {Change.TIGHTER},
    RecordClass.MAYBE_LOOSER: SHOWN[RecordClass.MAYBE_LOOSER],
    RecordClass.MAYBE_TIGHTER: SHOWN[RecordClass.MAYBE_TIGHTER],
    RecordClass.CANNOT_TELL: {Change.UNCHANGED, Change.LOOSER, Change.TIGHTER},
}


@dataclass(frozen=True)
class Kept:
    """A call, and what a log kept of it; two policies; what was recorded, as far as it was."""

    whole: Request
    part: Request
    before: NativeEvaluator
    after: NativeEvaluator
    recorded: Recorded


def drawn(chance: Random) -> Kept:
    """Draw policies and a call; of the call, some is hidden in one of the ways that logs do it."""
    made = document(chance, PATTERNS)
    before = NativeEvaluator(policy_of(made))
    after = NativeEvaluator(policy_of(edited(chance, made, PATTERNS)))
    whole = Request(
        chance.choice(CAPABILITIES),
        environment=chance.choice([None, "prod", "dev"]),
        context=of(chance, CONTEXT),
        args=of(chance, ARGUMENTS),
    )
    effect = before.decide(whole).outcomes[0].effect
    recorded = Recorded(
        frozenset(
            {effect.verdict, chance.choice(list(Verdict))}
            if chance.random() < 0.2
            else {effect.verdict}
        ),
        chance.choice([None, effect.obligations]),
        escalates_default=chance.choice([None, False]),
    )
    return Kept(whole, chance.choice(WAYS)(chance, whole), before, after, recorded)


def of(chance: Random, values: dict[str, list[Any]]) -> dict[str, Any]:
    """Draw an object with a few of the keys."""
    keys = chance.sample(sorted(values), chance.randint(0, 4))
    return {key: chance.choice(values[key]) for key in keys}


def without_payload(_: Random, whole: Request) -> Request:
    """Hide what CapFence's database does not keep."""
    kept = {key: value for key, value in whole.context.values.items() if key == "risk_level"}
    return changed(whole, context=Facts(kept, open=True), args=ANYTHING)


def without_context(chance: Random, whole: Request) -> Request:
    """Hide what captures of tool calls do not know: where they were made, and by whom."""
    environment = chance.choice([whole.environment, UNKNOWN])
    return changed(whole, context=ANYTHING, environment=environment)


def masked_with_a_key(chance: Random, whole: Request) -> Request:
    """Hide values behind digests, at any depth, of which the key is known."""

    def hidden(value: Any) -> Any:
        if value is not None and chance.random() < 0.4:
            return Masked(digest(value, KEY.secret))
        if isinstance(value, dict):
            return {key: hidden(item) for key, item in value.items()}
        return [hidden(item) for item in value] if isinstance(value, list) else value

    args, context = hidden_in(hidden, whole.args), hidden_in(hidden, whole.context)
    part = changed(whole, args=args, context=context, environment=hidden(whole.environment))
    return KEY.unmask_record(Record(part, None, Place("log", 1))).request


def hidden_in(hidden: Callable[[Any], Any], facts: Facts) -> Facts:
    return Facts({key: hidden(value) for key, value in facts.values.items()})


def changed(request: Request, **parts: Any) -> Request:
    """Return a request with some of its parts replaced."""
    same = {key: getattr(request, key) for key in ("environment", "context", "args")}
    return Request(request.capability, **{**same, **parts})


WAYS: tuple[Callable[[Random, Request], Request], ...] = (
    drawing.masked,
    drawing.masked,
    without_payload,
    without_context,
    masked_with_a_key,
)


def may_be(part: Request, call: Request, *policies: Policy) -> bool:
    """Say whether a log may have kept that of a call; written down again, apart from the prover.

    A masked value is none of those that the policies ask for by its name, unless it is said to be.
    """
    asked: dict[str, set[str]] = {}
    for rule in (rule for policy in policies for rule in policy.rules):
        asked.setdefault("capability", set()).add(rule.capability)
        for one in rule.conditions:
            if isinstance(one.value, str):
                asked.setdefault(one.name.removesuffix("_is"), set()).add(one.value)
    return (
        all_fit(whole_of(part), whole_of(call), asked)
        and all_fit(part.context, call.context, asked)
        and all_fit(part.args, call.args, asked)
    )


def whole_of(request: Request) -> Facts:
    return Facts({"capability": request.capability, "environment": request.environment})


def all_fit(known: Facts, facts: Facts, asked: dict[str, set[str]]) -> bool:
    kept = [key for key in facts.values if key in known.values]
    if kept != list(known.values) or (not known.open and len(kept) < len(facts.values)):
        return False
    return all(
        fits(value, facts.values[key], asked.get(key, set())) for key, value in known.values.items()
    )


def fits(known: Any, value: Any, asked: Collection[str] = ()) -> bool:
    if isinstance(known, Unknown):
        return value not in (None, *asked) or known.equals(value) is not False
    if type(known) is not type(value):
        return False
    if isinstance(known, dict):
        return list(known) == list(value) and all(map(fits, known.values(), value.values()))
    if isinstance(known, list):
        return len(known) == len(value) and all(map(fits, known, value))
    return repr(known) == repr(value)


def looked_at(kept: Kept) -> Counter[str]:
    """Look at what is said of a call, between two policies and since it was recorded."""
    return between_policies(kept) + since_recorded(kept)


def between_policies(kept: Kept) -> Counter[str]:
    """Hold what is said of a change between two policies against the call and what is shown."""
    old, new, part = kept.before, kept.after, kept.part
    before, after, pairs = decide_both(old, new, part)
    cheap = between(before, after, pairs).kind
    kind = Comparer(new, old).compare(Record(part, None, Place("log", 1))).kind
    (left,), (right,) = old.decide(kept.whole).outcomes, new.decide(kept.whole).outcomes
    assert not told_wrongly(kind, {compare_effects(left.effect, right.effect)}) or (
        kind is RecordClass.INVALID and (left.error or right.error)
    ), (kept, kind)

    def change_of(call: Request) -> set[Change]:
        (one,), (other,) = old.decide(call).outcomes, new.decide(call).outcomes
        return {compare_effects(one.effect, other.effect)}

    changes = frozenset(compare_effects(one.effect, other.effect) for one, other in pairs)
    ask = partial(Refiner(new, old).between, part, changes)
    return counts("between", cheap, kind) + shown("between", kind, kept, ask, change_of)


def since_recorded(kept: Kept) -> Counter[str]:
    """The same of the change since the call was recorded."""
    new, part, recorded = kept.after, kept.part, kept.recorded
    after = new.decide(part)
    cheap = with_recorded(recorded, after).kind
    kind = Comparer(new).compare(Record(part, recorded, Place("log", 1))).kind
    (outcome,) = new.decide(kept.whole).outcomes
    flags = (True, False) if recorded.escalates_default is None else (recorded.escalates_default,)
    verdict = kept.before.decide(kept.whole).outcomes[0].effect.verdict
    for flag in flags:
        known = replace(recorded, verdicts=frozenset({verdict}), escalates_default=flag)
        full = {change for change, _ in changes_from(known, new.decide(kept.whole))}
        assert not told_wrongly(kind, full) or (kind is RecordClass.INVALID and outcome.error), kept
    if after.certain:
        return Counter()

    def change_of(call: Request) -> set[Change]:
        return {change for change, _ in changes_from(recorded, new.decide(call))}

    changes = frozenset(change for change, _ in changes_from(recorded, after))
    ask = partial(Refiner(new).since, recorded, part, changes)
    return counts("since", cheap, kind) + shown("since", kind, kept, ask, change_of)


def told_wrongly(kind: RecordClass, changes: set[Change]) -> set[Change]:
    """Return the changes of a call that what was said of it leaves out."""
    return changes - ALLOWED.get(kind, set())


def counts(relation: str, cheap: RecordClass, kind: RecordClass) -> Counter[str]:
    """Count a call by what the questions leave open, and what the proofs then do."""
    is_open = cheap in OPEN
    return Counter(
        {
            f"{relation}: calls": 1,
            f"{relation}: open by questions": is_open,
            f"{relation}: closed by proof": is_open and kind not in OPEN,
            f"{relation}: narrowed by proof": kind in OPEN and kind is not cheap,
        }
    )


def shown(
    relation: str,
    kind: RecordClass,
    kept: Kept,
    ask: Callable[[], Possible],
    change_of: Callable[[Request], set[Change]],
) -> Counter[str]:
    """Count whether each change that is left open is shown; hold what shows it against the log."""
    if kind not in OPEN:
        return Counter()
    possible = ask()
    for change, call in possible.shown.items():
        assert may_be(kept.part, call, kept.before.policy, kept.after.policy), (kept, call)
        assert change in change_of(call), (kept, call)
    is_shown = set(possible.shown) >= SHOWN[kind]
    return Counter({f"{relation}: open": 1, f"{relation}: shown to be open": is_shown})
