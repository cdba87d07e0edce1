"""The room of regular expressions stands alone, and has one door to Python's own parser."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fencekit.regex.redos.redos_growth import growth
from fencekit.regex.sublanguage import is_sublanguage
from fencekit.regex.text_sampler import sampler

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "fencekit" / "regex"
PARSER = {"re._parser", "re._constants", "re._compiler", "sre_parse", "sre_constants"}
DOORS = {"fencekit/regex/python_syntax.py"}
CHECKER = "fencekit/prover/checker/"
"""The checker of certificates reads patterns by itself, on purpose: it shares no mistake."""


def imported(file: Path) -> Iterator[str]:
    """Yield each module that a file imports, and each text in it that names one of the parser."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Constant) and node.value in PARSER:
            yield str(node.value)


def test_pythons_own_parser_of_patterns_is_read_at_one_door_and_by_the_checker() -> None:
    readers = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "fencekit").rglob("*.py")
        if PARSER & set(imported(file))
    }
    others = {name for name in readers if not name.startswith(CHECKER)}
    assert others == DOORS
    assert readers - others


def test_the_room_imports_nothing_else_of_fencekit() -> None:
    files = sorted(ROOM.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        ours = {name for name in imported(file) if name.startswith("fencekit")}
        assert all(name.startswith("fencekit.regex") for name in ours), f"{file}: {ours}"


def test_the_room_loads_no_other_room_and_no_package(tmp_path: Path) -> None:
    names = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in sorted(ROOM.rglob("*.py"))
        if file.name != "__init__.py"
    ]
    code = f"import sys, {', '.join(names)}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    loaded = {name.split(".")[1] for name in done.stdout.split() if name.startswith("fencekit.")}
    assert loaded == {"regex"}


@pytest.mark.parametrize(
    "pattern",
    [r"\A(?>a|ab)c\Z", r"(a|b)x\1", r"\A(x)?(?(1)y|z)\Z", r"(?<=(?:ab|cd))e", r"\A(?:a{2,4}+)b"],
)
def test_what_is_written_out_for_growth_is_harmless_where_it_is(pattern: str) -> None:
    known = growth(pattern)
    assert known is not None
    assert known.is_harmless


@pytest.mark.parametrize(
    "pattern",
    [r"((?:a|a)+)\1\Z", r"(?>(?:a|a)+)b", r"(?<!(?:ax|[ac]x){30})\Z", r"(x)?(?(1)(a+)+b)"],
)
def test_what_is_written_out_for_growth_is_not_harmless_where_it_is_not(pattern: str) -> None:
    known = growth(pattern)
    assert known is not None
    assert not known.is_harmless
    assert known.shown


def test_a_pattern_is_one_thing_for_all_that_is_asked_of_it() -> None:
    pattern = r"\A(?:rm|mv) -[rf]{1,2}\Z"
    wider = r"\A(?:rm|mv) -[a-z]+\Z"
    made = sampler(pattern)
    assert made is not None
    assert is_sublanguage(pattern, wider)
    assert not is_sublanguage(wider, pattern)
