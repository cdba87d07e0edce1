"""Masks values of a request that is written down: unknown from then on, but with a keyed digest.

The digest is the HMAC-SHA-256 of `fencekit.value/1`, a line feed, and the value as compact JSON in
the order and spelling that the log would have had: who has the key can tell whether the value was a
given one (`unmask_values.py`), and nobody else can. Before it stands which key it was made with,
for with another one every value would seem to be a different one.
"""

import hashlib
import hmac
from collections.abc import Iterable
from os import PathLike, fspath
from typing import Any

from fencekit.model.errors import UsageError
from fencekit.model.request_json import DIGEST, MARK
from fencekit.reading import json
from fencekit.reading.input_files import read_bytes

VERSION = b"fencekit.value/1\n"
KEY_VERSION = b"fencekit.key/1\n"
SHORTEST_KEY = 16
WHOLE = ("args", "context")
NAMED = ("capability", "principal", "environment")


def redact(form: dict[str, Any], paths: Iterable[str], key: bytes) -> dict[str, Any]:
    """Return the written form of a request with the values at some paths masked.

    A path is `principal`, or `args.command`, or deeper; in a list, every item is meant. What is not
    there, or unknown already, stays so.
    """
    for path in paths:
        form = mask_value(form, steps_of(path), check_key(key))
    return form


def steps_of(path: str) -> list[str]:
    """Return the steps of a path; raise UsageError where it leads nowhere."""
    first, *rest = path.split(".")
    if (first in WHOLE and rest) or (first in NAMED and not rest):
        return [first, *rest]
    hint = "a path is `principal`, `capability`, `environment`, or below `args` or `context`"
    raise UsageError(f"no value of a request stands at `{path}`", hint=hint)


def check_key(key: bytes) -> bytes:
    """Return the key; raise UsageError where it is so short that it could be guessed."""
    if len(key) < SHORTEST_KEY:
        raise UsageError(f"a key for masking has at least {SHORTEST_KEY} bytes")
    return key


def mask_value(value: Any, steps: list[str], key: bytes) -> Any:
    """Return the value with what stands at the path masked."""
    if not steps:
        return mark(value, key)
    if isinstance(value, list):
        return [mask_value(item, steps, key) for item in value]
    if not isinstance(value, dict) or steps[0] not in value or steps[0] == MARK:
        return value
    first, *rest = steps
    return {**value, first: mask_value(value[first], rest, key)}


def mark(value: Any, key: bytes) -> Any:
    """Return the mark of a value; one that is unknown already stays as it is."""
    if value is None or (isinstance(value, dict) and MARK in value):
        return value
    return {MARK: True, DIGEST: digest(value, key)}


def read_key(path: str | PathLike[str]) -> bytes:
    """Return the key in a file: its bytes, without the end of the last line.

    Raises UsageError where it cannot be read or is too short.
    """
    return check_key(read_bytes(fspath(path), UsageError).removesuffix(b"\n").removesuffix(b"\r"))


def digest(value: Any, key: bytes) -> str:
    """Return the keyed digest of a value, as it stands in a mark."""
    return digest_of(json.write(value).encode(), key)


def digest_of(spelled: bytes, key: bytes) -> str:
    """Return the keyed digest of a value that is spelled as compact JSON."""
    return f"hmac-sha256:{id_of(key)}:{hmac.digest(key, VERSION + spelled, hashlib.sha256).hex()}"


def id_of(key: bytes) -> str:
    """Return what tells a key from another, and nothing else of it."""
    return hmac.digest(key, KEY_VERSION, hashlib.sha256).hex()[:16]


def was(mark: Any, value: Any, key: bytes) -> bool:
    """Say whether a mark stands for this very value."""
    kept = mark.get(DIGEST) if isinstance(mark, dict) else None
    return isinstance(kept, str) and hmac.compare_digest(kept, digest(value, key))
