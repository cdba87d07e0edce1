"""What mutants are tried on: cases, and the distinct calls of logs, by their capabilities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.request_view import covers
from fencekit.engines.outcome_pairs import decide_both
from fencekit.model.case import Case
from fencekit.model.change import Change, compare_effects, summarise
from fencekit.model.record import Record
from fencekit.model.request import Request, Unknown
from fencekit.model.source import Place


@dataclass(frozen=True, slots=True)
class Probe:
    """A call that a mutant is tried on; with a case, the mutant must fail it, to be noticed."""

    request: Request
    name: str
    place: Place
    case: Case | None = None

    def notices(self, original: Evaluator, mutant: Evaluator) -> bool:
        """Say whether the mutant decides otherwise, so that this probe notices it.

        A case notices what it does not expect. A record notices every other effect; where not all
        of its call is known, only what is otherwise whatever the rest is.
        """
        if self.case is not None:
            return not self.case.expected.is_met_by(mutant.decide(self.request))
        _, _, pairs = decide_both(original, mutant, self.request)
        changes = (compare_effects(old.effect, new.effect) for old, new in pairs)
        return summarise(changes) in (Change.LOOSER, Change.TIGHTER)

    @property
    def label(self) -> str:
        """The name of a case, or the place of a record."""
        return self.name or str(self.place)


@dataclass
class Probes:
    """All probes: cases and recorded calls, each by the capability of their calls."""

    cases: int = 0
    records: int = 0
    _cases: dict[str | None, list[Probe]] = field(default_factory=dict)
    _records: dict[str | None, list[Probe]] = field(default_factory=dict)
    _order: dict[str | None, None] = field(default_factory=dict)
    """The capabilities in the order in which they came: it decides which probe is named."""
    _seen: set[Request] = field(default_factory=set)

    @classmethod
    def of_cases(cls, cases: Iterable[Case]) -> "Probes":
        """Return the probes of some cases."""
        made = cls()
        made.add_cases(cases)
        return made

    def add_cases(self, cases: Iterable[Case]) -> None:
        """Take in cases."""
        for case in cases:
            self.cases += 1
            self._add(self._cases, Probe(case.request, case.name, case.place, case))

    def add_record(self, record: Record) -> None:
        """Take in a recorded call, unless the same call is there already."""
        if record.request not in self._seen:
            self._seen.add(record.request)
            self.records += 1
            self._add(self._records, Probe(record.request, "", record.place))

    def _add(self, to: dict[str | None, list[Probe]], probe: Probe) -> None:
        capability = probe.request.capability
        key = None if isinstance(capability, Unknown) else capability
        self._order[key] = None
        to.setdefault(key, []).append(probe)

    def all(self) -> Iterator[Probe]:
        """Yield every probe, the cases first."""
        for listed in (*self._cases.values(), *self._records.values()):
            yield from listed

    def requests(self) -> Iterator[Request]:
        """Yield the calls of all probes."""
        return (probe.request for probe in self.all())

    def that_meet(self, patterns: Sequence[object]) -> Iterator[list[Probe]]:
        """Yield the probes that a rule with one of these capabilities may match: cases first."""
        met = [
            capability
            for capability in self._order
            if capability is None or any(may_cover(pattern, capability) for pattern in patterns)
        ]
        for of in (self._cases, self._records):
            yield from (of[capability] for capability in met if capability in of)


def may_cover(pattern: object, capability: str) -> bool:
    """Say whether a pattern covers a capability, or raises when it is asked."""
    try:
        return covers(pattern, capability)
    except (AttributeError, TypeError):
        return True
