"""Compares record after record, and remembers what it has compared before.

Decisions that are certain are few: one object for each rule. So a pair of them is compared once.
A request with unknown parts is dear to decide, and logs without arguments repeat it often.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import cached_property, partial
from hashlib import sha256
from typing import TYPE_CHECKING

from fencekit.checks.findings.decision_comparison import (
    Comparison,
    between,
    changes_from,
    with_recorded,
)
from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.outcome_pairs import decide_both
from fencekit.engines.time_limit import Progress
from fencekit.model.change import compare_effects
from fencekit.model.decision import Decision
from fencekit.model.finding import RecordClass
from fencekit.model.record import Record, Recorded
from fencekit.model.request import Request

if TYPE_CHECKING:
    from fencekit.checks.replay.refine_open_decisions import Refiner

MAX_REMEMBERED = 20_000
OPEN = frozenset({RecordClass.MAYBE_LOOSER, RecordClass.MAYBE_TIGHTER, RecordClass.CANNOT_TELL})


class Comparer:
    """The candidate, and what it is compared with: the records themselves, or a policy in force."""

    def __init__(
        self,
        candidate: Evaluator,
        in_force: Evaluator | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.candidate = candidate
        self.in_force = in_force
        self._progress = progress or Progress()
        self._certain: dict[Hashable, tuple[Comparison, tuple[Decision, ...]]] = {}
        self._partial: dict[Hashable, Comparison] = {}

    @cached_property
    def certainty(self) -> "Refiner":
        """What strikes changes that cannot be; the prover is loaded for it."""
        from fencekit.checks.replay.refine_open_decisions import Refiner  # noqa: PLC0415  (seldom needed)

        return Refiner(self.candidate, self.in_force, self._progress.decision)

    def compare(self, record: Record) -> Comparison:
        """Return how the record compares; its place and id do not matter."""
        if record.request.whole:
            return self._decide(record)
        key = request_key(record.request), None if self.in_force else recorded_key(record.recorded)
        if key not in self._partial:
            if len(self._partial) >= MAX_REMEMBERED:
                self._partial.clear()
            self._partial[key] = self._decide(record)
        return self._partial[key]

    def _decide(self, record: Record) -> Comparison:
        request, recorded = record.request, record.recorded
        if self.in_force is not None:
            before, after, pairs = decide_both(self.in_force, self.candidate, request)
            compare = partial(between, before, after, pairs)
            found = self._once(compare, (before, after), None)
            if found.kind not in OPEN:
                return found
            changes = {compare_effects(left.effect, right.effect) for left, right in pairs}
            ask = partial(self.certainty.between, request)
        else:
            after = self.candidate.decide(request)
            compare = partial(with_recorded, recorded, after)
            found = self._once(compare, (after,), recorded_key(recorded))
            if found.kind not in OPEN or after.certain or recorded is None:
                return found
            changes = {change for change, _ in changes_from(recorded, after)}
            ask = partial(self.certainty.since, recorded, request)
        with self._progress.beside():
            possible = ask(frozenset(changes))
        if possible.changes != changes:
            found = compare(possible.changes)
        if found.kind in OPEN and possible.doubts:
            found = replace(found, doubt=next(iter(possible.doubts.values())))
        return found

    def _once(
        self, compare: Callable[[], Comparison], decisions: tuple[Decision, ...], key: Hashable
    ) -> Comparison:
        """Return the comparison of these decisions, made once where they are shared objects."""
        if any(not d.certain or d.outcomes[0].error for d in decisions):
            return compare()
        identity = key, *map(id, decisions)
        if identity not in self._certain:
            if len(self._certain) >= MAX_REMEMBERED:
                self._certain.clear()
            # The decisions are kept with the result, so that no other object gets their ids.
            self._certain[identity] = compare(), decisions
        return self._certain[identity][0]


def request_key(request: Request) -> Hashable:
    """Return all of a request that a policy looks at; who asks is not among it."""
    seen = f"{request.context!r}\n{request.args!r}".encode("utf-8", "surrogatepass")
    return request.capability, request.environment, sha256(seen).digest()


def recorded_key(recorded: Recorded | None) -> Hashable:
    """Return all of what was recorded that a comparison looks at."""
    if recorded is None:
        return None
    return recorded.verdicts, recorded.obligations, recorded.escalates_default
