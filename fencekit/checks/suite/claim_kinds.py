"""The kinds of claims: what a policy does with every call of a scope, or with all there are."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fencekit.cases.case_file import Claim, Problems
from fencekit.checks.proofs.guardrails_check import AT_LEAST_AS_STRICT
from fencekit.checks.proofs.prove_or_search import answers
from fencekit.checks.suite.claim_scopes import ClaimScope, scope_of, within
from fencekit.model.comparison_result import summary
from fencekit.model.decision import Outcome
from fencekit.model.finding import RuleRef
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.suite_result import ClaimResult, ClaimStatus
from fencekit.prover.policy_properties import (
    ALWAYS_ALLOWS,
    ALWAYS_DENIES,
    DISJOINT,
    EQUIVALENT,
    NEVER_ERRORS,
    Outcomes,
    Property,
)
from fencekit.prover.prover import check_property
from fencekit.reading.yaml import Located

Load = Callable[[str], Policy]
"""Gives the policy in a file that a claim names, relative to the file of the claim."""

Check = Callable[[Policy, Claim, Load], ClaimResult]
"""Takes the policy, the claim, and the way to other policies."""

Ask = Callable[[Property], Result]
"""Asks whether a property holds for every call that a claim is about."""

STATUS: dict[type[Result], ClaimStatus] = {
    Proved: ClaimStatus.PROVED,
    Witness: ClaimStatus.REFUTED,
    Unknown: ClaimStatus.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class OfOne:
    """A claim about one policy: each call of the scope is decided as the goal says."""

    goal: Property
    refuted: str

    def __call__(self, policy: Policy, claim: Claim, load: Load) -> ClaimResult:  # noqa: ARG002
        """Return whether the policy does so with every call of the scope."""
        scope = scope_of(claim.value)
        if scope.is_all:
            result = settle_claim(lambda goal: check_property(goal, policy), self.goal)
            return result_of(claim, policy, result, self.refuted, at=0)

        def ask(goal: Property) -> Result:
            inside = within(goal.name, goal.broken)
            return summary(result for _, result in answers(inside, scope.policy, policy))

        return result_of(claim, policy, settle_claim(ask, self.goal), self.refuted, at=1)


@dataclass(frozen=True, slots=True)
class OfTwo:
    """A claim about two policies, of which the claim names the second, by the key."""

    goal: Property
    refuted: str
    key: str

    def __call__(self, policy: Policy, claim: Claim, load: Load) -> ClaimResult:
        """Return whether both stand so to each other on every call of the scope."""
        other, scope = self.other(claim.value, load)

        def ask(goal: Property) -> Result:
            if scope.is_all:
                return summary(result for _, result in answers(goal, policy, other))
            inside = within(goal.name, goal.broken, policies=2)
            return check_property(inside, scope.policy, policy, other)

        at = int(not scope.is_all)
        result = settle_claim(ask, self.goal)
        return result_of(claim, policy, result, self.refuted, at=at, other=at + 1)

    def other(self, given: Located, load: Load) -> tuple[Policy, ClaimScope]:
        """Return the other policy, named by text or under the key, and the scope."""
        if isinstance(given.value, str):
            return load(given.value), scope_of(Located(None, given.place))
        name = given.find(self.key)
        if name is None or not isinstance(name.value, str):
            problems = Problems()
            hint = f"write `{self.key}: FILE`, relative to this file"
            problems.add("the claim names no other policy", given.place, hint)
            problems.raise_any()
        assert name is not None
        rest = tuple(pair for pair in given.items if pair[0].value != self.key)
        values = {key: value for key, value in given.value.items() if key != self.key}
        return load(name.value), scope_of(Located(values, given.place, items=rest))


def keeps_to(policy: Policy, claim: Claim, load: Load) -> ClaimResult:
    """Return whether the policy is at least as strict as the guardrails that the claim names."""
    if not isinstance(claim.value.value, str):
        problems = Problems()
        problems.add("guardrails are a file", claim.value.place, "write `keeps_to: FILE`")
        problems.raise_any()
    guardrails = load(claim.value.value)

    def ask(goal: Property) -> Result:
        return summary(result for _, result in answers(goal, guardrails, policy))

    result = settle_claim(ask, AT_LEAST_AS_STRICT)
    return result_of(claim, policy, result, "looser than the guardrails", at=1, other=0)


def settle_claim(ask: Ask, goal: Property) -> tuple[Result, bool]:
    """Return the answer, and whether only calls on which deciding raises refute the claim.

    A call that shows it without an error is the one that is shown, wherever there is one.
    """
    result = ask(goal)
    if goal is NEVER_ERRORS or not isinstance(result, Witness) or not raises(result.outcomes):
        return result, False
    rest = ask(replace(goal, broken=lambda found: goal.broken(found) and not raises(found)))
    return (result, True) if isinstance(rest, Proved) else (rest, False)


def raises(outcomes: Outcomes) -> bool:
    """Say whether deciding raised under one of the policies."""
    return any(outcome.error is not None for outcome in outcomes)


def result_of(
    claim: Claim,
    policy: Policy,
    answer: tuple[Result, bool],
    refuted: str,
    *,
    at: int,
    other: int | None = None,
) -> ClaimResult:
    """Return the answer as the result of a claim.

    `at` is the place of the policy among the outcomes of a witness, `other` that of the second one.
    """
    result, only_errors = answer
    said = ClaimResult(
        claim.kind, claim.name, claim.place, policy.file, STATUS[type(result)], message_of(result)
    )
    if not isinstance(result, Witness):
        return said
    outcome = result.outcomes[at]
    shows = "where deciding raises only: " if only_errors else ""
    beside = f": {outcome_phrase(result.outcomes[other])} there" if other is not None else ""
    return ClaimResult(
        claim.kind,
        claim.name,
        claim.place,
        policy.file,
        ClaimStatus.EXCEPT_ERRORS if only_errors else ClaimStatus.REFUTED,
        f"{shows}{refuted}{beside}{error_of(outcome)}",
        result.request,
        str(outcome.effect),
        RuleRef.of(outcome),
    )


def message_of(result: Result) -> str:
    """Return how a claim was proved, or why nobody knows."""
    return result.reason if isinstance(result, Unknown) else "proved for every call"


def outcome_phrase(outcome: Outcome) -> str:
    """Return an outcome as a phrase: the effect, and by what."""
    by = outcome.rule.id if outcome.rule is not None else "default"
    return f"{outcome.effect} by `{by}`"


def error_of(outcome: Outcome) -> str:
    """Return what deciding raised, as an addition to a sentence."""
    return f": {outcome.error.message}" if outcome.error is not None else ""


CLAIMS: dict[str, Check] = {
    "always_denies": OfOne(ALWAYS_DENIES, "a call that is not denied"),
    "always_allows": OfOne(ALWAYS_ALLOWS, "a call that is not allowed"),
    "never_errors": OfOne(NEVER_ERRORS, "a call for which deciding raises"),
    "equivalent": OfTwo(EQUIVALENT, "a call that the other policy decides otherwise", "to"),
    "disjoint": OfTwo(DISJOINT, "a call that both policies allow", "with"),
    "keeps_to": keeps_to,
}
"""The check of each kind of claim; each has a row in `docs/cases.md`."""
