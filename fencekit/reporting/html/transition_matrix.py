"""The transition matrix: how many records went from each decision to each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fencekit.model.finding import RecordClass, Transition
from fencekit.reporting.decision_text import tightness
from fencekit.reporting.html.display_words import MEANINGS

LEVELS = 4
RISKS = {kind: risk for risk, kind in enumerate(MEANINGS)}


@dataclass(frozen=True, slots=True)
class Cell:
    """The records that went one way: how many, what that is, how dark, and where to read on.

    `kinds` has more than one entry where the same transition is not always the same change.
    """

    count: int
    kinds: tuple[tuple[RecordClass, int], ...]
    level: int
    anchor: str

    @property
    def kind(self) -> RecordClass:
        """The riskiest class in the cell."""
        return self.kinds[0][0] if self.kinds else RecordClass.UNCHANGED


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A decision before, with a cell for each decision after."""

    before: str
    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        """How many records had this decision before."""
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Decisions before, and for each the decisions after, from the loosest to the tightest."""

    afters: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """How many records have each decision after."""
        return tuple(sum(column) for column in zip(*self._counts, strict=True))

    @property
    def total(self) -> int:
        """How many records there are in all."""
        return sum(row.total for row in self.rows)

    @property
    def _counts(self) -> list[list[int]]:
        return [[cell.count for cell in row.cells] for row in self.rows]


Step = tuple[str, str]


def matrix(transitions: Iterable[Transition], anchors: Mapping[Step, str]) -> Matrix:
    """Return the matrix of the transitions; `anchors` says where a transition is read about."""
    ways: dict[Step, dict[RecordClass, int]] = {}
    for step in transitions:
        kinds = ways.setdefault((step.before, step.after), {})
        kinds[step.kind] = kinds.get(step.kind, 0) + step.count
    darkest = max((sum(changed_classes(kinds).values()) for kinds in ways.values()), default=0)
    afters = tuple(sorted({after for _, after in ways}, key=tightness))
    befores = sorted({before for before, _ in ways}, key=tightness)

    def cell(step: Step) -> Cell:
        kinds = ways.get(step, {})
        level = -(-LEVELS * sum(changed_classes(kinds).values()) // darkest) if darkest else 0
        by_risk = tuple(sorted(kinds.items(), key=lambda entry: RISKS[entry[0]]))
        return Cell(sum(kinds.values()), by_risk, level, anchors.get(step, ""))

    return Matrix(
        afters,
        tuple(
            MatrixRow(before, tuple(cell((before, after)) for after in afters))
            for before in befores
        ),
    )


def changed_classes(kinds: Mapping[RecordClass, int]) -> dict[RecordClass, int]:
    """Return the classes other than unchanged."""
    return {kind: count for kind, count in kinds.items() if kind is not RecordClass.UNCHANGED}
