"""What has been read from each log of a replay, as it is counted."""

from dataclasses import dataclass, field

from fencekit.model.report import LogSummary
from fencekit.model.tally import Tallies


@dataclass
class LogCounts:
    """What has been read from one log."""

    path: str
    format: str
    records: int = 0
    invalid: int = 0
    incomplete: int = 0
    undecided: int = 0
    unmapped: int = 0
    covered: int = 0
    undecidable: int = 0
    passed_over: Tallies = field(default_factory=Tallies)
    notices: Tallies = field(default_factory=Tallies)
    formats: tuple[tuple[str, int], ...] = ()

    def summary(self) -> LogSummary:
        """Return the counts for the report."""
        return LogSummary(
            self.path,
            self.format,
            self.records,
            self.invalid,
            self.incomplete,
            self.undecided,
            self.unmapped,
            self.covered,
            self.undecidable,
            self.passed_over.rows(),
            self.notices.rows(),
            self.formats,
        )
