"""What went the wrong way of the calls that a pack was measured on, named as far as a page can."""

from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.model.vetting_result import MeasuredRate, VettingResult

WORDS = {"attack": "slipped through", "ordinary": "not allowed"}
"""What went the wrong way is called, by the kind of the set of calls."""


@dataclass(frozen=True, slots=True)
class Slipped:
    """The calls of one set that one variant decides the wrong way: some names, and how many more.

    The names are those that the data has: hostile, as all of it.
    """

    rate: MeasuredRate
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        """What they are called."""
        return WORDS[self.rate.kind]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.rate.slipped_count - len(self.names)


def misclassified_names(vetted: VettingResult, most: int) -> Iterator[Slipped]:
    """Yield what went the wrong way, attacks first, with at most so many names of each set."""
    wrong = [rate for rate in vetted.rates if rate.slipped_count]
    for rate in sorted(wrong, key=lambda rate: rate.kind != "attack"):
        yield Slipped(rate, rate.slipped[:most])
