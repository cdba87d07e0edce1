"""Processes for the tests: forked, so that they start at once, and left without cleaning up."""

import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path


def forked(work: Callable[[], None]) -> int:
    """Start a process that does the work; return its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001  (it is shown, and the exit code says so)
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def joined(pids: list[int]) -> list[int]:
    """Wait for processes; return their exit codes."""
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def killed(
    work: Callable[[], None], ready: Path, seconds: float, *, once_grown: Path | None = None
) -> None:
    """Start a process, and kill it that long after it began its work.

    With `once_grown`, a file that the work adds to, the time begins when it did: a machine under
    load may not come so far in any time that is set.
    """
    ready.unlink(missing_ok=True)
    size = once_grown.stat().st_size if once_grown else 0
    pid = forked(work)
    until = time.monotonic() + 30
    while not ready.exists() and time.monotonic() < until:
        time.sleep(0.0005)
    while once_grown and once_grown.stat().st_size == size and time.monotonic() < until:
        time.sleep(0.0005)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    assert joined([pid]) == [-signal.SIGKILL]


def say(path: Path, line: str) -> None:
    """Append a line to a file, in one write."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{line}\n".encode())
    os.close(file)
