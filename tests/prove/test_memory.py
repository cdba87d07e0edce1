"""What a question takes of memory is bounded, said, and given free again."""

import subprocess
import sys
from pathlib import Path

import pytest
from laws.drawing import policy_of_text
from running import fencekit

from fencekit.checks.proofs.proof_memory import read_size
from fencekit.model.errors import UsageError
from fencekit.model.policy import Policy
from fencekit.model.proof import Unknown, Witness
from fencekit.prover.prover import compare
from fencekit.regex.compile_search import compile_search
from fencekit.regex.memory_budget import MEMORY
from fencekit.regex.sublanguage import is_sublanguage


def denying(*conditions: str) -> Policy:
    rules = "".join(f"- {{capability: a.b, {one}}}\n" for one in conditions)
    return policy_of_text(f"deny:\n{rules}allow: [a.b]\n")


OLD = denying("match_regex: '(?=.*a.{12}b)(?=.*c.{11}d)x'")
NEW = denying("match_regex: '(?=.*a.{12}b)(?=.*c.{12}d)x'")


@pytest.fixture(autouse=True)
def fresh() -> object:
    most = MEMORY.most
    compile_search.cache_clear()
    is_sublanguage.cache_clear()
    MEMORY.held = 0
    yield
    MEMORY.most, MEMORY.held = most, 0
    compile_search.cache_clear()
    is_sublanguage.cache_clear()


def test_a_question_that_takes_too_much_memory_is_unknown_and_says_so() -> None:
    MEMORY.most = 1 << 20
    for _ in range(2):
        answer = compare(OLD, NEW)
        assert isinstance(answer, Unknown)
        assert "1 MB of memory (`--proof-memory`)" in answer.reason
    assert MEMORY.held <= 2 * MEMORY.most


def test_the_next_question_has_memory_again() -> None:
    MEMORY.most = 1 << 20
    assert isinstance(compare(OLD, NEW), Unknown)
    assert isinstance(compare(denying("contains: ab"), denying("contains: abc")), Witness)


GROWTH = """
import random, re
from pathlib import Path
from laws.drawing import policy_of_text
from fencekit.prover.prover import compare
from fencekit.regex.memory_budget import MEMORY

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) << 10

def denying(regex):
    return policy_of_text(f"deny: [{{capability: a.b, match_regex: '{regex}'}}]\\nallow: [a.b]\\n")

draw = random.Random(3)
words = ["".join(draw.choices("abcdefgh", k=9)) for _ in range(600)]
before = peak()
MEMORY.most = 16 << 20
for old, new in (
    ("|".join(words), "|".join(words[:-1])),
    ("(a|b)*a(a|b){16}$", "(a|b)*b(a|b){16}$|(a|b)*a(a|b){15}$"),
    ("(?=.*a.{12}b)(?=.*c.{11}d)x", "(?=.*a.{12}b)(?=.*c.{12}d)x"),
):
    answer = compare(denying(old), denying(new))
    assert "16 MB of memory" in answer.reason, answer
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read the peak in")
def test_what_a_question_really_takes_is_near_the_bound() -> None:
    # Beside the bound there are tables of characters, made once, and the programs of the regexes.
    folder = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", GROWTH], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert 4 << 20 < int(done.stdout) < (16 << 20) * 1.25 + (16 << 20)


@pytest.mark.parametrize(
    ("said", "size"),
    [("512MB", 512 << 20), ("64 MiB", 64 << 20), ("2g", 2 << 30), ("1048576", 1 << 20)],
)
def test_sizes_are_read(said: str, size: int) -> None:
    assert read_size(said) == size


@pytest.mark.parametrize("said", ["", "x", "-1MB", "1TB", "10", "1.5GB"])
def test_what_is_no_size_is_refused(said: str) -> None:
    with pytest.raises(UsageError):
        read_size(said)


def test_the_commands_take_the_option(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("old", "new"):
        Path(f"{name}.yaml").write_text("allow: [a.b]\n", encoding="utf-8")
    assert fencekit("diff", "old.yaml", "new.yaml", "--proof-memory", "64MB").code == 0
    done = fencekit("diff", "old.yaml", "new.yaml", "--proof-memory", "lots")
    assert done.code == 2
    assert "`lots` is no size of memory" in done.err
