"""Pages of the docs site that are made from the repository, and links that lead out of `docs/`.

mkdocs calls `on_config`, `on_files` and `on_page_markdown`; `tests/test_site.py` calls the rest.
"""

import ast
import posixpath
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages at the top of the repository, and where the site has them."""
FOLDERS = {
    "findings": ("Findings", "What each finding means, and what to do about it."),
    "lint": ("Lint rules", "What each rule finds. [All rules in a table](../lint.md)."),
    "adr": ("Decisions", "Decisions that were not obvious, each on one page."),
}
LINK = re.compile(r"(?<!\!)\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)|!\[([^\]]*)\]\(([^)\s]+)\)")


def rooms() -> dict[str, str]:
    """Return the page of each room of the package, by the room's name."""
    files = sorted(ROOT.glob("fencekit/*/README.md"))
    return {
        file.parent.name: file.read_text(encoding="utf-8")
        for file in files
        if not file.parent.name.startswith("_")
    }


def public_names() -> dict[str, str]:
    """Return the module of each name that `import fencekit` gives."""
    tree = ast.parse((ROOT / "fencekit/__init__.py").read_text(encoding="utf-8"))
    (homes,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "HOMES"
    )
    found: dict[str, str] = ast.literal_eval(homes)
    return found


def title_of(text: str) -> str:
    """Return the heading that a page begins with, as plain text."""
    return text.partition("\n")[0].lstrip("# ").strip().replace("`", "")


def folder_pages(folder: str) -> list[tuple[str, str]]:
    """Return the title and the path of each page of a folder of `docs/`."""
    return [
        (title_of(file.read_text(encoding="utf-8")), f"{folder}/{file.name}")
        for file in sorted((DOCS / folder).glob("*.md"))
    ]


def generated() -> dict[str, str]:
    """Return the text of each page that is made, by its path on the site."""
    pages = {
        path: moved((ROOT / name).read_text(encoding="utf-8"), name, path)
        for name, path in PAGES.items()
        if (ROOT / name).exists()
    }
    for folder, (title, about) in FOLDERS.items():
        rows = "".join(f"- [{name}]({Path(path).name})\n" for name, path in folder_pages(folder))
        pages[f"{folder}/index.md"] = f"# {title}\n\n{about}\n\n{rows}"
    for room, text in rooms().items():
        pages[f"rooms/{room}.md"] = moved(text, f"fencekit/{room}/README.md", f"rooms/{room}.md")
        names = re.findall(r"^\| `([\w.]+)` \|", text, re.MULTILINE)
        blocks = "".join(f"::: fencekit.{room}.{name}\n\n" for name in names)
        about = f"See [the room](../rooms/{room}.md)."
        pages[f"api/{room}.md"] = f"# fencekit.{room}\n\n{about}\n\n{blocks}"
    names = "".join(f"::: {home}.{name}\n\n" for name, home in sorted(public_names().items()))
    about = "The public names. Each is loaded when it is first used."
    pages["api/index.md"] = f"# import fencekit\n\n{about}\n\n{names}"
    return pages


def place_on_site(path: str) -> str | None:
    """Return where the site has a file or folder of the repository; None where it has it not."""
    if path in PAGES:
        return PAGES[path]
    room = re.fullmatch(r"fencekit/(\w+)(/README\.md)?/?", path)
    if room and room[1] in rooms():
        return f"rooms/{room[1]}.md"
    if path == "docs" or path.startswith("docs/"):
        below = path.removeprefix("docs").strip("/")
        return f"{below}/index.md" if below in FOLDERS else below
    return None


def moved(text: str, source: str, path: str) -> str:
    """Return a page whose links hold on the site.

    `source` is where the page stands in the repository, `path` where the site has it. A link to a
    file that the site does not have leads to the repository, where its address is known; else it
    becomes text.
    """

    def rewrite(link: re.Match[str]) -> str:
        label, target, anchor = link[1], link[2], link[3] or ""
        if link[5]:
            label, target, anchor = link[4], link[5], ""
        if "://" in target or target.startswith("mailto:") or not target:
            return link[0]
        full = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = place_on_site(full)
        if place is not None:
            here = posixpath.relpath(place, posixpath.dirname(path) or ".")
            return f"{'!' if link[5] else ''}[{label}]({here}{anchor})"
        address = repository()
        return f"[{label}]({address}/blob/main/{full}{anchor})" if address else label

    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else LINK.sub(rewrite, part) for part in parts)


def repository() -> str:
    """Return the address of the repository, from `[project.urls]`; empty where it has none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls: dict[str, str] = project.get("urls", {})
    return next((urls[key] for key in ("Repository", "Source") if key in urls), "").rstrip("/")


def navigation() -> list[Any]:
    """Return what the site's navigation has beside the pages that `mkdocs.yml` lists."""
    made = generated()
    parts: list[Any] = []
    for folder, (title, _) in FOLDERS.items():
        pages: list[Any] = [f"{folder}/index.md", *(path for _, path in folder_pages(folder))]
        parts.append({title: pages})
    for folder, title in (("rooms", "Rooms of the code"), ("api", "API reference")):
        parts.append({title: sorted(path for path in made if path.startswith(f"{folder}/"))})
    project = [path for path in PAGES.values() if path in made and path != "index.md"]
    parts.append({"Project": project})
    return parts


def on_config(config: Any) -> Any:
    """Complete the navigation."""
    config.nav = [*config.nav, *navigation()]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made."""
    from mkdocs.structure.files import File

    for path, text in generated().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page of `docs/` with links that hold on the site."""
    path = page.file.src_uri
    return markdown if path in generated() else moved(markdown, f"docs/{path}", path)
