"""CapFence's audit database: the table `audit_events`, of any version, and never written to."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fencekit.logs.capfence_rows import NEEDED, is_text, record_of
from fencekit.logs.log_format import LogLayout, LogSample
from fencekit.model.errors import LogError
from fencekit.model.record import Entry
from fencekit.model.source import Place
from fencekit.reading.input_files import Source, name_read_errors

TABLE = "audit_events"
JOURNALS = ("-wal", "-journal")
TRIES = 5


@dataclass(frozen=True)
class CapFenceSQLite:
    """Rows in the order of their ids; the line of a place is the id of the row."""

    name: str = "capfence-sqlite"

    def recognises(self, sample: LogSample) -> bool:
        """Say whether it is a database."""
        return sample.shape is LogLayout.SQLITE

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every row; raise LogError for a damaged database or one without the table."""
        place = Place(source.path)
        try:
            with open_database(source) as connection:
                names = columns(connection, place)
                listed = ", ".join(f'"{name}"' for name in names)
                query = f'SELECT rowid, {listed} FROM "{TABLE}" ORDER BY rowid'  # noqa: S608
                for rowid, *values in connection.execute(query):
                    row = dict(zip(names, values, strict=True))
                    yield record_of(row, Place(source.path, rowid))
        except (sqlite3.Error, UnicodeDecodeError) as error:  # its words may quote broken bytes
            raise LogError(f"not a readable database: {error}", place=place) from error


def columns(connection: sqlite3.Connection, place: Place) -> list[str]:
    """Return the columns of the table; raise LogError where it is not CapFence's."""
    kind = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone()
    if kind != ("table",):
        raise LogError(f"the database has no table `{TABLE}`", place=place)
    found = [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{TABLE}")')]
    if not all(map(is_text, found)):
        raise LogError(f"a column of the table `{TABLE}` has no UTF-8 name", place=place)
    missing = sorted(NEEDED - set(found))
    if missing:
        raise LogError(f"the table `{TABLE}` has no column `{missing[0]}`", place=place)
    return [name for name in found if '"' not in name]


@contextmanager
def open_database(source: Source) -> Iterator[sqlite3.Connection]:
    """Open a database so that no byte of it, and of its folder, can change.

    Committed rows may still be in a write-ahead log beside it, and reading that log writes. So
    where one is, or where the database is compressed, both are copied away and read there.
    """
    # SQLite puts them beside the file itself, also where it is opened by way of a link.
    path = Path(source.path).resolve()
    journals = [path.with_name(f"{path.name}{suffix}") for suffix in JOURNALS]
    before = states(path, *journals)
    with tempfile.TemporaryDirectory(prefix="fencekit-") as folder, name_read_errors(source.path):
        is_copied = source.is_compressed or any(map(is_filled, journals))
        if is_copied:
            uri = f"file:{quote(str(copy_database(source, path, journals, Path(folder))))}"
        else:
            uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            # A log may come from a stranger: its schema is given no power, its text no trust.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            yield connection
        if not is_copied and states(path, *journals) != before:
            raise written_meanwhile(source)


def copy_database(source: Source, path: Path, journals: list[Path], folder: Path) -> Path:
    """Return a copy of a database with what lies beside it, all of one moment.

    A writer may move rows from the one to the other in between: then they are copied anew.
    """
    for _ in range(1 if source.is_compressed else TRIES):
        before = states(path, *journals)
        copy = Path(tempfile.mkdtemp(dir=folder)) / path.name
        with copy.open("wb") as target:
            if source.is_compressed:
                shutil.copyfileobj(source.stream, target)
            else:
                with path.open("rb") as data:
                    shutil.copyfileobj(data, target)
        for journal in filter(is_filled, journals):
            shutil.copyfile(journal, copy.with_name(journal.name))
        if states(path, *journals) == before:
            return copy
    raise written_meanwhile(source)


def written_meanwhile(source: Source) -> LogError:
    """Return the error for a database that does not hold still."""
    message = "the database was written to while it was read"
    return LogError(message, place=Place(source.path), hint="copy it, and read the copy")


def states(*paths: Path) -> list[tuple[int, int, int] | None]:
    """Return what changes of files when they are written to; None for one that cannot be seen."""
    found: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            seen = path.stat()
            found.append((seen.st_ino, seen.st_size, seen.st_mtime_ns))
        except OSError:  # reading it says what is wrong
            found.append(None)
    return found


def is_filled(path: Path) -> bool:
    """Say whether there is a file with something in it."""
    return path.is_file() and path.stat().st_size > 0


FORMAT = CapFenceSQLite()
