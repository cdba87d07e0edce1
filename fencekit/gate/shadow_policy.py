"""What enforcing the shadow policy would have changed, from a log in which both are recorded."""

from collections import Counter
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any

from fencekit.logs.jsonl import decode_recorded, is_note
from fencekit.logs.log_layout import LoggedObject
from fencekit.logs.log_objects import objects
from fencekit.model.change import Change, compare_effects
from fencekit.model.errors import FencekitError, LogError
from fencekit.model.record import InvalidRecord, Recorded
from fencekit.model.source import Place
from fencekit.model.verdict import Effect
from fencekit.reading.input_files import open_source

MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class ShadowChange:
    """A recorded call on which the two policies differ, each with the rule that decided."""

    place: Place
    id: str
    principal: str
    capability: str
    change: Change
    before: str
    after: str
    rule_before: str
    rule_after: str


@dataclass
class ShadowSurvey:
    """What a log says of the policy in its shadow.

    `decided` are the calls that both policies decided, `counts` how those changed, `transitions`
    from which decision to which. `alone` are calls without a shadow, `notes` lines that are no
    calls, `invalid` lines that could not be read. `policies` are the pairs of digests there are.
    `changes` are the first ones that changed, `not_kept` how many more there are.
    """

    decided: int = 0
    alone: int = 0
    notes: int = 0
    invalid: list[FencekitError] = field(default_factory=list)
    counts: Counter[Change] = field(default_factory=Counter)
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    policies: Counter[tuple[str, str]] = field(default_factory=Counter)
    changes: list[ShadowChange] = field(default_factory=list)
    not_kept: int = 0

    def add(self, line: dict[str, Any], place: Place) -> None:
        """Take in a line that has a shadow; raise an error of ours where it cannot be read."""
        shadow = line["shadow"]
        if not isinstance(shadow, dict):
            raise LogError("`shadow` is not an object", place=place)
        before = decode_recorded(line.get("decision"), place)
        after = decode_recorded(shadow.get("decision"), place)
        old, new = effect_of(before), effect_of(after)
        change = compare_effects(old, new)
        self.decided += 1
        self.counts[change] += 1
        self.transitions[(str(old), str(new))] += 1
        self.policies[(str(line.get("policy", "")), str(shadow.get("policy", "")))] += 1
        if change is Change.UNCHANGED:
            return
        if len(self.changes) >= MOST_KEPT:
            self.not_kept += 1
            return
        request = line.get("request")
        said = request if isinstance(request, dict) else {}
        self.changes.append(
            ShadowChange(
                place,
                str(line.get("id", "")),
                str(said.get("principal", "")),
                str(said.get("capability", "")),
                change,
                str(old),
                str(new),
                rule_of(before),
                rule_of(after),
            )
        )


def shadow_survey(path: str | PathLike[str]) -> ShadowSurvey:
    """Return what a log of ours says of the policy in its shadow.

    Raises LogError where the log as a whole cannot be read.
    """
    survey = ShadowSurvey()
    with open_source(fspath(path)) as source:
        for found in objects(source):
            if isinstance(found, InvalidRecord):
                survey.invalid.append(found.error)
            elif not isinstance(found, LoggedObject):
                continue
            elif is_note(found.value):
                survey.notes += 1
            elif "shadow" not in found.value:
                survey.alone += 1
            else:
                try:
                    survey.add(found.value, found.place)
                except FencekitError as error:
                    survey.invalid.append(error)
    return survey


def effect_of(recorded: Recorded) -> Effect:
    """Return the effect that was recorded; the gate records one."""
    return Effect(max(recorded.verdicts), recorded.obligations or frozenset())


def rule_of(recorded: Recorded) -> str:
    """Return the rule that decided, in a word."""
    if recorded.errors:
        return "error"
    return ", ".join(recorded.rules) or "default"
