"""Logs of 200 records of each chained kind, every way to tamper with them, and who notices."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fencekit.logs.chain import capfence_chain, own_chain
from fencekit.logs.chain.capfence_hashed_fields import FIRST, NAMES, OWN, PREV, SIGNATURE
from fencekit.logs.chain.chain_anchors import Anchors
from fencekit.logs.chain.chain_diagnosis import Link
from fencekit.logs.chain.chain_line import GENESIS, read_link
from fencekit.logs.writer import AuditWriter
from fencekit.model.chain_verification import Anchor, Fault
from fencekit.model.record import Record, Recorded
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict

ROOT = Path(__file__).parents[2]
DATABASES = sorted((ROOT / "fixtures/logs/capfence_sqlite").glob("*.db"))
AGENTS = ROOT / "fixtures/logs/capfence_sqlite/agents.db"
WARN = ROOT / "fixtures/logs/capfence_sqlite/warn.db"
SIZE = 200
SWEEPING = bool(os.environ.get("FENCEKIT_SWEEP"))
STEP = 1 if SWEEPING else 6
"""Of what has two places, a sixth of the first ones is tried; all of them in `make sweep`."""
LOG = "log"

Item = Any
"""A record as it is stored: a row of the table, or a line."""


@dataclass(frozen=True)
class Kind:
    """A chained log in memory: its records, another log's, and how they are verified."""

    name: str
    items: tuple[Item, ...]
    foreign: tuple[Item, ...]
    verify: Callable[..., Fault | None]

    @property
    def heads(self) -> list[str]:
        """The hash before each record, and the last one."""
        begin = "" if self.name == "capfence" else GENESIS
        return [begin, *(hash_of(item) for item in self.items)]


def hash_of(item: Item) -> str:
    """Return the hash that a record says it has."""
    if not isinstance(item, bytes):
        return str(item[OWN])
    chained = read_link(item.rstrip(b"\n"))
    return chained.own if chained else ""


