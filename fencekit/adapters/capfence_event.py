"""CapFence's `ActionEvent`: what it accepts, field by field, as CapFence 0.9.0 does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fencekit.logs.capfence_events import METADATA, NO_CONTEXT
from fencekit.logs.capfence_words import OLDER_RISKS, RISKS
from fencekit.model.errors import FencekitError

KEYS = METADATA - {"original_decision"}
TEXTS = frozenset(
    {"session_id", "scope", "payload_hash", "capability", "tool_name", "risk_level", "framework"}
)
TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(TEXTS, (str, "text")),
    "payload": (dict, "an object"),
    "require_approval": (bool, "true or false"),
    "latency_ms": ((int, float), "a number"),
}
"""What the value of a key of the metadata has to be, unless it is None."""


class EventError(FencekitError, ValueError):
    """An event that CapFence would not accept either; it is a ValueError there."""

    slug = "event-invalid"


@dataclass(frozen=True)
class ActionEvent:
    """An action that an agent is about to take; `risk` is a level or a score.

    The arguments are `metadata["payload"]`, the session is `metadata["session_id"]`. Raises
    EventError for what CapFence does not accept.
    """

    actor: str
    action: str
    resource: str
    environment: str
    risk: str | float
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("actor", "action", "resource", "environment"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise EventError(f"`{name}` is a text that is not empty")
        object.__setattr__(self, "risk", checked_risk(self.risk))
        check_metadata(self.metadata)

    @classmethod
    def create(
        cls,
        actor: str,
        action: str,
        resource: str,
        environment: str = "development",
        risk: str | float = "low",
        **metadata: Any,
    ) -> Self:
        """Return an event; whatever else is given is its metadata, `payload` above all."""
        return cls(actor, action, resource, environment, risk, metadata)

    @property
    def capability(self) -> str:
        """The capability that the action takes."""
        named = self.metadata.get("capability")
        if named is not None:
            return str(named)
        scope = self.metadata.get("scope") or self.environment
        return f"{self.resource}.{self.action}.{scope}"

    @property
    def context(self) -> dict[str, Any]:
        """What conditions can ask about beside the arguments and the environment."""
        context = {key: value for key, value in self.metadata.items() if key not in NO_CONTEXT}
        level = self.risk if isinstance(self.risk, str) else self.metadata.get("risk_level")
        if level is None:
            context.pop("risk_level", None)
            return context
        return {**context, "risk_level": str(level).lower()}


def checked_risk(risk: Any) -> str | float:
    """Return a risk; words of older versions become levels."""
    if isinstance(risk, str):
        if risk.lower() in RISKS:
            return risk
        if risk.lower() in OLDER_RISKS:
            return OLDER_RISKS[risk.lower()]
        raise EventError(f"`{risk}` is no risk", hint=f"it is one of {', '.join(sorted(RISKS))}")
    if not isinstance(risk, int | float):
        raise EventError("a risk is a level or a score")
    if float(risk) < 0:
        raise EventError("a score of risk is not negative")
    return risk


def check_metadata(metadata: Any) -> None:
    """Raise EventError for metadata that CapFence does not accept."""
    if not isinstance(metadata, dict):
        raise EventError("the metadata is no object")
    for key in metadata:
        if not isinstance(key, str):
            raise EventError(f"a key of the metadata is no text: `{key!r}`")
    try:
        json.dumps(metadata)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise EventError(f"the metadata is no JSON: {error}") from error
    for key, value in metadata.items():
        if key not in KEYS:
            hint = "arguments stand in `payload`; there is " + ", ".join(sorted(KEYS))
            raise EventError(f"the metadata has no `{key}`", hint=hint)
        kind, words = TYPES.get(key, (object, ""))
        if value is not None and not isinstance(value, kind):
            raise EventError(f"`{key}` of the metadata is {words}")
