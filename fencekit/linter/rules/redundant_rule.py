"""A rule without which every call is decided as with it.

It decides calls, but whatever it decides, the rules after it decide alike; that is proved for
every call. Deny rules are left alone: what is denied by name and by default is denied twice on
purpose.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import DemonstratingCall, LintRule, Violation
from fencekit.linter.prover_questions import Exact
from fencekit.model.finding import Level
from fencekit.model.policy import Policy, Rule
from fencekit.model.verdict import Verdict

MOST_CALLS = 100
"""How many calls that a rule decides are tried without it, before a proof is asked for."""


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule that lets calls through, or asks, and can be taken out without a change."""
    exact = Exact(subject.exact.progress)  # these are dear, and leave the others their time
    for rule in subject.rules:
        call = subject.decided_by(rule)
        if rule.effect is None or rule.effect.verdict is Verdict.DENY or call is None:
            continue
        if is_needed(subject, rule, call):
            continue
        if exact.equivalent(subject.policy, without(subject.policy, rule)):
            message = f"without rule `{rule.id}` every call is decided as with it"
            yield Violation(
                rule.place, message, rule, (call,), "take it out, or change what it is for"
            )
    subject.exact.open += exact.open


def is_needed(subject: LintContext, rule: Rule, call: DemonstratingCall) -> bool:
    """Say whether a call that a rule decides is seen to be decided otherwise by the rest.

    A call costs a thousandth of a proof, and most rules are needed.
    """
    calls = chain((call,), islice(subject.all_decided_by(rule), MOST_CALLS))
    return any(subject.without(one.request, rule).effect != one.outcome.effect for one in calls)


def without(policy: Policy, rule: Rule) -> Policy:
    """Return the policy without one of its rules."""
    tiers = (
        replace(tier, rules=tuple(other for other in tier.rules if other is not rule))
        for tier in policy.tiers
    )
    return replace(policy, tiers=tuple(tiers))


RULE = LintRule("redundant-rule", Level.NOTE, "a rule could be taken out without any change", find)
