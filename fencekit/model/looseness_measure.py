"""How much of what there is a witness stands for: an aid for reading, on which no verdict hangs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """How many calls like a witness are decided as it is, of how many.

    `said` says in plain words what was counted, and over which alphabet or numbers. `looser` of
    `counted` are decided looser; both are 0 where nothing could be counted, and `said` says why.
    """

    said: str
    looser: int = 0
    counted: int = 0
