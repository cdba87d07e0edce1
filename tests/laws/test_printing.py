"""Laws of printing: parse after print is the identity, or printing says why it cannot be."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from conformance import generators
from conformance.broken import broken_files
from conformance.comparison import SEARCH_PATHS, requests_for, working_in, write_files
from conformance.oracle import our_load, real_answer, real_load
from hypothesis import given
from hypothesis import strategies as st

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.errors import PolicyError
from fencekit.reading import yaml
from laws.drawing import documents, policy_of, section_rules

pytestmark = pytest.mark.oracle

texts = st.text(max_size=30)
scalars = st.one_of(
    texts,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.binary(max_size=5),
    st.sampled_from(
        ["no", "1:30", "012", "~", "null", "2024-01-01", "=", "<<", "x: y", "# x", "\x85"]
    ),
)
odd_documents = st.fixed_dictionaries(
    {},
    optional={
        "description": st.recursive(
            scalars, lambda inner: st.lists(inner, max_size=2), max_leaves=3
        ),
        "deny": st.lists(
            st.one_of(
                section_rules,
                st.builds(
                    lambda capability, words, name: {
                        "capability": capability,
                        "match_keywords": words,
                        "table": name,
                    },
                    st.text(min_size=1, max_size=150),
                    st.lists(scalars, max_size=2),
                    scalars,
                ),
            ),
            max_size=2,
        ),
        "risk_levels": st.dictionaries(
            scalars, st.fixed_dictionaries({"action": st.just("deny")}), max_size=2
        ),
    },
)


def reread(text: str) -> Any:
    """Return the policy that the text spells."""
    path = Path("printed.yaml")
    path.write_bytes(text.encode())
    return load_policy(path, strict=False)


@given(documents)
def test_parse_after_print_is_the_identity(document):
    policy = policy_of(document)
    printed = write_policy(policy)
    located = yaml.parse(printed, "printed.yaml", PolicyError)
    assert located is not None
    assert policy_of(located.value) == policy


@given(odd_documents)
def test_parse_after_print_is_the_identity_for_odd_values(document):
    policy = policy_of(document)
    located = yaml.parse(write_policy(policy), "printed.yaml", PolicyError)
    assert located is not None
    again = policy_of(located.value)
    assert again == policy or repr(again) == repr(policy)  # two NaN are not equal


@given(documents)
def test_printing_twice_prints_the_same(document):
    policy = policy_of(document)
    located = yaml.parse(write_policy(policy), "printed.yaml", PolicyError)
    assert located is not None
    assert write_policy(policy_of(located.value)) == write_policy(policy)


@pytest.mark.parametrize("seed", range(4))
def test_a_policy_of_one_file_is_read_back_equal(tmp_path, seed):
    random = Random(seed)
    single = 0
    with working_in(tmp_path):
        while single < 60:
            made = generators.policy_files(random)
            if len(made.files) > 1:
                continue
            single += 1
            write_files(made)
            policy = our_load(made.main)
            assert policy is not None
            assert reread(write_policy(policy)) == policy


@pytest.mark.parametrize("seed", range(4))
def test_a_merged_policy_is_read_back_with_the_same_decisions_or_refused_with_the_reason(
    tmp_path, seed
):
    random = Random(seed)
    merged = refused = unexplained = 0
    with working_in(tmp_path):
        while merged < 40:
            made = generators.policy_files(random)
            write_files(made)
            real, policy = real_load(made.main, SEARCH_PATHS), our_load(made.main, SEARCH_PATHS)
            assert real is not None
            assert policy is not None
            if len(policy.files) == 1:
                continue
            merged += 1
            try:
                text = write_policy(policy)
            except PolicyError as error:
                refused += "cannot write the merged policy in one file: rule" in error.message
                unexplained += "rule `" not in error.message
                continue
            printed = NativeEvaluator(reread(text))
            real_printed = real_load("printed.yaml")
            assert real_printed is not None
            for request in requests_for(random, real, 30):
                (before,) = NativeEvaluator(policy).decide(request).outcomes
                (after,) = printed.decide(request).outcomes
                assert before.effect == after.effect
                assert (before.error is None) == (after.error is None)
                assert (before.rule is None) == (after.rule is None)
                if before.rule is not None and after.rule is not None:
                    rules = (before.rule, after.rule)
                    assert repr(before.rule.capability) == repr(after.rule.capability)
                    asked = [[(c.name, repr(c.value)) for c in r.conditions] for r in rules]
                    assert asked[0] == asked[1]
                assert (
                    real_answer(real, request).verdict == real_answer(real_printed, request).verdict
                )
    assert unexplained == 0
    assert refused < merged / 2


@pytest.mark.parametrize("seed", range(2))
def test_what_was_odd_but_read_is_printed_and_read_back(tmp_path, seed):
    random = Random(seed)
    read = 0
    with working_in(tmp_path):
        for _ in range(300):
            _, files = broken_files(random)
            for path in tmp_path.iterdir():
                if path.is_file():
                    path.unlink()
            for name, data in files.items():
                Path(name).parent.mkdir(exist_ok=True)
                Path(name).write_bytes(data)
            policy = our_load("main.yaml", SEARCH_PATHS)
            if policy is not None and len(policy.files) == 1:
                read += 1
                assert reread(write_policy(policy)) == policy, files
    assert read > 30
