"""What the checker of certificates rests upon, held against Python and against the engine."""

import ast
import math
import os
import re
import warnings
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fencekit.engines.native.request_view import View, covers
from fencekit.model.policy import Condition, ConditionName
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.prover.certificate import lemma as made
from fencekit.prover.checker import check_certificate
from fencekit.prover.checker.certificate_cases import capabilities, exits
from fencekit.prover.checker.certificate_walks import FIXED, ClosedSetWalk, of_letter
from fencekit.prover.checker.check_certificate import CertificateError, check_lemma
from fencekit.prover.checker.checker_atoms import (
    ALWAYS,
    NUMBER,
    Atom,
    Atoms,
    reading,
    stand_ins,
)
from fencekit.prover.checker.checker_domain import CheckedDomain
from fencekit.prover.checker.pattern_formulas import FOUND, Pattern
from fencekit.schema.argument_schema import Schema, valid
from prove import checker_lines, nasty, patterns, payloads
from prove.test_domains import LISTS, PATH_ONLY, PAYMENT
from prove.test_regexes import python_finds

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))
ONE_WAY = ("(?>", "*+", "++", "?+", "}+", "(?P=g)")
"""What of a pattern is followed in one direction only."""


def finds(pattern: Pattern, text: str) -> bool:
    """Say whether a pattern is found, and hold that nothing undoes what has been found."""
    state = pattern.start
    for char in text:
        before, state = state, pattern.step(state, char)
        assert before[-1] != FOUND or state[-1] == FOUND
    return pattern.accepts(state)


@pytest.mark.parametrize("seed", range(300 if SWEEP else 3))
def test_patterns_are_found_where_python_finds_them(seed: int) -> None:
    random = Random(seed)
    pairs = exact = 0
    for _ in range(150):
        pattern = patterns.whole(random)
        in_python = python_finds(pattern)
        if in_python is None:
            continue
        more, less = Pattern(pattern), Pattern(pattern, wanted=False)
        is_exact = not any(sign in pattern for sign in ONE_WAY)
        for _ in range(24):
            text = patterns.text(random)
            found = in_python(text)
            assert finds(more, text) or not found, (pattern, text)
            assert found or not finds(less, text), (pattern, text)
            if is_exact:
                assert finds(more, text) is finds(less, text) is found, (pattern, text)
                exact += 1
            pairs += 1
    assert pairs > 3_000
    assert exact > 2_000


def possessive(random: Random) -> str:
    """Return a pattern of repeats that give nothing back, which are followed exactly."""
    parts = ("a", "b", "[ab]", ".", "[^a]", r"\w")
    repeats = ("*+", "++", "{2,}+", "", "*", "?")
    pieces = [random.choice(parts) + random.choice(repeats) for _ in range(random.randint(1, 4))]
    return "".join(pieces) + random.choice(("", "$", r"\b"))


def test_what_takes_all_there_is_of_a_character_is_followed_exactly() -> None:
    random = Random(1)
    for _ in range(2_000 if SWEEP else 200):
        pattern = possessive(random)
        for _ in range(12):
            text = "".join(random.choice("ab-\n") for _ in range(random.randint(0, 6)))
            found = re.search(pattern, text) is not None
            assert finds(Pattern(pattern), text) is found, (pattern, text)
            assert finds(Pattern(pattern, wanted=False), text) is found, (pattern, text)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (r"(?<=a\b)(?= )", ("a ", "a", "ab", "b ")),
        (r"(?<!(?<=a)b)c", ("abc", "bbc", "c", "bc")),
        (r"(?<=a$)\n", ("a\n", "a\n\n", "a", "\n")),
        (r"(?<=(?=ab)a)b", ("ab", "b", "aab")),
        (r"(?<!(?!a)a)", ("a", "b", "")),
        (r"^$", ("", "\n", "\n\n", "a")),
        (r"\B", ("", "a", "aa", "-")),
        (r"(?:(?=x*y)x)*y", ("xxy", "y", "xx", "xyx")),
        (r"(?:a*)*b", ("b", "aab", "a")),
        (r"(?:|a)+b", ("b", "ab")),
        (r"(?!)|a(?!)", ("", "a")),
        (r"(?m)^a$", ("b\na\nc", "a", "ba")),
    ],
)
def test_a_pattern_of_odd_parts_is_found_where_python_finds_it(
    pattern: str, texts: tuple[str, ...]
) -> None:
    for text in texts:
        assert finds(Pattern(pattern), text) is (re.search(pattern, text) is not None), text


