"""Texts are found thread by thread as they are by whole automata, and where those have no end."""

from random import Random

import pytest
from laws.drawing import policy_of_text

from fencekit.model.proof import Proved, Witness
from fencekit.prover import thread_product
from fencekit.prover.prover import compare
from fencekit.regex.antichain import find_text
from fencekit.regex.compile_search import compile_search
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import find_word
from prove import patterns
from prove.test_regexes import python_finds

CARD = r"\b(?:\d[ -]*?){{{},{}}}\b"
COUNTED = (
    ("a.{18}b", "a.{17}b", "witness", "witness"),
    ("a.{18}b", "a.{1,18}b", "proved", "witness"),
    (CARD.format(13, 16), CARD.format(13, 19), "proved", "witness"),
    (CARD.format(14, 16), CARD.format(13, 16), "proved", "witness"),
    (r"\b(?:\d[ -]?){13,16}\b", CARD.format(13, 16), "proved", "witness"),
    (r"a(?:\d|b){3,17}$", r"a(?:\d|b){3,18}$", "proved", "witness"),
)


def denying(pattern: str, more: str = "") -> object:
    return policy_of_text(
        f"deny: [{{capability: a.b, match_regex: '{pattern}'{more}}}]\nallow: [a.b]\n"
    )


@pytest.mark.parametrize(("less", "more", "widened", "narrowed"), COUNTED)
def test_patterns_that_count_are_decided(less: str, more: str, widened: str, narrowed: str) -> None:
    assert compare(denying(less), denying(more)).word == widened
    assert compare(denying(more), denying(less)).word == narrowed
    beside = ", contains: '-'"
    assert compare(denying(less, beside), denying(more, beside)).word == widened
    assert compare(denying(more, beside), denying(less, beside)).word == narrowed


def test_random_patterns_get_the_same_answers_as_by_whole_automata() -> None:
    random = Random(8)
    answers = {True: 0, False: 0}
    for _ in range(250):
        asked = [
            (patterns.whole(random), random.random() < 0.6)
            for _ in range(random.choice((1, 2, 2, 3)))
        ]
        finds = [(python_finds(one), positive) for one, positive in asked]
        if any(find is None for find, _ in finds):
            continue
        try:
            automata = [(compile_search(one), positive) for one, positive in asked]
            whole, _ = find_word(automata, 3_000)
            text, _ = find_text(automata, 3_000)
        except UnsupportedError:
            continue
        assert (text is None) is (whole is None), asked
        answers[text is None] += 1
        if text is not None:
            assert all(find(text) is positive for find, positive in finds), (asked, text)
    assert min(answers.values()) > 30


def test_products_get_the_same_answers_thread_by_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(9)
    pairs = []
    while len(pairs) < 40:
        one, other = patterns.whole(random), patterns.whole(random)
        if python_finds(one) and python_finds(other) and "'" not in one + other:
            more = random.choice(("", ", contains: 'b1'", ", match_keywords: [' ', 'a\"']"))
            pairs.append((denying(one, more), denying(other, random.choice(("", more)))))
    words = [compare(*pair).word for pair in pairs]
    monkeypatch.setattr(thread_product, "FEW_STATES", 0)
    assert [compare(*pair).word for pair in pairs] == words
    assert {Proved.word, Witness.word} <= set(words)
