"""One CapFence file as a layer: its own rules and risk levels, before `extends` merges them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.dialects.capfence.rule_names import name_rules
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Condition, ConditionName, Policy, Rule, Tier
from fencekit.model.source import Place, SourceFile
from fencekit.reading.message_words import nearest
from fencekit.reading.yaml import Located

EMPTY = "is empty: write `[]` or take it out"

Refuse = Callable[[str, Place], None]
"""Takes a complaint that CapFence makes too, and where."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The rules of one file in CapFence's order, or of several that were merged."""

    rules: tuple[Rule, ...] = ()
    risk_levels: dict[Hashable, Rule] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def over(self, parent: "Layer") -> "Layer":
        """Return this layer over its parent: its rules come first, its levels and notes win."""
        return Layer(
            self.rules + parent.rules,
            {**parent.risk_levels, **self.risk_levels},
            {**parent.notes, **self.notes},
        )

    def with_prefix(self, prefix: str) -> "Layer":
        """Return the layer with every rule's id prefixed, as rules of a parent are."""

        def rename(rule: Rule) -> Rule:
            return rule if ":" in rule.id else replace(rule, id=f"{prefix}:{rule.id}")

        levels = {level: rename(rule) for level, rule in self.risk_levels.items()}
        return Layer(tuple(map(rename, self.rules)), levels, self.notes)

    def policy(self, file: str, files: tuple[SourceFile, ...]) -> Policy:
        """Return the policy that the layer is."""
        numbered = [
            rule if rule.index == index else replace(rule, index=index)
            for index, rule in enumerate(self.rules)
        ]
        of_tier: dict[str, list[Rule]] = {name: [] for name in capfence_vocabulary.TIERS}
        for rule in numbered:
            assert rule.effect is not None
            of_tier[capfence_vocabulary.TIER_OF[rule.effect]].append(rule)
        of_tier["risk_levels"] = list(self.risk_levels.values())
        tiers = tuple(
            Tier(name, tuple(of_tier[name]), pick)
            for name, pick in capfence_vocabulary.TIERS.items()
        )
        return Policy("capfence", tiers, tuple(self.notes.items()), file, files)


def read_layer(document: Located | None, text: str = "") -> Layer:
    """Return the layer that a document spells; raise PolicyError for what CapFence refuses too.

    `text` is what the document was read from: comments in it may name rules.
    """
    if document is None or not document.value:
        return Layer()
    if not isinstance(document.value, dict):
        raise PolicyError("a policy is a mapping", place=document.place)
    problems: list[PolicyError] = []

    def refuse(message: str, place: Place) -> None:
        problems.append(PolicyError(message, place=place))

    refuse_unknown(document, capfence_vocabulary.TOP_LEVEL, "key", refuse)
    rules: list[Rule] = []
    for section, read in (
        ("rules", read_legacy_rule),
        *((s, read_rule) for s in capfence_vocabulary.SECTIONS),
    ):
        given = document.find(section)
        if given is None:
            continue
        if not isinstance(given.value, list):
            what = EMPTY if given.value is None else "is not a list of rules"
            refuse(f"`{section}` {what}", given.place)
            continue
        for number, item in enumerate(given.elements, 1):
            rule = read(item, section, number, refuse)
            if rule is not None:
                rules.append(rule)
    rules = name_rules(rules, text, document.place.file, lambda *_: None)
    levels = read_risk_levels(document.find("risk_levels"), refuse)
    notes = {
        name: document.value[name] for name in capfence_vocabulary.NOTES if name in document.value
    }
    if problems:
        raise PolicyError.together(problems)
    return Layer(tuple(rules), levels, notes)


