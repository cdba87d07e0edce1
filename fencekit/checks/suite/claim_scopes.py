"""The calls that a claim is about, written as a rule is: a capability, and conditions.

    always_denies: {capability: shell.exec, contains: rm -rf}

A call is meant where such a rule would match it. What a claim asks of policies becomes a goal of
the prover: the first policy has the scope as its only rule, the others are those in question.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fencekit.cases.case_file import Problems
from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.dialects.capfence.policy_layer import read_conditions
from fencekit.dialects.capfence.strict_checks import rule_complaints
from fencekit.model.policy import Policy, Rule, Tier
from fencekit.model.source import Place
from fencekit.model.verdict import ALLOW
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.reading.yaml import Located


@dataclass(frozen=True, slots=True)
class ClaimScope:
    """A set of calls: the policy whose one rule matches them."""

    policy: Policy

    @property
    def is_all(self) -> bool:
        """Whether every call is meant."""
        rule = next(self.policy.rules)
        return rule.capability == capfence_vocabulary.EVERY_CALL and not rule.conditions


def scope_of(given: Located, *, also: tuple[str, ...] = ()) -> ClaimScope:
    """Return the scope that a value spells: nothing, a capability, or a rule's keys.

    `also` are keys of the claim that are no part of the scope. Raises CaseError with all that is
    wrong.
    """
    problems = Problems()
    rule = read_scope(given, also, problems)
    problems.raise_any()
    return ClaimScope(Policy("scope", (Tier("scope", (rule,)),)))


def read_scope(given: Located, also: tuple[str, ...], problems: Problems) -> Rule:
    """Return the rule of a scope; what is wrong with it is added to the problems."""
    if given.value is None or given.value == {}:
        return rule_for(capfence_vocabulary.EVERY_CALL, given.place)
    if isinstance(given.value, str):
        return rule_for(given.value, given.place)
    if not isinstance(given.value, dict):
        hint = "write a capability, or a mapping as a rule is: `{capability: …, contains: …}`"
        problems.add("a claim is about calls, and this names none", given.place, hint)
        return rule_for(capfence_vocabulary.EVERY_CALL, given.place)
    problems.unknown(given, ("capability", *capfence_vocabulary.CONDITIONS, *also), "a claim")
    problems.found.extend(rule_complaints(given, "of the claim"))
    capability = given.value.get("capability", capfence_vocabulary.EVERY_CALL)
    conditions = read_conditions(given, tuple(capfence_vocabulary.CONDITIONS))
    return Rule("scope", "scope", ALLOW, capability, conditions, place=given.place)


def rule_for(capability: str, place: Place) -> Rule:
    """Return the rule for all calls of a capability."""
    return Rule("scope", "scope", ALLOW, capability, place=place)


def within(name: str, broken: Callable[[Outcomes], bool], policies: int = 1) -> Property:
    """Return the goal that is broken only by calls of the scope, which is the first policy."""

    def broken_there(outcomes: Outcomes) -> bool:
        scope, *others = outcomes
        return not scope.by_default and scope.error is None and broken(tuple(others))

    return Property(name, broken_there, policies + 1)
