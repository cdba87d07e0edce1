"""A time limit on deciding one record, at no cost for each record.

A regular expression that backtracks for ever cannot be stopped by Python code that runs beside it,
but CPython's matcher looks for signals as it goes. A timer signals four times in the limit; when
the count of decisions has stood still for five signals in a row, the one under way is stopped.
The timer counts the processor time of the process: on a machine with other work, a decision has as
much as on an idle one. Nor is it the alarm that plugins like pytest-timeout set.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from fencekit.model.errors import TimeLimitError

SIGNALS_IN_LIMIT = 4


@dataclass
class Progress:
    """How many decisions have been begun, and whether one is under way; the loop keeps both.

    Reading takes as long as it takes: only a decision under way is held to the limit. `within` are
    those of calls that are made up for a record, each held to the limit by itself.
    """

    begun: int = 0
    deciding: bool = False
    within: int = 0

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Do what is no decision in the middle of one: it has limits of its own."""
        self.deciding, before = False, self.deciding
        try:
            yield
        finally:
            self.deciding = before

    @contextmanager
    def decision(self) -> Iterator[None]:
        """Hold one more decision for the same record to the limit."""
        self.within += 1
        self.deciding, before = True, self.deciding
        try:
            yield
        finally:
            self.deciding = before


@contextmanager
def time_limit(seconds: float, progress: Progress | None = None) -> Iterator[Progress]:
    """Raise TimeLimitError, in the decision under way, when it takes longer than the limit.

    The limit is in seconds of processor time.

    It takes a POSIX system and the main thread; elsewhere there is no limit, see `is_enforced`.
    """
    progress = progress or Progress()
    if not (seconds > 0 and is_enforced()):
        yield progress
        return
    seen, stood_still = (-1, 0), 0

    def look(_signal: int, _frame: FrameType | None) -> None:
        nonlocal seen, stood_still
        done = progress.begun, progress.within
        still = progress.deciding and done == seen
        stood_still = stood_still + 1 if still else 0
        seen = done
        if stood_still > SIGNALS_IN_LIMIT:
            stood_still = 0
            raise TimeLimitError(f"still undecided after the time limit of {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, look)
    every = seconds / SIGNALS_IN_LIMIT
    timer = signal.setitimer(signal.ITIMER_VIRTUAL, every, every)
    try:
        yield progress
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        # Whoever had set a timer gets it back, late rather than never.
        signal.setitimer(signal.ITIMER_VIRTUAL, *timer)


def is_enforced() -> bool:
    """Say whether a time limit can be held here: on POSIX, in the main thread."""
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and hasattr(signal, "setitimer")


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TimeLimitError in whatever is under way after so many seconds; 0 for no limit.

    It takes a POSIX system and the main thread; elsewhere there is no limit.
    """
    if not (seconds > 0 and is_enforced()):
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeLimitError(f"not settled within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
