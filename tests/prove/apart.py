"""Work in a process of its own, which the system ends after some seconds of CPU.

z3 looks at its clock now and then only, and by the wall, so that a time limit of its own neither
holds nor means the same on a busy machine.
"""

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

GAVE_UP = "gave up"


def apart(work: Callable[[], Any], seconds: int) -> Any:
    """Return what the work returns; GAVE_UP where it takes more seconds of CPU, or fails."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_sent, args=(there, work, seconds))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        return GAVE_UP
    finally:
        here.close()
        process.kill()
        process.join()


def _sent(there: Connection, work: Callable[[], Any], seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    there.send(work())
