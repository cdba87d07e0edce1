"""The docs pages of lint as tests read them: what to avoid and what to prefer, as files."""

import re
from dataclasses import dataclass
from pathlib import Path

from fencekit.linter.lint_levels import Levels
from fencekit.linter.lint_run import LintJob
from fencekit.model.lint_result import FailAt
from fencekit.model.report import Report

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs/lint"
PAGES = sorted(DOCS.glob("*.md"))
HEADINGS = ["Avoid", "Prefer", "Why", "Configure"]
FENCED = re.compile(r"^```(\w+)\n(?:(?:#|//) file: (\S+)\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = {"yaml": "policy.yaml", "json": "log.jsonl"}


@dataclass(frozen=True)
class Page:
    """A page in its parts."""

    slug: str
    title: str
    level: str
    headings: list[str]
    avoid: dict[str, str]
    prefer: dict[str, str]


def page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    first, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    said = re.fullmatch(r"# (.+)\n\n`([\w-]+)` · (\w+)\n\n", first)
    assert said, f"{path.name}: {first!r}"
    sections = {part.split("\n", 1)[0]: part for part in parts}
    return Page(
        path.stem,
        said[1],
        said[3],
        [part.split("\n", 1)[0] for part in parts],
        files_in(sections.get("Avoid", "")),
        files_in(sections.get("Prefer", "")),
    )


def files_in(section: str) -> dict[str, str]:
    """Return the files that a section shows; one without a name is the policy, or the log."""
    return {
        name or NAMES[language]: text
        for language, name, text in FENCED.findall(section)
        if language in NAMES
    }


def linted(files: dict[str, str], folder: Path, *slugs: str, root: bool = True) -> Report:
    """Lint the policy among some files, with the log that is among them, for some slugs."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    logs = [str(folder / name) for name in files if name.endswith(".jsonl")]
    job = LintJob(
        [str(folder / "policy.yaml")],
        policy_root=str(folder) if root else "",
        levels=Levels(select=slugs),
        fail_at=FailAt.NOTE,
        logs=logs,
    )
    return job.run()


def policy_at(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path
