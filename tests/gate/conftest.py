"""Desks for the tests: with keys of two people, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.offices import Office
from gate.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for approvals: a file, or a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "approvals.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.emptied()


@pytest.fixture
def office(where: str, tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, where)
    yield made
    made.desk.store.close()
