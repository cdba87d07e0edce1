"""What a file of cases is once it is read, whichever form it was written in."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from fencekit.model.case import Case
from fencekit.model.errors import CaseError, FencekitError
from fencekit.model.source import Place
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.yaml import Located

SUFFIXES = (".fence.yaml", ".fence.yml")
"""How the names of our own files end; only these are looked for in folders, and by pytest."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must hold for every call; its kind says what its value means."""

    kind: str
    name: str
    value: Located
    place: Place


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases, with the policy that they are about.

    `policy` is its path, empty where each case names its own. `search_paths` and `policy_root` say
    where names in `extends` are looked for, `strict` how policies are read.
    """

    path: str
    sha256: str
    title: str
    policy: str
    cases: tuple[Case, ...]
    claims: tuple[Claim, ...] = ()
    policy_root: str = ""
    search_paths: tuple[str, ...] = ()
    strict: bool = True


@dataclass
class Problems:
    """Everything that is wrong with a file, so that all of it is said at once."""

    found: list[FencekitError] = field(default_factory=list)

    def add(self, message: str, place: Place, hint: str = "") -> None:
        """Keep a complaint."""
        self.found.append(CaseError(message, place=place, hint=hint))

    def unknown(self, given: Located, known: Sequence[str], what: str) -> None:
        """Keep a complaint about each key of a mapping that is not among the known ones."""
        for key, _ in given.items:
            if key.value not in known:
                hint = f"there is {list_words(known)}"
                name = str(key.value)
                self.add(f"unknown key in {what}: `{name}`{nearest(name, known)}", key.place, hint)

    def raise_any(self) -> None:
        """Raise all complaints as one error, if there are any."""
        if self.found:
            raise CaseError.together(self.found)


def beside(path: str, name: str) -> str:
    """Return a path that is given relative to the folder of a file, as seen from here."""
    return os.path.normpath(os.path.join(os.path.dirname(path), name))  # noqa: PTH118, PTH120
