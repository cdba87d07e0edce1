"""What a log format is: it recognises its own, and streams the records of a source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from fencekit.model.record import Entry
from fencekit.reading.input_files import Source


class LogLayout(StrEnum):
    """How the bytes of a log are laid out."""

    LINES = "lines"
    ARRAY = "array"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class LogSample:
    """The beginning of a log: its shape, the first few JSON objects where it has any, and its text.

    `head` is the first line, for formats that are not JSON.
    """

    shape: LogLayout
    objects: tuple[dict[str, Any], ...] = ()
    head: str = ""

    @property
    def first(self) -> dict[str, Any]:
        """The first object; an empty one where there is none."""
        return self.objects[0] if self.objects else {}


class LogFormat(Protocol):
    """A format of audit logs. A module of this folder with one, called FORMAT, is one more."""

    @property
    def name(self) -> str:
        """The name by which users ask for it."""
        ...

    def recognises(self, sample: LogSample) -> bool:
        """Say whether a log that begins so is of this format; no two formats may both say yes."""
        ...

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every record of the source, in order, or what is wrong with it.

        What looks like a call and is not read comes as `PassedOver`, what is odd as `Notice`.
        Raises LogError where the log as a whole cannot be read or trusted.
        """
        ...


@runtime_checkable
class NamesTools(LogFormat, Protocol):
    """A format whose records name tools: the capability of a call is a matter of mapping.

    Such a record has its `tool`, an unknown capability and `mapped=False`; the registry maps it.
    """

    @property
    def tools(self) -> Mapping[str, str]:
        """The capabilities of the tools that are usual in this source, by name or glob."""
        ...
