"""What two evaluators say of one request: every pair of outcomes that is possible at once."""

from itertools import product

from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.possible_outcomes import pairs_of
from fencekit.engines.native.request_view import View
from fencekit.model.decision import Decision, Outcome
from fencekit.model.request import Request


def decide_both(
    before: Evaluator, after: Evaluator, request: Request
) -> tuple[Decision, Decision, list[tuple[Outcome, Outcome]]]:
    """Return both decisions, and the pairs of outcomes that the same facts can lead to.

    What is unknown in the request is the same unknown for both, where both engines can say so;
    elsewhere every outcome of one is paired with every outcome of the other.
    """
    old, new = before.decide(request), after.decide(request)
    if old.certain and new.certain:
        return old, new, [(old.outcomes[0], new.outcomes[0])]
    if isinstance(before, NativeEvaluator) and isinstance(after, NativeEvaluator):
        view = View(request)
        return old, new, pairs_of(before.steps(view), after.steps(view))
    return old, new, list(product(old.outcomes, new.outcomes))
