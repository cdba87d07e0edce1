"""The words of a CapFence policy file, translated into ours here and nowhere else."""

from fencekit.model.policy import ConditionName, Pick
from fencekit.model.verdict import ALLOW, DENY, ESCALATE, WARN, Effect

NOTES = ("version", "policy_name", "description", "enforcement_mode", "approval_timeout_seconds")
SECTIONS = ("deny", "require_approval", "allow")
TOP_LEVEL = frozenset({*SECTIONS, *NOTES, "rules", "risk_levels", "extends"})

OTHERS = frozenset({ConditionName.RISK_LEVEL_IS, ConditionName.PATH})
"""The conditions that no rule of CapFence can write: that of its risk levels, that of tokens."""
CONDITIONS: dict[str, ConditionName] = {
    str(name): name for name in ConditionName if name not in OTHERS
}
LEGACY_CONDITIONS = ("match_keywords", "match_regex")
LEGACY_NOTES = ("id", "description", "threshold")
LEGACY_KEYS = frozenset({"capability", "action", *LEGACY_CONDITIONS, *LEGACY_NOTES})

ACTIONS: dict[str, Effect] = {
    "deny": DENY,
    "block": DENY,
    "require_approval": ESCALATE,
    "warn": WARN,
    "allow": ALLOW,
}
"""The actions of a legacy rule, and the effects of a section's rules by the section's name."""

RISK_ACTIONS: dict[str, Effect | None] = {**ACTIONS, "allow": None}
"""The actions of a risk level; `allow` is silent there, and the allow rules are asked."""

EVERY_CALL = "*"
"""The capability that covers every call, malformed ones too."""

TIERS: dict[str, Pick] = {
    "deny": Pick.TIGHTEST,
    "require_approval": Pick.TIGHTEST,
    "risk_levels": Pick.TIGHTEST,
    "allow": Pick.FIRST,
}
"""The tiers in the order in which they are asked; allow and warn differ in obligations only."""

TIER_OF: dict[Effect, str] = {
    DENY: "deny",
    ESCALATE: "require_approval",
    ALLOW: "allow",
    WARN: "allow",
}
