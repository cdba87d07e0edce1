"""A call that stands in the logs more than once is one call, and the others are counted.

Agents write a line again, fork a session with all of its history, and keep the calls of a subagent
in its own file and in that of its parent. The same id with other arguments is another call: nothing
that differs is dropped.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from fencekit.model.record import REPEATED, Entry, Notice, Record
from fencekit.reading.input_files import Source

GLOBAL_ID = re.compile(r"(?:s?rv?)?toolu_[A-Za-z0-9_-]+", re.ASCII)
"""An id that the service draws at random: the same in two sessions, it is a copy."""


def once(entries: Iterable[Entry], source: Source) -> Iterator[Entry]:
    """Yield every call once, and a notice for each time that it is written again.

    What has been seen is remembered by the source, which several logs of one run may share.
    """
    for entry in entries:
        if not isinstance(entry, Record) or is_new(entry, source.seen):
            yield entry
        else:
            yield Notice(REPEATED, entry.place)


def is_new(record: Record, seen: set[bytes]) -> bool:
    """Say whether a call was not seen before, and remember it; one without id is always new."""
    if not record.id:
        return True
    session = "" if GLOBAL_ID.fullmatch(record.id) else record.session
    said = (session, record.id, record.tool, record.request.args.values)
    key = sha256(repr(said).encode("utf-8", "surrogatepass")).digest()
    if key in seen:
        return False
    seen.add(key)
    return True
