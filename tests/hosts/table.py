"""Writes the tables of `docs/hooks.md` from what the real hosts did."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "reports/sweep/hosts.json"
PAGE = ROOT / "docs/hooks.md"
BEGIN, END = "<!-- hosts -->\n", "<!-- /hosts -->\n"
WAYS = ("deny", "ask", "exit 2 with a text", "exit 2 without", "exit 1")
FAILURES = ("killed", "not there", "no JSON", "too slow")


def tables(found: dict[str, Any]) -> str:
    """Return both tables: what a host makes of an answer, and of a hook that fails."""
    lines = []
    for ways in (WAYS, FAILURES):
        lines.append("| host | version | " + " | ".join(ways) + " |")
        lines.append("| --- | --- |" + " --- |" * len(ways))
        for name, host in found["hosts"].items():
            cells = [word(host["answers"][way]) for way in ways]
            lines.append(f"| {name} | {host['version']} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def word(answer: dict[str, Any]) -> str:
    """Return whether a call ran."""
    return "**runs**" if answer["ran"] else "blocked"


def with_tables(page: str, found: dict[str, Any]) -> str:
    """Return a page with the tables between its marks."""
    return re.sub(
        re.escape(BEGIN) + ".*?" + re.escape(END),
        lambda _: BEGIN + tables(found) + END,
        page,
        flags=re.DOTALL,
    )


def main() -> None:
    """Write the tables into the page."""
    found = json.loads(REPORT.read_text("utf-8"))
    PAGE.write_text(with_tables(PAGE.read_text("utf-8"), found), "utf-8")


if __name__ == "__main__":
    main()
