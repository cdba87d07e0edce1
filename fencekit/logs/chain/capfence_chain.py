"""CapFence's chain: the rows of `audit_events` in the order of their ids, each hash checked."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fencekit.logs.capfence_sqlite import TABLE, columns, open_database
from fencekit.logs.chain.capfence_hashed_fields import (
    BASE,
    ID,
    NAMES,
    OWN,
    PREV,
    SIGNATURE,
    Fields,
    Row,
    beyond,
    canonical,
    hashes_of,
    is_quickly,
    name_fields,
)
from fencekit.logs.chain.chain_anchors import Anchors, rewritten
from fencekit.logs.chain.chain_diagnosis import Break, Link, diagnose
from fencekit.model.chain_verification import Anchor, BrokenChainReason, Fault, Verification
from fencekit.model.errors import LogError
from fencekit.model.source import Place
from fencekit.reading.input_files import Source
from fencekit.reading.signatures import PublicKey

KIND = "capfence-sqlite"
CHAINED = {"prev_hash", "entry_hash"}
LEAST_ID = -(2**63)
FALLBACK = "RkFMTEJBQ0s6"
"""How a signature begins that CapFence made without `cryptography`: the base64 of `FALLBACK:`."""


class AuditDatabase(Protocol):
    """As much of a connection as is needed here."""

    text_factory: Any

    @property
    def OperationalError(self) -> type[Exception]:  # noqa: N802  (sqlite3's name)
        """What it raises for text that is not UTF-8, among others."""
        ...

    def execute(self, query: str, /) -> Any:
        """Run a query."""
        ...


@dataclass(slots=True)
class CapFenceChainWalk:
    """A walk along the rows: how many fit so far, and the hash of the last."""

    path: str
    anchors: Anchors = field(default_factory=Anchors)
    keys: Sequence[PublicKey] = ()
    head: str = ""
    count: int = 0
    last: int | None = None
    signed: int = 0
    unchecked: int = 0
    partly: int = 0

    def through(self, rows: Iterable[Row], links: Callable[[], Iterable[Link]]) -> Fault | None:
        """Take every row up to the first that does not fit; return what was done to that one."""
        for row in rows:
            found = self.step(row)
            if isinstance(found, Break):
                return diagnose(found, links())
            if found is not None:
                return found
        return None

    def step(self, row: Row) -> Break | Fault | None:
        """Take one row; return what is wrong with it."""
        own, prev = row[OWN], row[PREV]
        fields = None
        if not (prev == self.head and is_quickly(row, own)):
            hashes = hashes_of(row)
            fields = hashes.get(text(own))
            if fields is None or prev != self.head:
                link = Link(self.place(row), text(prev), text(own))
                return Break(link, self.head, fields is not None, frozenset(hashes))
            if len(fields) == len(BASE) and any(value is not None for value in beyond(row)):
                self.partly += 1
        if row[SIGNATURE] or (self.keys and self.signed):
            wrong = self.signature_of(row, fields)
            if wrong:
                return Fault(BrokenChainReason.BAD_SIGNATURE, self.place(row), wrong)
        self.count += 1
        self.head, self.last = own, row[ID]
        if self.anchors and not self.anchors.fit(self.count, own):
            return rewritten(self.count, self.place(row))
        return None

    def signature_of(self, row: Row, fields: Fields | None) -> str:
        """Check the signature of a row whose hash is right; return what is wrong with it."""
        signature = row[SIGNATURE]
        if not self.keys:
            self.unchecked += 1
            return ""
        if not isinstance(signature, str) or not signature:
            return "it has no signature, though a record before it has one"
        if signature.startswith(FALLBACK):
            return "it was signed without `cryptography`, which anybody can forge"
        signed = canonical({**(fields or name_fields(row)), "entry_hash": row[OWN]})
        if not any(key.verifies(signature, signed) for key in self.keys):
            return "its signature is not one of the key over what stands in it"
        self.signed += 1
        return ""

    def end(self, last_given: int | None = None) -> Fault | None:
        """Return what is wrong with a log that ends here."""
        at = Place(self.path, self.last)
        missed = self.anchors.missing_anchor(self.count, at)
        if missed is not None:
            return missed
        if last_given is not None and last_given > (self.last or 0):
            said = f"ids up to {last_given} were given out, the last row has {self.last or 'none'}"
            return Fault(BrokenChainReason.TRUNCATED, at, said)
        if self.count == 0:
            return Fault(BrokenChainReason.NO_CHAIN, at, "the log has no records")
        if self.keys and not self.signed:
            return Fault(BrokenChainReason.BAD_SIGNATURE, Place(self.path), "no record is signed")
        return None

    def place(self, row: Row) -> Place:
        """Return where the row stands."""
        return Place(self.path, row[ID])

    def result(self, records: int, fault: Fault | None) -> Verification:
        """Return what the walk found."""
        return Verification(
            KIND,
            records,
            self.count,
            self.count,
            self.head,
            fault,
            anchored=self.anchors.reached,
            signed=self.signed,
            unchecked=self.unchecked,
            partly=self.partly,
        )


def verify(
    source: Source, anchors: Iterable[Anchor] = (), keys: Sequence[PublicKey] = ()
) -> Verification:
    """Verify the chain of a database; nothing of it, or of its folder, is written."""
    with open_database(source) as connection:
        try:
            present = columns(connection, Place(source.path))
            return verify_database(connection, present, source.path, Anchors(anchors), keys)
        except connection.Error as error:
            place = Place(source.path)
            raise LogError(f"not a readable database: {error}", place=place) from error


def verify_database(
    database: AuditDatabase,
    present: Sequence[str],
    path: str,
    anchors: Anchors,
    keys: Sequence[PublicKey] = (),
) -> Verification:
    """Verify the chain of an open database whose table has these columns."""
    walk = CapFenceChainWalk(path, anchors, keys)
    if set(present) >= CHAINED:
        fault = walk.through(rows(database, present), lambda: links(database, path))
        fault = fault or walk.end(last_id_given(database))
    else:
        fault = Fault(
            BrokenChainReason.NO_CHAIN, Place(path), "the table has no columns for hashes"
        )
    (records,) = database.execute(f'SELECT count(*) FROM "{TABLE}"').fetchone()  # noqa: S608
    return walk.result(records, fault)


def rows(database: AuditDatabase, present: Sequence[str]) -> Iterator[Row]:
    """Yield every row in the order of the ids."""
    listed = ", ".join(
        f'"{name}"' if name in present else "NULL" for name in ("entry_hash", "signature", *NAMES)
    )
    last = LEAST_ID
    # SQLite decodes quickly but stops at text that is not UTF-8: there, the lenient way goes on.
    for factory in (str, leniently):
        query = f'SELECT rowid, {listed} FROM "{TABLE}" WHERE rowid >= {last} ORDER BY rowid'  # noqa: S608
        database.text_factory = factory
        try:
            for row in database.execute(query):
                last = row[ID] + 1
                yield row
        except database.OperationalError:
            if factory is leniently:
                raise
        else:
            return


def links(database: AuditDatabase, path: str) -> Iterator[Link]:
    """Yield every row as its neighbours see it."""
    database.text_factory = leniently
    query = f'SELECT rowid, prev_hash, entry_hash FROM "{TABLE}" ORDER BY rowid'  # noqa: S608
    for rowid, prev, own in database.execute(query):
        yield Link(Place(path, rowid), text(prev), text(own))


def last_id_given(database: AuditDatabase) -> int | None:
    """Return the last id that SQLite gave out in the table, where it keeps count."""
    exists = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
    if database.execute(exists).fetchone() is None:
        return None
    kept = database.execute(f"SELECT seq FROM sqlite_sequence WHERE name = '{TABLE}'").fetchone()  # noqa: S608
    return kept[0] if kept is not None and isinstance(kept[0], int) else None


def text(value: Any) -> str:
    """Return a hash as it is stored, empty where it is none."""
    return value if isinstance(value, str) else ""


def leniently(data: bytes) -> str:
    """Return text with a surrogate for each byte that is not UTF-8, which no hash was made of."""
    return data.decode("utf-8", "surrogateescape")
