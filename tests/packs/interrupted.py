"""Installs at the same time in one folder, and killed in the middle: for tests and the sweep."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from running import fencekit

from fencekit.packs.install.folder_transaction import STAGE
from fencekit.packs.install.pack_lock import FILE
from packs.tiny import write_pack


def other_pack(name: str) -> None:
    """Write the small pack under another name, beside `notes`."""
    write_pack(Path(name))
    for file in Path(name).rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8").replace("name: notes\n", f"name: {name}\n")
            file.write_text(text, encoding="utf-8")


def started(*words: str) -> int:
    """Run a command of ours in a fork, without output; return the process."""
    pid = os.fork()
    if pid == 0:
        code = 99
        with suppress(BaseException):
            code = fencekit(*words).code
        os._exit(code)
    return pid


def ended(pid: int) -> int:
    """Wait for a process; return its exit code, negative for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def together(names: list[str], into: str) -> tuple[list[int], list[str]]:
    """Install packs at the same time; return the exit codes, and what the lock has then."""
    codes = [
        ended(pid) for pid in [started("packs", "install", each, "--into", into) for each in names]
    ]
    lock = json.loads(Path(into, FILE).read_text(encoding="utf-8"))
    return codes, sorted(lock["packs"])


def state(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by its name."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def killed(words: list[str], folder: Path, chance: Random, before: dict[str, bytes]) -> bool:
    """Start a command, kill it soon after it begins to write; say whether it was killed."""
    pid = started(*words)
    stage, until = folder / STAGE, time.monotonic() + 60
    while time.monotonic() < until:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return False
        if stage.exists() or state_or_none(folder) != before:
            break
    time.sleep(chance.uniform(0, 0.04))
    os.kill(pid, signal.SIGKILL)
    return ended(pid) == -signal.SIGKILL


def state_or_none(folder: Path) -> dict[str, bytes] | None:
    """Return the state of a folder, None where it changes meanwhile."""
    try:
        return state(folder)
    except FileNotFoundError:
        return None


def at_each_step(act: Callable[[], None], step: int) -> bool:
    """Do something in a fork that is killed at the n-th call that changes a file; say if it was."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            die_at(step)
            act()
            code = 0
        os._exit(code)
    return ended(pid) == -signal.SIGKILL


def die_at(step: int) -> None:
    """Kill this process at the n-th system call that changes a file from now on."""
    left = step

    def hook(event: str, _: object) -> None:
        nonlocal left
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "open", "shutil.rmtree"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    import sys

    sys.addaudithook(hook)
