"""A line of our chain, byte for byte; `docs/audit-log.md` holds the definition.

    {"schema":"fencekit.record/1",…,"chain":{"version":1,"seq":N,"prev":"P"},"hash":"H"}

H is the SHA-256, in hex, of `fencekit.chain/1`, a line feed, and the bytes of the line before
`,"hash"`. P is the hash of the record before, or 64 zeros. Nothing is normalised: the order of keys
and the spelling of numbers can change a verdict, so they are part of what is hashed.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

VERSION = b"fencekit.chain/1\n"
GENESIS = "0" * 64
TAIL = re.compile(
    rb',"chain":\{"version":1,"seq":([1-9][0-9]{0,17}),"prev":"([0-9a-f]{64})"'
    rb'(?:,"torn":"([0-9a-f]{64})")?\},"hash":"([0-9a-f]{64})"\}\Z'
)
LONGEST_TAIL = 400
HASH = len(',"hash":""}') + 64


@dataclass(frozen=True, slots=True)
class Chained:
    """What a line says of the chain, and whether its hash is that of its bytes.

    `torn` is the SHA-256 of the bytes between the record before and this one, which a crash left.
    """

    seq: int
    prev: str
    torn: str
    own: str
    sound: bool


def read_link(line: bytes) -> Chained | None:
    """Return what a line, without its end, says of the chain; None where it is not in one."""
    found = TAIL.search(line, max(0, len(line) - LONGEST_TAIL))
    if found is None:
        return None
    seq, prev, torn, own = found.groups(b"")
    sound = hash_of(line) == own.decode()
    return Chained(int(seq), prev.decode(), torn.decode(), own.decode(), sound)


def seal_line(line: str, seq: int, prev: str, torn: str = "") -> tuple[bytes, str]:
    """Return a record, one JSON object on a line, as a link of the chain, and its hash."""
    left = f',"torn":"{torn}"' if torn else ""
    body = f'{line[:-1]},"chain":{{"version":1,"seq":{seq},"prev":"{prev}"{left}}}'.encode()
    own = digest(body)
    return body + f',"hash":"{own}"}}\n'.encode(), own


def hash_of(line: bytes) -> str:
    """Return the hash of what stands in a line, whatever hash it has."""
    return digest(line[:-HASH])


def digest(body: bytes) -> str:
    """Return the hash of a line that is `body` before its hash."""
    return sha256(VERSION + body).hexdigest()
