"""OpenID AuthZEN Authorization API 1.0: its requests as calls of the gate, its answers as JSON.

| AuthZEN | a call of the gate |
| --- | --- |
| `subject.id` | the principal |
| `subject.properties` | the context, by their names; `role` is `user_role` |
| `subject.type` | `subject_type` in the context |
| `resource.type`, `action.name` | the capability `type.name` |
| `context.environment` | the environment, and the third part of the capability |
| `resource.id` | the argument `target` |
| `resource.properties`, `action.properties` | arguments by their names |
| `context` | the context, but for `environment`, `session`, `id` and `discharges` |

Fields of the envelope that are not known are ignored, as the specification asks; nothing in the
arguments is. What is not of the form of a request is a `BadRequestError`, never an allow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fencekit.gate.call import ToolCall
from fencekit.gate.gate_decision import GateDecision
from fencekit.model.errors import FencekitError
from fencekit.reading import json

ENTITIES = ("subject", "action", "resource")
REQUIRED = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}
OF_THE_CALL = ("environment", "session", "id", "discharges")
"""Keys of the AuthZEN context that are parts of the call themselves."""
RENAMED = {"role": "user_role"}
TARGET = "target"
MOST_EVALUATIONS = 1000
Attributes = Mapping[str, Mapping[str, Any]]
"""What is known of a subject by `type:id`, or `id`, beside what the request says of it."""


class BadRequestError(FencekitError):
    """A request that is not of the form that the specification gives it: HTTP 400."""

    slug = "bad-request"


class Semantic(StrEnum):
    """How several evaluations are gone through."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"

    def ends_with(self, *, decision: bool) -> bool:
        """Say whether no evaluation is asked for after one that was decided so."""
        if self is Semantic.DENY_ON_FIRST_DENY:
            return not decision
        return self is Semantic.PERMIT_ON_FIRST_PERMIT and decision


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: the call, and the obligations that the caller discharges."""

    call: ToolCall
    discharges: tuple[str, ...] = ()


def read_evaluation(value: Any, attributes: Attributes | None = None) -> Evaluation:
    """Return the evaluation that a request asks for; raise BadRequestError for what is none."""
    if not isinstance(value, dict):
        raise BadRequestError("the request is not a JSON object")
    parts = {name: entity(value, name) for name in ENTITIES}
    context = object_in(value, "context", "the request")
    known = attributes_of(parts["subject"], attributes or {})
    subject = {**known, **object_in(parts["subject"], "properties", "`subject`")}
    facts = {RENAMED.get(name, name): one for name, one in subject.items()}
    facts["subject_type"] = parts["subject"]["type"]
    for name, one in context.items():
        if name in OF_THE_CALL:
            continue
        if name in facts and facts[name] != one:
            raise BadRequestError(f"`context` and the subject say two things of `{name}`")
        facts[name] = one
    environment = text_in(context, "environment")
    return Evaluation(
        ToolCall(
            capability(parts["resource"]["type"], parts["action"]["name"], environment),
            json.write(arguments(parts)),
            principal=parts["subject"]["id"],
            environment=environment,
            session=text_in(context, "session"),
            context=json.write(facts),
            id=text_in(context, "id"),
        ),
        declared_obligations(context),
    )


def attributes_of(subject: Mapping[str, Any], attributes: Attributes) -> Mapping[str, Any]:
    """Return what is known of a subject beforehand, by its type and id, or its id."""
    kind, ident = subject["type"], subject["id"]
    return attributes.get(f"{kind}:{ident}", attributes.get(ident, {}))


def arguments(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the arguments of the call, each of which is said once."""
    made: dict[str, Any] = {TARGET: parts["resource"]["id"]}
    for name in ("resource", "action"):
        for key, value in object_in(parts[name], "properties", f"`{name}`").items():
            if key in made:
                raise BadRequestError(f"the argument `{key}` is there twice")
            made[key] = value
    return made


