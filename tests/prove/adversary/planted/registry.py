"""All planted faults."""

from prove.adversary.planted.answers import ANSWERS
from prove.adversary.planted.domains import DOMAINS
from prove.adversary.planted.fault import Fault
from prove.adversary.planted.regexes import REGEXES

FAULTS: tuple[Fault, ...] = (*DOMAINS, *REGEXES, *ANSWERS)
BY_NAME = {fault.name: fault for fault in FAULTS}


def stale() -> list[str]:
    """Return the faults that do not fit the source any more, each with why."""
    found = []
    for fault in FAULTS:
        try:
            assert fault.sources
        except (OSError, ValueError) as error:
            found.append(str(error))
    return found
