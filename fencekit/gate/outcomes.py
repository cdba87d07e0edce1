"""Outcomes of calls that were allowed: those that are waited for, and those not recorded yet."""

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from fencekit.gate.audit import Audit, utc
from fencekit.gate.gate_decision import ExecutionOutcome
from fencekit.model.errors import FencekitError, UnsyncedError

MOST_OPEN = 10_000
"""So many decisions are remembered whose outcome another process may still submit."""


class Outcomes:
    """What becomes of the calls that one gate allowed; `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: OrderedDict[str, bool] = OrderedDict()
        self._unwritten: deque[tuple[str, ExecutionOutcome]] = deque()

    def wait_for(self, decision_id: str) -> None:
        """Wait for the outcome of a decision that is on the disk and allows the call."""
        with self._lock:
            self._open[decision_id] = False
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)

    def claim(self, decision_id: str) -> bool:
        """Wait for the outcome of a decision no more; say whether it was waited for."""
        with self._lock:
            return not self._open.pop(decision_id, True)

    def put_off(self, decision_id: str, outcome: ExecutionOutcome) -> None:
        """Keep an outcome, to be recorded before anything else is."""
        self._unwritten.append((decision_id, outcome))

    def end(self, decision_id: str, outcome: ExecutionOutcome, audit: Audit) -> str:
        """Record an outcome; return what kept it from being written, to be tried again."""
        with self._lock:
            self._open.pop(decision_id, None)
            self._unwritten.append((decision_id, outcome))
        try:
            self.write(audit)
        # The call has run: what is left is to say so, and to let nothing else through meanwhile.
        except Exception as error:  # noqa: BLE001
            return error.message if isinstance(error, FencekitError) else repr(error)
        return ""

    def write(self, audit: Audit) -> None:
        """Write the outcomes that are not recorded yet, in order; raise where that fails."""
        while self._unwritten:
            with self._lock:
                if not self._unwritten:
                    return
                of, outcome = self._unwritten[0]
                now = utc(self._clock())
                try:
                    audit.outcome(of, outcome, id=os.urandom(16).hex(), time=now)
                except UnsyncedError:
                    self._unwritten.popleft()  # it is in the log, and not to be there twice
                    raise
                self._unwritten.popleft()
