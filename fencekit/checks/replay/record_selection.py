"""Which records of a log to look at: by time, capability, principal and verdict."""

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from fencekit.model.errors import UsageError
from fencekit.model.finding import capability_name
from fencekit.model.log_survey import name_or_words
from fencekit.model.record import Record
from fencekit.model.verdict import Verdict
from fencekit.reading.timestamps import time_of


@dataclass(frozen=True, slots=True)
class Selection:
    """What a record must be to be looked at; None asks for nothing. Names are globs.

    `since` is inclusive, `until` exclusive; with either, a record without a time is left out. A
    record fits a verdict when its log says that it may have been decided so.
    """

    since: datetime | None = None
    until: datetime | None = None
    capability: str | None = None
    principal: str | None = None
    verdict: Verdict | None = None

    def holds(self, record: Record) -> bool:
        """Say whether the record is one to look at."""
        if self.since or self.until:
            time = time_of(record.time)
            if time is None or (self.since and time < self.since):
                return False
            if self.until and time >= self.until:
                return False
        if self.capability and not fnmatchcase(capability_name(record), self.capability):
            return False
        if self.principal and not fnmatchcase(
            name_or_words(record.request.principal), self.principal
        ):
            return False
        if self.verdict is None:
            return True
        return record.recorded is not None and self.verdict in record.recorded.verdicts


def given_time(option: str, text: str | None) -> datetime | None:
    """Return the moment that an option names; raise UsageError where it names none."""
    if not text:
        return None
    moment = time_of(text)
    if moment is None:
        hint = "write it as in 2026-11-23 or 2026-11-23T09:30:00Z"
        raise UsageError(f"`{option}` is `{text}`, which is no time", hint=hint)
    return moment
