"""The observations of a download of a trace, each once.

The page of a trace downloads each observation twice: inside the trace, mostly without its input,
and beside it. One whose input differs is another call.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Any

from fencekit.logs.log_layout import Item, LoggedObject
from fencekit.model.record import REPEATED, Notice
from fencekit.reading import json

INSIDE, BESIDE = "trace", ("observations",)


def without_copies(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the objects without the copies of a download, which stand on the same line.

    What has no input inside the trace waits for the one beside it, and comes last without one.
    """
    line: int | None = None
    inside: set[bytes] = set()
    beside: set[bytes] = set()
    held: dict[bytes, LoggedObject] = {}
    for item in items:
        if not isinstance(item, LoggedObject):
            yield item
            continue
        if item.place.line != line:
            yield from held.values()
            line, inside, beside, held = item.place.line, set(), set(), {}
        name, whole, has_input = identity_of(item.value)
        if name and item.path[:1] == (INSIDE,):
            if not has_input:
                if name not in beside:
                    held[name] = item
            elif whole not in beside:
                inside |= {whole}
                yield item
        elif name and item.path == BESIDE:
            held.pop(name, None)
            if whole in inside:
                continue
            yield Notice(REPEATED, item.place) if whole in beside else item
            beside |= {name, whole}
        else:
            yield item
    yield from held.values()


def identity_of(given: dict[str, Any]) -> tuple[bytes, bytes, bool]:
    """Return what an observation is known by, the same with its input, and whether it has one."""
    number, asked = given.get("id"), given.get("input")
    if not isinstance(number, str) or not number:
        return b"", b"", False
    if isinstance(asked, str):
        with suppress(json.JSONError):
            asked = json.parse(asked)
    said = (number, given.get("type"), given.get("name"))
    return digest_of(said), digest_of((*said, asked)), asked is not None


def digest_of(said: object) -> bytes:
    """Return a value as a few bytes."""
    return sha256(repr(said).encode("utf-8", "surrogatepass")).digest()[:16]
