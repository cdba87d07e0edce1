"""Hypothesis strategies: calls aimed at policies, policies, and mutants of a policy.

The strategies draw from the same vocabulary as the fast search. Each is a list of small choices
of which the first is the simplest, so that Hypothesis shrinks a failing example to a call that a
person would have written: printable, one field, no context. Nothing is filtered, so that no health
check fails.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from os import PathLike
from typing import TypeVar

from hypothesis import strategies as st

from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.condition_tests import Test
from fencekit.engines.native.native_evaluator import test_of
from fencekit.engines.native.request_view import View, covers
from fencekit.generation.aim_targets import differences
from fencekit.generation.aimed_calls import Aiming
from fencekit.generation.random_policies import random_policy
from fencekit.model.errors import UsageError
from fencekit.model.mutant import Mutant
from fencekit.model.policy import Policy, Rule
from fencekit.model.request import Request
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.regex.random_choices import Choices
from fencekit.schema.argument_schema import OPEN, Domain

T = TypeVar("T")
"""What is drawn."""

GivenPolicy = Policy | str | PathLike[str]
"""A policy, or the path of one."""


class DrawnChoices(Choices):
    """Choices that Hypothesis makes, and shrinks towards the first of each."""

    __slots__ = ("_draw",)

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def upto(self, most: int) -> int:
        """Return a whole number from 0 to `most`."""
        return self._draw(whole_number(most)) if most > 0 else 0

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.upto(len(options) - 1)]


@lru_cache(maxsize=1024)
def whole_number(most: int) -> st.SearchStrategy[int]:
    """Return the strategy of whole numbers up to a limit, made once."""
    return st.integers(0, most)


def requests(
    *policies: GivenPolicy, domain: Domain = OPEN, capability: str | None = None
) -> st.SearchStrategy[Request]:
    """Return calls aimed at the policies; with two, mostly at the rules in which they differ.

    Of two policies the first is the one in force, the last the candidate. `domain` is `open`, or
    a JSON Schema that the arguments are to fit; `capability`, a pattern, keeps to calls that it
    covers or nearly covers. Paths are loaded as `fencekit.load_policy` does. Raises UsageError
    without a policy, PolicyError for one that cannot be read.
    """
    if not policies:
        raise UsageError("`requests()` needs a policy to aim at", hint="give one, or two")
    aiming = Aiming([policy_of(given) for given in policies], domain=domain, capability=capability)

    @st.composite
    def aimed_request(draw: st.DrawFn) -> Request:
        return aiming.request(DrawnChoices(draw))

    return aimed_request()


def policies() -> st.SearchStrategy[Policy]:
    """Return small valid policies of few words, each with the text that it was read from."""

    @st.composite
    def random_request(draw: st.DrawFn) -> Policy:
        return random_policy(DrawnChoices(draw))

    return random_request()


def mutants(policy: GivenPolicy) -> st.SearchStrategy[Mutant]:
    """Return the mutants of a policy: each is one edit away, labelled with what was done.

    A policy without any (it has no rule) gives a strategy that draws nothing.
    """
    made = tuple(single_edits(policy_of(policy)))
    return st.sampled_from(made) if made else st.nothing()


def nearness(old: GivenPolicy, new: GivenPolicy) -> Callable[[Request], float]:
    """Return how near a call comes to a rule in which the policies differ, for `target()`.

    1.0 where the call meets such a rule; else the greatest part of a rule's capability and
    conditions that it meets. For policies that do not differ it is 0.0 throughout.
    """
    before, after = policy_of(old), policy_of(new)
    lost, gained = differences(before, after)
    asked = [
        (rule, [test_of(condition) for condition in rule.conditions]) for rule in (*lost, *gained)
    ]

    def score(request: Request) -> float:
        view = View(request)
        return max((part_met(rule, tests, view) for rule, tests in asked), default=0.0)

    return score


def part_met(rule: Rule, tests: Sequence[Test], view: View) -> float:
    """Return the part of a rule that a call meets; what raises, or is not known, it does not."""
    answers = [holds(lambda _: covers(rule.capability, str(view.request.capability)), view)]
    answers += [holds(test, view) for test in tests]
    return sum(answers) / len(answers)


def holds(test: Test, view: View) -> bool:
    """Say whether a test says yes; one that raises does not."""
    try:
        return test(view) is True
    except Exception:  # noqa: BLE001  (as in the evaluator, a condition may raise anything)
        return False


def policy_of(given: GivenPolicy) -> Policy:
    """Return a policy, loaded where a path is given."""
    return given if isinstance(given, Policy) else load_policy(given)
