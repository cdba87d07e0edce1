"""CapFence's replay trace: a header with a version and a checksum, then one event a line.

Traces without the header, which CapFence itself refuses, are read too.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.capfence_events import record_of_trace
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import LoggedObject
from fencekit.logs.log_objects import objects
from fencekit.model.errors import LogError
from fencekit.model.record import Entry, InvalidRecord
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import Source

VERSION = "capfence_replay_version"
READS = "1.0"
NOT_CHECKED = ("", "ignore", "auto")
EVENT = ({"tool_name"}, {"risk_category"}, {"action", "resource"})


@dataclass(frozen=True)
class CapFenceTrace:
    """Whole events: nothing of a call is unknown."""

    name: str = "capfence-trace"

    def recognises(self, sample: LogSample) -> bool:
        """Say whether there is the header, or an event without one."""
        first = sample.first
        other = "agent_id" in first or "hook_event_name" in first
        is_event = not other and any(first.keys() >= keys for keys in EVENT)
        return VERSION in first or ("tool" not in first and "request" not in first and is_event)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every event; raise LogError at the end where the checksum is not theirs."""
        checksum: Checksum | None = None
        events = unreadable = 0
        for found in objects(source):
            if not isinstance(found, LoggedObject):
                unreadable += found.count if isinstance(found, InvalidRecord) else 0
                yield found
            elif VERSION in found.value:
                if events or checksum is not None:
                    raise LogError("a header stands after the first line", place=found.place)
                checksum = checksum_of(found.value, found.place)
            else:
                events += 1
                if checksum is not None:
                    checksum.add(found)
                yield record_of_trace(found)
        if checksum is not None:
            checksum.verify(unreadable)


@dataclass
class Checksum:
    """The first eight digits of the SHA-256 of all events, as CapFence writes them out."""

    expected: str
    place: Place
    added: int = 0
    sha256: Any = field(default_factory=lambda: hashlib.sha256(b"["))

    def add(self, found: LoggedObject) -> None:
        """Take in one event."""
        self.sha256.update(b", " if self.added else b"")
        self.sha256.update(json.write_sorted(found.value).encode())
        self.added += 1

    def verify(self, unreadable: int) -> None:
        """Raise LogError where the events are not those that the header speaks of."""
        if unreadable:
            lines = "1 line" if unreadable == 1 else f"{unreadable} lines"
            message = f"the checksum cannot be verified: {lines} cannot be read"
            raise LogError(message, place=self.place)
        self.sha256.update(b"]")
        actual = self.sha256.hexdigest()[:8]
        if actual != self.expected:
            message = f"the checksum is `{self.expected}`, but the events give `{actual}`"
            hint = "the trace was edited or cut after it was written"
            raise LogError(message, place=self.place, hint=hint)


def checksum_of(header: dict[str, Any], place: Place) -> Checksum | None:
    """Return the checksum that a header asks for, if any; raise LogError for another version."""
    if header[VERSION] != READS:
        raise LogError(f"`{VERSION}` is `{header[VERSION]}`, not `{READS}`", place=place)
    given = header.get("checksum") or ""
    return None if given in NOT_CHECKED else Checksum(str(given), place)


FORMAT = CapFenceTrace()
