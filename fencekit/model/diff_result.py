"""What the comparison of two versions of a policy adds to a report: edits and what they caused."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.edit import Edit, Pair
from fencekit.model.finding import ChangedRecord, Transition


class DiffAction(StrEnum):
    """What somebody did to the line of an edit."""

    WROTE = "wrote the line"
    REMOVED = "took the line out"
    WROTE_BEFORE = "last wrote the line that is gone"


@dataclass(frozen=True, slots=True)
class Author:
    """Whom git names for the line of an edit, by name only; no `commit`: not committed yet."""

    name: str
    commit: str
    date: str
    summary: str
    deed: DiffAction = DiffAction.WROTE


@dataclass(frozen=True, slots=True)
class Consequence:
    """An edit, and the calls that it is to blame for, by itself or together with others.

    `transitions` counts recorded calls, `capabilities` are theirs, `with_others` counts those of
    them that come back only when further edits are undone too. `found_looser` and `found_tighter`
    count kinds of capability of which proof found a call. `witness` is the riskiest call of all.
    """

    edit: Edit
    transitions: tuple[Transition, ...] = ()
    capabilities: tuple[str, ...] = ()
    with_others: int = 0
    found_looser: int = 0
    found_tighter: int = 0
    witness: ChangedRecord | None = None
    author: Author | None = None
    spared: bool = False
    """Whether it is proved that no call gets looser by it."""

    @property
    def proved_kinds(self) -> int:
        """How many kinds of capability proof found a call of, either way."""
        return self.found_looser + self.found_tighter


@dataclass(frozen=True, slots=True)
class DiffResult:
    """Two versions of a policy, `old` and `new` by their files: which rule is which, the edits.

    `unsettled` are the numbers of edits of which it is not known whether they loosen; None where
    nobody has asked, of calls that no log has.
    """

    old: str
    new: str
    pairs: tuple[Pair, ...]
    edits: tuple[Consequence, ...]
    unsettled: tuple[int, ...] | None = None
