"""Approvals in SQLite: one file, in write-ahead mode, for the processes of one host."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from fencekit.gate.approvals.approval_grants import ApprovalError
from fencekit.gate.approvals.connections import SCHEMA, ThreadConnections
from fencekit.model.source import Place


class SqliteDatabase(ThreadConnections):
    """A file of SQLite; each thread has a connection of its own, and a forked process new ones.

    A commit is on the disk before it counts. A file that was removed or replaced under its readers
    is not written any more: what was spent there would be forgotten.
    """

    def __init__(self, path: str, wait: float, *, create: bool) -> None:
        self.path, self.wait = path, wait
        super().__init__()
        with self._name_errors():
            if create:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            elif not os.path.isfile(path):  # noqa: PTH113  (the path may be no path)
                hint = "the gate makes the store when it starts; see that both name the same file"
                message = f"there are no approvals at `{path}`"
                raise ApprovalError(message, place=Place(path), hint=hint)
        with self._name_errors():
            self._connection().execute("PRAGMA journal_mode = WAL")
        with self.transaction() as run:
            for statement in SCHEMA:
                run(statement, ())

    @contextmanager
    def transaction(self) -> Iterator[Callable[[str, Sequence[Any]], sqlite3.Cursor]]:
        """Begin a transaction that writes; leaving commits it, what is raised rolls it back."""
        with self._name_errors():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection.execute
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query."""
        with self._name_errors():
            return self._connection().execute(statement, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        """Return the connection of this thread to the file that has the name now."""
        status = os.stat(self.path)  # noqa: PTH116  (for each statement)
        file = (status.st_dev, status.st_ino)
        known = self.connection()
        if known is not None and self._local.file == file:
            return known  # type: ignore[no-any-return]
        self.close()
        connection = sqlite3.connect(
            f"file:{quote_path(self.path)}?mode=rw",
            uri=True,
            timeout=self.wait,
            isolation_level=None,
        )
        connection.execute("PRAGMA synchronous = FULL")
        self.keep(connection)
        self._local.file = file
        return connection

    @contextmanager
    def _name_errors(self) -> Iterator[None]:
        """Turn trouble with the database into an error of ours that names it as given."""
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            self.close_quietly()
            message = f"the approvals in `{self.path}` cannot be used: {error}"
            raise ApprovalError(message, place=Place(self.path)) from error
        except OSError as error:
            self.close_quietly()
            said = (error.strerror or str(error)).lower()
            message = f"the approvals in `{self.path}` cannot be used: {said}"
            raise ApprovalError(message, place=Place(self.path)) from error

    def close_quietly(self) -> None:
        """Close a connection with which something is wrong."""
        with suppress(sqlite3.Error):
            self.close()


def quote_path(path: str) -> str:
    """Return a path as a part of a URI."""
    absolute = os.path.abspath(path)  # noqa: PTH100  (a path with `?` in it is one too)
    return absolute.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