def read_rule(item: Located, section: str, number: int, refuse: Refuse) -> Rule | None:
    """Return a rule of `deny`, `require_approval` or `allow`, or None when it was refused."""
    name = f"{section}-{number}"
    effect = capfence_vocabulary.ACTIONS[section]
    if isinstance(item.value, str):
        return Rule(name, section, effect, item.value, place=item.place)
    if not isinstance(item.value, dict):
        refuse(f"rule `{name}` is neither a mapping nor a capability", item.place)
        return None
    if not item.value.get("capability"):
        refuse(f"rule `{name}` has no `capability`", item.place)
        return None
    known = frozenset({"capability", *capfence_vocabulary.CONDITIONS})
    if refuse_unknown(item, known, f"condition in rule `{name}`", refuse):
        return None
    conditions = read_conditions(item, tuple(capfence_vocabulary.CONDITIONS))
    return Rule(name, section, effect, item.value["capability"], conditions, place=item.place)


def read_legacy_rule(item: Located, section: str, number: int, refuse: Refuse) -> Rule | None:
    """Return a rule of the older `rules:` list, or None when it was refused."""
    name = f"{section}-{number}"
    if not isinstance(item.value, dict):
        refuse(f"rule `{name}` is not a mapping", item.place)
        return None
    action = read_action(item, capfence_vocabulary.ACTIONS, f"rule `{name}`", refuse)
    unknown = refuse_unknown(item, capfence_vocabulary.LEGACY_KEYS, f"key in rule `{name}`", refuse)
    if action is None or unknown:
        return None
    capability = item.value.get("capability", "*")
    conditions = read_conditions(item, capfence_vocabulary.LEGACY_CONDITIONS)
    notes = tuple(
        (key, item.value[key]) for key in capfence_vocabulary.LEGACY_NOTES if key in item.value
    )
    effect = capfence_vocabulary.ACTIONS[action]
    return Rule(name, section, effect, capability, conditions, notes, place=item.place)


def read_risk_levels(given: Located | None, refuse: Refuse) -> dict[Hashable, Rule]:
    """Return one rule for each risk level; it asks for the level and covers every capability."""
    levels: dict[Hashable, Rule] = {}
    if given is None:
        return levels
    if given.value is None:
        refuse(f"`risk_levels` {EMPTY}", given.place)
        return levels
    if not isinstance(given.value, dict):
        refuse("`risk_levels` is not a mapping from levels to actions", given.place)
        return levels
    for key, config in given.items:
        if not isinstance(config.value, dict):
            refuse(f"risk level `{key.value}` is not a mapping with an `action`", config.place)
            continue
        action = read_action(
            config, capfence_vocabulary.ACTIONS, f"risk level `{key.value}`", refuse
        )
        if action is None:
            continue
        asks = Condition(ConditionName.RISK_LEVEL_IS, key.value, key.place)
        levels[key.value] = Rule(
            id=f"risk_levels-{key.value}",
            section="risk_levels",
            effect=capfence_vocabulary.RISK_ACTIONS[action],
            capability=capfence_vocabulary.EVERY_CALL,
            conditions=(asks,),
            notes=tuple(pair for pair in config.value.items() if pair[0] != "action"),
            place=key.place,
        )
    return levels


def read_action(item: Located, known: dict[str, Any], name: str, refuse: Refuse) -> str | None:
    """Return the action of a legacy rule or risk level, or None when it was refused."""
    given = item.find("action")
    if given is None:
        refuse(f"{name} has no `action`", item.place)
        return None
    if not isinstance(given.value, str) or given.value not in known:
        listed = ", ".join(known)
        refuse(f"{name} has the action `{given.value}`, which is none of {listed}", given.place)
        return None
    return given.value


def read_conditions(item: Located, names: tuple[str, ...]) -> tuple[Condition, ...]:
    """Return the conditions among the keys of a rule, in their order."""
    return tuple(
        Condition(capfence_vocabulary.CONDITIONS[key.value], value.value, key.place)
        for key, value in item.items
        if key.value in names
    )


def refuse_unknown(item: Located, known: frozenset[str], what: str, refuse: Refuse) -> bool:
    """Refuse each key that is not among the known ones; say whether there was one."""
    unknown = [key for key, _ in item.items if key.value not in known]
    for key in unknown:
        near = nearest(str(key.value), sorted(known))
        refuse(f"unknown {what}: `{key.value}`{near}", key.place)
    return bool(unknown)
