"""The real CapFence 0.9.0 as oracle, and what it says and we say in the same terms."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capfence.core.policy import Policy as RealPolicy
from capfence.core.policy import PolicyLoader

from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.decision import Decision
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.verdict import ALLOW, DENY, ESCALATE, WARN, Effect

WORDS: dict[Effect, str] = {
    DENY: "deny",
    ESCALATE: "require_approval",
    WARN: "warn",
    ALLOW: "allow",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision in CapFence's terms; `raised` is what evaluating raised instead of deciding."""

    verdict: str
    section: str
    rule_index: int | None
    reason: str
    raised: str = ""


BY_DEFAULT = Answer("default_deny", "default", None, "policy_default_deny")


def raising(said: str) -> Answer:
    return Answer("deny", "", None, "", said)


def real_load(path: str, search_paths: Sequence[str | Path] = ()) -> RealPolicy | None:
    """Return the policy as CapFence loads it; None where it does not."""
    try:
        return PolicyLoader(list(search_paths)).load(path)
    except Exception:  # noqa: BLE001  (whatever it raises, it refuses)
        return None


def our_load(path: str, search_paths: Sequence[str | Path] = ()) -> Policy | None:
    """Return the policy as we load it; None where we refuse. Any other error is a failure."""
    try:
        return load_policy(path, strict=False, search_paths=search_paths)
    except PolicyError as error:
        assert str(error)  # noqa: PT017  (refusing is no failure, if it says why)
        return None


def real_answer(policy: RealPolicy, request: Request) -> Answer:
    """Return what CapFence says of the request."""
    context = dict(request.context.values)
    if request.environment is not None:
        context["environment"] = request.environment
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of regexes; at run time nobody sees these
            said = policy.explain(request.capability, context, request.args.values)
    except Exception as error:  # noqa: BLE001  (what it raises is what we compare)
        return raising(f"{type(error).__name__}: {error}")
    return Answer(said["verdict"], said["section"], said["rule_index"], said["reason"])


def our_answer(decision: Decision) -> Answer:
    """Return what we say of the request, in CapFence's terms."""
    assert decision.certain, decision
    outcome = decision.outcomes[0]
    if outcome.error is not None:
        assert outcome.rule is not None
        assert outcome.effect == DENY
        return raising(outcome.error.message.removeprefix(f"rule `{outcome.rule.id}`: "))
    if outcome.rule is None:
        assert outcome.effect == DENY
        return BY_DEFAULT
    word = WORDS[outcome.effect]
    if outcome.rule.section == "risk_levels":
        level = outcome.rule.conditions[0].value
        return Answer(word, "risk_levels", None, f"risk_level:{level}")
    return Answer(word, word, outcome.rule.index, f"policy_{word}")


def real_rules(policy: RealPolicy) -> list[str]:
    """Return the flat list of rules that CapFence has read, and its risk levels."""
    rules = [
        repr((rule.capability, unblocked(rule.action), rule.conditions)) for rule in policy.rules
    ]
    return [*rules, levels_text(policy.risk_levels)]


def our_rules(policy: Policy) -> list[str]:
    """Return the flat list of rules that we have read, and the risk levels."""
    listed = [rule for rule in policy.rules if rule.section != "risk_levels"]
    listed.sort(key=lambda rule: -1 if rule.index is None else rule.index)
    rules = []
    for rule in listed:
        assert rule.effect is not None
        conditions = {str(condition.name): condition.value for condition in rule.conditions}
        rules.append(repr((rule.capability, WORDS[rule.effect], conditions)))
    levels = {
        rule.conditions[0].value: WORDS[rule.effect] if rule.effect else "allow"
        for rule in policy.rules
        if rule.section == "risk_levels"
    }
    return [*rules, levels_text(levels)]


def levels_text(levels: dict[Any, str]) -> str:
    """Return the risk levels that can decide: only those that are text are ever looked up."""
    of_text = {level: unblocked(action) for level, action in levels.items() if type(level) is str}
    return f"{of_text!r} of {len(levels)}"


def unblocked(action: str) -> str:
    """Return the action, by the one word of two that mean the same."""
    return "deny" if action == "block" else action
