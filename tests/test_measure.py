"""How much looser: what is counted is what trying every text would count."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from running import fencekit

from fencekit.checks.proofs import looseness_counting
from fencekit.checks.proofs.looseness_counting import ALPHABET, count_violations
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import Policy
from fencekit.model.proof import Witness
from fencekit.model.request import Request
from fencekit.prover.policy_properties import NOT_LOOSER
from fencekit.prover.prover import compare

DENY = "deny: [{{capability: sh.x, {}}}]\nallow: [sh.x]\n"


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def made(text: str, name: str = "old") -> Policy:
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
        return load_policy(f"{name}.yaml")

    return made


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DENY.format("contains: b"), DENY.format("contains: bb")),
        (DENY.format("match_regex: '^a'"), DENY.format("match_regex: '^ab'")),
        (DENY.format(r"match_regex: 'a\b'"), DENY.format("match_regex: 'a$'")),
        (DENY.format("match_keywords: [ab, ':']"), DENY.format("contains: ab")),
        (
            "allow: [{capability: sh.x, match_regex: '^a'}]",
            "allow: [{capability: sh.x, contains: a}]",
        ),
        (DENY.format("path_prefix: a"), DENY.format("path_prefix: aB")),
    ],
)
def test_the_count_is_what_trying_every_text_gives(
    policy: Any, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setattr(looseness_counting, "LONGEST", 2)
    before, after = policy(old), policy(new, "new")
    result = compare(before, after)
    assert isinstance(result, Witness)
    key = next(iter(result.request.args.values), "command")
    found = count_violations(NOT_LOOSER, result, before, after)
    texts = ["".join(chars) for length in range(3) for chars in product(ALPHABET, repeat=length)]
    assert found.counted == len(texts)
    assert found.looser == sum(is_looser(before, after, key, text) for text in texts) > 0


def is_looser(before: Policy, after: Policy, key: str, text: str) -> bool:
    request = Request("sh.x", args={key: text})
    was, now = (NativeEvaluator(one).decide(request).outcomes[0].effect for one in (before, after))
    return compare_effects(was, now) is Change.LOOSER


def test_amounts_are_counted_by_regions(policy: Any) -> None:
    old = policy("deny: [{capability: pay, amount_gt: 100}]\nallow: [pay]\n")
    new = policy("deny: [{capability: pay, amount_gt: 500}]\nallow: [pay]\n", "new")
    result = compare(old, new)
    assert isinstance(result, Witness)
    found = count_violations(NOT_LOOSER, result, old, new)
    assert (found.looser, found.counted) == (2, 5)
    assert found.said.endswith("of `amount`: between 100 and 500; 500")


def test_what_cannot_be_counted_says_why(policy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    old = policy(DENY.format("amount_gt: 5, contains: rm"))
    new = policy(DENY.format("amount_gt: 5, contains: rmx"), "new")
    result = compare(old, new)
    assert isinstance(result, Witness)
    assert "more than one argument" in count_violations(NOT_LOOSER, result, old, new).said
    monkeypatch.setattr(looseness_counting, "MOST_STATES", 3)
    old, new = policy(DENY.format("contains: rm")), policy(DENY.format("contains: rmxyz"), "new")
    result = compare(old, new)
    assert isinstance(result, Witness)
    assert "too many kinds of text" in count_violations(NOT_LOOSER, result, old, new).said
    old = policy(DENY.format(r"match_regex: ['(\w+) \1', x]"))
    new = policy(DENY.format(r"match_regex: '(\w+) \1'"), "new")
    result = compare(old, new)
    assert isinstance(result, Witness)
    assert "backreference" in count_violations(NOT_LOOSER, result, old, new).said


def test_the_command_says_how_much_where_it_is_asked(policy: Any) -> None:
    policy("deny: [{capability: pay, amount_gt: 100}]\nallow: [pay]\n")
    policy("deny: [{capability: pay, amount_gt: 500}]\nallow: [pay]\n", "new")
    assert "how much" not in fencekit("diff", "old.yaml", "new.yaml").out
    done = fencekit("diff", "old.yaml", "new.yaml", "--how-much")
    assert "how much: 2 of the 5 regions between thresholds of `amount`" in done.out
    page = fencekit("diff", "old.yaml", "new.yaml", "--how-much", "--format", "json").report
    assert page["comparison"]["classes"][0]["how_much"]["looser"] == "2"


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("1000001", "2 of the 5 regions between thresholds of `amount`: between 500 and 1000001"),
        (".inf", "1 of the 3 regions between thresholds of `amount`: between 500 and inf"),
        ("9007199254740993", "between 500 and 9007199254740993"),
        ("1" + "0" * 400, "1 of the 3 regions between thresholds of `amount`: between 500 and 10^"),
    ],
)
def test_thresholds_of_any_size_are_counted(policy: Any, threshold: str, said: str) -> None:
    old = policy("deny: [{capability: pay, amount_gt: 500}]\nallow: [pay]\n")
    new = policy(f"deny: [{{capability: pay, amount_gt: {threshold}}}]\nallow: [pay]\n", "new")
    result = compare(old, new)
    assert isinstance(result, Witness)
    assert said in count_violations(NOT_LOOSER, result, old, new).said
