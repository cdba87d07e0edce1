"""Audit lines without a header, as CapFence's packs and demos have them."""

from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.logs.capfence_events import record_of_audit_line
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_objects import objects, read_each
from fencekit.model.record import Entry
from fencekit.reading.input_files import Source


@dataclass(frozen=True)
class CapFenceAudit:
    """One decided call a line; what a line does not hold of the context is unknown."""

    name: str = "capfence-audit"

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the objects name a tool and what was decided, but no arguments."""
        first = sample.first.keys()
        others = {"args", "arguments", "params", "schema"}
        return first >= {"tool", "decision"} and first.isdisjoint(others)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every line."""
        yield from read_each(objects(source), lambda found: [record_of_audit_line(found)])


FORMAT = CapFenceAudit()
