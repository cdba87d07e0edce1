"""A second opinion by z3, where it is installed: `pip install '.[z3]'`, then this runs too."""

import random
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.oracle

z3 = pytest.importorskip("z3", reason="z3 is not installed: `pip install '.[z3]'` brings it")

from prove.attack import drawn, parsed  # noqa: E402
from prove.hard_set import pairs, sides  # noqa: E402
from prove.questions import ask  # noqa: E402
from prove.second_opinion import ALPHABET, BeyondError, searched  # noqa: E402

PATTERNS = (
    *(
        r"^ls\b(?! rm)",
        r"(?i)drop\s+table",
        r"\brm\b.*-[rf]{2}$",
        r"a(?=.*b)(?!.*c)",
        r"^(a|ab)*c$",
    ),
    *(r"x{2,4}$", r"[^a-z]\B", r"\Bo", r"^$", r"(?:\w+ )?sudo", r"\d{3}(?!\d)", r"^\S+(?:$| -)"),
)


def test_z3_finds_what_python_finds() -> None:
    seeded = random.Random(3)
    asked = 0
    for pattern in PATTERNS:
        texts = searched(pattern)
        for _ in range(20):
            made = drawn(seeded, parsed(pattern)) + seeded.choice(["", "x", " ", "_1"])
            text = "".join(char for char in made if char in ALPHABET)
            solver = z3.Solver()
            solver.add(z3.InRe(z3.StringVal(text), texts))
            found = re.search(pattern, text) is not None
            assert (solver.check() == z3.sat) is found, (pattern, text)
            asked += 1
    assert asked == 20 * len(PATTERNS)


def test_what_is_beyond_the_translation_is_refused() -> None:
    for pattern in (r"(a)\1", r"(?<=a)b", r"a++b", "("):
        with pytest.raises(BeyondError):
            searched(pattern)


def test_z3_contradicts_the_prover_nowhere_in_the_hard_set(tmp_path: Path) -> None:
    def questions():
        for number, pair in enumerate(pairs()):
            folder = tmp_path / str(number)
            folder.mkdir()
            old, new = sides(pair, folder)
            yield pair.name, old.ours, new.ours

    found = ask(questions(), seconds=1)
    assert found.contradictions == []
    assert found.agreed >= 50
