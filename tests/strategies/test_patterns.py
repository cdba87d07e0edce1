"""Samples of regular expressions: found by them, at their edges, and nearly found."""

import re
import warnings
from random import Random

import pytest

from fencekit.regex.random_choices import RandomChoices, SimplestChoices
from fencekit.regex.text_sampler import sampler

FOUND = {
    r"^(ls|pwd|git status)(\s|$)": "ls ",
    r"\brm\s+-\w*r\w*\s+[/~]": "rm -r /",
    r"^cat\s+(README\.md|docs/[^;&|`$]+)$": "cat README.md",
    r"(?i)\bdrop\s+table\b": "drop table",
    r"^\s*SELECT\s+.+\s+LIMIT\s+\d+": "SELECT a LIMIT 0",
    r"x{2,40}y": "xxy",
    r"\d{3,}$": "000",
    r"(?<=x)y": "xy",
    r"(?P<q>['\"])a(?P=q)": "'a'",
    r"(a)?b(?(1)c|d)": "bd",
    r"[^a-z]+?": "0",
    r"(?s:.)\Z": "a",
    r"(?>a|b)c*+": "a",
    r"": "",
    r"\Aa|b\Z": "a",
}
UNUSUAL = (
    *("(?=a)b", "(?!a)a", "(?<!a)b", "(?i:K)", "(?a:\\w)", "((((a*)*)*)*)*", "\\B", "[\\s\\S]"),
    *("(?x) a  b # c", "(a|b|)*", "\\N{BULLET}", "(?m)^$", "a{0}", "(?:a{30}){30}", "x" * 500),
)


@pytest.mark.parametrize("pattern", FOUND)
def test_the_simplest_sample_is_what_a_person_would_write(pattern):
    assert sampler(pattern).sample(SimplestChoices()) == FOUND[pattern]


@pytest.mark.parametrize("pattern", FOUND)
def test_samples_are_found_by_their_pattern(pattern):
    choices, found = RandomChoices(Random(1)), sampler(pattern)
    samples = [found.sample(choices) for _ in range(300)]
    assert all(re.search(pattern, sample) for sample in samples)


@pytest.mark.parametrize("pattern", [p for p in FOUND if p not in ("", r"[^a-z]+?", r"\Aa|b\Z")])
def test_some_near_samples_are_found_and_some_are_not(pattern):
    choices, found = RandomChoices(Random(1)), sampler(pattern)
    samples = {found.sample(choices, near=True) for _ in range(400)}
    hits = [sample for sample in samples if re.search(pattern, sample)]
    assert 0 < len(hits) < len(samples)


@pytest.mark.parametrize("pattern", UNUSUAL)
def test_what_a_walk_cannot_do_exactly_does_not_fail(pattern):
    choices, found = RandomChoices(Random(1)), sampler(pattern)
    for near in (False, True):
        samples = [found.sample(choices, near=near, words=["rm"]) for _ in range(50)]
        assert all(len(sample) < 20_000 for sample in samples)


@pytest.mark.parametrize("pattern", ["(", "*a", "a{99999999999}", "(?P<n>a)(?P<n>b)", "\\"])
def test_what_does_not_compile_has_no_sampler(pattern):
    assert sampler(pattern) is None


def test_a_warning_of_the_parser_is_not_shown():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sampler("[[a]") is not None


def test_samples_reach_both_bounds_of_a_repetition_and_near_ones_go_beyond():
    choices, found = RandomChoices(Random(1)), sampler("^x{1,40}$")
    lengths = {len(found.sample(choices).rstrip("\n")) for _ in range(300)}
    assert {1, 2, 40} <= lengths
    near = {len(found.sample(choices, near=True)) for _ in range(300)}
    assert {0, 41} <= near


def test_a_sample_holds_a_word_where_a_class_is_wide_enough():
    choices, found = RandomChoices(Random(1)), sampler(r"^SELECT .+ FROM [a-z]+$")
    samples = [found.sample(choices, words=["TRUNCATE x"]) for _ in range(100)]
    assert any("TRUNCATE x" in sample for sample in samples)
    assert all(re.search(r"^SELECT .+ FROM [a-z]+$", sample) for sample in samples)


def test_every_step_that_python_knows_writes_something_or_nothing():
    from fencekit.regex.text_sampler import STEPS

    constants = __import__("re._constants", fromlist=["OPCODES"])
    compiled_only = {"SUCCESS", "INFO", "MARK", "JUMP", "CALL", "MAX_UNTIL", "MIN_UNTIL", "ANY_ALL"}
    parsed = {op.name for op in constants.OPCODES} - compiled_only
    inside = {"BIGCHARSET", "CHARSET", "NEGATE", "RANGE", "REPEAT", "REPEAT_ONE", "MIN_REPEAT_ONE"}
    inside |= {"POSSESSIVE_REPEAT_ONE"}
    missing = {op for op in parsed - inside if not re.search("IGNORE|_UNI_|_LOC_", op)}
    assert missing <= set(STEPS), missing - set(STEPS)
