"""What the logs hold: which fields ever occur in a call, and of which nobody can tell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from fencekit.model.record import Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import UNKNOWN, Facts, Unknown


@dataclass
class RecordedFields:
    """The fields of the records of some logs.

    `fields` counts the records that have a field by that name in their context or arguments.
    `hidden_args` and `hidden_context` count the records that do not show all of those.
    """

    records: int = 0
    invalid: int = 0
    passed_over: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    capabilities: set[str] = field(default_factory=set)
    hidden_args: int = 0
    hidden_context: int = 0
    hidden_capabilities: int = 0

    def take(self, entries: Iterable[Entry]) -> int:
        """Count what the records of a log hold, and return how many there were."""
        before = self.records
        for entry in entries:
            if isinstance(entry, Record):
                self.add(entry)
            elif isinstance(entry, InvalidRecord):
                self.invalid += entry.count
            elif isinstance(entry, PassedOver):
                self.passed_over += entry.count
        return self.records - before

    def add(self, record: Record) -> None:
        """Count one record."""
        request = record.request
        self.records += 1
        names = {*recorded_keys(request.context), *recorded_keys(request.args)}
        if request.environment is not None and request.environment is not UNKNOWN:
            names.add("environment")
        self.fields.update(names)
        self.hidden_args += request.args.open
        self.hidden_context += request.context.open
        if isinstance(request.capability, Unknown):
            self.hidden_capabilities += 1
        else:
            self.capabilities.add(request.capability)


def recorded_keys(facts: Facts) -> list[str]:
    """Return the keys that a record shows with a value; one that is masked occurs all the same."""
    return [key for key, value in facts.values.items() if value is not None]
