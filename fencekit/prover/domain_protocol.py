"""What the solver asks of a domain: which fields the arguments of a call may have, and must have.

Each answer may be wider than the domain is, and never narrower; `accepts` is exact.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from fencekit.prover.arithmetic import Sample
from fencekit.prover.payload_states import FieldSpec, Held, Required


class Domain(Protocol):
    """Which arguments a call can have."""

    @property
    def is_open(self) -> bool:
        """Whether there may be other keys than those that are described."""
        ...

    @property
    def follows(self) -> bool:
        """Whether `without` makes a difference."""
        ...

    @property
    def taken(self) -> Collection[str]:
        """The keys that there are, in their order; no other field has one of them."""
        ...

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schemas of keys, where there are any."""
        ...

    def accepts(self, args: Mapping[str, Any], /) -> bool:
        """Say whether arguments are of the domain."""
        ...

    def without(self, paths: Held, names: Mapping[str, Held], /) -> "Domain":
        """Return the domain in which text of the path, or by a name, is held so too."""
        ...

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart."""
        ...

    def reads(self, sample: Sample, /) -> bool:
        """Say whether the amount of some arguments can be read as the sample."""
        ...

    def optional(self, taken: Iterable[str], /) -> tuple[FieldSpec, ...]:
        """Return the fields that there may be, without those of the keys, if only they may be."""
        ...

    def ways(self, needs: Sequence[Required], /) -> Iterator[list[Required]]:
        """Yield the fields that the arguments must have, in each way in which they meet needs.

        The fields of the keys that are taken come first, in their order.
        """
        ...
