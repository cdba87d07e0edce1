"""What the prover and its checker take from Python, held against the Python that runs this.

    PYTHONPATH=.:tests python tests/prove/interpreter_laws.py SHARE [CERTIFICATES]

Only the standard library and fencekit's own core are imported, so that this runs where neither the
tests' packages nor ours are installed, in `pyodide` for one. Of the patterns every SHARE-th is
tried. What comes out is JSON: which Python it is, how much was tried of each law, what is wrong
(nothing, it should be), certificates, and what the checker says of those in a file.
"""

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fencekit.model.policy import Condition, ConditionName, Policy, Rule, Tier
from fencekit.model.proof import Certificate, Proved
from fencekit.model.source import Place
from fencekit.model.verdict import ALLOW, DENY
from fencekit.prover.checker.check_certificate import CertificateError, check
from fencekit.prover.checker.pattern_formulas import KINDS, Pattern
from fencekit.prover.checker.python_fingerprint import interpreter
from fencekit.prover.checker.sre_programs import representatives
from fencekit.prover.prover import compare
from fencekit.regex.charset import cased_characters, every_char, printable
from fencekit.regex.compile_search import compile_search
from fencekit.regex.confirm_steps import PROBES
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.nfa import UnsupportedError
from prove import patterns as drawn
from prove.search_patterns import REFERENCES, compiled, patterns, reference_texts

NOWHERE = Place("x")
CLASSES = (r"\w", r"\W", r"\d", r"\D", r"\s", r"\S")
LEAVES = (
    *(*CLASSES, *(f"(?a:{one})" for one in CLASSES), "(?i:k)", "(?i:s)", "(?i:[a-z])", "."),
    *("(?i:[^s])", "(?i:\u03c3)", "(?i:[\u0430-\u0433])", "(?i:\\w)", "(?ai:[^k])", "(?i:\u0130)"),
    *("(?i:\ufb05)", "(?i:[\U00010400-\U00010427])", r"[\s\S]", r"[^\s\S\n]", "[\x80-\uffff]"),
)

Laws = dict[str, Callable[[int], Iterator[str | None]]]
"""For each law what it tries, None for what is right, and else what is wrong."""


def followed(automaton: LazyDFA, text: str) -> bool:
    return automaton.accepts(automaton.after(automaton.start, text))


def read(pattern: Pattern, text: str) -> bool:
    state = pattern.start
    for char in text:
        state = pattern.step(state, char)
    return pattern.accepts(state)


def both_ways(pattern: str, texts: list[str]) -> Iterator[str | None]:
    """Hold the prover's automaton and the checker's reading of a pattern against `re`."""
    python = compiled(pattern)
    try:
        automaton = compile_search.__wrapped__(pattern)
        automaton.confirmation = None
    except UnsupportedError:
        automaton = None
    more, less = Pattern(pattern), Pattern(pattern, wanted=False)
    for text in texts:
        found = python.search(text) is not None
        is_right = read(more, text) >= found >= read(less, text)
        if automaton is not None:
            is_right &= followed(automaton, text) is found
        yield None if is_right else f"{pattern!r} in {text!r}"


def leading_sets(share: int) -> Iterator[str | None]:
    """A class under a flag of its group, by a character of every class that its sets tell apart."""
    for number, pattern in enumerate(patterns()):
        if number % (11 * share) == 0:
            chars = representatives(tuple(compile_search(pattern).sets))
            texts = [text for char in chars for text in (char, f"{char}1", f"b{char}")]
            yield from both_ways(pattern, texts)


def references(share: int) -> Iterator[str | None]:
    texts = reference_texts()
    for pattern in REFERENCES[::share]:
        yield from both_ways(pattern, texts[:: 5 * share])


