"""Which capabilities a waiver covers, and which ones a finding stands for.

A finding of recorded calls is of one capability. What proof found is of every capability that meets
the same rules, and shows one of them: a waiver that names this one alone covers what its author did
not see, so it has to cover them all, or to name the finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fencekit.model.finding import Finding
from fencekit.model.policy import Policy

SEGMENTS = 3
ANY = "any-other"
"""A segment that no policy names."""


def covers(glob: str, capability: str) -> bool:
    """Say whether a glob covers a capability; as in a policy, `a.b.*` covers `a.b` too."""
    return fnmatchcase(capability, glob) or f"{capability}.*" == glob


@dataclass(frozen=True, slots=True)
class ComparedRules:
    """What a waiver is held against: the digests of the old rules, and what all rules name."""

    before: frozenset[str]
    patterns: frozenset[str]

    @classmethod
    def of(cls, policies: Sequence[Policy]) -> "ComparedRules":
        """Return those of the policies that are compared, the candidate last."""
        return cls(
            frozenset(rule.digest for policy in policies[:-1] for rule in policy.rules),
            frozenset(str(rule.capability) for policy in policies for rule in policy.rules),
        )


def stands_for(finding: Finding, patterns: frozenset[str]) -> list[str]:
    """Return the capability that proof shows, and others that meet the same rules.

    What has fewer than three segments meets them whatever follows; so does a segment that is `*` in
    the rule, where no rule names the one that is shown.
    """
    shown = finding.capability.split(".", SEGMENTS - 1)
    longer = [*shown, *[ANY] * (SEGMENTS - len(shown))]
    found = [".".join(longer[:count]) for count in range(len(shown), SEGMENTS + 1)]
    asked = (finding.rule.capability if finding.rule else "").split(".", SEGMENTS - 1)
    named = {part for pattern in patterns for part in pattern.split(".", SEGMENTS - 1)}
    free = [
        ANY if at < len(asked) and asked[at] == "*" and part not in named else part
        for at, part in enumerate(longer)
    ]
    return list(dict.fromkeys([*found, ".".join(free)]))
