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
    more: tuple[tuple[str, str, str], ...] = ()
    """Further replacements, each a file, the text there, and what it is replaced by."""

    @property
    def sources(self) -> dict[str, str]:
        """The changed sources by the name of the module.

        Raises ValueError where a replacement does not fit any more.
        """
        found: dict[str, str] = {}
        for file, old, new in ((self.file, self.old, self.new), *self.more):
            module = "fencekit." + file.removesuffix(".py").replace("/", ".")
            source = found.get(module) or (PACKAGE / file).read_text("utf-8")
            if source.count(old) != 1:
                raise ValueError(f"`{self.name}`: {source.count(old)} places in {file}")
            found[module] = source.replace(old, new)
        return found
