"""All planted faults."""

from prove.adversary.planted.answers import ANSWERS
from prove.adversary.planted.fault import Fault

FAULTS: tuple[Fault, ...] = (*ANSWERS,)
BY_NAME = {fault.name: fault for fault in FAULTS}


def stale() -> list[str]:
    """Return the faults that do not fit the source any more, each with why."""
    found = []
    for fault in FAULTS:
        try:
            fault.planted(fault.path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            found.append(str(error))
    return found
