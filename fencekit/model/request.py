"""The normalised question that a policy answers, parts of which may be unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final


@final
class Unknown:
    """The one value that stands for a part of a request that the log does not hold."""

    __slots__ = ()
    _only: "Unknown | None" = None

    def __new__(cls) -> "Unknown":
        """Return the one value."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@final
class Facts:
    """A JSON object of which some may be unknown: its known keys, and whether there may be more.

    `values` keeps the order of keys. A value, at any depth, may be UNKNOWN. With `open`, keys that
    are not in `values` are unknown rather than absent. `whole` says that nothing is unknown.
    """

    __slots__ = ("open", "values", "whole")

    def __init__(
        self, values: Mapping[str, Any], *, open: bool = False, whole: bool | None = None
    ) -> None:
        self.values: dict[str, Any] = values if isinstance(values, dict) else dict(values)
        self.open = open
        self.whole = not (open or holds_unknown(self.values)) if whole is None else whole

    def get(self, key: str) -> Any:
        """Return the value of the key, None when it is absent, UNKNOWN when nobody knows."""
        if key in self.values:
            value = self.values[key]
            return UNKNOWN if not self.whole and holds_unknown(value) else value
        return UNKNOWN if self.open else None

    def __repr__(self) -> str:
        return f"Facts({self.values!r}, open={self.open})"


def holds_unknown(value: object) -> bool:
    """Say whether the value is UNKNOWN or has UNKNOWN anywhere inside."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(map(holds_unknown, value.values()))
    return isinstance(value, list | tuple) and any(map(holds_unknown, value))


NOTHING: Final = Facts({}, whole=True)
ANYTHING: Final = Facts({}, open=True)


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Request:
    """A question to a policy: may this principal do this, with these arguments, in this context.

    `capability` is the raw string. `args` and `context` are JSON objects; the order of their keys
    and the spelling of their numbers are part of the request, because policies can see both.
    """

    capability: str | Unknown
    principal: str | Unknown | None
    environment: str | Unknown | None
    context: Facts
    args: Facts

    def __init__(
        self,
        capability: str | Unknown,
        *,
        principal: str | Unknown | None = None,
        environment: str | Unknown | None = None,
        context: Mapping[str, Any] | Facts = NOTHING,
        args: Mapping[str, Any] | Facts = NOTHING,
    ) -> None:
        put = object.__setattr__
        put(self, "capability", capability)
        put(self, "principal", principal)
        put(self, "environment", environment)
        put(self, "context", context if isinstance(context, Facts) else Facts(context))
        put(self, "args", args if isinstance(args, Facts) else Facts(args))

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two requests the same one: 1 is not 1.0, and the order of keys counts."""
        return (
            self.capability,
            self.principal,
            self.environment,
            repr(self.context),
            repr(self.args),
        )

    @property
    def whole(self) -> bool:
        """Whether nothing of the request is unknown."""
        named = (self.capability, self.principal, self.environment)
        return self.args.whole and self.context.whole and UNKNOWN not in named

    def in_context(self, key: str) -> Any:
        """Return a value of the context; the environment is part of it."""
        if key == "environment" and self.environment is not None:
            return self.environment
        return self.context.get(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)