def rows_of(database: Path, size: int = SIZE) -> tuple[tuple[Any, ...], ...]:
    """Return the first rows of a recorded database, as the verification selects them."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as connection:
        present = [row[1] for row in connection.execute("PRAGMA table_info(audit_events)")]
        rows = list(capfence_chain.rows(connection, present))
    return tuple(rows[:size])


def verify_rows(
    items: list[Item],
    *,
    anchors: tuple[Anchor, ...] = (),
    keys: tuple[Any, ...] = (),
    start: int = 0,
    head: str = "",
) -> Fault | None:
    """Verify rows as they would stand in a table; `start` of them are known to be good."""
    walk = capfence_chain.CapFenceChainWalk(
        LOG, Anchors(anchors), keys, head, start, last=start or None
    )
    numbered = ((number + 1, *items[number][1:]) for number in range(start, len(items)))

    def links() -> Iterator[Link]:
        for number, row in enumerate(items, 1):
            yield link(number, capfence_chain.text(row[PREV]), capfence_chain.text(row[OWN]))

    return walk.through(numbered, links) or walk.end()


def verify_lines(
    items: list[Item],
    *,
    anchors: tuple[Anchor, ...] = (),
    start: int = 0,
    head: str = GENESIS,
) -> Fault | None:
    """Verify lines as they would stand in a file; `start` of them are known to be good."""
    walk = own_chain.OwnChainWalk(Anchors(anchors), head, start, start, place=Place(LOG, start))
    placed = ((Place(LOG, number + 1), items[number]) for number in range(start, len(items)))

    def links() -> Iterator[Link]:
        for number, line in enumerate(items, 1):
            yield link(number, *ends_of(line))

    return walk.through(placed, links) or walk.end()


@lru_cache(maxsize=50_000)
def link(number: int, prev: str, own: str) -> Link:
    """Return a record as its neighbours see it."""
    return Link(Place(LOG, number), prev, own)


@lru_cache(maxsize=1_000)
def ends_of(line: bytes) -> tuple[str, str]:
    """Return the hash that a line continues from, and its own."""
    chained = read_link(line.removesuffix(b"\n"))
    return (chained.prev, chained.own) if chained else ("", "")


def record(number: int) -> Record:
    """Return one of many different records, some of them odd."""
    args = {"command": f"ls /tmp/{number}", "quoted": 'a "b" \\ c\n', "name": "grün 🌱"}
    if number % 3 == 0:
        args |= {"amount": number * 1.5, "nested": {"list": [1, None, True]}}
    return Record(
        Request(
            ("shell.exec.production", "payment.create.*", "übersetzer.run")[number % 3],
            principal=f"agent-{number % 5}",
            environment="production",
            context={"risk_level": "high"},
            args=args,
        ),
        Recorded(
            frozenset([list(Verdict)[number % 3]]),
            frozenset([Obligation("warn")]) if number % 7 == 0 else frozenset(),
            reason="policy",
        ),
        Place(""),
        id=str(number),
        time="2026-11-23T09:00:00Z",
    )


def write_log(path: Path, size: int = SIZE, first: int = 1, **options: Any) -> Path:
    """Write a log of our own with that many records."""
    with AuditWriter(path, **options) as writer:
        for number in range(first, first + size):
            writer.append(record(number))
    return path


def lines_of(path: Path) -> tuple[bytes, ...]:
    """Return the lines of a log with their ends."""
    return tuple(path.read_bytes().splitlines(keepends=True))


def capfence_kind() -> Kind:
    """Return the first 200 rows that the real runtime recorded in `agents.db`."""
    return Kind("capfence", rows_of(AGENTS), rows_of(WARN), verify_rows)


def own_kind(folder: Path) -> Kind:
    """Return a log of 200 records of our own."""
    mine = lines_of(write_log(folder / "mine.jsonl"))
    other = lines_of(write_log(folder / "other.jsonl", first=1000))
    return Kind("own", mine, other, verify_lines)


# One changed value.


def changed_values(row: Item) -> Iterator[Item]:
    """Yield the row with one value changed at one byte, for each byte of each hashed field."""
    for at in (OWN, *range(FIRST, FIRST + len(NAMES))):
        for value in changed(row[at]):
            yield (*row[:at], value, *row[at + 1 :])


def changed(value: Any) -> Iterator[Any]:
    """Yield the value as it is after each byte of it, as it is written, was changed."""
    if isinstance(value, str):
        for data in changed_bytes(value.encode()):
            yield data.decode("utf-8", "surrogateescape")
        yield value + "x"
        yield None
        yield value.encode()
    elif isinstance(value, float | int):
        kind = type(value)
        for data in changed_digits(repr(value)):
            if kind(data) != value:
                yield kind(data)
        yield None
        yield str(value) + "x"
    else:
        yield ""
        yield 0


def changed_bytes(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with one of them changed, for each of them."""
    for at, byte in enumerate(data):
        yield data[:at] + bytes([byte ^ 1]) + data[at + 1 :]


def changed_digits(text: str) -> Iterator[str]:
    """Yield the number with one of its digits changed, for each of them."""
    for at, char in enumerate(text):
        if char.isdigit():
            yield text[:at] + str((int(char) + 1) % 10) + text[at + 1 :]


def changed_lines(line: bytes) -> Iterator[bytes]:
    """Yield the line with one byte changed, for each of them but its end."""
    for data in changed_bytes(line[:-1]):
        if b"\n" not in data:
            yield data + b"\n"


# Blanking.


def blanked(item: Item, *, also_prev: bool = False) -> Item:
    """Return the record with its hash blanked, and its link to the one before it too if asked."""
    if isinstance(item, bytes):
        text = item.replace(hash_of(item).encode(), b"")
        chained = read_link(item.rstrip(b"\n"))
        return text.replace(chained.prev.encode(), b"") if also_prev and chained else text
    row = list(item)
    row[OWN] = ""
    if also_prev:
        row[PREV] = ""
    return tuple(row)


def resigned(row: Item, head: str) -> Item:
    """Return the row with its link and its hash computed anew, as anybody can."""
    made = list(row)
    made[PREV] = head
    fields = dict(zip(NAMES, made[FIRST:], strict=True))
    made[OWN] = hashlib.sha256(capfence_chain.canonical(fields)).hexdigest()
    return tuple(made)


def unsigned(row: Item) -> Item:
    """Return the row without its signature."""
    return (*row[:SIGNATURE], None, *row[SIGNATURE + 1 :])
