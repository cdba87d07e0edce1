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
    that decided, `engine` the name of what read it; empty where the log does not say. `notes` says
    what was odd about it in the log, though it cost nothing of the call.
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
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvalidRecord:
    """A record that could not be read: why, where, and the beginning of what stands there.

    `count` is how many records are lost with it, where a container of several cannot be read.
    """

    error: RecordError
    place: Place
    excerpt: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something in a log that looks like a call, and that the reader of its format does not read.

    `kind` says what it is, the same text for all of a kind; `count` is how many calls it holds.
    """

    kind: str
    place: Place
    count: int = 1


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd in a log that cost no call: a call written twice, a line of another program.

    `kind` says what it is, the same text for all of a kind.
    """

    kind: str
    place: Place
    count: int = 1


REPEATED = "the same call written again"
"""The notice of a call that stands in the logs already: it is counted once."""

Entry = Record | InvalidRecord | PassedOver | Notice
"""What a reader of a log yields."""
