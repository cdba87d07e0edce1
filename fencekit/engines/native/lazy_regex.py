"""A regular expression that is compiled early and fails late, when it is first needed."""

import re
import warnings


class Regex:
    """A pattern; one that does not compile raises when it is searched for, as CapFence does."""

    __slots__ = ("_compiled", "error", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.error: Exception | None = None
        self._compiled: re.Pattern[str] | None = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._compiled = re.compile(pattern)
        except (re.error, RecursionError, OverflowError, ValueError) as error:
            self.error = error

    def search(self, text: str) -> bool:
        """Say whether the pattern is found in the text."""
        if self._compiled is None:
            assert self.error is not None
            raise self.error
        return self._compiled.search(text) is not None

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r})"
