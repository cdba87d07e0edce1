"""The resident gate of a hook: it has all loaded, and answers events over a socket of the user.

It reads policy and mapping anew when their files change, and ends when nobody asks for a while.
"""

import fcntl
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fencekit.adapters.hooks.answering import HookAnswer, HookGate, HookSettings, blocked_by
from fencekit.adapters.hooks.forms import FORMS
from fencekit.adapters.hooks.quick import (
    MOST_BYTES,
    header_of,
    resident_folder,
    socket_path,
    write_answer,
)

IDLE_SECONDS = 900.0
START_OPTION = "--resident"


def start_resident(args: Sequence[str]) -> None:
    """Start a resident for these arguments, which outlives this process; raise nothing."""
    if resident_folder(make=True) is None:
        return
    devnull = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    command = [sys.executable, "-m", "fencekit", "hook", *args, START_OPTION]
    with suppress(OSError):
        os.posix_spawn(sys.executable, command, os.environ, file_actions=devnull, setsid=True)


class Resident:
    """A gate behind a socket, for one set of arguments."""

    def __init__(self, settings: HookSettings, args: Sequence[str]) -> None:
        self.settings, self.header = settings, header_of(args)
        self._gate: HookGate | None = None
        self._lock = threading.Lock()
        self._asked = time.monotonic()

    def serve(self, path: str, idle: float = IDLE_SECONDS) -> None:
        """Answer until nobody has asked for so many seconds, or another resident is there."""
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        with suppress(FileNotFoundError):
            Path(path).unlink()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(path)
            listener.listen(64)
            listener.settimeout(idle)
            number = os.stat(path).st_ino  # noqa: PTH116  (beside the lock)
            try:
                self._accept(listener, idle)
            finally:
                with suppress(OSError):
                    if os.stat(path).st_ino == number:  # noqa: PTH116
                        Path(path).unlink()

    def _accept(self, listener: socket.socket, idle: float) -> None:
        """Take connections, each in a thread of its own."""
        while True:
            try:
                link, _ = listener.accept()
            except TimeoutError:
                if time.monotonic() - self._asked >= idle:
                    return
                continue
            self._asked = time.monotonic()
            threading.Thread(target=self._answer, args=(link,), daemon=True).start()

    def _answer(self, link: socket.socket) -> None:
        """Answer one connection; one that is not of ours gets nothing."""
        with link, suppress(OSError):
            link.settimeout(10)
            data = bytearray()
            while part := link.recv(1 << 16):
                data += part
                if len(data) > MOST_BYTES + (1 << 20):
                    return
            size = int.from_bytes(data[:4], "big")
            if bytes(data[4 : 4 + size]) != self.header:
                return
            made = self.answer(bytes(data[4 + size :]))
            link.sendall(write_answer(made.code, made.out.encode(), made.err.encode()))

    def answer(self, given: bytes) -> HookAnswer:
        """Return the answer to an event, by the policy that its file holds now."""
        try:
            gate = self._current()
        # A policy that does not load: nothing is allowed until it does.
        except Exception as error:  # noqa: BLE001
            return blocked_by(error, FORMS[self.settings.host])
        return gate.answer(given)

    def _current(self) -> HookGate:
        """Return a gate of the files as they are."""
        with self._lock:
            if self._gate is None or not self._gate.is_current:
                self._gate = None
                self._gate = HookGate(self.settings)
            return self._gate


def run_resident(settings: HookSettings, args: Sequence[str]) -> None:
    """Be the resident for these arguments, until nobody asks."""
    path = socket_path(args)
    if path is not None:
        Resident(settings, args).serve(path)
