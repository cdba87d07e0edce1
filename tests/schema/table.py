"""The table of keywords in `docs/proofs.md`: `python tests/schema/table.py` writes it."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "proofs.md"
BEGIN, END = "<!-- keywords: written by tests/schema/table.py -->", "<!-- end of keywords -->"


def table() -> str:
    """Return the rows for every keyword that JSON Schema has."""
    from fencekit.schema.metaschema import WORDS
    from fencekit.schema.schema_keywords import KEYWORDS, NOTES
    from fencekit.schema.schema_references import REFERENCES

    rows = [
        "| keyword | what a proof follows | otherwise than `jsonschema` |",
        "| --- | --- | --- |",
        *(f"| `{word}` | {one.proof} | {one.differs} |" for word, one in KEYWORDS.items()),
        REFERENCE,
        f"| {listed(NOTES)} | nothing: they restrict no value | |",
    ]
    refused = {*WORDS, *MORE} - {*KEYWORDS, *NOTES, *REFERENCES}
    rows.append(f"| {listed(refused)}, and any other word | refused by name | |")
    return "\n".join(rows)


REFERENCE = (
    "| `$ref`, `$defs`, `definitions` | `$ref` as if what it refers to stood there: `#/` and a "
    "place in the same schema; one that leads elsewhere or has no end is refused | |"
)
MORE = ("unevaluatedItems", "unevaluatedProperties", "dependencies", "additionalItems")
MORE += ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary")
"""Words of JSON Schema that no payload of a pack may have, or only old drafts had."""


def listed(words: "set[str] | frozenset[str]") -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def written(page: str) -> str:
    """Return the page with the table as it is now."""
    pattern = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    assert pattern.search(page), "the page has no place for the table"
    return pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", page)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
