r"""What `re.search` finds where it is not "match somewhere": leading sets and backreferences.

Each pattern is held against `re` on a text of every class of characters that its sets tell apart,
by the prover's automaton and by the checker's reading of the compiled program.
"""

import re
from itertools import product

import pytest

from fencekit.prover.checker.pattern_formulas import Pattern
from fencekit.prover.checker.sre_programs import representatives
from fencekit.regex.backreferences import case_variants
from fencekit.regex.charset import LAST, cased_characters, every_char
from fencekit.regex.compile_search import compile_search
from fencekit.regex.derivatives.term_parser import NotReadError, PatternTree, TermReader
from fencekit.regex.derivatives.term_store import TermStore
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.leading_set import leading_set, skips_places
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.python_syntax import parse
from prove.search_patterns import REFERENCES, compiled, patterns, reference_texts


def is_accepted(automaton: LazyDFA, text: str) -> bool:
    return automaton.accepts(automaton.after(automaton.start, text))


def is_found(pattern: Pattern, text: str) -> bool:
    state = pattern.start
    for char in text:
        state = pattern.step(state, char)
    return pattern.accepts(state)


def test_every_class_of_characters_is_found_as_by_python() -> None:
    """Without the confirmation of each step, which would refuse what is wrong."""
    asked = skipping = 0
    for number, pattern in enumerate(patterns()):
        python = compiled(pattern)
        automaton = compile_search.__wrapped__(pattern)
        automaton.confirmation = None
        chars = representatives(tuple(automaton.sets))
        skipping += skips_places(pattern)
        texts = [text for char in chars for text in (char, f"{char}1", f"b{char}", f"1{char}\n")]
        for text in texts:
            found = python.search(text) is not None
            assert is_accepted(automaton, text) is found, (pattern, text)
            asked += 1
        if number % 7 == 0:  # the checker holds each step against `re` by itself
            reading = Pattern(pattern)
            for text in texts:
                assert is_found(reading, text) is (python.search(text) is not None)
    assert skipping > 400
    assert asked > 30_000


def test_the_leading_set_is_right_for_every_character_that_there_is() -> None:
    for pattern in (r"(?a:\W)", r"(?a:\D)1?", r"(?a)(?u:\w)", r"(?i)(?a:[\Wk])", r"((?a:[^\wé]))"):
        automaton = compile_search(pattern)
        python = compiled(pattern)
        for char in every_char()[:: 7 if pattern == r"(?a:\W)" else 101]:
            assert is_accepted(automaton, char) is (python.search(char) is not None), char


def test_a_pattern_without_flags_of_groups_is_asked_nothing_more() -> None:
    for pattern in (r"\W", r"(?a)\W", "[é]", "ab", "(?i:k)", r"(?s:.)\W"):
        assert len(leading_set(pattern, *parse(pattern)).ranges) == 1
        assert not skips_places(pattern)


def test_trees_refuse_what_the_search_may_skip() -> None:
    reader = TermReader(TermStore())
    with pytest.raises(NotReadError):
        reader.read(r"(?a:\W)")
    tree = PatternTree(reader, r"(?a:\w)x", reader.read(r"(?a:(?:\w))?x"))
    assert tree.read_edit(r"(?a:\W)x") is None


@pytest.mark.parametrize("flags", [re.UNICODE, re.ASCII], ids=["unicode", "ascii"])
def test_a_reference_takes_for_the_same_what_python_does(flags: re.RegexFlag) -> None:
    """For each character that has case: every other character of them is tried."""
    scope = "a" if flags is re.ASCII else "u"
    all_cased = cased_characters()
    python = re.compile(rf"(?s)(.)(?{scope}i:\1)")
    by_small: dict[str, set[str]] = {}
    for char in all_cased:
        by_small.setdefault(char.lower(), set()).add(char)
        by_small.setdefault(char.upper(), set()).add(char)
    for char in all_cased:
        taken = set(case_variants(char, int(flags & re.ASCII)))
        near = by_small.get(char.lower(), set()) | by_small.get(char.upper(), set()) | taken
        assert taken == {one for one in near if python.fullmatch(char + one)}, char
    # Of what has no case, each is the same as itself only.
    others = every_char()[:: LAST // 3_000]
    assert all(case_variants(char, 0) == char for char in others if char not in all_cased)


NOT_WRITTEN_OUT = (
    *(
        r"(?:(a|b)\1)+",
        r"((a+)\2)\1",
        r"(a|b)(?>\1)b",
        r"(a+)\1",
        r"(?<=(a))\1",
        r"(?=(a))\1",
        r"(.)\1",
    ),
    *(
        r"(?:(a)|b)*\1",
        r"((?>a|ab))\1",
        r"(?:(a)|b){2}(?(1)a|b)",
        r"(?(1)a|b)(s)",
        r"(?=(a)?b)b(?(1)a|s)",
    ),
)


@pytest.mark.parametrize("pattern", REFERENCES)
def test_references_are_written_out_as_python_takes_them(pattern: str) -> None:
    python = compiled(pattern)
    automaton = compile_search.__wrapped__(pattern)
    automaton.confirmation = None
    for text in reference_texts():
        assert is_accepted(automaton, text) is (python.search(text) is not None), text


@pytest.mark.parametrize("pattern", NOT_WRITTEN_OUT)
def test_references_that_are_not_sure_are_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedError):
        compile_search(pattern)


def test_a_pattern_that_is_read_wrongly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that is planted in the reading of a regex leads to no proof."""
    monkeypatch.setattr("fencekit.regex.compile_search.asked_by_search", lambda *_: [])
    automaton = compile_search.__wrapped__(r"(?a:\W)")
    for _ in range(2):  # it stays refused: nothing of the wrong step is kept
        with pytest.raises(UnsupportedError, match="otherwise"):
            automaton.after(automaton.start, "é")


BODIES = (
    "ab",
    "a[ab]",
    "(a)b",
    "(?=a)",
    "(?!b)a",
    r"\bb",
    "a{2}",
    "^",
    r"a\b",
    "(?<=a)b",
    "(?i:a)b",
)
POSSESSIVE = ("*+", "++", "?+", "{1,2}+", "{2,}+", "{0,2}+")
GREEDY = ("*", "+", "?", "{1,2}", "*?", "{1,2}?")


def test_what_matches_in_one_way_is_repeated_as_python_does_without_giving_back() -> None:
    texts = ["".join(one) for size in range(6) for one in product("ab", repeat=size)]
    texts += ["a b", "ab ab", "A", "abAB"]
    patterns = [
        *(f"{pre}(?:{one}){more}b" for pre in ("", "b?") for one in BODIES for more in POSSESSIVE),
        *(f"(?>b?(?:{one}){more})$" for one in BODIES for more in GREEDY if "?" not in more),
        *(f"a?(?>(?:{one}){more})b" for one in BODIES for more in GREEDY),
    ]
    followed = 0
    for pattern in patterns:
        python = compiled(pattern)
        try:
            automaton = compile_search.__wrapped__(pattern)
        except UnsupportedError:
            continue
        automaton.confirmation = None
        followed += 1
        for text in texts:
            assert is_accepted(automaton, text) is (python.search(text) is not None), (
                pattern,
                text,
            )
    assert followed >= 0.8 * len(patterns)
