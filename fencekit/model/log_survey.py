"""What a log holds, counted: how many records, of what kind, from whom, decided how."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fencekit.model.finding import capability_name
from fencekit.model.record import Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import Unknown
from fencekit.model.tally import Tallies, Tally


@dataclass
class Survey:
    """The counts of a log; each `Counter` has one entry for each value that occurs."""

    records: int = 0
    invalid: int = 0
    passed_over: Tallies = field(default_factory=Tallies)
    notices: Tallies = field(default_factory=Tallies)
    capabilities: Counter[str] = field(default_factory=Counter)
    principals: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    completeness: Counter[str] = field(default_factory=Counter)
    tools: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls by tool and capability; the capability is empty where nothing maps the tool."""
    first: str = ""
    last: str = ""
    approvals: int = 0

    def add(self, entry: Entry) -> None:
        """Count one record."""
        if isinstance(entry, InvalidRecord):
            self.invalid += entry.count
            return
        if not isinstance(entry, Record):
            tallies = self.passed_over if isinstance(entry, PassedOver) else self.notices
            tallies.add(entry.kind, entry.place, entry.count)
            return
        for note in entry.notes:
            self.notices.add(note, entry.place)
        self.records += 1
        capability = capability_name(entry)
        self.capabilities[capability] += 1
        self.principals[name_or_words(entry.request.principal)] += 1
        self.verdicts[verdict_name(entry)] += 1
        self.completeness[str(entry.completeness)] += 1
        if entry.tool:
            self.tools[entry.tool, capability if entry.mapped else ""] += 1
        if entry.time:
            self.first = min(self.first or entry.time, entry.time)
            self.last = max(self.last, entry.time)
        self.approvals += bool(entry.recorded and entry.recorded.approval)


def name_or_words(value: str | Unknown | None) -> str:
    """Return a name as text, with words for none and for unknown."""
    if value is None:
        return "none"
    return "unknown" if isinstance(value, Unknown) else value


def verdict_name(record: Record) -> str:
    """Return what was recorded: a verdict, those that fit, or that nothing was."""
    if record.recorded is None:
        return "not recorded"
    return "|".join(map(str, sorted(record.recorded.verdicts)))


def to_json(survey: Survey) -> dict[str, Any]:
    """Return the counts as JSON values."""
    return {
        "records": survey.records,
        "invalid": survey.invalid,
        "passed_over": [tally_to_json(tally) for tally in survey.passed_over.rows()],
        "notices": [tally_to_json(tally) for tally in survey.notices.rows()],
        "approvals": survey.approvals,
        "first": survey.first or None,
        "last": survey.last or None,
        "verdicts": dict(survey.verdicts.most_common()),
        "completeness": dict(survey.completeness.most_common()),
        "capabilities": dict(survey.capabilities.most_common()),
        "principals": dict(survey.principals.most_common()),
        "tools": [
            {"tool": tool, "capability": capability or None, "count": count}
            for (tool, capability), count in survey.tools.most_common()
        ],
    }


def tally_to_json(tally: Tally) -> dict[str, Any]:
    """Return a kind with its number and first place as JSON values."""
    return {"kind": tally.kind, "count": tally.count, "first": str(tally.first)}