def is_spelled(args: dict[str, Any]) -> bool:
    """Say whether steps of the arguments spell both texts, letter by letter."""
    view = View(Request("x", args=args))
    text, values = str(view.text), str(view.values_text)
    asked = [("text", re.escape(char)) for char in sorted(set(text))]
    asked += [("values", re.escape(char)) for char in sorted(set(values))]
    walk = ClosedSetWalk("arguments", asked, [], [])
    left = [(walk._order.start, 0, 0)]
    seen = set(left)
    for order, at, value_at in left:
        if (at, value_at) == (len(text), len(values)) and walk._order.accepts(order):
            return True
        for step in walk._steps:
            if text.startswith(step.text, at) and values.startswith(step.values, value_at):
                after = walk._order.step(order, step.kind)
                then = (after, at + len(step.text), value_at + len(step.values))
                if after[-1] and then not in seen:
                    seen.add(then)
                    left.append(then)
    return False


@pytest.mark.parametrize("seed", range(200 if SWEEP else 2))
def test_all_arguments_are_spelled_as_the_engine_reads_them(seed: int) -> None:
    random = Random(seed)
    for _ in range(60):
        args = payloads.arguments(random)
        assert is_spelled(args), args


def kinds_of(text: str) -> tuple[str, str]:
    """Return the kinds of the steps that spell a text as Python quotes it, and what they add."""
    quote, inside = ("w", {"'": "s"}) if "'" in text and '"' not in text else ("q", {'"': "d"})
    if "'" in text and quote == "q":
        inside["'"] = "e"
    fixed = {kind: shown for kind, shown, _ in FIXED}
    kinds, spelled = quote, fixed[quote]
    for char in text:
        if char in inside:
            kind, shown = inside[char], fixed[inside[char]]
        else:
            kind, shown = next((k, s) for k, s, v in of_letter(char) if k in "cx" and v == char)
        if kind == "x":
            digits = f"{ord(char):0{2 if ord(char) < 256 else 4 if ord(char) < 0x10000 else 8}x}"
            kind, shown = "x" + "h" * len(digits), shown + digits
        kinds, spelled = kinds + kind, spelled + shown
    return kinds + quote, spelled + fixed[quote]


def one_sigma(text: str) -> str:
    return text.replace("\u03c2", "\u03c3")


@pytest.mark.parametrize("seed", range(100 if SWEEP else 2))
def test_text_is_spelled_as_python_quotes_it_and_in_an_order_that_there_is(seed: int) -> None:
    random = Random(seed)
    order = ClosedSetWalk("arguments", [("text", "a")], [], [])._order
    for number in range(10_000):
        text = payloads.text(random, 8)
        kinds, spelled = kinds_of(text)
        # Either small sigma may be spelled, where Python looks around to choose.
        assert one_sigma(spelled) == one_sigma(repr(text).lower()), text
        if number % 20 == 0:
            state = order.start
            for kind in f"{{{kinds.upper()}:{kinds}}}":
                state = order.step(state, kind)
            assert order.accepts(state), (text, kinds)


def test_what_is_no_object_as_python_prints_it_is_not_spelled() -> None:
    order = ClosedSetWalk("arguments", [("text", "a")], [], [])._order
    for kinds in (
        "",
        "{",
        "{}}",
        "{q}",
        "{Qcq:qq}",
        "{QCQ:qcq,}",
        "{QQ:qsq}",
        "{QQ:qeq}",
        "{QQ:wcw}",
    ):
        state = order.start
        for kind in kinds:
            state = order.step(state, kind)
        assert not order.accepts(state), kinds
    for kinds in ("{}", "{QCQ:qcdcq}", "{QQ:wcsw,QQ:nnn}", "{WSW:qdeq}", "{QXHHQ:qxhhcq,QQ:baaf}"):
        state = order.start
        for kind in kinds:
            state = order.step(state, kind)
        assert order.accepts(state), kinds


def test_lower_case_of_what_is_printable_is_printable() -> None:
    """Why a keyword that cannot be printed is never met."""
    for char in map(chr, range(0x110000)):
        assert not char.isprintable() or char.lower().isprintable()


def answers(conditions: list[Condition], call: Request) -> tuple[bool, ...]:
    return tuple(
        Atom(one, raises=raises).is_so(call) for one in conditions for raises in (False, True)
    )


