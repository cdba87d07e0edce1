"""The normalised question that a policy answers, parts of which may be unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final


class Unknown:
    """What stands for a part of a request that the log does not hold: UNKNOWN, or a Masked one."""

    __slots__ = ()

    def equals(self, value: Any) -> bool | None:  # noqa: ARG002  (for those who can tell)
        """Say whether this is what is not known; None where that cannot be told either."""
        return None

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()

Equals = Callable[[str, Any], bool | None]
"""Says of the digest of a masked value whether a value is the one; None where it cannot tell."""


@final
class Masked(Unknown):
    """A value that a log hides behind a digest: unknown, but those who have the key can ask it.

    Two are equal when their digests are.
    """

    __slots__ = ("_tell", "digest")

    def __init__(self, digest: str, tell: Equals | None = None) -> None:
        self.digest = digest
        self._tell = tell

    def equals(self, value: Any) -> bool | None:
        """Say whether this is the value that was masked; None without the key to its digest."""
        return None if self._tell is None else self._tell(self.digest, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Masked({self.digest!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Masked, (self.digest, self._tell)


@final
class Facts:
    """A JSON object of which some may be unknown: its known keys, and whether there may be more.

    `values` keeps the order of keys. A value, at any depth, may be unknown. With `open`, keys that
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
        """Return the value of the key, None when it is absent, an Unknown when nobody knows.

        Of a value that is unknown in part, all is.
        """
        if key in self.values:
            value = self.values[key]
            if self.whole or isinstance(value, Unknown):
                return value
            return UNKNOWN if holds_unknown(value) else value
        return UNKNOWN if self.open else None

    def __repr__(self) -> str:
        return f"Facts({self.values!r}, open={self.open})"


def holds_unknown(value: object) -> bool:
    """Say whether the value is unknown or has something unknown anywhere inside."""
    if isinstance(value, Unknown):
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
        return self.args.whole and self.context.whole and not holds_unknown(named)

    def in_context(self, key: str) -> Any:
        """Return a value of the context; the environment is part of it."""
        if key == "environment" and self.environment is not None:
            return self.environment
        return self.context.get(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)
