"""The docs site: its navigation has every page, and every link on it leads to a page.

`make docs` builds it strictly; this test is the part of that which is quick.
"""

import importlib.util
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "_site/hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages_of(entry: Any) -> Iterator[str]:
    """Yield the pages of an entry of the navigation, those of its sections too."""
    if isinstance(entry, str):
        yield entry
    else:
        for below in entry if isinstance(entry, list) else entry.values():
            yield from pages_of(below)


def test_the_navigation_has_every_page_once(hooks: ModuleType) -> None:
    written = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    in_nav = sorted(pages_of([*written, *hooks.navigation()]))
    files = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert in_nav == sorted(files | set(hooks.generated()))


def test_every_link_of_the_site_leads_to_a_page_or_file(hooks: ModuleType) -> None:
    pages: dict[str, str] = dict(hooks.generated())
    for file in DOCS.rglob("*.md"):
        path = file.relative_to(DOCS).as_posix()
        pages[path] = hooks.moved(file.read_text(encoding="utf-8"), f"docs/{path}", path)
    files = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*") if path.is_file()}
    count = 0
    for path, text in pages.items():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
            if "://" not in target:
                place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                assert place in files or place in pages, f"{path} links to {target}"
                count += 1
    assert count > 200


def test_the_reference_has_every_public_name(hooks: ModuleType) -> None:
    import fencekit

    page = hooks.generated()["api/index.md"]
    assert all(f".{name}\n" in page for name in fencekit.__all__)
    assert {f"api/{room}.md" for room in hooks.rooms()} <= set(hooks.generated())


def test_every_anchor_of_the_site_is_a_heading(hooks: ModuleType) -> None:
    toc = pytest.importorskip("markdown.extensions.toc", reason="mkdocs is not installed")
    pages: dict[str, str] = {}
    for file in DOCS.rglob("*.md"):
        path = file.relative_to(DOCS).as_posix()
        pages[path] = hooks.moved(file.read_text(encoding="utf-8"), f"docs/{path}", path)
    code = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    anchors = {
        path: {
            toc.slugify(re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading), "-")
            for heading in re.findall(r"^#+ (.*)$", code.sub("", text), re.MULTILINE)
        }
        for path, text in pages.items()
    }
    for path, text in pages.items():
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", code.sub("", text)):
            if "://" not in target:
                place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target or "."))
                page = place if target else path
                assert anchor in anchors.get(page, {anchor}), f"{path}: {target}#{anchor}"
