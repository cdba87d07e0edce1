"""A record: a request, and the decision that was once made for it, with where it is written."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.errors import RecordError
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict


class Completeness(StrEnum):
    """How much of the call the log kept."""

    FULL = "full"
    MASKED = "masked"
    TRUNCATED = "truncated"
    ARGS_MISSING = "args_missing"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the log says was decided, as far as it says it.

    `verdicts` are those that fit what was written; more than one when the log kept less than the
    verdict. `obligations` is None when the log does not keep them. `approval` is a person's answer
    that let an escalated call run. `escalates_default` says that the call asked for approval where
    the policy would deny by default: yes, no, or None when the log does not keep it. `rules` has
    the ids of those that determined it, `errors` what went wrong as it was made.
    """

    verdicts: frozenset[Verdict]
    obligations: frozenset[Obligation] | None = None
    reason: str = ""
    approval: str = ""
    escalates_default: bool | None = False
    rules: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A call that was recorded. `recorded` is None when its log keeps no decision.

    `tool` is the name of the tool, where the log names tools and not capabilities; `mapped` says
    that a mapping gave it the capability that the request has. `policy` is the digest of the policy
    that decided, `engine` the name of what read it; empty where the log does not say.
    """

    request: Request
    recorded: Recorded | None
    place: Place
    id: str = ""
    time: str = ""
    session: str = ""
    completeness: Completeness = Completeness.FULL
    tool: str = ""
    mapped: bool = True
    policy: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True)
class InvalidRecord:
    """A record that could not be read: why, where, and the beginning of what stands there."""

    error: RecordError
    place: Place
    excerpt: str = ""
