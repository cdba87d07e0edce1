"""What changed inside the value of a condition, in a phrase each; the only door to deepdiff."""

import json
from typing import Any

from fencekit.reporting.text_excerpts import excerpts

MOST = 12
"""The phrases for one value; what is left out is counted in the last."""


def inside(was: Any, now: Any) -> tuple[str, ...]:
    """Return what changed inside a list or a mapping; nothing for values that have no inside."""
    if not isinstance(was, list | dict) or type(was) is not type(now):
        return ()
    from deepdiff import DeepDiff  # heavy, and few conditions need it

    found = DeepDiff(was, now, ignore_order=False, verbose_level=2).to_dict()
    phrases = [
        phrase(kind, path, change)
        for kind in KINDS
        for path, change in sorted(found.get(kind, {}).items())
    ]
    left = len(phrases) - MOST
    return (*phrases[:MOST], f"and {left:,} more") if left > 0 else tuple(phrases)


KINDS = {
    "iterable_item_removed": "without",
    "dictionary_item_removed": "without",
    "iterable_item_added": "with",
    "dictionary_item_added": "with",
    "values_changed": "for",
    "type_changes": "for",
}
"""The kinds of change that deepdiff tells apart, and the word with which we tell them."""


def phrase(kind: str, path: str, change: Any) -> str:
    """Return one change as a phrase."""
    if KINDS[kind] == "for":
        was, now = change["old_value"], change["new_value"]
        if isinstance(was, str) and isinstance(now, str):
            was, now = excerpts(was, now)
        return f"{text(now)} for {text(was)}"
    where = f" at {path.removeprefix('root')}" if kind.startswith("dictionary") else ""
    return f"{KINDS[kind]} {text(change)}{where}"


def text(value: Any) -> str:
    """Return a value as a policy would spell it, near enough."""
    return json.dumps(value, ensure_ascii=False, default=repr)
