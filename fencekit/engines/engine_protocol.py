"""What an engine is: it compiles a policy; the evaluator that it gives decides, and never raises.

`Engine.compile` may refuse with an EngineError that says why. `Evaluator.decide` is pure and total.
"""

from enum import IntEnum
from typing import Protocol

from fencekit.model.decision import Decision
from fencekit.model.policy import Policy
from fencekit.model.request import Request


class Fidelity(IntEnum):
    """How much an engine says beside the verdict."""

    VERDICT = 0
    RULE = 1
    EXPLAINED = 2


class Evaluator(Protocol):
    """A policy, ready to decide."""

    @property
    def policy(self) -> Policy:
        """The policy that was compiled."""
        ...

    def decide(self, request: Request) -> Decision:
        """Return every outcome that is possible for the request."""
        ...


class Engine(Protocol):
    """A way to decide by policies."""

    @property
    def name(self) -> str:
        """The name by which reports call it."""
        ...

    @property
    def fidelity(self) -> Fidelity:
        """How much its decisions say."""
        ...

    def compile(self, policy: Policy) -> Evaluator:
        """Return the evaluator of a policy; raise EngineError where the policy is beyond it."""
        ...