VALUES: dict[str, tuple[Any, ...]] = {
    "amount": (*nasty.NUMBERS, 2**53 + 1, 10**400, -(10**400), "5", None, float("nan"), True),
    "caller_depth": (*nasty.NUMBERS, 3, "x"),
    "path": ("/", "/a", "/ab", "a", "", 1, None),
    "named": (*nasty.NAMES, "[a", "a]*", "**", "dev*x", "[]a]", "a\n", 1.0, False, ["a"]),
}
NAMES = {
    "amount": ("amount_gt", "amount_gte", "amount_lt", "amount_lte"),
    "caller_depth": ("caller_depth_gt", "caller_depth_lte"),
    "path": ("path_prefix",),
    "environment": ("environment",),
    "table": ("table",),
    "risk_level": ("risk_level", "risk_level_is"),
}


def some_calls(random: Random) -> Iterator[Request]:
    """Yield calls with something by each name, of every kind, and like what is asked for."""
    numbers = (0, 1, 5, 2**53 + 1, 0.5, "1_0", " 5 ", "nan", "-inf", 10**400, True, "x", [], None)
    texts = ("prod", "dev", "p", "", "devx", "a", "a]", "[a", "[]a]", "a\n", "pro\nd", "**", "high")
    others = (None, 1, True, 1.0, 0, ["a"], {"a": 1}, 2.5, "x")
    paths = ("/", "/a/b", "/abc", "a", "", "1", 1, None, True, ["/a"])
    for _ in range(40):
        named = {key: random.choice((*texts, *others)) for key in ("table", "risk_level")}
        yield Request(
            "x",
            environment=random.choice((None, *texts)),
            context={"caller_depth": random.choice(numbers), "environment": random.choice(others)}
            | {key: random.choice((*texts, *others)) for key in named},
            args={
                random.choice(("amount", "total")): random.choice(numbers),
                random.choice(("path", "file")): random.choice(paths),
                "environment": random.choice((*texts, *others)),
                **named,
            },
        )


@pytest.mark.parametrize("seed", range(60 if SWEEP else 2))
def test_every_call_is_answered_like_one_of_those_that_stand_for_all(seed: int) -> None:
    random = Random(seed)
    for subject, names in NAMES.items():
        for _ in range(12):
            values = random.sample(VALUES.get(subject, VALUES["named"]), random.randint(1, 3))
            conditions = [
                Condition(ConditionName(random.choice(names)), value, Place("x"))
                for value in values
            ]
            told = {answers(conditions, call) for call in stand_ins(subject, values)}
            for call in some_calls(random):
                assert answers(conditions, call) in told, (conditions, call)


def test_every_condition_is_about_a_text_or_about_what_calls_can_stand_for() -> None:
    for name in ConditionName:
        atoms: Atoms = {}
        assert reading(Condition(name, "1", Place("x")), atoms) != (None, ALWAYS), name
        for atom in atoms.values():
            if atom.subject == "argument path":  # a proof about it has no certificate
                continue
            assert atom.patterns or list(stand_ins(atom.subject, ["1"])), name
    with pytest.raises(ValueError, match="no calls are known"):
        list(stand_ins("argument path", ["1"]))
    with pytest.raises(ValueError, match="no calls are known"):
        list(stand_ins("the hour", ["1"]))


def test_what_python_reads_as_a_number_begins_as_numbers_are_said_to() -> None:
    random = Random(1)
    pattern, read = Pattern(NUMBER, anywhere=False), 0
    while read < (20_000 if SWEEP else 1_000):
        text = "".join(
            random.choice("0159.e+-_ infatyINF\u0663\uff11\x1f\u3000\n")
            for _ in range(random.randint(1, 6))
        )
        try:
            float(text)
        except ValueError:
            continue
        read += 1
        assert finds(pattern, text), text


@pytest.mark.parametrize("seed", range(60 if SWEEP else 3))
def test_every_capability_is_covered_like_one_of_those_that_stand_for_all(seed: int) -> None:
    random = Random(seed)
    for _ in range(30):
        listed = [spelled(random) for _ in range(random.randint(0, 4))]
        told = {tuple(covers(one, other) for one in listed) for other in capabilities(listed)}
        for _ in range(60):
            capability = random.choice((spelled(random), *listed)) + random.choice(
                ("", "", ".a", "!")
            )
            assert tuple(covers(one, capability) for one in listed) in told, (listed, capability)


