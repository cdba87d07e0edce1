"""The finest classes of characters that some sets tell apart, each with a character to show.

Sound because the classes are complete: every character is in exactly one, and all characters of a
class are in the same of the sets. ASCII is split by its bits, the rest by walking the ends of the
ranges of the sets once.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from fencekit.regex.charset import ASCII, LAST, CharSet

PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789 -_./ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PREFERRED = PLAIN + "".join(
    sorted(
        (chr(code) for code in range(ASCII) if chr(code) not in PLAIN),
        key=lambda char: (not char.isprintable(), char in "'\"\\", char),
    )
)
SHOWN = "éüñ你я"
"""Characters beyond ASCII that most screens show."""


def minterms(sets: Sequence[CharSet]) -> list[tuple[int, str]]:
    """Return the classes: the bits of the sets that have its characters, and one of these.

    The character is the plainest one of its class; classes with plainer ones come first.
    """
    return list(_minterms(tuple(sets)))


@lru_cache(maxsize=256)
def _minterms(sets: tuple[CharSet, ...]) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for char in PREFERRED:
        code = ord(char)
        bits = 0
        for index, chars in enumerate(sets):
            bits |= (chars.ascii >> code & 1) << index
        found.setdefault(bits, char)
    beyond = tuple(tuple([pair for pair in one.ranges if pair[1] >= ASCII]) for one in sets)
    for char in SHOWN:
        code = ord(char)
        bits = 0
        for index, ranges in enumerate(beyond):
            if ranges and code in sets[index]:
                bits |= 1 << index
        found.setdefault(bits, char)
    for bits, code in _beyond(beyond):
        found.setdefault(bits, chr(code))
    return tuple(found.items())


@lru_cache(maxsize=256)
def _beyond(sets: tuple[tuple[tuple[int, int], ...], ...]) -> tuple[tuple[int, int], ...]:
    """Return the classes of characters beyond ASCII: the bits, and the first such character."""
    turns: defaultdict[int, int] = defaultdict(int, {ASCII: 0})
    for index, ranges in enumerate(sets):
        bit = 1 << index
        for low, high in ranges:
            turns[max(ASCII, low)] ^= bit
            turns[high + 1] ^= bit
    found: dict[int, int] = {}
    bits = 0
    for code in sorted(turns):
        bits ^= turns[code]
        if code <= LAST:
            found.setdefault(bits, code)
    return tuple(found.items())
