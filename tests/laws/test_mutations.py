"""Laws of the mutants: each means something else, and goes no other way than it says."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.request_view import covers
from fencekit.model.change import Change, compare_effects
from fencekit.model.mutant import Direction, Mutant
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Witness
from fencekit.model.request import Request
from fencekit.mutation.operators import capability_edits
from fencekit.mutation.operators.capability_edits import Reach
from fencekit.mutation.operators.policy_normal_form import Meanings
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.prover.prover import compare
from fencekit.regex import regex_mutations
from laws import drawing

FIXTURES = Path(__file__).parents[2] / "fixtures" / "policies" / "capfence"
OPPOSITE = {Direction.LOOSEN: Change.TIGHTER, Direction.TIGHTEN: Change.LOOSER}

odd_amounts = st.sampled_from([10**400, float("nan"), float("inf"), "1e999", True])
requests = st.builds(
    lambda request, amount, odd: (
        Request(
            request.capability,
            principal=request.principal,
            environment=request.environment,
            context={**request.context.values, "caller_depth": amount},
            args={**request.args.values, "amount": amount},
        )
        if odd
        else request
    ),
    drawing.requests,
    odd_amounts,
    st.integers(0, 4).map(lambda number: number == 0),
)
several = st.lists(requests, min_size=8, max_size=8)


def assert_no_way_but(mutant: Mutant, before: NativeEvaluator, asked: list[Request]) -> None:
    """Assert that no request is decided the way that the mutant says it cannot go."""
    after = NativeEvaluator(mutant.policy)
    for request in asked:
        old, new = before.decide(request).outcomes[0], after.decide(request).outcomes[0]
        change = compare_effects(old.effect, new.effect)
        assert change is not OPPOSITE.get(mutant.can), (
            f"{mutant.label} can {mutant.can}, but is {change}: {request}"
        )


@given(policy=drawing.policies, asked=several)
@settings(max_examples=80)
def test_a_mutant_changes_no_decision_the_other_way(policy, asked):
    before = NativeEvaluator(policy)
    for mutant in single_edits(policy):
        assert_no_way_but(mutant, before, asked)


def fixtures() -> list[Policy]:
    """Return the policies of the fixtures, without the variants of one of them."""
    return [
        load_policy(file, strict=False, policy_root=FIXTURES)
        for file in sorted(FIXTURES.glob("*.yaml"))
        if not file.stem.startswith("agents-")
    ]


def drawn_from(policy: Policy, chance: random.Random) -> Request:
    """Return a request made of the words of the policy, some of them cut or joined."""
    words = [
        str(item)
        for rule in policy.rules
        for condition in rule.conditions
        for item in (condition.value if isinstance(condition.value, list) else [condition.value])
    ]
    patterns = [str(rule.capability) for rule in policy.rules]
    numbers = [
        condition.value
        for rule in policy.rules
        for condition in rule.conditions
        if isinstance(condition.value, int | float)
    ] or [0]
    capability = chance.choice(patterns).replace("*", chance.choice(["production", "dev", "x y"]))
    text = re.sub(r"\\b|\(\?i\)|[\^$()?]", "", chance.choice(words or [""]))[
        : chance.randint(0, 40)
    ]
    number = chance.choice(numbers) + chance.choice([-1, 0, 0, 1])
    name = chance.choice(words or [""]).replace("*", chance.choice(["", "x"]))
    return Request(
        capability,
        environment=chance.choice([None, "production", name]),
        context={"caller_depth": number, "user_role": name, "risk_level": chance.choice(LEVELS)},
        args={"command": text, "path": text, "amount": number, "tenant": name, "table": name},
    )


LEVELS = ("low", "medium", "high", "critical", None)


@pytest.mark.parametrize("policy", fixtures(), ids=lambda policy: Path(policy.file).stem)
def test_a_mutant_of_a_fixture_changes_no_decision_the_other_way(policy):
    chance = random.Random(4)
    before = NativeEvaluator(policy)
    asked = [drawn_from(policy, chance) for _ in range(25)]
    for mutant in single_edits(policy):
        assert_no_way_but(mutant, before, asked)


@given(policy=drawing.policies)
@settings(max_examples=60)
def test_no_two_mutants_mean_the_same_and_none_means_what_the_policy_does(policy):
    meanings = Meanings(policy)
    found = [meanings.of(policy), *(meanings.of(mutant.policy) for mutant in single_edits(policy))]
    assert len(set(found)) == len(found)


@given(policy=drawing.policies)
@settings(max_examples=30)
def test_mutants_come_in_the_same_order_each_time(policy):
    first, second = list(single_edits(policy)), list(single_edits(policy))
    assert first == second


@given(policy=drawing.policies, asked=several)
@settings(max_examples=40)
def test_a_mutant_of_one_file_can_be_written_and_decides_as_its_text_does(policy, asked):
    for number, mutant in enumerate(single_edits(policy)):
        if number % 7 == 0:
            read = drawing.policy_of_text(write_policy(mutant.policy))
            for request in asked:
                written = NativeEvaluator(read).decide(request).effects
                assert written == NativeEvaluator(mutant.policy).decide(request).effects


def test_a_repeated_rule_has_no_mutant_that_drops_it():
    once = drawing.policy_of({"deny": ["shell"], "allow": ["*"]})
    twice = drawing.policy_of({"deny": ["shell", "shell"], "allow": ["*"]})
    assert "drop-rule" in {m.operator for m in single_edits(once) if m.rule == "deny-1"}
    assert "drop-rule" not in {m.operator for m in single_edits(twice) if m.rule == "deny-1"}


def test_the_fixtures_have_hundreds_of_mutants_by_dozens_of_operators():
    mutants = [mutant for policy in fixtures() for mutant in single_edits(policy)]
    assert len(mutants) > 1_300
    assert len({mutant.operator for mutant in mutants}) >= 55
    assert {mutant.can for mutant in mutants} == set(Direction)
    for mutant in mutants:
        assert mutant.rule
        assert mutant.label
        assert mutant.place.line


def test_swapping_the_files_that_are_extended_is_a_mutant_where_they_disagree(tmp_path):
    for name, action in (("one", "block"), ("two", "require_approval")):
        text = f"risk_levels: {{high: {{action: {action}}}, low: {{action: {action}}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    child = tmp_path / "child.yaml"
    child.write_text("extends: [one.yaml, two.yaml]\nallow: ['*']\n", encoding="utf-8")
    policy = load_policy(child, policy_root=tmp_path)
    swapped = [mutant for mutant in single_edits(policy) if mutant.operator == "swap-parents"]
    assert [mutant.label for mutant in swapped] == [
        "`extends`: `one.yaml` and `two.yaml` change places"
    ]
    assert swapped[0].place.line == 1
    request = Request("a.b", context={"risk_level": "high"})
    effects = [NativeEvaluator(p).decide(request).effects for p in (policy, swapped[0].policy)]
    assert [str(effect[0]) for effect in effects] == ["ESCALATE", "DENY"]


def test_adding_an_approval_may_loosen_and_is_said_to_go_either_way():
    policy = drawing.policy_of(
        {"deny": ["pay"], "risk_levels": {"high": {"action": "block"}}, "allow": ["shell"]}
    )
    [moved] = [m for m in single_edits(policy) if m.operator == "allow-to-require-approval"]
    assert moved.can is Direction.EITHER


PATTERNS = (
    r"^rm\s+-\w*r", r"(?i)\b(drop|truncate)\s+table\b", r"^(ls|cat|git (status|log))\b[^;&|]*$",
    r"(?!.*secret)ab?c*", r"a{2,3}b{2}", r"[abc]+x", r"[^ab]c", r"(?<!a)b+$", r"a.c\d\D",
    r"(a|b)\1", r"a++b", r"(?>a+)b", r"x(?=\w+y)", r"\W\S\s", r"(?s)a.b", r"(?:ab|a)*?b", r"a??b",
    r"(?i)(?!X)y|z",
)  # fmt: skip
TEXT = st.text("abcxyz -;rm1\nXYZ_sdroptuncle", max_size=12)
texts = st.one_of(TEXT, *(st.from_regex(re.compile(pattern)) for pattern in PATTERNS))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_an_edited_regex_compiles_differs_and_reaches_what_it_says(pattern):
    edits = list(regex_mutations.edits(pattern))
    assert edits
    compiled = [(edit, re.compile(edit.pattern)) for edit in edits]
    assert pattern not in [edit.pattern for edit in edits]

    @given(text=texts)
    @settings(max_examples=100)
    def reaches(text):
        old = re.search(pattern, text) is not None
        for edit, new in compiled:
            found = new.search(text) is not None
            assert not (edit.reach is Reach.WIDER and old and not found), edit
            assert not (edit.reach is Reach.NARROWER and found and not old), edit

    reaches()


CAPABILITIES = (
    "*", "pay", "pay.*", "pay.out", "pay.out.*", "*.out", "pay.*.eu", "payroll", "*.*.eu",
    "pay run", "payroll run", "pay.out.eu", "shell.x", "*.*", "pay.o ut", "a*", "pay*",
)  # fmt: skip


@pytest.mark.parametrize("one", CAPABILITIES)
def test_what_is_said_of_two_capability_patterns_is_true_of_every_call(one):
    for other in CAPABILITIES:
        both = [(covers(one, call), covers(other, call)) for call in CAPABILITIES]
        if capability_edits.within(one, other):
            assert (True, False) not in both, (one, other)
        if not capability_edits.may_meet(one, other):
            assert (True, True) not in both, (one, other)


@pytest.mark.parametrize("name", ["extends-base", "risk-levels"])
def test_that_a_mutant_goes_no_other_way_is_proved_for_every_call(name):
    policy = load_policy(FIXTURES / f"{name}.yaml", strict=False, policy_root=FIXTURES)
    proved = 0
    for mutant in single_edits(policy):
        if mutant.can is Direction.LOOSEN:
            result = compare(mutant.policy, policy)
        elif mutant.can is Direction.TIGHTEN:
            result = compare(policy, mutant.policy)
        else:
            continue
        assert not isinstance(result, Witness), f"{mutant.label}: {mutant.can}, yet {result}"
        proved += isinstance(result, Proved)
    assert proved > 15
