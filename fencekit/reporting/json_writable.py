"""Values that JSON cannot say, as text."""

import math
from typing import Any


def writable(value: Any) -> Any:
    """Return a value with all that JSON cannot say as Python prints it, keys and infinities too."""
    if isinstance(value, dict):
        return {
            writable(key) if isinstance(key, str) else repr(key): writable(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [writable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if value is None or isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else repr(value)
