"""Two long texts that are nearly alike, cut to where they differ."""

AROUND = 24
"""The characters that are kept before and after the difference."""
LONGEST = 120
"""Two texts that are not longer together are shown whole."""


def excerpts(was: str, now: str, longest: int = LONGEST) -> tuple[str, str]:
    """Return both texts, of long ones only what differs and a little around it."""
    if len(was) + len(now) <= longest:
        return was, now
    start, end = common_ends(was, now)
    return excerpt(was, start, end), excerpt(now, start, end)


def common_ends(was: str | list[str], now: str | list[str]) -> tuple[int, int]:
    """Return how long the beginning and the end are that both have; they do not overlap."""
    most = min(len(was), len(now))
    start = next((at for at in range(most) if was[at] != now[at]), most)
    rest = most - start
    end = next((at for at in range(rest) if was[-1 - at] != now[-1 - at]), rest)
    return start, end


def excerpt(text: str, start: int, end: int) -> str:
    """Return a text without what it shares with the other, but for a little around the rest."""
    first, last = max(0, start - AROUND), min(len(text), len(text) - end + AROUND)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
