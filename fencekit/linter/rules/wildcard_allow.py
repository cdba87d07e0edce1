"""An allow rule whose capability covers every resource.

`*` lets through what nobody has thought of yet: a tool that is added tomorrow, and a capability
that does not even parse. Name the resources that are meant; what is left is denied by default.
"""

from collections.abc import Iterator
from dataclasses import replace

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.capability import Capability
from fencekit.model.finding import Level

UNHEARD_OF = "unheard-of"


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule that allows and whose resource is `*`, with a call nobody thought of."""
    for rule in subject.allowing():
        if rule.section == "risk_levels" or not isinstance(rule.capability, str):
            continue
        capability = Capability.parse(rule.capability)
        if capability is None or capability.resource != "*":
            continue
        conditions = "" if not rule.conditions else " that meets its conditions"
        message = f"`{rule.capability}` lets every resource through{conditions}"
        narrow = replace(rule, capability=f"{UNHEARD_OF}.{capability.action}.{capability.scope}")
        calls = subject.all_decided_by(rule, as_if=narrow)
        shown = tuple(call for call in (next(calls, None),) if call)
        hint = "name the resources that are meant"
        yield Violation(subject.places.capability(rule), message, rule, shown, hint)


RULE = LintRule("wildcard-allow", Level.ERROR, "an allow rule covers every resource", find)
