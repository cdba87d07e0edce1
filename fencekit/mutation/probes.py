"""What mutants are tried on: cases, and the distinct calls of logs, by their capabilities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fencekit.engines.base import Evaluator
from fencekit.engines.native.view import covers
from fencekit.engines.pairs import decide_both
from fencekit.engines.timelimit import Progress
from fencekit.model.case import Case
from fencekit.model.change import Change, compare_effects, summarise
from fencekit.model.mutation import Difference
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

    def notices(
        self, original: Evaluator, mutant: Evaluator, progress: Progress
    ) -> Difference | None:
        """Return how the mutant decides otherwise, where this probe notices it.

        A case notices what it does not expect. A record notices every other effect; where not all
        of its call is known, only what is otherwise whatever the rest is.
        """
        progress.begun += 1
        progress.deciding = True
        before, after, pairs = decide_both(original, mutant, self.request)
        progress.deciding = False
        if self.case is not None:
            noticed = not self.case.expected.is_met_by(after)
        else:
            changes = (compare_effects(old.effect, new.effect) for old, new in pairs)
            noticed = summarise(changes) in (Change.LOOSER, Change.TIGHTER)
        return Difference(self.request, str(before), str(after)) if noticed else None


@dataclass
class Probes:
    """All probes, in order, and by the capability of their calls."""

    cases: int = 0
    records: int = 0
    by_capability: dict[str | None, list[Probe]] = field(default_factory=dict)
    _seen: set[Request] = field(default_factory=set)

    def add_cases(self, cases: Iterable[Case]) -> None:
        """Take in cases."""
        for case in cases:
            self.cases += 1
            self._add(Probe(case.request, case.name, case.place, case))

    def add_record(self, record: Record) -> None:
        """Take in a recorded call, unless the same call is there already."""
        if record.request not in self._seen:
            self._seen.add(record.request)
            self.records += 1
            self._add(Probe(record.request, "", record.place))

    def _add(self, probe: Probe) -> None:
        capability = probe.request.capability
        key = None if isinstance(capability, Unknown) else capability
        self.by_capability.setdefault(key, []).append(probe)

    def that_meet(self, patterns: Sequence[object]) -> Iterator[Probe]:
        """Yield the probes that a rule with one of these capabilities may match: cases first."""
        met = [
            probe
            for capability, probes in self.by_capability.items()
            if capability is None or any(may_cover(pattern, capability) for pattern in patterns)
            for probe in probes
        ]
        yield from (probe for probe in met if probe.case is not None)
        yield from (probe for probe in met if probe.case is None)


def may_cover(pattern: object, capability: str) -> bool:
    """Say whether a pattern covers a capability, or raises when it is asked."""
    try:
        return covers(pattern, capability)
    except (AttributeError, TypeError):
        return True
