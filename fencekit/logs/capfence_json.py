"""What `capfence logs --json` prints: the rows of the table as an array, or one a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.logs.capfence_rows import NEEDED, record_of
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout
from fencekit.logs.log_objects import objects, read_each
from fencekit.model.record import Entry
from fencekit.reading.input_files import Source

LAYOUT = Layout(re.compile(rb'"agent_id"\s*:'))


@dataclass(frozen=True)
class CapFenceJSON:
    """Rows in the order in which they are printed, the latest first."""

    name: str = "capfence-json"

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the objects have the columns of the table."""
        return set(sample.first) >= NEEDED

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every row."""
        rows = objects(source, LAYOUT)
        yield from read_each(rows, lambda found: [record_of(found.value, found.place)])


FORMAT = CapFenceJSON()
