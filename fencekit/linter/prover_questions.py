"""Questions to the prover: whether a rule ever decides, can hold at all, changes anything.

An answer is exact or there is none. What would take too long stays open, and is counted.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from fencekit.engines.time_limit import Progress
from fencekit.linter.call_rewrites import elements
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Condition, ConditionName, Policy, Rule, Tier
from fencekit.model.proof import Proved, Result, Unknown
from fencekit.model.verdict import DENY
from fencekit.prover.policy_properties import EQUIVALENT, Property, never_determines
from fencekit.prover.prover import check_property

LONGEST_REGEX = 1_000
"""The characters of a regex beyond which nothing is asked about a policy that has it."""
SECONDS = 10.0
"""The processor time that all questions about one policy may take together."""


@dataclass
class Exact:
    """The questions about one policy: what they have cost so far, and how many stayed open."""

    progress: Progress = field(default_factory=Progress)
    spent: float = 0.0
    open: int = 0

    def never_decides(self, rule: Rule, policy: Policy) -> bool:
        """Say whether it is proved that a rule of the policy decides no call."""
        return isinstance(self.ask(never_determines(rule), policy), Proved)

    def never_holds(self, rule: Rule) -> bool:
        """Say whether it is proved that no call meets all conditions of a rule."""
        alone = Policy("capfence", (Tier("alone", (rule,)),))
        return self.never_decides(rule, alone)

    def never_met(self, rule: Rule, condition: Condition, value: Any) -> bool:
        """Say whether it is proved that no call meets a condition with that value, by itself."""
        name = condition.name
        by_keyword = name in (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS)
        only = replace(condition, name=ConditionName.CONTAINS if by_keyword else name, value=value)
        return self.never_holds(replace(rule, effect=DENY, capability="*", conditions=(only,)))

    def equivalent(self, one: Policy, other: Policy) -> bool:
        """Say whether it is proved that both policies decide every call alike."""
        return isinstance(self.ask(EQUIVALENT, one, other), Proved)

    def ask(self, goal: Property, *policies: Policy) -> Result:
        """Return the prover's answer; Unknown where the question is too large or takes too long."""
        answer = self._ask_prover(goal, *policies)
        self.open += isinstance(answer, Unknown)
        return answer

    def _ask_prover(self, goal: Property, *policies: Policy) -> Result:
        if any(len(pattern) > LONGEST_REGEX for policy in policies for pattern in regexes(policy)):
            return Unknown(f"a regex has more than {LONGEST_REGEX:,} characters")
        if self.spent > SECONDS:
            return Unknown(f"the questions before it took {SECONDS:g} s")
        before = time.process_time()
        self.progress.begun += 1
        self.progress.deciding = True
        try:
            return check_property(goal, *policies)
        except TimeLimitError as error:
            return Unknown(error.message)
        finally:
            self.progress.deciding = False
            self.spent += time.process_time() - before


def regexes(policy: Policy) -> Iterator[str]:
    """Yield every regex of a policy."""
    for rule in policy.rules:
        for condition in rule.conditions:
            if condition.name is ConditionName.MATCH_REGEX:
                yield from (pattern for _, pattern in elements(condition))
