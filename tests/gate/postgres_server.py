"""A real PostgreSQL server, started by the tests themselves in a folder of their own.

It refuses to run as root, so that root's privileges are dropped. Where it is not installed, tests
that need it are skipped by name; where CI installed it, its absence is a failure.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

USERS = ("postgres", "nobody")


class PostgresServer:
    """A server on a Unix socket, without a network; `emptied()` gives a database."""

    def __init__(self) -> None:
        self.bin = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="fencekit-pg-"))
        self.account = account()
        if self.account:
            shutil.chown(self.folder, self.account)
        self.run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            "fencekit",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        )
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *options: str) -> None:
        subprocess.run(
            [str(self.bin / program), *options],
            user=self.account,
            group=None,
            extra_groups=[] if self.account else None,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
        )

    def start(self) -> None:
        settings = f"-c listen_addresses='' -c fsync=off -k {self.folder} -c max_connections=60"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", str(self.data), "-o", settings, "-l", log, "-w", "start")

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """End the server as if the power had gone, and wait until it has."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in [pid, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        for _ in range(500):
            if not any(Path(f"/proc/{each}").exists() for each in children):
                break
            time.sleep(0.01)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://fencekit@/{name}?host={quote(str(self.folder), safe='')}"

    def emptied(self) -> str:
        """Return the URL of the database, with nothing in it."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def binaries() -> Path:
    """Return the folder of the server's programs; skip, or fail where they have to be there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    if os.environ.get("FENCEKIT_POSTGRES") == "required":
        pytest.fail("PostgreSQL has to be installed here, and is not")
    pytest.skip("PostgreSQL is not installed")


def account() -> str | None:
    """Return the account that the server runs as; None for that of the tests, where not root."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)
