"""No condition is known to one table and unknown to another."""

from collections.abc import Mapping
from typing import get_args

import pytest

from fencekit.checks.suite import coverage_targets
from fencekit.dialects.capfence import capfence_vocabulary, strict_checks
from fencekit.engines.native import condition_tests, unknown_questions
from fencekit.generation import condition_aims, random_policies
from fencekit.model.policy import ConditionName, Pick
from fencekit.model.verdict import ALLOW, DENY, ESCALATE, WARN
from fencekit.mutation.operators import condition_edits
from fencekit.prover import evaluate_literal, rule_literals, three_valued_literals
from laws import drawing

TABLES: dict[str, Mapping[ConditionName, object]] = {
    "fencekit.prover.rule_literals.READINGS": rule_literals.READINGS,
    "fencekit.engines.native.condition_tests.TESTS": condition_tests.TESTS,
    "fencekit.dialects.capfence.strict_checks.CHECKS": strict_checks.CHECKS,
    "fencekit.mutation.operators.condition_edits.EDITS": condition_edits.EDITS,
    "fencekit.checks.suite.coverage_targets.INSIDE": coverage_targets.INSIDE,
    "fencekit.generation.condition_aims.AIMS": condition_aims.AIMS,
    "fencekit.generation.random_policies.VALUES": random_policies.VALUES,
}
"""Every table of conditions; a new one is added here."""


@pytest.mark.parametrize("condition", ConditionName)
def test_every_condition_is_in_every_table(condition):
    missing = [name for name, table in TABLES.items() if condition not in table]
    assert missing == [], f"`{condition}` is missing in {' and in '.join(missing)}"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_nothing_but_conditions_and_has_them_in_their_order(name):
    assert list(TABLES[name]) == list(ConditionName)


def test_every_condition_can_be_written_in_a_policy_but_that_of_the_risk_levels_and_of_tokens():
    of_others = {ConditionName.RISK_LEVEL_IS, ConditionName.PATH}
    assert set(capfence_vocabulary.CONDITIONS.values()) == set(ConditionName) - of_others
    assert set(capfence_vocabulary.LEGACY_CONDITIONS) <= set(capfence_vocabulary.CONDITIONS)


def test_every_effect_of_an_action_has_a_tier():
    assert (
        set(capfence_vocabulary.ACTIONS.values())
        == {ALLOW, WARN, ESCALATE, DENY}
        == set(capfence_vocabulary.TIER_OF)
    )
    assert set(capfence_vocabulary.TIER_OF.values()) | {"risk_levels"} == set(
        capfence_vocabulary.TIERS
    )
    assert set(capfence_vocabulary.TIERS.values()) == set(Pick)
    assert list(capfence_vocabulary.RISK_ACTIONS) == list(capfence_vocabulary.ACTIONS)


def test_every_relation_is_a_comparison_or_says_what_its_answer_implies():
    compared, implying = set(unknown_questions.COMPARISONS), set(unknown_questions.IMPLICATIONS)
    assert not compared & implying
    missing = set(unknown_questions.Relation) - compared - implying
    assert not missing, (
        f"{sorted(missing)} missing in fencekit.engines.native.unknown_questions.IMPLICATIONS"
    )


def test_every_atom_is_true_or_told_by_a_function_of_its_own():
    assert (
        set(evaluate_literal.TRUTHS)
        == set(three_valued_literals.TOLD)
        == set(get_args(rule_literals.Atom))
    )


def test_the_laws_draw_every_condition_that_a_policy_can_write():
    missing = set(capfence_vocabulary.CONDITIONS) - set(drawing.CONDITIONS)
    assert not missing, f"{sorted(missing)} missing in tests/laws/drawing.py"
