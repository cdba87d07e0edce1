"""Writers of one log under kills, exceptions, forks, renames and a full disk, all at once.

Several processes, each with threads, append to one log. Signal handlers and other threads raise in
the middle of `append`; processes are killed and started again, forks append too; the log is
rotated, and replaced by a copy of itself; the size of files is limited, so that writes are cut
anywhere. Each record is tried once, and again only where `append` said that it is not in the log.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import re
import resource
import select
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from chain.tampering import record
from fencekit.logs.chain import own_chain
from fencekit.logs.writer import AuditWriter
from fencekit.model.errors import LogError

FAULTS = ("lost", "duplicated", "forked", "verify_disagrees", "hung")
PATIENCE = 20.0
LINK = re.compile(rb'"chain":\{"version":1,"seq":(\d+),"prev":"(\w{64})"(?:,"torn":"\w{64}")?\}$')


class Interrupted(BaseException):
    """What a signal handler, or another thread, raises."""


@dataclass(frozen=True)
class Stress:
    """What is done to the writers; a run ends when that many kills and exceptions were."""

    folder: Path
    seed: int
    kills: int
    exceptions: int
    processes: int = 4
    threads: int = 2

    @property
    def log(self) -> Path:
        return self.folder / "audit.jsonl"


@dataclass
class Notes:
    """What the writers say became of their records, through a pipe; it ends when all are gone.

    Each note is a line: `acknowledged NAME`, or another word alone.
    """

    reading: int
    writing: int
    left: bytes = b""

    def __post_init__(self) -> None:
        self.acknowledged: list[str] = []
        self.counts: Counter[str] = Counter()

    def say(self, line: str) -> None:
        os.write(self.writing, f"{line}\n".encode())

    def take(self, patience: float = 0.0) -> bool:
        """Take what was said; say whether all writers are gone."""
        while select.select([self.reading], [], [], patience)[0]:
            data = os.read(self.reading, 1 << 16)
            if not data:
                return True
            *lines, self.left = (self.left + data).split(b"\n")
            for line in lines:
                word, _, name = line.decode().partition(" ")
                self.counts[word] += 1
                if name:
                    self.acknowledged.append(name)
        return False


def run(stress: Stress) -> dict[str, Any]:
    """Do all of it; return what was done and what was found."""
    random, done = Random(stress.seed), Counter()
    notes = Notes(*os.pipe())
    workers: dict[int, int] = {}
    rotated: list[Path] = []
    size, since = -1, time.monotonic()
    while done["kills"] < stress.kills or notes.counts["interrupted"] < stress.exceptions:
        while len(workers) < stress.processes:
            pid, ready = start(stress, random.randrange(1 << 30), rotated, notes)
            workers[pid] = ready
            select.select([ready], [], [], PATIENCE)
        time.sleep(random.uniform(0.0, 0.02))
        notes.take()
        if random.random() < 0.2:
            rotate(stress, rotated)
            done["rotations"] += 1
        if random.random() < 0.1:
            replace_by_copy(stress)
            done["copies"] += 1
        if random.random() < 0.7:
            pid = random.choice(list(workers))
            end(pid, workers)
            done["kills"] += 1
        if len(notes.acknowledged) != size:
            size, since = len(notes.acknowledged), time.monotonic()
        if time.monotonic() - since > PATIENCE:
            done["hung"] += 1
            break
    for pid in list(workers):
        end(pid, workers)
    os.close(notes.writing)
    done["hung"] += not notes.take(PATIENCE)
    os.close(notes.reading)
    return {**done, **found(stress, rotated, notes)}


def start(stress: Stress, seed: int, rotated: list[Path], notes: Notes) -> tuple[int, int]:
    """Fork a worker; return its process, and a pipe that is readable once its log is open."""
    ready, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            os.close(ready)
            work(stress, Random(seed), rotated[-1] if rotated else None, say, notes)
            code = 0
        os._exit(code)
    os.close(say)
    return pid, ready


def end(pid: int, workers: dict[int, int]) -> None:
    """Kill a worker."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(workers.pop(pid))


def rotate(stress: Stress, rotated: list[Path]) -> None:
    """Rename the log, as log rotation does, once it has a record of its own."""
    if stress.log.exists() and b'"hash":"' in stress.log.read_bytes():
        rotated.append(stress.folder / f"audit.{len(rotated) + 1:05}.jsonl")
        stress.log.rename(rotated[-1])


def replace_by_copy(stress: Stress) -> None:
    """Put a copy of the log in its place, while no record is written."""
    with suppress(FileNotFoundError), stress.log.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.path.samestat(os.fstat(file.fileno()), stress.log.stat()):
            copy = stress.folder / "copy"
            shutil.copy2(stress.log, copy)
            copy.replace(stress.log)


