"""Edits of long patterns are checked in parts, and are those that a check of the whole finds."""

import re

import pytest

from fencekit.regex import regex_mutations
from fencekit.regex.regex_tokens import branch_of_each, is_composed, tokens

PATTERNS = [
    r"\A(?!(?:(?:ls|pwd(?: +-[alh]+)*|cat(?: +[a-z.]+)+)(?: *; *)?)+\Z)",
    r"(?i)\b(?:drop|alter)(?:[\s/*]+)table\b|;\s*(?:insert|update)\b",
    r"a(?:b|c{2,3}|)*?(d|[^e-g]+)$",
    r"x|(?:y(?=z)|[]a-]\d)+|\Bw{4}",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_checked_in_parts_has_the_same_edits(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_composed(pattern)
    whole = [(edit.operator, edit.pattern, edit.reach) for edit in regex_mutations.edits(pattern)]
    monkeypatch.setattr(regex_mutations, "LONG", 0)
    parts = [(edit.operator, edit.pattern, edit.reach) for edit in regex_mutations.edits(pattern)]
    assert parts == whole
    assert len(parts) > 8


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_branch_of_a_token_compiles_by_itself(pattern: str) -> None:
    spans = branch_of_each(pattern)
    for token, (start, end) in zip(tokens(pattern), spans, strict=True):
        re.compile(pattern[start:end])
        assert token.text == "|" or token.text.startswith("(?i") or start <= token.start < end


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?P<n>a)b", r"(?<=a)b", r"(?<!ab|cd)e", r"(?>a)b"])
def test_what_refers_or_looks_behind_is_checked_as_a_whole(pattern: str) -> None:
    assert not is_composed(pattern)
