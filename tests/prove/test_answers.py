"""What the prover answers is true: witnesses on the real package, proofs under attack."""

import tempfile
from pathlib import Path

import pytest
from conformance.oracle import our_answer, real_answer, real_load
from hypothesis import given, settings
from laws import drawing

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.proof import Proved, Witness
from fencekit.prover import cube_solver
from fencekit.prover.policy_properties import GOALS
from fencekit.prover.prover import check_property, compare

from hypothesis import strategies as st  # isort: skip

pytestmark = pytest.mark.oracle


def outcomes(policies, request):
    return tuple(NativeEvaluator(policy).decide(request).outcomes[0] for policy in policies)


@settings(max_examples=80, deadline=None)
@given(drawing.policies, drawing.policies)
def test_a_witness_is_decided_by_the_real_package_as_the_answer_says(old, new):
    result = compare(old, new)
    if not isinstance(result, Witness):
        return
    assert compare_effects(result.before.effect, result.after.effect) is Change.LOOSER
    with tempfile.TemporaryDirectory() as folder:
        for policy in (old, new):
            path = Path(folder, "policy.yaml")
            path.write_text(write_policy(policy), encoding="utf-8")
            real = real_load(str(path))
            assert real is not None
            ours = our_answer(NativeEvaluator(policy).decide(result.request))
            assert real_answer(real, result.request) == ours


@settings(max_examples=80, deadline=None)
@given(drawing.policies, drawing.policies, st.lists(drawing.requests, min_size=20, max_size=40))
def test_no_call_breaks_what_is_proved(old, new, requests):
    for goal in GOALS.values():
        policies = (old, new)[: goal.policies]
        result = check_property(goal, *policies)
        if isinstance(result, Proved):
            for request in requests:
                assert not goal.broken(outcomes(policies, request)), (goal.name, request)
        elif isinstance(result, Witness):
            assert goal.broken(outcomes(policies, result.request))


def test_regexes_that_no_values_have_at_once_need_no_walk_of_the_text_around_them(
    tmp_path, monkeypatch
):
    """Each has more than eight thousand states, and the text around them multiplies these."""
    monkeypatch.setattr(cube_solver, "MOST_STATES", 100)
    one, same = r"\A[ab]*a[ab]{12}\Z", r"\A(?:a|b)*a(?:[ab][ab]){6}\Z"
    either = r"\A(?:a|b)*a(?:[ab][ab]){6,7}\Z"
    others = "{capability: s, match_keywords: [\", '\", '\": ']}"
    for name, regex in {"old": one, "new": same, "longer": either}.items():
        deny = f"deny: [{others}, {{capability: s, match_regex: '{regex}'}}]"
        (tmp_path / name).with_suffix(".yaml").write_text(f"{deny}\nallow: [s]\n", "utf-8")
    old, new, longer = (
        load_policy(str(tmp_path / f"{name}.yaml")) for name in ("old", "new", "longer")
    )
    assert isinstance(compare(old, new), Proved)
    # Here the values may be so: what then stays open is not proved.
    assert not isinstance(compare(longer, old), Proved)