def any_patterns(share: int) -> Iterator[str | None]:
    random_ = random.Random(7)
    for _ in range(240 // share):
        pattern = drawn.whole(random_)
        try:
            compiled(pattern)
        except re.error:
            continue
        yield from both_ways(pattern, [drawn.text(random_) for _ in range(12)])


def sets_of_characters(share: int) -> Iterator[str | None]:
    """Each set of the prover and of the checker, for every character that there is."""
    for leaf in LEAVES:
        spans = [one.span() for one in compiled(f"(?:{leaf})+").finditer(every_char())]
        ranges = tuple((start, end - 1) for start, end in spans)
        of_automaton = compile_search(leaf).sets
        yield None if any(one.ranges == ranges for one in of_automaton) else f"{leaf!r} (prover)"
        sets = Pattern(leaf).sets
        is_there = any(one.ranges == ranges for one in sets) or not ranges
        yield None if is_there else f"{leaf!r} (checker)"
    assert share


def small_letters(share: int) -> Iterator[str | None]:
    """What is taken as known of `str.lower`, and of which characters have another case."""
    known = set(cased_characters())
    for char in every_char():
        small = char.lower()
        has_case = char in known
        if small == char and char.upper() == char:
            yield None
            continue
        around = f"a{char}b".lower(), f"a {char} ".lower(), f"{char}b".lower()
        is_right = has_case and (len(small) == 1) is (char != "\u0130")
        if char != "\u03a3":
            is_right &= around == (f"a{small}b", f"a {small} ", f"{small}b")
        yield None if is_right else f"{char!r} in lower case"
    folds = re.compile(r"(?i)(.)\1", re.DOTALL)
    for small in known:
        for char in {small.upper(), small.lower(), small.swapcase()}:
            if len(char) == 1 and char not in known and folds.match(small + char):
                yield f"{char!r} has case"
    assert share


def shown_as_it_is(share: int) -> Iterator[str | None]:
    chars = printable()
    for char in every_char():
        is_shown = repr(char)[1:-1] == char or char in "'\\"
        yield None if (ord(char) in chars) is is_shown else f"{char!r} is shown as {char!r}"
    assert share


def kinds(share: int) -> Iterator[str | None]:
    """The characters that steps are tried with meet every class of the categories."""
    sets = tuple(one for leaf in LEAVES[:12] for one in Pattern(leaf).sets)
    wanted = {tuple(ord(char) in one for one in sets) for char in representatives(sets)}
    for chars in (KINDS, PROBES):
        met = {tuple(ord(char) in one for one in sets) for char in chars}
        yield None if met == wanted else f"{len(wanted - met)} classes of categories are not met"
    assert share


LAWS: Laws = {
    "leading sets": leading_sets,
    "references": references,
    "any patterns": any_patterns,
    "sets of characters": sets_of_characters,
    "small letters": small_letters,
    "shown as it is": shown_as_it_is,
    "kinds of characters": kinds,
}


def policy(denied: list[dict[str, Any]]) -> Policy:
    """Return a policy that denies what meets conditions, and allows all else of a capability."""
    rules = [
        Rule(
            f"deny-{number}",
            "deny",
            DENY,
            "a.b",
            tuple(Condition(ConditionName(name), value, NOWHERE) for name, value in one.items()),
            place=NOWHERE,
        )
        for number, one in enumerate(denied, 1)
    ]
    allowed = Rule("allow-1", "allow", ALLOW, "a.b", place=NOWHERE)
    return Policy("capfence", (Tier("deny", tuple(rules)), Tier("allow", (allowed,))))


PAIRS = {
    "numbers": ([{"amount_gt": 5}], [{"amount_gte": 5}]),
    "ascii": ([{"match_regex": "x+y"}], [{"match_regex": "x*y"}]),
    "letters": ([{"match_regex": r"\w\d"}], [{"match_regex": r"\w[\d_]"}]),
    "keywords": ([{"contains": "rm -rf"}], [{"contains": "rm"}]),
    "both": ([{"match_regex": "(?i)rm"}], [{"contains": "rm"}]),
    "scoped": ([{"match_regex": r"(?a:\W)!"}], [{"match_regex": r"(?a:\W)"}]),
    "ascii words": ([{"match_regex": r"(?a)\bx"}], [{"match_regex": "x"}]),
}
"""Policies, old and new, for which the new one is nowhere looser."""


def certificates() -> dict[str, Any]:
    """Return the certificate of each pair."""
    found = {}
    for name, (old, new) in PAIRS.items():
        result = compare(policy(old), policy(new), certificate=True)
        assert isinstance(result, Proved), (name, result)
        assert result.certificate is not None
        found[name] = result.certificate.content
    return found


def said_of(content: dict[str, Any]) -> dict[str, str]:
    """Return what the checker says of certificates: nothing where it accepts one."""
    said = {}
    for name, one in content.items():
        try:
            check(Certificate(one), *map(policy, PAIRS[name]))
            said[name] = ""
        except CertificateError as error:
            said[name] = error.message
    return said


def answer(share: int, others: str = "") -> dict[str, Any]:
    """Return all that this interpreter has to say."""
    tried: dict[str, int] = {}
    wrong: list[str] = []
    for name, law in LAWS.items():
        found = list(law(share))
        tried[name] = len(found)
        wrong += [f"{name}: {one}" for one in found if one is not None][:5]
    content = json.loads(Path(others).read_text("utf-8")) if others else {}
    return {
        "python": interpreter(),
        "tried": tried,
        "wrong": wrong,
        "certificates": certificates(),
        "said": said_of(content),
    }


if __name__ == "__main__":
    json.dump(answer(int(sys.argv[1]), *sys.argv[2:]), sys.stdout)
