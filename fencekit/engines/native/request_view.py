"""A request as CapFence's conditions see it: its text, its values, its amount, its path.

Every reading is made once, when the first condition asks. A reading is UNKNOWN where the request
does not hold enough to make it.
"""

from typing import Any

from fencekit.model.capability import Capability
from fencekit.model.request import UNKNOWN, Request, Unknown

AMOUNT_KEYS = ("amount", "total", "value", "sum", "quantity", "price", "cost")
PATH = "path"
PATH_KEYS = ("path", "file", "filepath", "filename", "target", "directory", "root")


class View:
    """The readings of one request."""

    __slots__ = ("_amount", "_text", "_values_text", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self._text: str | Unknown | None = None
        self._values_text: str | Unknown | None = None

    @property
    def text(self) -> str | Unknown:
        """The arguments as Python prints them, keys and quotes included, in lower case."""
        if self._text is None:
            args = self.request.args
            self._text = str(args.values).lower() if args.whole else UNKNOWN
        return self._text

    @property
    def values_text(self) -> str | Unknown:
        """The values of the arguments, each as Python prints it, with a space between."""
        if self._values_text is None:
            args = self.request.args
            self._values_text = " ".join(map(str, args.values.values())) if args.whole else UNKNOWN
        return self._values_text

    def amount(self) -> float | Unknown | None:
        """Return the first argument by an amount's name that is a number; None without one.

        Text that spells a number is one, and so are true and false. Raises OverflowError for an
        integer that is beyond any float.
        """
        for key in AMOUNT_KEYS:
            value = self.request.args.get(key)
            if isinstance(value, Unknown):
                return value
            if value is not None:
                try:
                    return float(value)
                except (TypeError, ValueError):
                    continue
        return None

    def path(self) -> str | Unknown | None:
        """Return the first argument by a path's name, as text; None without one."""
        for key in PATH_KEYS:
            value = self.request.args.get(key)
            if isinstance(value, Unknown):
                return value
            if value is not None:
                return str(value)
        return None

    def caller_depth(self) -> float | Unknown | None:
        """Return the depth of the caller in the context; None where it is absent or no number."""
        value = self.request.in_context("caller_depth")
        if isinstance(value, Unknown):
            return value
        if value is None:
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            return None

    def values_named(self, key: str) -> tuple[Any, Any]:
        """Return the values by that name in the context and in the arguments.

        A path is an argument: what the context has by that name is not asked.
        """
        in_context = None if key == PATH else self.request.in_context(key)
        return in_context, self.request.args.get(key)


def covers(pattern: Any, capability: str) -> bool:
    """Say whether a rule's capability covers that of a request.

    Where either is malformed, what is left is equality, `*`, and the text before a final `.*` as a
    plain prefix, so that `pay.*` covers `payroll run`. Raises AttributeError or TypeError for a
    pattern that is not text, as CapFence does.
    """
    if isinstance(pattern, str):
        wanted, given = Capability.parse(pattern), Capability.parse(capability)
        if wanted is not None and given is not None:
            return wanted.covers(given)
    if pattern in ("*", capability):
        return True
    return bool(pattern.endswith(".*") and capability.startswith(pattern[:-2]))


def covers_itself_only(pattern: str) -> bool:
    """Say whether a pattern covers the capability that is spelled like it, and no other one."""
    parsed = Capability.parse(pattern)
    if parsed is not None and "*" in (parsed.resource, parsed.action, parsed.scope):
        return False
    return pattern != "*" and not pattern.endswith(".*")
