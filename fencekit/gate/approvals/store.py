"""Where approvals are kept: the statements, alike for SQLite and PostgreSQL, and what runs them.

Whatever must not happen twice happens in one transaction that counts the rows it changed. Grants
are kept as they were signed; columns beside them are for finding them, and decide nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, fields
from typing import Any, Protocol, TypeVar

from fencekit.gate.approvals.approval_grants import (
    ApprovalAnswer,
    ApprovalError,
    Grant,
    Pending,
    State,
    grant_of,
)

NO_LIMIT = 1 << 62
T = TypeVar("T")

COLUMNS = ", ".join(field.name for field in fields(Pending))
PLACES = ", ".join("?" for _ in fields(Pending))


class RowCursor(Protocol):
    """As much of a cursor of the DB-API as is used."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...


class ApprovalDatabase(Protocol):
    """A database that runs statements with `?` for values, in transactions."""

    def transaction(self) -> AbstractContextManager[Callable[[str, Sequence[Any]], RowCursor]]:
        """Begin one that writes; leaving commits it, what is raised rolls it back.

        Raises ApprovalError for whatever is wrong with the database.
        """
        ...

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query."""
        ...

    def close(self) -> None:
        """Close what this thread has open."""
        ...


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant as it is kept: its text, how often it was used, and whether it was revoked."""

    body: str
    used: int
    revoked_at: int | None = None
    revoked_by: str = ""
    revoked_for: str = ""


class Store:
    """Approvals in a database; times are milliseconds since 1970."""

    def __init__(self, database: ApprovalDatabase) -> None:
        self.database = database

    def latest(self) -> int:
        """Return the latest time that was ever seen."""
        rows = self.database.rows("SELECT at FROM moments WHERE name = 'latest'")
        if not rows:
            raise ApprovalError("the latest time that the approvals have seen is not known")
        return int(rows[0][0])

    def reset(self, now: int) -> None:
        """Take a time for the latest that was seen, though it is an earlier one."""
        with self.database.transaction() as run:
            run("UPDATE moments SET at = ? WHERE name = 'latest'", (now,))

    def ask(self, pending: Pending, most: int) -> tuple[Pending, bool]:
        """Keep a request; where the same action waits already, return that one, and False.

        Raises ApprovalError where `most` others of the same principal wait.
        """
        with self.database.transaction() as run:
            waiting = "SELECT count(*) FROM pending WHERE principal = ? AND state = 'pending'"
            others = f"{waiting} AND action <> ? AND expires > ?"
            values = (pending.principal, pending.action, pending.created)
            if run(others, values).fetchall()[0][0] >= most:
                raise ApprovalError(f"{most} requests of `{pending.principal}` wait already")
            see(run, pending.created)
            run(
                "UPDATE pending SET state = 'expired' WHERE action = ? AND state = 'pending'"
                " AND expires <= ?",
                (pending.action, pending.created),
            )
            insert = f"INSERT INTO pending ({COLUMNS}) VALUES ({PLACES}) ON CONFLICT DO NOTHING"  # noqa: S608
            is_new = run(insert, plain(pending)).rowcount == 1
            query = f"SELECT {COLUMNS} FROM pending WHERE action = ? AND state = 'pending'"  # noqa: S608
            rows = run(query, (pending.action,)).fetchall()
        if not rows:
            raise ApprovalError("the request for approval was not kept")
        return pending_of(rows[0]), is_new

    def requests(self, state: State | None, now: int) -> list[Pending]:
        """Return the requests of a state, or all, oldest first; those past their time expire."""
        with self.database.transaction() as run:
            run(
                "UPDATE pending SET state = 'expired' WHERE state = 'pending' AND expires <= ?",
                (now,),
            )
        where, values = ("WHERE state = ?", (str(state),)) if state else ("", ())
        query = f"SELECT {COLUMNS} FROM pending {where} ORDER BY created, id"  # noqa: S608
        return [pending_of(row) for row in self.database.rows(query, values)]

    def find(self, prefix: str) -> list[Pending]:
        """Return the requests whose id begins so, two at the most."""
        query = f"SELECT {COLUMNS} FROM pending WHERE substr(id, 1, ?) = ? LIMIT 2"  # noqa: S608
        return [pending_of(row) for row in self.database.rows(query, (len(prefix), prefix))]

    def alike(self, pending: Pending, limit: int) -> list[Pending]:
        """Return the latest other requests of the same capability that were answered."""
        query = f"""SELECT {COLUMNS} FROM pending WHERE capability = ? AND id <> ?
            AND state <> 'pending' ORDER BY created DESC, id LIMIT ?"""  # noqa: S608
        rows = self.database.rows(query, (pending.capability, pending.id, limit))
        return [pending_of(row) for row in rows]

    def answer(self, pending: Pending, answer: ApprovalAnswer, grant: Grant | None) -> bool:
        """Answer a request that still waits, and keep the grant; say whether it still waited."""
        with self.database.transaction() as run:
            see(run, answer.at)
            done = run(
                "UPDATE pending SET state = ?, answered_by = ?, answered_at = ?, answer = ?"
                " WHERE id = ? AND state = 'pending' AND expires > ?",
                (str(answer.state), answer.by, answer.at, answer.words, pending.id, answer.at),
            )
            if done.rowcount != 1:
                return False
            if grant is not None:
                keep(run, grant)
        return True

    def add(self, grant: Grant) -> None:
        """Keep a grant that answers no request."""
        with self.database.transaction() as run:
            see(run, grant.granted_at)
            keep(run, grant)

    def candidates(self, action: str, principal: str) -> list[StoredGrant]:
        """Return the grants that may be for a call, those for scopes first, oldest first."""
        query = """SELECT body, used FROM grants WHERE revoked_at IS NULL
            AND (action = ? OR (action = '' AND principal IN (?, '*')))
            ORDER BY CASE WHEN action = '' THEN 0 ELSE 1 END, created, id"""
        return [StoredGrant(*row) for row in self.database.rows(query, (action, principal))]

    def grants(self) -> list[StoredGrant]:
        """Return every grant, oldest first."""
        query = """SELECT body, used, revoked_at, revoked_by, revoked_for FROM grants
            ORDER BY created, id"""
        return [StoredGrant(*row) for row in self.database.rows(query)]

    def spend(self, grant: Grant, action: str, now: int) -> bool:
        """Use a grant once for an action, if it still may be used; say whether it was."""
        with self.database.transaction() as run:
            see(run, now)
            limit = NO_LIMIT if grant.uses is None else grant.uses
            changed = run(
                "UPDATE grants SET used = used + 1"
                " WHERE id = ? AND revoked_at IS NULL AND used < ?",
                (grant.id, limit),
            )
            if changed.rowcount != 1:
                return False
            # The number is there once: a count that was set back does not give a use again.
            run(
                "INSERT INTO uses SELECT id, used, ?, ? FROM grants WHERE id = ?",
                (action, now, grant.id),
            )
        return True

    def revoke(self, prefix: str, by: str, now: int, why: str) -> int:
        """Revoke the grant whose id begins so; return how many there are that begin so."""
        with self.database.transaction() as run:
            query = "SELECT id FROM grants WHERE substr(id, 1, ?) = ?"
            found = run(query, (len(prefix), prefix)).fetchall()
            if len(found) == 1:
                run(
                    "UPDATE grants SET revoked_at = ?, revoked_by = ?, revoked_for = ?"
                    " WHERE id = ? AND revoked_at IS NULL",
                    (now, by, why, found[0][0]),
                )
        return len(found)

    def prune(self, before: int) -> tuple[int, int]:
        """Delete requests that ended, and grants that expired, before a time; return how many.

        A grant without end is never deleted: its uses are what keeps it from being used again.
        """
        grants = 0
        with self.database.transaction() as run:
            requests = run(
                "DELETE FROM pending WHERE state <> 'pending' AND expires < ? AND created < ?",
                (before, before),
            ).rowcount
            for row in run("SELECT id, body FROM grants", ()).fetchall():
                if ended_before(row[1], before):
                    run("DELETE FROM uses WHERE grant_id = ?", (row[0],))
                    grants += run("DELETE FROM grants WHERE id = ?", (row[0],)).rowcount
        return requests, grants

    def close(self) -> None:
        """Close what this thread has open."""
        self.database.close()


