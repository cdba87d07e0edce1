"""A fault: what it says wrong, in which file, and the text there that it replaces."""

from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[4] / "fencekit"


@dataclass(frozen=True)
class Fault:
    """One replacement in a source file of the package.

    `cause` is the number of the cause in the list of those that were found, if this takes its
    remedy back.
    """

    name: str
    file: str
    old: str
    new: str
    cause: int = 0

    @property
    def module(self) -> str:
        return "fencekit." + self.file.removesuffix(".py").replace("/", ".")

    @property
    def path(self) -> Path:
        return PACKAGE / self.file

    def planted(self, source: str) -> str:
        """Return the source with the fault; raise ValueError where it does not fit any more."""
        if source.count(self.old) != 1:
            raise ValueError(f"`{self.name}`: {source.count(self.old)} places in {self.file}")
        return source.replace(self.old, self.new)
