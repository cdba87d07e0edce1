"""Sets of literals that no call makes true together, remembered and found again.

Sound because each was refuted before it is added, and a cube that has all of it asks for more.
"""

from collections.abc import Iterator

from fencekit.prover.rule_literals import Literal, order

Cube = frozenset[Literal]


class UnsatCores:
    """Sets of literals that contradict each other, in the order in which they were found."""

    def __init__(self) -> None:
        self._cores: list[Cube] = []
        self._by_literal: dict[Literal, list[Cube]] = {}

    def __iter__(self) -> Iterator[Cube]:
        return iter(self._cores)

    def add(self, core: Cube) -> None:
        """Add a core; it is found by that of its literals by which the fewest others are."""
        self._cores.append(core)
        known = self._by_literal
        rarest = min(sorted(core, key=order), key=lambda one: len(known.get(one, ())))
        known.setdefault(rarest, []).append(core)

    def within(self, cube: Cube) -> Cube | None:
        """Return a core of which all literals are in the cube; None where there is no such."""
        known = self._by_literal
        near = (core for literal in cube for core in known.get(literal, ()))
        return next((core for core in near if core <= cube), None)