def test_every_well_formed_capability_is_covered_like_one_of_those_that_stand_for_all() -> None:
    random = Random(1)
    every = [".".join(some) for size in (1, 2, 3) for some in product("ab*c", repeat=size)]
    for _ in range(100):
        listed = [random.choice(every) for _ in range(random.randint(1, 6))]
        told = {tuple(covers(one, other) for one in listed) for other in capabilities(listed)}
        for capability in every:
            assert tuple(covers(one, capability) for one in listed) in told, (listed, capability)


def spelled(random: Random) -> str:
    parts = ("a", "b", "*", "", "a b", "a\n", "x", "!")
    return ".".join(random.choice(parts) for _ in range(random.randint(1, 4)))


@pytest.fixture(scope="module")
def calls() -> list[Request]:
    random = Random(0)
    drawn = [Request("s.x", args=payloads.arguments(random)) for _ in range(500)]
    return [*nasty.universe(), *drawn]


def holders(atom: Atom, calls: list[Request]) -> set[int]:
    """Return the numbers of the calls of which an atom is so, by Python's own search for texts."""
    if not atom.patterns:
        return {at for at, call in enumerate(calls) if atom.is_so(call)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        texts = [getattr(View(call), OF[atom.of]) for call in calls]
        return {
            at
            for at, text in enumerate(texts)
            if any(re.search(pattern, text) for pattern in atom.patterns)
        }


OF = {"text": "text", "values": "values_text"}


def some_literals(random: Random, atoms: Atoms) -> frozenset[str]:
    """Return a few literals, now and then all about the same."""
    subject = random.choice(list(atoms.values())).subject if random.random() < 0.6 else ""
    names = [name for name, atom in atoms.items() if subject in ("", atom.subject)]
    chosen = random.sample(names, min(len(names), random.randint(1, 4)))
    return frozenset(random.choice(("", "not ")) + name for name in chosen)


DOMAINS: tuple[Any, ...] = (
    "open",
    *(PATH_ONLY, PAYMENT, LISTS),
    {
        "properties": {
            "amount": {"type": ["integer", "string"], "exclusiveMinimum": 1},
            "table": {"enum": ["prod", "dev", 1, True]},
            "environment": {"const": "p"},
            "path": {"type": ["string", "null"]},
            "file": {"type": "boolean"},
            "Path": {"type": "string"},
            "k": {"type": ["array", "object"]},
            "x": False,
        },
        "additionalProperties": False,
    },
)


@pytest.mark.parametrize("domain", DOMAINS, ids=["open", "path", "payment", "lists", "odd"])
@pytest.mark.parametrize("seed", range(40 if SWEEP else 1))
def test_no_call_is_as_a_lemma_that_is_accepted_says_that_none_is(
    calls: list[Request], seed: int, domain: Any
) -> None:
    random = Random(seed)
    if domain != "open":
        schema = Schema(domain)
        drawn = [Request("s.x", args=like(domain, random)) for _ in range(300)]
        calls = [call for call in (*calls, *drawn) if schema.valid(call.args.values)]
        assert len(calls) > 50
    atoms: Atoms = {}
    for policy in (policy for _ in range(8) for policy in nasty.pair(random)):
        for _, rule in policy.decision_list:
            exits(rule, atoms)
    accepted = tried = 0
    while accepted < 5 and tried < 200:
        tried += 1
        try:
            lemma = made(some_literals(random, atoms), atoms, CheckedDomain(domain))
        except CertificateError:
            continue
        left = set(range(len(calls)))
        for literal in check_lemma(lemma, atoms, CheckedDomain(domain)):
            held = holders(atoms[literal.removeprefix("not ")], calls)
            left = left - held if literal.startswith("not ") else left & held
        assert not left, (lemma["literals"], calls[min(left)])
        accepted += 1
    assert accepted > 1


NUMBERED = {
    "properties": {
        "amount": {"type": "integer", "exclusiveMaximum": 2**53 + 4},
        "table": {"type": "integer"},
        "environment": {"type": ["boolean", "string"]},
    },
    "additionalProperties": False,
}


def test_an_integer_that_is_no_float_may_be_read_as_one_beyond_its_limit() -> None:
    assert float(2**53 + 3) == 2**53 + 4
    domain = CheckedDomain(NUMBERED)
    assert domain.may_be("amount", float(2**53 + 4))
    assert not domain.may_be("amount", float(2**53 + 6))
    assert not CheckedDomain(PAYMENT).may_be("amount", math.nextafter(100.0, math.inf))


@pytest.mark.parametrize("domain", [*DOMAINS[1:], NUMBERED])
def test_every_call_of_a_domain_is_answered_like_one_of_those_that_stand_for_all(
    domain: dict[str, Any],
) -> None:
    random, asked = Random(1), 0
    drawn = [like(domain, random) for _ in range(200)]
    drawn += [{"amount": 2**53 + 3}, {"table": 1}, {"table": True}, {"environment": True}]
    texts = ("prod", "dev", "p", "high", None)
    calls = [
        Request("x", context={key: random.choice(texts) for key in NAMES}, args=args)
        for args in drawn
        if Schema(domain).valid(args)
        for _ in range(2)
    ]
    for subject, names in NAMES.items():
        some = (*VALUES.get(subject, VALUES["named"]), 2**53 + 4, 1)
        for _ in range(60 if SWEEP else 8):
            values = random.sample(some, random.randint(1, 3))
            conditions = [
                Condition(ConditionName(random.choice(names)), value, Place("x"))
                for value in values
            ]
            stand = stand_ins(subject, values, CheckedDomain(domain))
            told = {answers(conditions, call) for call in stand}
            for call in calls:
                assert answers(conditions, call) in told, (conditions, call)
                asked += 1
    assert asked > 1_000


def like(domain: dict[str, Any], random: Random) -> dict[str, Any]:
    """Return arguments that may be of a domain: keys of it in any order, values that fit."""
    keys = [key for key in domain["properties"] if random.random() < 0.8]
    random.shuffle(keys)
    texts = (
        "prod",
        "dev",
        "p",
        "/a",
        "a",
        "b",
        "a b",
        "'",
        '"',
        "USD",
        "EUR",
        "nan",
        "1e999",
        "2",
        "",
    )
    others = (None, True, False, 0, 1, 2, 1.5, 100, 10**400, [], ["a"], ["rm -rf", 1], {"a": "b"})
    found = {}
    for key in keys:
        some = [one for one in (*texts, *others) if valid(domain["properties"][key], one)]
        found[key] = random.choice(some or texts)
    return found


def code_lines(path: Path) -> int:
    """Return how many lines of a file are no comment, docstring, import or blank."""
    text = path.read_text("utf-8")
    left = {
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    }
    for node in ast.walk(ast.parse(text)):
        is_said = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_said or isinstance(node, ast.Import | ast.ImportFrom):
            assert node.end_lineno is not None
            left -= set(range(node.lineno, node.end_lineno + 1))
    return len(left)


def the_checker() -> list[Path]:
    """Return the files that have to be believed."""
    return sorted(Path(check_certificate.__file__).parent.glob("*.py"))


def test_the_page_on_proofs_says_how_long_the_checker_is() -> None:
    files = the_checker()
    page = (Path(__file__).parents[2] / "docs/proofs.md").read_text("utf-8")
    for path in files:
        row = re.search(rf"^ *\| `{path.name}` \| .* \| (\d+) \|$", page, re.MULTILINE)
        lines = code_lines(path)
        assert lines == 0 or (row is not None and int(row[1]) == lines), (path.name, lines)


def test_the_prover_uses_nothing_of_what_the_checker_goes_by() -> None:
    maker = "certificate.py"  # it writes down what the checker is to be shown
    for path in Path(check_certificate.__file__).parents[1].glob("*.py"):
        if path.name != maker:
            text = path.read_text("utf-8")
            error = "fencekit.prover.checker.check_certificate import CertificateError"
            assert "prover.checker" not in text.replace(error, ""), path.name


def test_the_checker_shares_nothing_with_the_prover_but_the_classes_of_characters() -> None:
    shared = {
        "fencekit.regex.charset",
        "fencekit.regex.minterms",
        "fencekit.schema.argument_schema",
    }
    rooms = ("fencekit.prover", "fencekit.regex", "fencekit.schema")
    for path in the_checker():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(rooms):
                own = (node.module or "").startswith("fencekit.prover.checker")
                assert own or node.module in shared, node.module


def test_the_page_lists_each_file_of_the_checker_with_its_lines_of_code() -> None:
    page = checker_lines.PAGE.read_text("utf-8")
    how = "run `python tests/prove/checker_lines.py`"
    assert checker_lines.listed_lines(page) == checker_lines.lines_of_code(), how
    assert checker_lines.updated(page) == page, how
    assert min(checker_lines.lines_of_code().values()) > 10
