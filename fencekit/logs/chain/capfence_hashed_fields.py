"""The fields of a row of CapFence's table, in each way in which CapFence may have hashed them.

The hash of a row is the SHA-256 of its fields and `prev_hash` as compact JSON with sorted keys.
Since 0.8.2 that is 19 fields, before 10; which of the two is not stored, so both are tried. SQLite
does not keep every number as it was hashed (1 in a REAL column comes back as 1.0, -0.0 as 0.0, NaN
as NULL); what it would have kept the same is tried too. CapFence's own check guesses the number of
fields from the spelling of `metadata_json`, and so rejects rows with a capability beyond ASCII.
"""

import json
import math
from collections.abc import Iterator, Sequence
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import Any

BASE = (
    *("agent_id", "decision", "latency_ms", "payload_hash", "prev_hash", "reason"),
    *("risk_category", "risk_score", "task_context", "threshold", "timestamp"),
)
MORE = (
    *("action", "actor", "approval_state", "capability", "environment", "execution_result"),
    *("metadata_json", "policy_decision", "resource"),
)
NAMES = tuple(sorted(BASE + MORE))
TEMPLATE = "{" + ",".join(f'"{name}":%s' for name in NAMES) + "}"
ID, OWN, SIGNATURE, FIRST = range(4)
"""The columns of a row as it is selected: three by themselves, then those of NAMES."""
PREV = FIRST + NAMES.index("prev_hash")

Row = Sequence[Any]
Fields = dict[str, Any]


def is_quickly(row: Row, own: Any) -> bool:
    """Say whether a row has the hash of its 19 fields as they are stored; no may mean perhaps."""
    try:
        message = TEMPLATE % (
            *map(quoted, row[3:11]),
            repr(row[11]),
            *map(quoted, row[12:19]),
            repr(row[19]),
            quoted(row[20]),
            repr(row[21]),
            repr(row[22]),
        )
        return bool(sha256(message.encode()).hexdigest() == own)
    except (TypeError, UnicodeEncodeError):
        return False


def hashes_of(row: Row) -> dict[str, Fields]:
    """Return every hash that a row may have by what stands in it, and the fields hashed for it."""
    found: dict[str, Fields] = {}
    for fields in spellings(name_fields(row)):
        try:
            found.setdefault(sha256(canonical(fields)).hexdigest(), fields)
        except (TypeError, UnicodeEncodeError):
            continue  # bytes, or text that is not UTF-8: CapFence writes neither
    return found


def spellings(stored: Fields) -> Iterator[Fields]:
    """Yield the fields of a row in each way in which they may have been hashed."""
    for score in scores(stored["risk_score"]):
        yield {**stored, "risk_score": score}
    base = {name: stored[name] for name in BASE}
    for score in (*scores(base["risk_score"]), *whole(base["risk_score"])):
        for threshold in (base["threshold"], *whole(base["threshold"])):
            yield {**base, "risk_score": score, "threshold": threshold}
    # Rows from before the chain were hashed later, with the time rounded.
    time = base["timestamp"]
    if isinstance(time, float) and math.isfinite(time) and round(time, 6) != time:
        yield {**base, "timestamp": round(time, 6)}


def scores(stored: Any) -> tuple[Any, ...]:
    """Return the scores that SQLite keeps as this one, and that a caller can give."""
    if stored is None:
        return None, math.nan
    return (0.0, -0.0) if stored == 0.0 and isinstance(stored, float) else (stored,)


def whole(stored: Any) -> tuple[int, ...]:
    """Return the integer that SQLite keeps as this number, if there is one."""
    is_whole = isinstance(stored, float) and stored.is_integer()
    return (int(stored),) if is_whole else ()


def name_fields(row: Row) -> Fields:
    """Return the fields of a row by their names."""
    return dict(zip(NAMES, row[FIRST:], strict=True))


def beyond(row: Row) -> Iterator[Any]:
    """Yield what stands in the fields that older rows do not hash."""
    stored = name_fields(row)
    return (stored[name] for name in MORE)


def canonical(fields: Fields) -> bytes:
    """Return the bytes that CapFence hashes and signs."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
