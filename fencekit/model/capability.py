"""A capability pattern, `resource.action.scope`, and what it covers."""

import re
from dataclasses import dataclass

# `$` and not `\Z`: like the runtime that we follow, a final newline is let through.
LEGAL = re.compile(r"^[a-zA-Z0-9_\-.*]+$")


@dataclass(frozen=True, slots=True)
class Capability:
    """A pattern of one to three segments; a missing segment is `*`, which covers any."""

    resource: str
    action: str = "*"
    scope: str = "*"

    @classmethod
    def parse(cls, text: str) -> "Capability | None":
        """Return the pattern that the text spells, or None when it is malformed.

        Only the first two dots separate, so that the scope may hold dots of its own.
        """
        return cls(*text.split(".", 2)) if LEGAL.match(text) else None

    def covers(self, other: "Capability") -> bool:
        """Say whether every segment is equal or `*` here; a `*` in `other` is an ordinary word."""
        return (
            self.resource in ("*", other.resource)
            and self.action in ("*", other.action)
            and self.scope in ("*", other.scope)
        )

    def __str__(self) -> str:
        return f"{self.resource}.{self.action}.{self.scope}"
