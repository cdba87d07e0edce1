"""What waits for a person, and what a person grants: for one exact action, or for a scope."""

import os
import unicodedata
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from fencekit.gate.action_envelope import VERSION, canonical_json, digest_of
from fencekit.model.capability import Capability
from fencekit.model.errors import FencekitError, UsageError
from fencekit.reading import json

GRANT_VERSION = b"fencekit.grant/1\n"
ANYONE = "*"
MOST = 1 << 53
"""Integers below this one are exact in every reader of JSON."""


class ApprovalError(FencekitError):
    """An approval that cannot be asked for, given or spent."""

    slug = "approval"


class State(StrEnum):
    """What became of a request for approval."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Pending:
    """A request for approval, bound to the exact action by its digest.

    Times are milliseconds since 1970. `reason` says what asked for it. An answer has who gave it,
    when, and in which words.
    """

    id: str
    action: str
    principal: str
    capability: str
    tool: str
    environment: str
    session: str
    policy: str
    arguments: str
    decided: str
    context: str
    reason: str
    created: int
    expires: int
    state: State = State.PENDING
    answered_by: str = ""
    answered_at: int = 0
    answer: str = ""

    @property
    def action_described(self) -> str:
        """The digest of the action that its texts describe: `action`, unless one was altered."""
        names = ("arguments", "capability", "context", "decided", "environment", "policy")
        form = {name: getattr(self, name) for name in (*names, "principal", "session", "tool")}
        return digest_of({**form, "version": VERSION})


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """What a person answers a request: the state that it gets, who, when, and in which words."""

    state: State
    by: str
    at: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Calls that a grant lets through: `*` is any principal or environment, None any session.

    `capability` is a pattern. `seconds` is for how long, None for as long as it is not revoked;
    `uses` how often, None for any number of times.
    """

    principal: str
    capability: str
    environment: str = ANYONE
    session: str | None = None
    seconds: float | None = 3600
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A person's yes, signed. With `action` it is for that exact action, without for a scope.

    Times are milliseconds since 1970; `until` None is without end, `uses` None without limit.
    `request` is the request for approval that it answers. `key` is the id of the key that signed.
    """

    id: str
    action: str
    principal: str
    capability: str
    environment: str
    session: str | None
    until: int | None
    uses: int | None
    granted_by: str
    granted_at: int
    request: str
    key: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """The bytes that are signed: all but the signature, as RFC 8785 writes them."""
        form = {field.name: getattr(self, field.name) for field in fields(self)}
        del form["signature"]
        return GRANT_VERSION + canonical_json(form)

    @property
    def text(self) -> str:
        """The grant as one JSON text, signature included."""
        return json.write({field.name: getattr(self, field.name) for field in fields(self)})

    def covers(self, call: "Asked") -> bool:
        """Say whether it is for this call; signature, time and uses are asked elsewhere."""
        if same_person(self.granted_by, call.principal):
            return False
        if self.action:
            return self.action == call.action
        pattern, wanted = Capability.parse(self.capability), Capability.parse(call.capability)
        return (
            pattern is not None
            and wanted is not None
            and pattern.covers(wanted)
            and self.principal in (ANYONE, call.principal)
            and self.environment in (ANYONE, call.environment)
            and self.session in (None, call.session)
        )


@dataclass(frozen=True, slots=True)
class GrantStatus:
    """A grant as people look at it: how often it was used, and why it does not count, if so."""

    grant: Grant
    used: int
    void: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a grant is held against: the digest of the exact action, and what scopes look at."""

    action: str
    principal: str
    capability: str
    environment: str
    session: str


TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "action", "principal", "capability", "environment"), (str,)),
    **dict.fromkeys(("granted_by", "request", "key", "signature"), (str,)),
    "session": (str, type(None)),
    "until": (int, type(None)),
    "uses": (int, type(None)),
    "granted_at": (int,),
}
"""The kinds of the values of a grant."""


def grant_of(text: str) -> Grant:
    """Return the grant that a JSON text spells; raise ApprovalError where it is none."""
    try:
        value = json.parse(text)
    except json.JSONError as error:
        raise ApprovalError(f"the grant is no JSON: {error.message}") from error
    if not isinstance(value, dict) or value.keys() != TYPES.keys():
        raise ApprovalError("the grant has not the keys of one")
    for key, kinds in TYPES.items():
        if type(value[key]) not in kinds or not is_small(value[key]):
            raise ApprovalError(f"`{key}` of the grant is not what it has to be")
    return Grant(**value)


def is_small(value: Any) -> bool:
    """Say whether a value is no integer, or one that every reader of JSON has exactly."""
    return not isinstance(value, int) or 0 <= value < MOST


def same_person(one: str, other: str) -> bool:
    """Say whether two names could be taken for the same one."""
    return fold_name(one) == fold_name(other)


def fold_name(name: str) -> str:
    """Return a name without what does not tell people apart: case, width, surrounding space."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def attach_signature(grant: Grant, signature: str) -> Grant:
    """Return the grant with its signature."""
    return replace(grant, signature=signature)


def new_id() -> str:
    """Return an id that nobody can guess."""
    return os.urandom(16).hex()


def milliseconds(seconds: float) -> int:
    """Return seconds as milliseconds."""
    return round(seconds * 1000)


def until(now: int, seconds: float | None) -> int | None:
    """Return when a grant ends that is given now; raise UsageError for one that ends at once."""
    if seconds is None:
        return None
    if not seconds > 0:
        raise UsageError("a grant is for more than 0 seconds")
    return now + milliseconds(seconds)


def check_uses(uses: int | None) -> int | None:
    """Return a number of uses; raise UsageError where there is none."""
    if uses is not None and uses < 1:
        raise UsageError("a grant is for one use or more")
    return uses
