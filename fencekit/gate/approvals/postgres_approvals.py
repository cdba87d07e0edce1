"""Approvals in PostgreSQL, for gates on several hosts: the only door to psycopg, an extra."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType
from typing import Any

from fencekit.gate.approvals.approval_grants import ApprovalError
from fencekit.gate.approvals.connections import SCHEMA, ThreadConnections
from fencekit.model.errors import UsageError

HINT = 'pip install "pytest-fencekit[postgres]"'
LOCK = 0x66656E6365
"""The number of the lock under which the tables are made, once for all hosts."""


class PostgresDatabase(ThreadConnections):
    """A database of PostgreSQL by URL; each thread has a connection of its own.

    A transaction of which nobody knows whether it was committed counts as spent and as not
    approved: nothing runs. It is not tried again.
    """

    def __init__(self, url: str, wait: float) -> None:
        self.url, self.wait = url, wait
        self.shown = re.sub(r"(?<=//)[^@/]*@", "…@", url)
        self._psycopg = psycopg()
        super().__init__()
        with self.transaction() as run:
            run("SELECT pg_advisory_xact_lock(?)", (LOCK,))
            for statement in SCHEMA:
                run(statement, ())

    @contextmanager
    def transaction(self) -> Iterator[Callable[[str, Sequence[Any]], Any]]:
        """Begin a transaction; leaving commits it, what is raised rolls it back."""
        with self._name_errors():
            connection = self._begin()

            def run(statement: str, values: Sequence[Any]) -> Any:
                return connection.execute(statement.replace("?", "%s"), values or None)

            try:
                yield run
                connection.execute("COMMIT")
            except BaseException:
                with suppress(self._psycopg.Error):
                    connection.execute("ROLLBACK")
                raise

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query."""
        with self.transaction() as run:
            return list(run(statement, values).fetchall())

    def _begin(self) -> Any:
        """Return the connection of this thread, in a transaction; a stale one is made anew."""
        known = self.connection()
        if known is not None:
            try:
                known.execute("BEGIN")
            except self._psycopg.OperationalError:
                self.close()  # the server was restarted since: nothing was begun
            else:
                return known
        self.close()
        connection = self._psycopg.connect(
            self.url,
            autocommit=True,
            client_encoding="UTF8",
            connect_timeout=max(2, round(self.wait)),
            options=f"-c lock_timeout={round(self.wait * 1000)}"
            f" -c statement_timeout={round(self.wait * 2000)}",
        )
        self.keep(connection)
        connection.execute("BEGIN")
        return connection

    @contextmanager
    def _name_errors(self) -> Iterator[None]:
        """Turn trouble with the database into an error of ours; no password is in it."""
        try:
            yield
        except self._psycopg.Error as error:
            with suppress(self._psycopg.Error):
                self.close()
            said = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            message = f"the approvals at `{self.shown}` cannot be used: {said}"
            raise ApprovalError(message) from error


def psycopg() -> ModuleType:
    """Return psycopg 3; raise UsageError where it is not installed."""
    try:
        return import_module("psycopg")
    except ImportError as error:
        raise UsageError("approvals in PostgreSQL need the package `psycopg`", hint=HINT) from error
