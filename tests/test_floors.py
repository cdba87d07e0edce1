"""The house holds: imports go down, each foreign package has one door, files stay small."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fencekit.regex.redos.scc import components

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fencekit"

FLOORS = {
    "model": 0,
    "regex": 0,
    "reading": 1,
    "dialects": 2,
    "logs": 2,
    "cases": 3,
    "engines": 3,
    "schema": 4,
    "prover": 5,
    "generation": 5,
    "gate": 6,
    "reporting": 5,
    "linter": 6,
    "checks": 7,
    "mutation": 8,
    "strategies": 9,
    "packs": 9,
    "config": 10,
    "adapters": 11,
    "cli": 12,
    "pytest_plugin": 12,
}

DOORS: dict[str, str | tuple[str, ...]] = {
    "yaml": "fencekit/reading/yaml.py",
    "tomllib": "fencekit/reading/toml.py",
    "sqlite3": ("fencekit/logs/capfence_sqlite.py", "fencekit/gate/approvals/sqlite_approvals.py"),
    "psycopg": "fencekit/gate/approvals/postgres_approvals.py",
    "hypothesis": "fencekit/strategies/",
    "jinja2": ("fencekit/reporting/html/", "fencekit/gate/service/approval_pages.py"),
    "starlette": "fencekit/gate/service/",
    "uvicorn": "fencekit/cli/serve_gate.py",
    "markupsafe": "fencekit/reporting/html/",
    "rich": "fencekit/cli/terminal_output.py",
    "click": "fencekit/cli/",
    "pytest": "fencekit/pytest_plugin/",
    "_pytest": "fencekit/pytest_plugin/",
    "cryptography": "fencekit/reading/signatures.py",
    "subprocess": ("fencekit/reading/git_files.py", "fencekit/regex/redos/match_timing.py"),
    "xml": "fencekit/reporting/junit.py",
    "deepdiff": "fencekit/checks/diff/value_diff.py",
    "zipfile": "fencekit/packs/archive/pack_archive.py",
    "ctypes": "fencekit/gate/files/open_beneath.py",
    "mcp": "fencekit/adapters/mcp_gateway/relay.py",
    "mcp_types": "fencekit/adapters/mcp_gateway/relay.py",
    "anyio": "fencekit/adapters/mcp_gateway/relay.py",
    "httpx2": "fencekit/adapters/mcp_gateway/relay.py",
    "socket": "fencekit/adapters/hooks/",
    "_socket": "fencekit/adapters/hooks/",
}
"""Where each foreign package, and each parser of the standard library, comes in."""

JSON_PARSERS = {"load", "loads", "JSONDecoder"}
JSON_DOOR = "fencekit/reading/json.py"
MOST_LINES = 300

STANDARD = {
    *("argparse", "ast", "collections", "contextlib", "dataclasses", "datetime", "difflib"),
    *("codecs", "ipaddress", "queue"),
    *("abc", "binascii", "bisect", "copy", "gc", "errno", "fcntl", "glob", "hmac", "secrets"),
    *(
        "multiprocessing",
        "stat",
        "struct",
        "time",
        "fractions",
        "asyncio",
        "inspect",
        "contextvars",
    ),
    *("enum", "fnmatch", "functools", "gzip", "hashlib", "importlib", "io", "itertools", "json"),
    *("math", "operator", "os", "pathlib", "pkgutil", "random", "re", "shlex", "shutil", "signal"),
    *("string", "sys", "tempfile", "textwrap", "threading", "types", "typing", "urllib"),
    *("select", "warnings", "weakref", "zlib", "unicodedata", "posixpath", "base64", "html"),
}
"""The modules of the standard library that any room above the first may use."""

FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(file: Path) -> str | None:
    """Return the room of a file; None for what stands at the door (`__init__`, `__main__`)."""
    parts = file.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else None


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Yield every module that a file imports, anywhere in it, type-only imports too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import"
            yield str(node.module), node.lineno


def shown(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_every_door_is_there() -> None:
    for doors in (*DOORS.values(), JSON_DOOR):
        for door in [doors] if isinstance(doors, str) else doors:
            assert (ROOT / door).exists(), door


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 40
    assert {room_of(file) for file in FILES} - {None} <= set(FLOORS)


def test_the_page_on_architecture_has_every_room_on_its_floor() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ((?:`\w+/`(?:, )?)+) \|", page, re.MULTILINE)
    said = {room: int(floor) for floor, rooms in rows for room in re.findall(r"\w+", rooms)}
    assert said == FLOORS


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_a_file_imports_its_own_room_and_lower_floors_only(file: Path) -> None:
    room = room_of(file)
    if room is None:
        return
    for module, line in imports(file):
        parts = module.split(".")
        if parts[0] != "fencekit" or len(parts) == 1:
            continue
        other = parts[1]
        allowed = other == room or FLOORS[other] < FLOORS[room]
        assert allowed, f"{shown(file)}:{line}: {room} (floor {FLOORS[room]}) imports {module}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports of types and those in functions count too."""
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in FILES}
    graph = {}
    for name, file in modules.items():
        asked = {module for module, _ in imports(file)}
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                asked |= {f"{node.module}.{one.name}" for one in node.names}
        asked |= {f"{module}.__init__" for module in asked}
        graph[name] = sorted((asked & modules.keys()) - {name})
    circles = [sorted(found) for found in components(graph) if len(found) > 1]
    assert circles == []


