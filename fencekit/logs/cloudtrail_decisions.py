"""What Amazon Verified Permissions was asked and decided, as CloudTrail's data events keep it."""

from collections.abc import Iterator
from typing import Any

from fencekit.logs.cloudtrail_calls import without_obligations
from fencekit.logs.typed_fields import object_of, text_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Record, Recorded
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request, Unknown
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.reading import json

SERVICE = "verifiedpermissions.amazonaws.com"
SINGLE = frozenset({"IsAuthorized", "IsAuthorizedWithToken"})
BATCH = frozenset({"BatchIsAuthorized", "BatchIsAuthorizedWithToken"})
DECISIONS = {"ALLOW": Verdict.ALLOW, "DENY": Verdict.DENY}


def is_decision(event: dict[str, Any]) -> bool:
    """Say whether an event is a question to Verified Permissions, and not the care of a store."""
    name = event.get("eventName")
    asked = isinstance(name, str) and name in SINGLE | BATCH
    return asked and event.get("eventSource") == SERVICE


def records_of_decision(event: dict[str, Any], place: Place) -> Iterator[Record]:
    """Yield a record for each question; raise RecordError where the event is malformed.

    Questions that failed are those of the request, without a decision.
    """
    asked = object_of(event, "requestParameters", place)
    answered = object_of(event, "additionalEventData", place)
    if event["eventName"] in SINGLE:
        yield record_of(asked, answered, event, place, text_of(event, "eventID", place))
        return
    whole = answered if answered.get("results") is not None else {"results": asked.get("requests")}
    answers = whole["results"]
    if not isinstance(answers, list) or not all(isinstance(each, dict) for each in answers):
        raise RecordError("the batch has neither `results` nor `requests`", place=place)
    for number, answer in enumerate(answers, 1):
        at = Place(place.file, place.line, number) if place.column is None else place
        question = object_of(answer, "request", place) if whole is answered else answer
        name = f"{text_of(event, 'eventID', place)}:{number}"
        # A batch with one token names its principal once, if at all.
        yield record_of({**asked, **question}, answer, event, at, name)


def record_of(
    asked: dict[str, Any], answer: dict[str, Any], event: dict[str, Any], place: Place, name: str
) -> Record:
    """Return the record of one question; the context and the entities are not in the log.

    Its capability is the type of the resource and the action. Its principal is the one that was
    asked about, not the caller of Verified Permissions; it is unknown where a token names it.
    """
    resource = object_of(asked, "resource", place)
    kept = {"resource": resource} if resource else {}
    request = Request(
        capability_of(resource, object_of(asked, "action", place), place),
        principal=entity_of(object_of(asked, "principal", place), place),
        context=ANYTHING,
        args=Facts(kept, open=True),
    )
    return Record(
        request,
        decision_of(answer, place),
        place,
        id=name,
        time=text_of(event, "eventTime", place),
        completeness=Completeness.ARGS_MISSING,
    )


def decision_of(answer: dict[str, Any], place: Place) -> Recorded | None:
    """Return what was decided, or None where nothing was."""
    word = text_of(answer, "decision", place)
    if not word:
        return None
    if word not in DECISIONS:
        raise RecordError(f"unknown decision: `{word}`", place=place)
    return without_obligations(DECISIONS[word])


def capability_of(resource: dict[str, Any], action: dict[str, Any], place: Place) -> str | Unknown:
    """Return `Shop-Order.Refund` for the action `Refund` on a `Shop::Order`."""
    kind, name = text_of(resource, "entityType", place), text_of(action, "actionId", place)
    return f"{kind.replace('::', '-')}.{name}" if kind and name else UNKNOWN


def entity_of(entity: dict[str, Any], place: Place) -> str | Unknown:
    """Return an entity as Cedar spells it, `Shop::User::"mara"`; unknown where it is absent."""
    kind, name = text_of(entity, "entityType", place), text_of(entity, "entityId", place)
    return f"{kind}::{json.write(name)}" if kind else UNKNOWN