def capability(kind: str, action: str, environment: str) -> str:
    """Return the capability, of parts that hold none of its own marks."""
    parts = [kind, action, *([environment] if environment else [])]
    for part in parts:
        if any(char in ".*" or char.isspace() or not char.isprintable() for char in part):
            raise BadRequestError(f"`{part}` cannot be a part of a capability")
    return ".".join(parts)


def entity(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the subject, action or resource of a request."""
    if name not in value:
        raise BadRequestError(f"`{name}` is missing")
    found = value[name]
    if not isinstance(found, dict):
        raise BadRequestError(f"`{name}` is not an object")
    for key in REQUIRED[name]:
        if key not in found:
            raise BadRequestError(f"`{name}.{key}` is missing")
        if not isinstance(found[key], str) or not found[key]:
            raise BadRequestError(f"`{name}.{key}` is not a text")
    return found


def object_in(value: Mapping[str, Any], key: str, of: str) -> dict[str, Any]:
    """Return an object that may be absent."""
    found = value.get(key, {})
    if not isinstance(found, dict):
        raise BadRequestError(f"`{key}` of {of} is not an object")
    return found


def text_in(context: Mapping[str, Any], key: str) -> str:
    """Return a text of the context that may be absent."""
    found = context.get(key, "")
    if not isinstance(found, str):
        raise BadRequestError(f"`context.{key}` is not a text")
    return found


def declared_obligations(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the obligations that the caller declares to discharge."""
    found = context.get("discharges", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadRequestError("`context.discharges` is not a list of texts")
    return tuple(found)


def read_evaluations(value: Any) -> tuple[list[dict[str, Any]], Semantic] | None:
    """Return the requests of a batch, each with the defaults, and how to go through them.

    None where there is no array of evaluations: then the request is one evaluation.
    """
    if not isinstance(value, dict):
        raise BadRequestError("the request is not a JSON object")
    evaluations = value.get("evaluations", [])
    if not isinstance(evaluations, list):
        raise BadRequestError("`evaluations` is not an array")
    if len(evaluations) > MOST_EVALUATIONS:
        raise BadRequestError(f"more than {MOST_EVALUATIONS:,} evaluations")
    options = object_in(value, "options", "the request")
    said = options.get("evaluations_semantic", Semantic.EXECUTE_ALL)
    if said not in set(Semantic):
        known = ", ".join(f"`{one}`" for one in Semantic)
        raise BadRequestError(f"`evaluations_semantic` is none of {known}")
    if not evaluations:
        return None
    defaults = {name: value[name] for name in (*ENTITIES, "context") if name in value}
    return [merge_defaults(defaults, one) for one in evaluations], Semantic(said)


def merge_defaults(defaults: dict[str, Any], evaluation: Any) -> dict[str, Any]:
    """Return an evaluation with the defaults that it does not have itself."""
    if not isinstance(evaluation, dict):
        raise BadRequestError("an evaluation is not an object")
    return {**defaults, **evaluation}


def answer(decision: GateDecision) -> dict[str, Any]:
    """Return the decision as AuthZEN says it: with the reason, and what is to be done."""
    said: dict[str, Any] = {"reason": decision.reason, "outcome": decision.word}
    if decision.id:
        said["id"] = decision.id
    if decision.obligations:
        said["obligations"] = sorted(duty.name for duty in decision.obligations)
    if decision.approval:
        said["approval"] = decision.approval
    if decision.errors:
        said["errors"] = list(decision.errors)
    return {"decision": decision.authorized, "context": said}


def failure_answer(error: FencekitError) -> dict[str, Any]:
    """Return the answer to an evaluation that is not of its form, among others that are."""
    return {"decision": False, "context": {"error": {"status": 400, "message": error.message}}}


def metadata(base: str) -> dict[str, str]:
    """Return what `/.well-known/authzen-configuration` says; Search is not offered."""
    base = base.rstrip("/")
    return {
        "policy_decision_point": base,
        "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
    }


def mapping_table() -> Iterator[str]:
    """Yield the lines of the table in this module's docstring, for the docs."""
    for line in (__doc__ or "").splitlines():
        if line.startswith("|"):
            yield line