def work(stress: Stress, random: Random, follows: Path | None, say: int, notes: Notes) -> None:
    """Append for ever, in several threads, with exceptions from outside; fork now and then."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, interrupt)
    threading.excepthook = lambda _: None
    writer = AuditWriter(stress.log, follows=follows, fsync=random.random() < 0.1)
    os.write(say, b"x")
    pid = os.getpid()
    threads = [
        threading.Thread(target=forever, args=(one(notes, writer, f"{pid}-{n}-"),), daemon=True)
        for n in range(stress.threads)
    ]
    for thread in threads:
        thread.start()
    append = one(notes, writer, f"{pid}-main-")
    number = 0
    while True:
        number += 1
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.00001, 0.0008))
        with suppress(Interrupted):
            append(number)
        signal.setitimer(signal.ITIMER_REAL, 0)
        what = random.random()
        if what < 0.3:
            target = random.choice(threads).ident
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(target), ctypes.py_object(Interrupted)
            )
        elif what < 0.33:
            fork(notes, writer, number)
        elif what < 0.36:
            limit(stress, random, append, number)


def interrupt(*_: object) -> None:
    raise Interrupted


def forever(append: Callable[[int], None]) -> None:
    number = 0
    while True:
        with suppress(Interrupted):
            while True:
                number += 1
                append(number)


def one(notes: Notes, writer: AuditWriter, name: str) -> Callable[[int], None]:
    """Return what appends the record of a number, and says what became of it."""

    def append(number: int) -> None:
        made = f"{name}{number}"
        while True:
            try:
                writer.append(record(1), {"made": made})
            except LogError:
                notes.say("refused")
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                continue
            except Interrupted as error:
                if is_inside(error):
                    notes.say("interrupted")
                raise
            notes.say(f"acknowledged {made}")
            return

    return append


def is_inside(error: BaseException) -> bool:
    """Say whether an exception came up inside the writer."""
    at = error.__traceback__
    while at is not None:
        if os.sep + "fencekit" + os.sep + "logs" + os.sep in at.tb_frame.f_code.co_filename:
            return True
        at = at.tb_next
    return False


def fork(notes: Notes, writer: AuditWriter, number: int) -> None:
    """Let a fork append a few records with the writer that it inherited."""
    notes.say("fork")
    if os.fork() == 0:
        code = 1
        with suppress(BaseException):
            signal.setitimer(signal.ITIMER_REAL, 0)
            append = one(notes, writer, f"{os.getpid()}-{number}-")
            for each in range(3):
                append(each)
            code = 0
        os._exit(code)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def limit(stress: Stress, random: Random, append: Callable[[int], None], number: int) -> None:
    """Append where the disk is full within the next few hundred bytes."""
    with suppress(FileNotFoundError, ValueError):
        room = stress.log.stat().st_size + random.randrange(900)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    for each in range(4):
        append(-(number * 4 + each))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def found(stress: Stress, rotated: list[Path], notes: Notes) -> dict[str, Any]:
    """Return what stands in the log, as two readers find that share nothing."""
    with AuditWriter(stress.log, follows=rotated[-1] if rotated else None) as writer:
        writer.append(record(1), {"made": "last"})
    files = [*rotated, stress.log]
    made: Counter[str] = Counter()
    previous, count, forked = "0" * 64, 0, 0
    for line in [line for file in files for line in file.read_bytes().splitlines()]:
        body, _, rest = line.rpartition(b',"hash":"')
        link = LINK.search(body)
        digest = hashlib.sha256(b"fencekit.chain/1\n" + body).hexdigest()
        if link is None or rest != f'{digest}"}}'.encode():
            continue
        forked += link[2].decode() != previous or int(link[1]) != count + 1
        previous, count = digest, count + 1
        made[json.loads(line)["made"]] += 1
    verified = own_chain.verify([str(file) for file in files])
    return {
        "records": count,
        "torn": verified.torn,
        "acknowledged": len(notes.acknowledged),
        "interrupted": notes.counts["interrupted"],
        "refused": notes.counts["refused"],
        "forks": notes.counts["fork"],
        "lost": len(set(notes.acknowledged) - made.keys()),
        "duplicated": sum(number - 1 for number in made.values()),
        "forked": forked,
        "verify_disagrees": int(verified.fault is not None or verified.covered != count),
        "covered": verified.covered,
        **({"fault": str(verified.fault)} if verified.fault is not None else {}),
    }
