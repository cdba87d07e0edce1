"""What is read off patterns, and alternations written shorter, say what Python's `re` says."""

import re
from random import Random

import pytest

from fencekit.regex.compile_search import compile_search
from fencekit.regex.pattern_inclusion import is_written_within
from fencekit.regex.regex_mutations import edits
from fencekit.regex.sublanguage import is_sublanguage
from prove import patterns
from prove.test_regexes import differing, python_finds

WITHIN = (
    ("cat|dog|bird", "dog|fish|bird|cat"),
    (r"\b(?:rm|mv|dd)\b", r"\b(?:dd|rm|mv|ln)\b"),
    ("[ab]x{2}", "[abc]x{1,3}"),
    ("a", "[ab]"),
    ("(?:a|b)c", "(?:b|a|x)c"),
    ("a+", "a*"),
    ("a(?=b)", "a(?=[bc])"),
    ("a(?!b|c)", "a(?!b)"),
    ("(a)(b)", "ab"),
    ("a??b", "a?b"),
)
NOT_READ = (
    ("a", "b"),
    ("a*", "a+"),
    ("a(?!b)", "a(?!b|c)"),
    ("[^a]", "[^ab]"),
    ("(?i)a", "a"),
    (r"(?a:\W)", r"(?a:\W)|b"),
    (r"(a|b)\1", r"(a|b|c)\1"),
    ("(?>a|ab)c", "(?>a|ab|x)c"),
    ("ab", "[ab]"),
    ("x(?<!a)", "x(?<!b)"),
)


@pytest.mark.parametrize(("pattern", "other"), WITHIN)
def test_what_is_within_is_read_off(pattern: str, other: str) -> None:
    assert is_written_within(pattern, other)
    assert is_sublanguage(pattern, other)


@pytest.mark.parametrize(("pattern", "other"), NOT_READ)
def test_what_is_not_sure_is_not_read_off(pattern: str, other: str) -> None:
    assert not is_written_within(pattern, other)


def test_a_pattern_that_is_read_off_to_be_within_is_found_in_no_other_text() -> None:
    random = Random(5)
    read = 0
    for _ in range(600):
        pattern = patterns.whole(random)
        finds = python_finds(pattern)
        if finds is None:
            continue
        texts = [patterns.text(random) for _ in range(20)]
        for edit in list(edits(pattern))[:12]:
            for one, other in ((pattern, edit.pattern), (edit.pattern, pattern)):
                if not is_written_within(one, other):
                    continue
                read += 1
                inner, outer = python_finds(one), python_finds(other)
                assert inner is not None
                assert outer is not None
                assert not [text for text in texts if inner(text) and not outer(text)], (one, other)
    assert read > 300


def test_alternations_of_many_ways_are_found_where_python_finds_them() -> None:
    random = Random(6)
    for _ in range(60):
        ways = [patterns.text(random)[:4] for _ in range(random.randint(4, 9))]
        spelled = [random.choice((re.escape(way), way and "a" + re.escape(way))) for way in ways]
        pattern = random.choice(("{}", "(?:{})b", r"\b(?:{})\b", "(?i){}")).format(
            "|".join([*spelled, *random.sample(spelled, 2), patterns.pattern(random, 2)])
        )
        wrong = differing(pattern, [patterns.text(random) for _ in range(40)])
        assert not wrong, (pattern, wrong)


def test_the_same_words_in_another_order_take_no_states() -> None:
    words = [f"w{number}{'xyz'[number % 3]}{number * 7919 % 1000}" for number in range(400)]
    assert is_written_within("|".join(words), "|".join(reversed(words)))
    automaton = compile_search("|".join(words))
    assert len(automaton.programs[0].nodes) < sum(map(len, words))