def open_store(where: str, *, wait: float = 5.0, create: bool = True) -> Store:
    """Return the store in a file of SQLite, or in PostgreSQL for a URL `postgresql://…`.

    `wait` is for how long, in seconds, a lock or a server is waited for. Without `create`, a file
    must be there. Raises ApprovalError where it cannot be opened.
    """
    if where.startswith(("postgresql://", "postgres://")):
        from fencekit.gate.approvals.postgres_approvals import PostgresDatabase  # noqa: PLC0415  (an extra)

        return Store(PostgresDatabase(where, wait))
    from fencekit.gate.approvals.sqlite_approvals import SqliteDatabase  # noqa: PLC0415  (start-up counts)

    return Store(SqliteDatabase(where, wait, create=create))


def see(run: Callable[[str, Sequence[Any]], RowCursor], now: int) -> None:
    """Keep the latest time that was ever seen."""
    run("UPDATE moments SET at = ? WHERE name = 'latest' AND at < ?", (now, now))


def keep(run: Callable[[str, Sequence[Any]], RowCursor], grant: Grant) -> None:
    """Keep a grant."""
    run(
        "INSERT INTO grants VALUES (?, ?, ?, ?, ?, 0, NULL, '', '')",
        (grant.id, grant.action, grant.principal, grant.text, grant.granted_at),
    )


def ended_before(body: str, before: int) -> bool:
    """Say whether a grant expired before a time."""
    try:
        until = grant_of(body).until
    except ApprovalError:
        return False
    return until is not None and until < before


def plain(pending: Pending) -> tuple[Any, ...]:
    """Return the columns of a request."""
    return tuple(str(value) if isinstance(value, State) else value for value in astuple(pending))


def pending_of(row: Sequence[Any]) -> Pending:
    """Return the request in a row; raise ApprovalError where it is none."""
    made = dict(zip((field.name for field in fields(Pending)), row, strict=True))
    try:
        return Pending(**{**made, "state": State(made["state"])})
    except ValueError as error:
        raise ApprovalError(f"a request for approval cannot be read: {error}") from error
