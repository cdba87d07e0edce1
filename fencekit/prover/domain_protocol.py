"""What the solver asks of a domain: which fields the arguments of a call may have, and must have.

Each answer may be wider than the domain is, and never narrower; `accepts` is exact.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from fencekit.prover.amount_regions import Sample
from fencekit.prover.payload_states import Required
from fencekit.prover.values.schema_arguments import FieldQuery, FieldSet


class Domain(Protocol):
    """Which arguments a call can have."""

    @property
    def follows(self) -> bool:
        """Whether the fields that there are depend on what is asked of single arguments."""
        ...

    @property
    def keys(self) -> Collection[str]:
        """The keys that there are, in their order; no other field has one of them."""
        ...

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schemas of keys, where there are any."""
        ...

    def accepts(self, args: Mapping[str, Any], /) -> bool:
        """Say whether arguments are of the domain."""
        ...

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart."""
        ...

    def reads(self, sample: Sample, /) -> bool:
        """Say whether the amount of some arguments can be read as the sample."""
        ...

    def fields(self, asked: FieldQuery, needs: Sequence[Required], /) -> Iterator[FieldSet]:
        """Yield the fields that the arguments can have, in each way in which they answer.

        What is asked of single arguments is `asked`; `needs` are fields that any arguments must
        have then, whichever the domain is. The fields of the keys that are taken come first, in
        their order.
        """
        ...
