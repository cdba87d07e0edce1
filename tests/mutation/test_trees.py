"""Regexes as trees match as Python does; an edit shares what it leaves, and texts tell it apart."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fencekit.regex.derivatives.distinguishing_texts import Distinguisher
from fencekit.regex.derivatives.part_contexts import candidates
from fencekit.regex.derivatives.term_matcher import TextMatcher
from fencekit.regex.derivatives.term_parser import NotReadError, PatternTree, TermReader
from fencekit.regex.derivatives.term_store import TermStore
from fencekit.regex.regex_mutations import edits

PATTERNS = [
    r"\A(?!(?:(?:ls|pwd(?: +-[alh]+)*|cat(?: +[a-z.]+)+)(?: *; *)?)+\Z)",
    r"(?i)\b(?:drop|alter)(?:[\s/*]+)tab\b|;\s*(?:set|up)\b",
    r"a(?:b|c{2,3}|)*?(d|[^e-g]+)$",
    r"x|(?:y(?=z)|[]a-]\d)+|\Bw{4}",
    r"(?<=a)b|(?<!ab)c|(?m:^x$)",
    r"(?:a*)*b?(?i:C|d){0,2}\s.",
    r"^$|(?s:.)\n",
]
TEXT = st.text("abcdxyzlspwt -;.D1\n/", max_size=14)


def tree_of(pattern: str) -> PatternTree:
    reader = TermReader(TermStore())
    return PatternTree(reader, pattern, reader.read(pattern))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_tree_and_every_edit_of_it_match_as_python_does(pattern: str) -> None:
    tree = tree_of(pattern)
    made = [(re.compile(pattern), tree.root.node)]
    for edit in edits(pattern):
        levels = tree.read_edit(edit.pattern)
        assert levels is not None, edit
        made.append((re.compile(edit.pattern), levels[-1].new))
    assert len(made) > 3

    @given(text=TEXT)
    @settings(max_examples=40)
    def alike(text: str) -> None:
        read = TextMatcher(tree.reader.forest, text)
        for compiled, node in made:
            assert read.is_found(node) == (compiled.search(text) is not None), compiled.pattern

    alike()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_an_edit_is_told_by_a_text_or_finds_the_same_texts(pattern: str) -> None:
    tree = tree_of(pattern)
    telling = Distinguisher(tree.reader.forest)
    fates = set()
    for edit in edits(pattern):
        levels = tree.read_edit(edit.pattern)
        assert levels is not None
        old, new = re.compile(pattern), re.compile(edit.pattern)
        for text in candidates(telling, levels, 12):
            if text is None:
                fates.add("same")
                differing(old, new)
                break
            if bool(old.search(text)) != bool(new.search(text)):
                fates.add("told")
                break
    assert "told" in fates


def differing(old: re.Pattern[str], new: re.Pattern[str]) -> None:
    """Look for a text that tells two patterns apart, where it was shown that there is none."""

    @given(text=TEXT)
    @settings(max_examples=40)
    def alike(text: str) -> None:
        assert bool(old.search(text)) == bool(new.search(text)), (old, new)

    alike()


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?>a)b", r"a++b", r"(a)?(?(1)b|c)", r"(?x) a b"])
def test_what_existence_of_a_match_does_not_say_is_not_read(pattern: str) -> None:
    with pytest.raises(NotReadError):
        TermReader(TermStore()).read(pattern)


def test_an_edit_makes_new_nodes_only_on_its_way_to_the_root() -> None:
    pattern = "(?:" + "|".join(f"(?:word{n} +[a-z]+)" for n in range(200)) + ")"
    tree = tree_of(pattern)
    before = len(tree.reader.forest.forms)
    assert tree.read_edit(pattern.replace("word77 +[", "word77 *[")) is not None
    assert len(tree.reader.forest.forms) - before < 20
