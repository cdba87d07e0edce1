"""Strikes from what stays open of a change the ways in which it cannot be.

A comparison of decisions says which changes some answers to open questions lead to, but not all
answers go together. Here the prover is asked for a call that the record may be of and that changes
so. Where there is none, that change is struck; what the prover cannot settle stays possible.
"""

from collections import deque
from collections.abc import Hashable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field

from fencekit.checks.findings.decision_comparison import changes_from
from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Decision
from fencekit.model.errors import TimeLimitError
from fencekit.model.record import Recorded
from fencekit.model.request import Request
from fencekit.prover.complete_request import Completer, Completion, Gap
from fencekit.prover.partial_request import Guard
from fencekit.prover.policy_properties import Outcomes, Property

MOST_REMEMBERED = 20_000
MOST_TRIED = 16
"""The calls that showed a change last, and are tried first."""
MOST_IN_ALL = 400_000
"""The parts and states that are looked at for all records of a replay."""
EITHER = frozenset({Change.LOOSER, Change.TIGHTER})


@dataclass(slots=True)
class Possible:
    """The changes that a call may show: each with one that does, or with why that is not known."""

    changes: frozenset[Change]
    shown: dict[Change, Request] = field(default_factory=dict)
    doubts: dict[Change, str] = field(default_factory=dict)


class Refiner:
    """Two policies, or one and what was recorded; what was found once is not looked for again."""

    def __init__(
        self,
        candidate: Evaluator,
        in_force: Evaluator | None = None,
        guard: Guard = nullcontext,
    ) -> None:
        sides = [candidate] if in_force is None else [in_force, candidate]
        natives = [side for side in sides if isinstance(side, NativeEvaluator)]
        self._filler = Completer(natives, guard) if len(natives) == len(sides) else None
        self._found: dict[Hashable, Completion] = {}
        self._shown: dict[Hashable, deque[Request]] = {}
        self._left = MOST_IN_ALL

    def between(self, request: Request, changes: frozenset[Change]) -> Possible:
        """Return which of these changes from the policy in force to the candidate there can be."""
        return self._possible(request, changes, BETWEEN, None)

    def since(self, recorded: Recorded, request: Request, changes: frozenset[Change]) -> Possible:
        """Return which of these changes from what was recorded to the candidate there can be."""
        said = recorded.verdicts, recorded.obligations, recorded.escalates_default
        goals = {change: since(recorded, change) for change in changes}
        return self._possible(request, changes, goals, said)

    def _possible(
        self,
        request: Request,
        changes: frozenset[Change],
        goals: Mapping[Change, Property],
        said: Hashable,
    ) -> Possible:
        possible = Possible(changes)
        if self._filler is None:
            possible.doubts = dict.fromkeys(changes, "an engine other than our own decides")
            return possible
        try:
            self._ask(possible, list(self._filler.gaps(request)), goals, said)
        except TimeLimitError as error:
            possible.doubts = dict.fromkeys(possible.changes, error.message)
        return possible

    def _ask(
        self, possible: Possible, gaps: list[Gap], goals: Mapping[Change, Property], said: Hashable
    ) -> None:
        """Strike the changes that no call in the gaps can show."""
        for change in IN_ORDER:
            left = possible.changes
            if change not in left or len(left) == 1 or (change not in EITHER and left >= EITHER):
                continue
            filled = self._fill_gaps(gaps, goals[change], (change, said))
            if filled.request is not None:
                possible.shown[change] = filled.request
            elif filled.doubt:
                possible.doubts[change] = filled.doubt
            else:
                possible.changes = left - {change}

    def _fill_gaps(self, gaps: list[Gap], goal: Property, about: Hashable) -> Completion:
        """Return a call that shows it in one of the gaps; else a doubt, if there is one."""
        answer = Completion()
        for gap in gaps:
            key = gap.key, about
            filled = self._found.get(key) or self._looked_for(gap, goal, about)
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[key] = filled
            if filled.request is not None:
                return filled
            if filled.doubt:
                answer = filled
        return answer

    def _looked_for(self, gap: Gap, goal: Property, about: Hashable) -> Completion:
        """Return a call that shows it: one like those that did for other records, or a new one."""
        shown = self._shown.setdefault(about, deque(maxlen=MOST_TRIED))
        for other in shown:
            request = gap.filled_as(other, goal)
            if request is not None:
                return Completion(request)
        if self._left <= 0:
            return Completion(None, "as much was looked at as a replay looks at")
        filled = gap.fill(goal)
        self._left -= filled.spent
        if filled.request is not None:
            shown.append(filled.request)
        return filled


IN_ORDER = (Change.LOOSER, Change.TIGHTER, Change.UNCHANGED)
"""Where both of the first are possible, it cannot be told, whatever is said of the last."""


def changing(change: Change) -> Property:
    """Return the goal that no call changes so between two policies."""

    def changes(outcomes: Outcomes) -> bool:
        before, after = outcomes
        return compare_effects(before.effect, after.effect) is change

    return Property(f"never {change}", changes, 2)


def since(recorded: Recorded, change: Change) -> Property:
    """Return the goal that no call changes so since it was recorded."""

    def changes(outcomes: Outcomes) -> bool:
        return any(found is change for found, _ in changes_from(recorded, Decision(outcomes)))

    return Property(f"never {change} since", changes)


BETWEEN = {change: changing(change) for change in IN_ORDER}
