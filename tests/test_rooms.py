"""Every room has a page that is true: its public names are there, its imports are the floors'."""

import ast
import re

import pytest
from test_floors import FLOORS, PACKAGE, ROOT


def page_of(room: str) -> str:
    return (PACKAGE / room / "README.md").read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """Return what stands under a heading; fail where there is no such section."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
    )
    assert found, f"no section `{heading}`"
    return found.group(1)


def names_in(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse((ROOT / module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("room", FLOORS)
def test_every_room_has_a_page_whose_public_names_are_there(room: str) -> None:
    page = page_of(room)
    assert page.startswith(f"# {room}\n")
    assert len(page.splitlines()) <= 80, "one page"
    rows = re.findall(r"^\| `([\w.]+)` \|", section(page, "Public names"), re.MULTILINE)
    assert rows
    for name in rows:
        module, _, last = name.rpartition(".")
        file = f"fencekit/{room}/{module.replace('.', '/')}.py"
        assert (ROOT / file).exists(), f"{room}/README.md: `{name}`"
        assert last in names_in(file), f"{room}/README.md: `{name}`"


@pytest.mark.parametrize("room", FLOORS)
def test_the_page_of_a_room_says_what_it_may_import(room: str) -> None:
    text = section(page_of(room), "May import")
    floor = re.match(r"\s*Floor (\d+):", text)
    assert floor, room
    assert int(floor.group(1)) == FLOORS[room]
    below = {other for other, number in FLOORS.items() if number < FLOORS[room]}
    assert set(re.findall(r"`(\w+)`", text)) == below


@pytest.mark.parametrize("room", FLOORS)
def test_the_page_of_a_room_names_a_file_to_copy(room: str) -> None:
    text = section(page_of(room), "Where a new thing goes")
    named = re.findall(r"`([\w./]+(?:\.py|/))`", text)
    assert named, f"{room}/README.md names no file to copy"
    for path in named:
        places = (PACKAGE / room / path, PACKAGE / path, ROOT / path)
        assert any(place.exists() for place in places), f"{room}/README.md: `{path}`"
