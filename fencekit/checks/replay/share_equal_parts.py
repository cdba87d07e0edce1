"""What many records of a log have in common is kept once: memory follows what differs."""

from typing import Any

from fencekit.model.record import Record
from fencekit.model.request import Facts

MOST = 4_096
"""How many different values are remembered; later ones are kept as they come."""
LONGEST = 400
"""The characters of a context, as Python prints it, that are compared."""
WORDS = ("capability", "principal", "environment")


class SharedParts:
    """Gives records that are kept the same object for parts that are equal.

    The parts are frozen or never written to, so that nothing else can tell.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def share(self, record: Record) -> None:
        """Replace the parts of a record by equal ones of earlier records."""
        request = record.request
        for name in WORDS:
            word = getattr(request, name)
            if type(word) is str:
                object.__setattr__(request, name, self._one(word, word))
        if record.recorded is not None:
            object.__setattr__(record, "recorded", self._one(record.recorded, record.recorded))
        for name in ("context", "args"):
            facts: Facts = getattr(request, name)
            if not facts.values or name == "context":
                shown = repr(facts.values) if len(facts.values) <= len(WORDS) * 4 else ""
                if shown and len(shown) <= LONGEST:
                    key = shown, facts.open, facts.whole
                    object.__setattr__(request, name, self._one(key, facts))

    def _one(self, key: Any, value: Any) -> Any:
        found = self._known.get(key)
        if found is None:
            if len(self._known) < MOST:
                self._known[key] = value
            return value
        return found
