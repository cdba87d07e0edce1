"""One text for one value: what digests are made of.

Values that a policy tells apart have different texts (`1`, `1.0`, `true` and `"1"`); the order of
the keys of a mapping, and of the members of a set, does not matter.
"""

from collections.abc import Mapping
from typing import Any


def canonical(value: Any) -> str:
    """Return the text of a value; of a value that YAML may have and JSON has not, its `repr`."""
    if isinstance(value, Mapping):
        items = sorted((canonical(key), canonical(item)) for key, item in value.items())
        return "{" + ",".join(f"{key}:{item}" for key, item in items) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, set | frozenset):
        return "<" + ",".join(sorted(map(canonical, value))) + ">"
    return f"{type(value).__name__} {value!r}"
