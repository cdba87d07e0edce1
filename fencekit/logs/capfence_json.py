"""What `capfence logs --json` prints: the rows of the table as an array, or one a line."""

from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.logs.capfence_rows import NEEDED, record_of
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_objects import objects, read_each
from fencekit.model.record import Entry
from fencekit.reading.input_files import Source


@dataclass(frozen=True)
class CapFenceJSON:
    """Rows in the order in which they are printed, the latest first."""

    name: str = "capfence-json"

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the objects have the columns of the table."""
        return set(sample.first) >= NEEDED

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every row."""
        yield from read_each(objects(source), lambda found: [record_of(found.value, found.place)])


FORMAT = CapFenceJSON()
