"""What a lint rule finds: the place, what is wrong there, and calls that show it."""

from dataclasses import dataclass

from fencekit.model.decision import Outcome
from fencekit.model.policy import Rule
from fencekit.model.request import Request
from fencekit.model.source import Place


@dataclass(frozen=True, slots=True)
class DemonstratingCall:
    """A call that shows something: what it is in the finding, and how the policy decides it."""

    label: str
    request: Request
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where a policy has a shape: what is wrong there, and calls that show it.

    Two calls are a pair: the one that the policy stops, and the one that gets through. `slow` says
    that the last call is one that the policy does not decide in any reasonable time; its outcome
    is what an evaluator with a time limit makes of it. With `mild`, it matters one level less than
    its shape does unless configured otherwise.
    """

    place: Place
    message: str
    rule: Rule | None = None
    calls: tuple[DemonstratingCall, ...] = ()
    hint: str = ""
    slow: bool = False
    mild: bool = False
