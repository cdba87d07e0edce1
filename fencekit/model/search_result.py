"""What a search for a call found: a witness, or how many calls were tried without one."""

from dataclasses import dataclass

from fencekit.model.errors import EngineError
from fencekit.model.proof import Witness


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What came of a search; no witness proves nothing, which is why `tried` stands beside it.

    `tried` counts every call that was decided by both policies until the first witness; making
    that smaller is not counted. `was_given` says that the witness comes from one of the calls that
    the search was given to try first. An `error` has ended the search before its time.
    """

    tried: int
    witness: Witness | None = None
    was_given: bool = False
    error: EngineError | None = None
