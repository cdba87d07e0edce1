"""The markers of the tests are true: who asks a judge that is not ours has `oracle`, and so on."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from running import ROOT

TESTS = ROOT / "tests"
JUDGES = {"capfence", "z3", "psycopg", "rfc8785", "standardwebhooks", "interpreters"}
"""What a test imports, itself or by a module of ours, that asks another implementation."""


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(TESTS).with_suffix("").parts)


FILES = {name_of(file): file for file in sorted(TESTS.rglob("*.py"))}
OF_TESTS = [name for name in FILES if name.rsplit(".", 1)[-1].startswith("test_")]


@cache
def imports(name: str) -> frozenset[str]:
    """Return the modules that a module of the tests imports, and the names from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(FILES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{one.name}" for one in node.names)
    return frozenset(one.removeprefix("tests.") for one in found)


@cache
def reached(name: str) -> frozenset[str]:
    """Return the modules that are not of the tests, and `interpreters`, that a module comes to."""
    found: set[str] = set()
    waiting, seen = [name], {name}
    while waiting:
        for one in imports(waiting.pop()):
            found |= {one} & JUDGES
            if one not in FILES:
                found.add(one.split(".")[0])
            elif one not in seen:
                seen.add(one)
                waiting.append(one)
    return frozenset(found)


def marks(name: str) -> Iterator[str]:
    """Yield the markers that all tests of a module have."""
    for node in ast.parse(FILES[name].read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            for part in ast.walk(node.value):
                if isinstance(part, ast.Attribute):
                    yield part.attr


@pytest.mark.parametrize("name", OF_TESTS)
def test_a_module_that_asks_another_implementation_is_marked_and_no_other_is(name: str) -> None:
    asks = JUDGES & reached(name)
    assert ("oracle" in marks(name)) == bool(asks), f"`pytestmark = pytest.mark.oracle`: {asks}"


@pytest.mark.parametrize("name", OF_TESTS)
def test_a_module_that_opens_a_browser_is_marked_and_no_other_is(name: str) -> None:
    opens = name.startswith("browser.") or "playwright" in reached(name)
    assert ("browser" in marks(name)) == opens, "`pytestmark = pytest.mark.browser`"


def test_a_test_that_needs_chromium_is_marked() -> None:
    found = 0
    for name in OF_TESTS:
        for node in ast.walk(ast.parse(FILES[name].read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                decorators = {ast.unparse(one) for one in node.decorator_list}
                if "needs_chromium" in decorators:
                    found += 1
                    assert "pytest.mark.browser" in decorators, f"{name}.{node.name}"
    assert found


def test_there_are_tests_of_each_kind() -> None:
    found = [mark for name in OF_TESTS for mark in marks(name)]
    assert found.count("oracle") > 20
    assert found.count("browser") > 1
