"""The classes of characters that a pattern tells apart, by number."""

from collections.abc import Sequence

from fencekit.regex.charset import CharSet
from fencekit.regex.minterms import minterms


class CharacterClasses:
    """The finest classes of some sets: the bits of the sets that have the characters of each."""

    def __init__(self, sets: Sequence[CharSet]) -> None:
        self._sets = sets
        self.bits = [bits for bits, _ in minterms(sets)]
        self._numbers = {bits: number for number, bits in enumerate(self.bits)}
        self._known: dict[str, int] = {}

    def of(self, char: str) -> int:
        """Return the number of a character's class."""
        found = self._known.get(char)
        if found is None:
            code = ord(char)
            bits = sum(1 << at for at, chars in enumerate(self._sets) if code in chars)
            found = self._known[char] = self._numbers[bits]
        return found
