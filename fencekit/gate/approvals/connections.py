"""What the databases of approvals share: the tables, and a connection for each thread."""

import os
import threading
from typing import Any

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS pending (
        id TEXT PRIMARY KEY, action TEXT NOT NULL, principal TEXT NOT NULL,
        capability TEXT NOT NULL, tool TEXT NOT NULL, environment TEXT NOT NULL,
        session TEXT NOT NULL, policy TEXT NOT NULL, arguments TEXT NOT NULL,
        decided TEXT NOT NULL, context TEXT NOT NULL, reason TEXT NOT NULL,
        created BIGINT NOT NULL, expires BIGINT NOT NULL, state TEXT NOT NULL,
        answered_by TEXT NOT NULL, answered_at BIGINT NOT NULL, answer TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS pending_once ON pending (action) WHERE state = 'pending'",
    "CREATE INDEX IF NOT EXISTS pending_alike ON pending (capability, created)",
    """CREATE TABLE IF NOT EXISTS grants (
        id TEXT PRIMARY KEY, action TEXT NOT NULL, principal TEXT NOT NULL, body TEXT NOT NULL,
        created BIGINT NOT NULL, used BIGINT NOT NULL, revoked_at BIGINT,
        revoked_by TEXT NOT NULL, revoked_for TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS grants_of_action ON grants (action)",
    "CREATE INDEX IF NOT EXISTS grants_of_principal ON grants (principal)",
    """CREATE TABLE IF NOT EXISTS uses (
        grant_id TEXT NOT NULL, number BIGINT NOT NULL, action TEXT NOT NULL, at BIGINT NOT NULL,
        PRIMARY KEY (grant_id, number))""",
    "CREATE TABLE IF NOT EXISTS moments (name TEXT PRIMARY KEY, at BIGINT NOT NULL)",
    "INSERT INTO moments VALUES ('latest', 0) ON CONFLICT DO NOTHING",
)

INHERITED: list[Any] = []
"""Connections of a process that forked this one, which only that one may close."""


class ThreadConnections:
    """A connection for each thread, made anew in a process that was forked."""

    def __init__(self) -> None:
        self._local = threading.local()

    def connection(self) -> Any:
        """Return the connection of this thread that this process opened; None for none."""
        local = self._local
        is_open = getattr(local, "connection", None) is not None
        return local.connection if is_open and local.process == os.getpid() else None

    def keep(self, connection: Any) -> None:
        """Keep the connection that this thread has opened."""
        self._local.connection, self._local.process = connection, os.getpid()

    def close(self) -> None:
        """Close the connection of this thread."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            if self._local.process == os.getpid():
                connection.close()
            else:
                INHERITED.append(connection)
        self._local.connection = None
