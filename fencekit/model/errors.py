"""Errors for the person at the keyboard: what is wrong, where, and what to do next."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Self

from fencekit.model.source import Place

USAGE = 2
COULD_NOT_CHECK = 3


class FencekitError(Exception):
    """An error with a slug, a place, a hint and an exit code; the root of all of ours.

    The message is lower case, without a full stop, with the user's own words in backticks.
    """

    slug: ClassVar[str] = "error"
    exit_code: ClassVar[int] = COULD_NOT_CHECK

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        hint: str = "",
        also: tuple["FencekitError", ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint
        self.also = also

    @classmethod
    def together(cls, errors: Sequence["FencekitError"]) -> Self:
        """Return one error for several of the same input, in the order of their places."""
        first, *rest = sorted(errors, key=_position)
        return cls(first.message, place=first.place, hint=first.hint, also=tuple(rest))

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return "\n".join([f"{where}{self.message}{hint}", *map(str, self.also)])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only arguments do not pickle by themselves (xdist does it).
        return partial(type(self), place=self.place, hint=self.hint, also=self.also), (
            self.message,
        )


def _position(error: FencekitError) -> tuple[str, int, int]:
    place = error.place or Place("")
    return place.file, place.line or 0, place.column or 0


class UsageError(FencekitError):
    """The command line or the configuration asks for something that cannot be."""

    slug = "usage"
    exit_code = USAGE


class UnsupportedSchemaError(UsageError):
    """A JSON Schema that says something which is not followed: what is asked cannot be decided."""

    slug = "schema-unsupported"
    exit_code = COULD_NOT_CHECK


class PolicyError(FencekitError):
    """A policy that cannot be read, or that says something it cannot mean."""

    slug = "policy-invalid"


class RequestError(FencekitError):
    """A request that is not in the documented form."""

    slug = "request-invalid"


class CaseError(FencekitError):
    """A file of cases that cannot be read, or that says something it cannot mean."""

    slug = "cases-invalid"


class LogError(FencekitError):
    """A log that cannot be read as a whole."""

    slug = "log-unreadable"


class UnsyncedError(LogError):
    """A record that was written, but of which the disk did not say that it will keep it."""

    slug = "log-unsynced"


class MappingError(FencekitError):
    """A mapping from tools to capabilities that cannot be read."""

    slug = "tools-invalid"


class PackError(FencekitError):
    """A pack that cannot be read, or that is not whole."""

    slug = "pack-invalid"


class RecordError(FencekitError):
    """A single record that cannot be read; the rest of its log still is."""

    slug = "record-invalid"


class EngineError(FencekitError):
    """A decision that could not be made; it stands as a DENY with this error in it."""

    slug = "engine-error"


class TimeLimitError(EngineError):
    """A decision that ran past its time limit."""

    slug = "time-limit"
