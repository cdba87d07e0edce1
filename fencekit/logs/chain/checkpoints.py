"""Checkpoints: how many records a log had, and the hash of the last, kept elsewhere and signed.

One JSON object a line, `fencekit.checkpoint/1`. The signature is over `fencekit.checkpoint/1`, a
line feed, and the bytes of the line before `,"signature"`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.model.chain_verification import Anchor, BrokenChainReason, Fault
from fencekit.model.errors import LogError
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import lines, open_source
from fencekit.reading.signatures import PrivateKey, PublicKey

SCHEMA = "fencekit.checkpoint/1"
VERSION = b"fencekit.checkpoint/1\n"
SIGNED = re.compile(rb',"signature":"([A-Za-z0-9+/=]+)"\}\Z')
HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """The anchors of a file of checkpoints, how many were signed, and what is wrong with one."""

    anchors: tuple[Anchor, ...]
    signed: int = 0
    unchecked: int = 0
    fault: Fault | None = None


def encode(count: int, head: str, time: str, key: PrivateKey | None = None) -> bytes:
    """Return a checkpoint as a line, signed where there is a key."""
    made: dict[str, Any] = {"schema": SCHEMA, "time": time, "count": count, "head": head}
    if key is not None:
        made["key"] = key.public.id
    body = json.write(made)[:-1].encode()
    signature = f',"signature":"{key.sign(VERSION + body)}"' if key else ""
    return body + signature.encode() + b"}\n"


def read_checkpoints(path: str, keys: Sequence[PublicKey] = ()) -> Kept:
    """Return the checkpoints in a file; with keys, every one must be signed by one of them.

    A line that is no JSON is what a crash left: it anchors nothing. Raises LogError where there is
    no checkpoint at all, or where one does not say what a checkpoint says.
    """
    anchors: list[Anchor] = []
    signed = unchecked = 0
    for place, line, value in checkpoints(path):
        if keys:
            fault = wrong(line, value, place, keys)
            if fault is not None:
                return Kept(tuple(anchors), signed, unchecked, fault)
            signed += 1
        elif "signature" in value:
            unchecked += 1
        anchors.append(Anchor(value["count"], value["head"], place))
    if not anchors:
        raise LogError("the file holds no checkpoint", place=Place(path))
    return Kept(tuple(anchors), signed, unchecked)


def checkpoints(path: str) -> Iterator[tuple[Place, bytes, dict[str, Any]]]:
    """Yield every checkpoint of a file: where it stands, its bytes, what it says."""
    with open_source(path) as source:
        for number, line in lines(source):
            place = Place(path, number)
            try:
                value = json.parse_bytes(line or b"")
            except json.JSONError:
                continue
            if not is_checkpoint(value):
                hint = f"`schema` is `{SCHEMA}`, `count` a number from 1, `head` a hash"
                raise LogError("not a checkpoint", place=place, hint=hint)
            yield place, line or b"", value


def is_checkpoint(value: Any) -> bool:
    """Say whether a value is in the documented form."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        return False
    count, head = value.get("count"), value.get("head")
    is_count = isinstance(count, int) and not isinstance(count, bool) and count > 0
    return is_count and isinstance(head, str) and HEX.fullmatch(head) is not None


def wrong(
    line: bytes, value: dict[str, Any], place: Place, keys: Sequence[PublicKey]
) -> Fault | None:
    """Return what is wrong with the signature of a checkpoint; None if nothing is."""
    found = SIGNED.search(line)
    if found is None:
        return Fault(BrokenChainReason.BAD_SIGNATURE, place, "the checkpoint is not signed")
    known = [key for key in keys if key.id == value.get("key")]
    if not known:
        said = f"the checkpoint names the key `{value.get('key')}`, which was not given"
        return Fault(BrokenChainReason.UNKNOWN_KEY, place, said)
    message = VERSION + line[: found.start()]
    if not any(key.verifies(found[1].decode(), message) for key in known):
        return Fault(
            BrokenChainReason.BAD_SIGNATURE, place, "the signature is not one over this checkpoint"
        )
    return None
