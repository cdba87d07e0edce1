"""What deciding about every possible call ends in: proved, a witness, or unknown with the reason.

`Proved` and `Witness` are facts: the first was derived from both policies for every call of the
domain, the second was run on the engine. `Unknown` is the honest rest. All three keep the ladder,
the steps that were taken, so that a doubting reader can follow them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from fencekit.model.decision import Outcome
from fencekit.model.request import Request

NO_CALL = "no call is in the domain"


class Method(StrEnum):
    """What settled a question, from the cheapest step of the ladder to the dearest."""

    SAME = "same rules"
    CASES = "cases"
    WORDS = "words"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One step of the ladder: what was done, in plain words, and how much of it."""

    method: Method
    said: str
    cases: int = 0
    """How many combinations of deciding rules were looked at."""
    states: int = 0
    """How many states of the product automata were visited."""
    calls: int = 0
    """How many calls were generated, and decided by both policies."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why a relation holds, in a form that a checker can follow without trusting who wrote it.

    `content` is plain JSON values; the format is described in `prover/certificate.py`.
    """

    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proved:
    """The relation holds for every call of the domain."""

    method: Method
    ladder: tuple[ProofStep, ...] = ()
    certificate: Certificate | None = None
    is_vacuous: bool = False
    """Whether it holds because no call at all is in the domain."""
    word: ClassVar[str] = "proved"

    @property
    def states(self) -> int:
        """How many states of the product automata were visited."""
        return sum(rung.states for rung in self.ladder)


@dataclass(frozen=True, slots=True)
class Witness:
    """A call that breaks the relation, as the engine decides it.

    `outcomes` are those of the policies, in their order; each names the rule that decided.
    """

    request: Request
    outcomes: tuple[Outcome, ...]
    ladder: tuple[ProofStep, ...] = ()
    word: ClassVar[str] = "witness"

    @property
    def before(self) -> Outcome:
        """How the first policy decides the call."""
        return self.outcomes[0]

    @property
    def after(self) -> Outcome:
        """How the last policy decides the call."""
        return self.outcomes[-1]

    @property
    def is_searched(self) -> bool:
        """Whether the search found it, because the automata did not settle the question."""
        return any(rung.method is Method.SEARCH for rung in self.ladder)

    @property
    def states(self) -> int:
        """How many states of the product automata were visited."""
        return sum(rung.states for rung in self.ladder)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither was found; the reason says what stood in the way."""

    reason: str
    ladder: tuple[ProofStep, ...] = ()
    word: ClassVar[str] = "unknown"

    @property
    def states(self) -> int:
        """How many states of the product automata were visited."""
        return sum(rung.states for rung in self.ladder)


Result = Proved | Witness | Unknown
