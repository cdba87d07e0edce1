"""Why the first witness of each finding is decided so on both sides: the rules that were asked."""

from collections.abc import Iterable
from dataclasses import replace

from fencekit.engines.native.explain import consider
from fencekit.engines.native.view import View
from fencekit.model.explanation import Answer, ConsideredRule, Trace
from fencekit.model.finding import Finding
from fencekit.model.policy import Policy
from fencekit.model.request import Request

MOST_FINDINGS = 100
MOST_RULES = 25


def traced(
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
    return Trace(asked(request, before) if before else (), asked(request, after))


def asked(request: Request, policy: Policy) -> tuple[ConsideredRule, ...]:
    """Return the rules whose capability covers the call, in the order in which they were asked."""
    view = View(request)
    found: list[ConsideredRule] = []
    for tier, rule in policy.decision_list:
        entry = consider(tier.name, rule, view)
        if entry.capability is not Answer.FAILS:
            found.append(entry)
        if entry.answer in (Answer.HOLDS, Answer.RAISES):
            break
    return tuple(found[-MOST_RULES:])
