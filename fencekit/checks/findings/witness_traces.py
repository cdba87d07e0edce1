"""Why the first witness of each finding is decided so on both sides: the rules that were asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fencekit.engines.native.capability_index import CapabilityIndex
from fencekit.engines.native.explain_decision import consider
from fencekit.engines.native.request_view import View
from fencekit.model.explanation import Answer, ConsideredRule, Trace
from fencekit.model.finding import Finding
from fencekit.model.policy import Policy, Rule, Tier
from fencekit.model.request import Request, Unknown

MOST_FINDINGS = 100
MOST_RULES = 25
MOST_INDEXED = 8


def add_traces(
    findings: Iterable[Finding], before: Policy | None, after: Policy
) -> tuple[Finding, ...]:
    """Return the findings, the first ones with a trace of their first witness on both sides."""
    return tuple(
        replace(finding, trace=trace(finding.witnesses[0].request, before, after))
        if at < MOST_FINDINGS and finding.witnesses
        else finding
        for at, finding in enumerate(findings)
    )


def trace(request: Request, before: Policy | None, after: Policy) -> Trace:
    """Return the rules of both sides that were asked about a call, up to the one that decides."""
    return Trace(covering_rules(request, before) if before else (), covering_rules(request, after))


@lru_cache(maxsize=MOST_INDEXED)
def rule_index(policy: "SamePolicy") -> tuple[Sequence[tuple[Tier, Rule]], CapabilityIndex]:
    """Return the rules of a policy in the order in which they decide, and what they cover."""
    rules = policy.policy.decision_list
    return rules, CapabilityIndex(rule.capability for _, rule in rules)


@dataclass(frozen=True, eq=False)
class SamePolicy:
    """A policy, the very object, for the cache."""

    policy: Policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SamePolicy) and self.policy is other.policy

    def __hash__(self) -> int:
        return id(self.policy)


def covering(policy: Policy, capability: str | Unknown) -> Iterable[tuple[Tier, Rule]]:
    """Return the rules that may cover a capability, in the order in which they decide."""
    rules, index = rule_index(SamePolicy(policy))
    if isinstance(capability, Unknown):
        return rules
    return [rules[at] for at in index.of(capability)]


def covering_rules(request: Request, policy: Policy) -> tuple[ConsideredRule, ...]:
    """Return the rules whose capability covers the call, in the order in which they were asked."""
    view = View(request)
    found: list[ConsideredRule] = []
    for tier, rule in covering(policy, request.capability):
        entry = consider(tier.name, rule, view)
        if entry.capability is not Answer.FAILS:
            found.append(entry)
        if entry.answer in (Answer.HOLDS, Answer.RAISES):
            break
    return tuple(found[-MOST_RULES:])
