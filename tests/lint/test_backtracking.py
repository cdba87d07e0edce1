"""Patterns that backtrack without end are found, and measured; fine ones stay quiet."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fencekit.dialects.dialect_registry import load_policy
from fencekit.linter.call_rewrites import elements
from fencekit.linter.rules.regex_backtracks import slow_text
from fencekit.model.policy import ConditionName
from fencekit.regex.redos.match_timing import first_slow
from fencekit.regex.redos.redos_growth import growth
from fencekit.regex.redos.slow_texts import suspicions

EXPONENTIAL = [
    r"^(\w+\s?)*;$",
    r"(a+)+$",
    r"(a*)*b",
    r"(a|aa)+$",
    r"^(\d+)+\.$",
    r"(x+x+)+y",
    r"(ab|a|b)*c",
    r"^([^;]+)+$",
]
POLYNOMIAL = [
    r"\s*\s*\s*\s*=",
    r"^\s*SELECT\s+.+\s+WHERE\s+.+\s+LIMIT\s+\d+",
    r"\A(?:ab)*(?:ab)*(?:ab)*(?:ab)*c",
    r".*foo.*bar",
    r"rm.*-rf.*/",
]
FINE = [
    r"^\w+(\s\w+)*;$",
    r"^[a-z]+\Z",
    r"(?i)\b(drop|truncate)\s+table\b",
    r"^(ls|pwd)( [\w./-]+)*\Z",
    r"^([a-z]+\.)+[a-z]+$",
    r"(a{1,3}){1,3}b",
    r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$",
    r"^((a|b)c)*$",
    r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
    r"\s+$",
    r"\brm\s+-\w*r\w*\s+(-\w+\s+)*[/~]",
    r"(",
]
LOOKING_AROUND = [
    r"\A(?!(?:(?:(?:[a-z]+)+))\Z)",
    r"\A(?=(?:\w+\s?)*;)",
    r"\A(?!(?:x|(?=(?:a|aa)+\Z)).)",
    r"\A(?:(?!(?:[a-z]+)+;)[a-z])*\Z",
    r"\A(?!(x)?(?(1)(?:y+)+z|(?:z+)+y)\Z)",
    r"\A(?=.*!)(?:[a-z]+)+\Z",
    r"\A(?![a-m])(?:[a-z]+)+\Z",
    r"\A(?!(?>(?:a|a)+\Z))",
    r"(?<=;)(?:\d+)+\Z",
    r"(?<=(?:[ab]x|[ac]x){25}!)x",
    r"(?<!(?:ax|[ac]x){25}!)\Z",
    r"\A(?!(?:(?:name|[a-z]+)/)*\Z)",
    r"\A(?!\s*\s*\s*\s*=)",
]
"""Each runs away in a lookahead or a lookbehind, or behind one that has to hold."""
LOOKING_AROUND_FINE = [
    r"\A(?!(?:[a-z]+)\Z)",
    r"\A(?!(?:[a-z]+(?:/[a-z]+)*)\Z)",
    r"\A(?=[a-z])(?!aa)[a-z]+\Z",
    r"(?<!\w)drop(?!\w)",
    r"(?<=a)b+(?=c)",
    r"\A(?:(?!--)[\s\S])*\Z",
    r"\A(x)?(?(1)y+|z+)\Z",
    r"\A(?!(?:(?!name/)[a-z]+/|name/)*\Z)",
]
SUSPICIOUS_BUT_FINE = [r"^(?>(?:a|aa)+)$", r"\A(?=(?:a+)+)b"]


@pytest.mark.parametrize("pattern", [*EXPONENTIAL[:4], POLYNOMIAL[0], *POLYNOMIAL[3:]])
def test_a_pattern_that_backtracks_without_end_is_found_and_really_is_slow(pattern: str) -> None:
    text = slow_text(pattern)
    assert 0 < len(text) <= 16_000
    script = f"import re; re.search({pattern!r}, {text!r})"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-I", "-S", "-c", script], timeout=0.4, check=False)


@pytest.mark.parametrize("pattern", [*EXPONENTIAL, *POLYNOMIAL])
def test_a_pattern_that_may_backtrack_is_suspicious(pattern: str) -> None:
    suspicion = suspicions(pattern)[0]
    text = suspicion.text(200)
    assert all(start + pump * 2 in text for start, pump in suspicion.parts)
    assert len(text) <= 200


@pytest.mark.parametrize("pattern", FINE)
def test_a_fine_pattern_is_not_even_suspicious(pattern: str) -> None:
    assert suspicions(pattern) == ()
    assert slow_text(pattern) == ""


@pytest.mark.parametrize("pattern", SUSPICIOUS_BUT_FINE)
def test_a_suspicion_that_measuring_does_not_bear_out_is_no_finding(pattern: str) -> None:
    assert suspicions(pattern)
    assert slow_text(pattern) == ""


@pytest.mark.parametrize("pattern", LOOKING_AROUND)
def test_a_pattern_that_runs_away_in_a_lookaround_is_found(pattern: str) -> None:
    assert slow_text(pattern)


@pytest.mark.parametrize("pattern", LOOKING_AROUND_FINE)
def test_a_fine_lookaround_stays_quiet(pattern: str) -> None:
    assert slow_text(pattern) == ""


def test_the_form_of_every_regex_of_a_pack_shows_that_it_cannot_run_away() -> None:
    patterns = {
        str(pattern)
        for file in (
            *Path("packs").glob("*/policies/*.yaml"),
            *Path("packs").glob("*/guardrails.yaml"),
        )
        for rule in load_policy(file).rules
        for condition in rule.conditions
        if condition.name is ConditionName.MATCH_REGEX
        for _, pattern in elements(condition)
    }
    assert len(patterns) > 100
    known = {pattern: growth(pattern) for pattern in sorted(patterns)}
    assert [text for text, one in known.items() if one is None or not one.is_harmless] == []


def test_a_quick_pattern_is_not_slow_and_a_slow_one_is_stopped() -> None:
    assert first_slow("a", ["b" * 4_000] * 3) is None
    assert first_slow("(a+)+$", ["a", "a" * 60 + "!", "a"]) == 1


def test_the_length_of_a_text_does_not_make_it_slow() -> None:
    assert re.search(r"x\Z", "y" * 4_000) is None
    assert first_slow(r"x\Z", ["y" * 4_000, "y" * 400_000]) is None
