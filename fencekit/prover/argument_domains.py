"""Which arguments a call can have: any JSON object, or those that a JSON Schema describes.

Sound because a domain is never narrower here than the schema: what its values can become is said by
`values`. A call outside of the schema is never returned, since each is held against the schema
itself.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from fencekit.engines.native.unknown_questions import BEYOND
from fencekit.model.errors import UnsupportedSchemaError
from fencekit.prover.amount_regions import Sample
from fencekit.prover.domain_protocol import Domain
from fencekit.prover.payload_states import Required
from fencekit.prover.values.schema_arguments import FieldQuery, FieldSet, records_of
from fencekit.regex.nfa import UnsupportedError
from fencekit.schema.argument_schema import TOO_DEEP, Schema, domain_of, is_printable

MOST_WAYS = 400
"""In how many ways the fields of a call are looked for."""


class OpenDomain:
    """Any JSON object."""

    follows = False
    keys: Collection[str] = ()
    properties: Mapping[str, Any] = {}

    def accepts(self, _: Mapping[str, Any]) -> bool:
        """Say whether arguments are of the domain."""
        return True

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart."""
        return ()

    def reads(self, _: Sample) -> bool:
        """Say whether the amount of some arguments can be read as the sample."""
        return True

    def fields(self, _: FieldQuery, needs: Sequence[Required]) -> Iterator[FieldSet]:
        """Yield the fields that the arguments must have to meet needs."""
        yield FieldSet(tuple(needs), (), is_open=True)


class SchemaDomain:
    """What a JSON Schema describes."""

    follows = True
    keys: Collection[str] = ()

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._records = list(records_of(schema.schema))
        self.properties: Mapping[str, Any] = schema.schema.get("properties", {})

    def accepts(self, args: Mapping[str, Any]) -> bool:
        """Say whether arguments are of the domain, and ones that JSON can write.

        Those that Python does not print are not: CapFence raises on them.
        """
        return is_printable(args) and is_finite(args) and self._schema.valid(args)

    def fields(self, asked: FieldQuery, _: Sequence[Required]) -> Iterator[FieldSet]:
        """Yield the fields that the arguments can have, in each way in which they answer."""
        for number, fields in enumerate(
            found for one in self._records for found in one.fields(asked)
        ):
            if number == MOST_WAYS:
                raise UnsupportedError(f"has more than {MOST_WAYS} ways to be met in the domain")
            yield fields

    def reads(self, _: Sample) -> bool:
        """Say whether the amount can be read as a sample; `fields` say it better."""
        return True

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart: none that are needed."""
        return ()


def is_finite(value: Any) -> bool:
    """Say whether there is no NaN and no infinity in a value: JSON has neither."""
    if isinstance(value, Mapping):
        return all(map(is_finite, value.values()))
    if isinstance(value, list):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


OPEN: Final = OpenDomain()


def read_domain(domain: Any) -> Domain:
    """Return the domain that is given as `open` or as a schema.

    Raises UsageError for neither, and UnsupportedSchemaError for a schema that is not followed.
    """
    schema = domain_of(domain)
    try:
        return OPEN if schema is None else SchemaDomain(schema)
    except RecursionError as error:
        raise UnsupportedSchemaError(TOO_DEEP) from error


def is_read_as(value: Any, sample: Sample) -> bool:
    """Say whether a value is read as that number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    except OverflowError:
        return sample == BEYOND
    return number == sample or (number != number and sample != sample)  # noqa: PLR0124  (NaN)
