"""A policy back to CapFence's YAML, on one page whatever it extends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy, Rule
from fencekit.model.verdict import WARN, Effect
from fencekit.reading import yaml

ACTION_OF: dict[Effect | None, str] = {
    effect: action for action, effect in capfence_vocabulary.ACTIONS.items() if action != "block"
}


def write(policy: Policy) -> str:
    """Return the policy as YAML; reading that gives an equal policy.

    Where files were merged, ids and legacy notes are lost but every decision stays. Raises
    PolicyError where a merged `warn` comes after a rule that the older `rules:` cannot say.
    """
    page: dict[str, Any] = dict(policy.notes)
    sections: dict[str, list[Any]] = {
        "rules": [],
        **{name: [] for name in capfence_vocabulary.SECTIONS},
    }
    for rule in rules_in_order(policy):
        entry = legacy_entry(rule) if rule.section == "rules" else section_entry(rule)
        sections[rule.section].append(entry)
    levels = {level_of(rule): level_entry(rule) for rule in tier(policy, "risk_levels")}
    page.update({name: entries for name, entries in sections.items() if entries})
    if levels:
        page["risk_levels"] = levels
    return with_names(yaml.write(page), {**dict.fromkeys(sections, ()), **names_of(policy)})


def names_of(policy: Policy) -> dict[str, list[str]]:
    """Return the name of each rule by its section, in the order of `write`; empty for no name."""
    found: dict[str, list[str]] = {}
    for rule in rules_in_order(policy):
        found.setdefault(rule.section, []).append(rule.name)
    return found


def with_names(text: str, names: Mapping[str, Sequence[str]]) -> str:
    """Return the text of a policy with a comment above each rule that has a name."""
    if not any(name for listed in names.values() for name in listed):
        return text
    document = yaml.parse(text, "", PolicyError)
    assert document is not None
    lines = text.split("\n")
    above: dict[int, str] = {}
    for section, listed in names.items():
        found = document.find(section)
        for name, item in zip(listed, found.elements if found else (), strict=True):
            if name and item.place.line is not None:
                line = lines[item.place.line - 1]
                above[item.place.line] = f"{line[: len(line) - len(line.lstrip())]}# id: {name}"
    made = []
    for number, line in enumerate(lines, 1):
        made += [above[number]] if number in above else []
        made.append(line)
    return "\n".join(made)


def rules_in_order(policy: Policy) -> list[Rule]:
    """Return the rules of all lists so that reading them again gives each tier its order."""
    listed = [
        rule
        for name in capfence_vocabulary.TIERS
        if name != "risk_levels"
        for rule in tier(policy, name)
    ]
    by_index = sorted(listed, key=lambda rule: rule.index or 0)
    sections = [("rules", *capfence_vocabulary.SECTIONS).index(rule.section) for rule in by_index]
    if sections == sorted(sections):
        return by_index
    return [*flattened_allows(tier(policy, "allow")), *map(without_legacy, tiers_above(policy))]


def tiers_above(policy: Policy) -> list[Rule]:
    """Return the rules of deny and require_approval."""
    return [*tier(policy, "deny"), *tier(policy, "require_approval")]


def flattened_allows(rules: tuple[Rule, ...]) -> list[Rule]:
    """Return allow and warn rules so that those up to the last `warn` are legacy rules."""
    last_warn = max((at for at, rule in enumerate(rules) if rule.effect == WARN), default=-1)
    flat = []
    for at, rule in enumerate(rules):
        if at > last_warn:
            flat.append(without_legacy(rule))
        elif all(
            condition.name in capfence_vocabulary.LEGACY_CONDITIONS for condition in rule.conditions
        ):
            flat.append(place_in_section(rule, "rules"))
        else:
            message = f"rule `{rule.id}` comes before a `warn`, and `rules:` cannot say it"
            raise PolicyError(f"cannot write the merged policy in one file: {message}")
    return flat


def without_legacy(rule: Rule) -> Rule:
    """Return the rule as one of a section; raise PolicyError where a section cannot say it."""
    if rule.section != "rules":
        return rule
    if not rule.capability:
        message = f"rule `{rule.id}` has no capability, and only `rules:` can say that"
        raise PolicyError(f"cannot write the merged policy in one file: {message}")
    return place_in_section(rule, ACTION_OF[rule.effect])


def place_in_section(rule: Rule, section: str) -> Rule:
    """Return the rule as one of that section, without the notes of the older form."""
    return replace(rule, section=section, notes=())


def tier(policy: Policy, name: str) -> tuple[Rule, ...]:
    """Return the rules of the tier of that name."""
    return next(tier.rules for tier in policy.tiers if tier.name == name)


def section_entry(rule: Rule) -> Any:
    """Return a rule as an entry of its section."""
    if not rule.conditions and isinstance(rule.capability, str):
        return rule.capability
    conditions = {str(condition.name): condition.value for condition in rule.conditions}
    return {"capability": rule.capability, **conditions}


def legacy_entry(rule: Rule) -> dict[str, Any]:
    """Return a rule as an entry of the older `rules:` list."""
    conditions = {str(condition.name): condition.value for condition in rule.conditions}
    action = {"action": ACTION_OF[rule.effect]}
    return {**dict(rule.notes), "capability": rule.capability, **conditions, **action}


def level_of(rule: Rule) -> Any:
    """Return the risk level that a rule of the risk tier asks for."""
    return rule.conditions[0].value


def level_entry(rule: Rule) -> dict[Any, Any]:
    """Return the entry of a risk level."""
    action = "allow" if rule.effect is None else ACTION_OF[rule.effect]
    return {**dict(rule.notes), "action": action}
