"""The property `the candidate is nowhere looser`, searched capability by capability."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.generation.call_search import (
    MAX_EXAMPLES,
    TIMEOUT,
    Sought,
    looser,
    looser_by_decision,
    search,
)
from fencekit.model.policy import Policy, Rule
from fencekit.model.request import Request
from fencekit.model.search_result import SearchResult
from fencekit.model.source import SourceFile

EVERY_CALL = "*"


@dataclass(frozen=True, slots=True)
class PropertyJob:
    """Everything that a property run is told.

    For each capability `max_examples` calls are tried; the same `seed` tries the same ones.
    `fail_on_errors` also seeks calls that get looser only because the policy in force raises.
    `database` is the folder of what failed before, tried first and brought up to date; empty for
    none. `timeout` is in seconds, for one call.
    """

    policy: str
    baseline: str
    policy_root: str = ""
    baseline_root: str = ""
    max_examples: int = MAX_EXAMPLES
    fail_on_errors: bool = False
    seed: str = "0"
    database: str = ""
    timeout: float = TIMEOUT

    def load(self) -> "Properties":
        """Return the properties of both policies; raise PolicyError where one cannot be read."""
        new = load_policy(self.policy, policy_root=self.policy_root or None)
        replay = ReplayJob(
            (),
            self.policy,
            baseline=self.baseline,
            policy_root=self.policy_root,
            baseline_root=self.baseline_root,
        )
        old = replay.policy_in_force()
        assert old is not None
        return Properties(self, old, new)


@dataclass(frozen=True, slots=True)
class Properties:
    """The policy in force and the candidate, with one property for each capability."""

    job: PropertyJob
    old: Policy
    new: Policy
    sources: tuple[SourceFile, ...] = field(init=False)
    """The files of both policies."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", (*self.old.files, *self.new.files))

    @property
    def sought_pairs(self) -> Sought:
        """Which pairs of outcomes break the property."""
        return looser if self.job.fail_on_errors else looser_by_decision

    def capabilities(self) -> tuple[str, ...]:
        """Return every capability that a rule names, the candidate's first, and `*` at the end."""
        named = (rule.capability for rule in self.rules())
        texts = (name for name in named if isinstance(name, str) and name != EVERY_CALL)
        return (*dict.fromkeys(texts), EVERY_CALL)

    def rules(self) -> Iterator[Rule]:
        """Yield the rules of the candidate, then those of the policy in force."""
        yield from self.new.rules
        yield from self.old.rules

    def search(self, capability: str) -> SearchResult:
        """Look for a call of the capability, or nearly of it, on which the candidate is looser."""
        kept = self.previous_failures(capability)
        found = search(
            self.old,
            self.new,
            sought=self.sought_pairs,
            max_examples=self.job.max_examples,
            seed=f"{self.job.seed} {capability}",
            capability=None if capability == EVERY_CALL else capability,
            first=kept,
            timeout=self.job.timeout,
        )
        self.remember(capability, kept, found)
        return found

    def previous_failures(self, capability: str) -> list[Request]:
        """Return the calls on which the property failed before."""
        if not self.job.database:
            return []
        from fencekit.strategies.example_database import Remembered  # noqa: PLC0415  (brings Hypothesis)

        return Remembered(Path(self.job.database), self.name(capability)).requests()

    def remember(self, capability: str, kept: list[Request], found: SearchResult) -> None:
        """Keep the witness, and forget the calls that show nothing any more."""
        if not self.job.database or not (kept or found.witness):
            return
        from fencekit.strategies.example_database import Remembered  # noqa: PLC0415  (brings Hypothesis)

        remembered = Remembered(Path(self.job.database), self.name(capability))
        before, after = ENGINE.compile(self.old), ENGINE.compile(self.new)
        for request in kept[: found.tried]:
            old, new = (side.decide(request).outcomes[0] for side in (before, after))
            if not self.sought_pairs(old, new):
                remembered.forget(request)
        if found.witness is not None:
            remembered.keep(found.witness.request)

    def name(self, capability: str) -> str:
        """Return what tells the property apart from others of the same project."""
        return f"{self.job.policy}\n{capability}"
