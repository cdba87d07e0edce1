"""Two spellings of a pattern compared: the flags in front, and where the texts are not alike."""

import re

LEADING = re.compile(r"(?:\(\?[aiLmsux]+\))*")


def leading_flags(pattern: str) -> str:
    """Return the flags that a pattern begins with."""
    found = LEADING.match(pattern)
    return found[0] if found else ""


def difference(old: str, new: str) -> tuple[int, int]:
    """Return the stretch of the old text outside of which the new one has the same."""
    limit = min(len(old), len(new))
    start = common(old, new, limit)
    end = common(old[::-1], new[::-1], limit - start)
    return start, len(old) - end


def common(one: str, other: str, most: int) -> int:
    """Return how many characters, `most` at the most, two texts begin with alike."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
