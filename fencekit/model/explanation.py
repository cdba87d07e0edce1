"""Why a policy decides as it does: every rule considered, and each condition of it."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.decision import Decision
from fencekit.model.policy import Condition, Policy, Rule
from fencekit.model.request import Request


class Answer(StrEnum):
    """What became of a rule's capability, of a condition, or of the rule as a whole."""

    HOLDS = "holds"
    FAILS = "fails"
    CANNOT_TELL = "cannot tell"
    RAISES = "raises"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class AskedCondition:
    """A condition and its answer; `error` says what it raised."""

    condition: Condition
    answer: Answer
    error: str = ""


@dataclass(frozen=True, slots=True)
class ConsideredRule:
    """A rule, the tier it was asked in, and how far the asking went."""

    tier: str
    rule: Rule
    answer: Answer
    capability: Answer
    conditions: tuple[AskedCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decision of a policy on a request, and every rule that was considered for it."""

    policy: Policy
    request: Request
    decision: Decision
    considered: tuple[ConsideredRule, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The rules that were asked about one call: by the old policy, and by the new one.

    Rules whose capability does not cover the call are left out. `before` is empty where the call
    was recorded and not decided again.
    """

    before: tuple[ConsideredRule, ...]
    after: tuple[ConsideredRule, ...]