def test_the_biggest_room_has_fifteen_percent_of_the_lines_at_most() -> None:
    counts: dict[str | None, int] = {}
    for file in FILES:
        lines = len(file.read_text(encoding="utf-8").splitlines())
        counts[room_of(file)] = counts.get(room_of(file), 0) + lines
    assert max(counts.values()) <= 0.15 * sum(counts.values())


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_each_foreign_package_has_one_door(file: Path) -> None:
    for module, line in imports(file):
        first = module.split(".")[0]
        if first in ("fencekit", "__future__") or (first in STANDARD and first not in DOORS):
            continue
        assert first in DOORS, f"{shown(file)}:{line}: `{first}` has no door yet"
        at_door = shown(file).startswith(DOORS[first])
        assert at_door, f"{shown(file)}:{line}: `{first}` comes in at {DOORS[first]}"


def test_the_model_needs_the_standard_library_only() -> None:
    for file in (PACKAGE / "model").glob("*.py"):
        for module, line in imports(file):
            first = module.split(".")[0]
            assert first in STANDARD or module.startswith("fencekit.model"), f"{file}:{line}"


def test_reporters_read_the_model_only() -> None:
    for file in (PACKAGE / "reporting").rglob("*.py"):
        for module, line in imports(file):
            ours = module.startswith("fencekit.")
            allowed = module.startswith(("fencekit.model", "fencekit.reporting"))
            assert not ours or allowed, f"{shown(file)}:{line}: {module}"


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_json_is_parsed_in_one_place(file: Path) -> None:
    if shown(file) == JSON_DOOR:
        return
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        named: set[str] = set()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            named = {node.attr} if node.value.id == "json" else set()
        elif isinstance(node, ast.ImportFrom) and node.module == "json":
            named = {name.name for name in node.names}
        elif isinstance(node, ast.Import):
            aliased = any(name.name == "json" and name.asname for name in node.names)
            named = JSON_PARSERS if aliased else set()
        line = getattr(node, "lineno", 0)
        assert not named & JSON_PARSERS, f"{shown(file)}:{line}: parse JSON through {JSON_DOOR}"


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_a_file_of_more_than_300_lines_asks_to_be_two(file: Path) -> None:
    count = len(file.read_text(encoding="utf-8").splitlines())
    assert count <= MOST_LINES, f"{shown(file)} has {count} lines"


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_a_file_says_first_what_it_is_for(file: Path) -> None:
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert said, f"{shown(file)} has no docstring"
    assert said.splitlines()[0].endswith((".", ":")), f"{shown(file)}: {said.splitlines()[0]}"


def test_no_wheel_lands_at_the_top_of_site_packages() -> None:
    """`packs/` and `fixtures/` stay out of the wheel's top level."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'packages = ["fencekit"]' in text
