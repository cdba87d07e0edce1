"""A call of AWS in CloudTrail as a record: who, which operation, and whether AWS let it happen."""

import re
from typing import Any

from fencekit.logs.traced_arguments import MISSING, TRUNCATED, Arguments, mask_texts
from fencekit.logs.typed_fields import object_of, text_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Record, Recorded
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request, Unknown
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict

DENIALS = re.compile(r"(.*\.)?(AccessDenied(Exception)?|UnauthorizedOperation|VpceAccessDenied)")
WOULD_RUN = re.compile(r"(.*\.)?DryRunOperation")
"""What EC2 answers to a rehearsal of a call that it would let happen."""

MASKS = re.compile(r"\*{3,}|HIDDEN_DUE_TO_SECURITY_REASONS")


def record_of_call(event: dict[str, Any], place: Place) -> Record:
    """Return the record of a call; raise RecordError where it is none.

    The capability is the service and the operation. Services leave out parameters as they see fit,
    so that others than those that are there are unknown.
    """
    service = text_of(event, "eventSource", place).split(".", 1)[0]
    operation = text_of(event, "eventName", place)
    if not service or not operation:
        raise RecordError("the event has no `eventSource` and `eventName`", place=place)
    given = parameters_of(event, place)
    request = Request(
        f"{service}.{operation}",
        principal=principal_of(event, place),
        context=ANYTHING,
        args=given.facts,
    )
    return Record(
        request,
        outcome(event, place),
        place,
        id=text_of(event, "eventID", place),
        time=text_of(event, "eventTime", place),
        completeness=given.completeness,
    )


def outcome(event: dict[str, Any], place: Place) -> Recorded | None:
    """Return what AWS decided; None where the call failed for a reason that leaves it open."""
    code, reason = text_of(event, "errorCode", place), text_of(event, "errorMessage", place)
    if not code and not reason:
        return without_obligations(Verdict.ALLOW)
    if DENIALS.fullmatch(code):
        return without_obligations(Verdict.DENY, reason)
    return without_obligations(Verdict.ALLOW, reason) if WOULD_RUN.fullmatch(code) else None


def without_obligations(verdict: Verdict, reason: str = "") -> Recorded:
    """Return a decision without obligations, which AWS does not have."""
    return Recorded(frozenset({verdict}), frozenset(), reason)


def principal_of(event: dict[str, Any], place: Place) -> str | Unknown:
    """Return who called: the ARN, or what else names it; unknown where nothing does."""
    identity = object_of(event, "userIdentity", place)
    names = (text_of(identity, key, place) for key in ("arn", "principalId", "invokedBy"))
    return next(filter(None, names), UNKNOWN)


def parameters_of(event: dict[str, Any], place: Place) -> Arguments:
    """Return the parameters of a call, as far as CloudTrail keeps them."""
    given = object_of(event, "requestParameters", place)
    if not given:
        return MISSING
    if given.get("omitted") is True:
        return TRUNCATED
    return Arguments(Facts(mask_texts(given, is_mask), open=True), Completeness.MASKED)


def is_mask(text: str) -> bool:
    """Say whether AWS wrote the text in the place of a value."""
    return MASKS.fullmatch(text) is not None
