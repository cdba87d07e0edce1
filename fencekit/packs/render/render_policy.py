r"""From the source of a pack to the text of a policy, for one variant and one set of parameters.

Everything that is allowed is allowed whole. What an allow rule names so is left to it by one rule
before it, which escalates every other call of the capability: `\A(?!…\Z)` around the text of all
values. The allow rule itself does not repeat the pattern, so that it stands in one place only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from fencekit.model.errors import PackError
from fencekit.packs.pack.pack_variants import VARIANTS, Variant
from fencekit.packs.render.pack_source import PackSource, SourceRule
from fencekit.packs.render.pattern_terms import Parameters, Terms, either
from fencekit.reading import json
from fencekit.reading.yaml import Located

REST = "what no allow rule names goes to a person"
LEFT = "fencekit: ignore[wildcard-allow] guardrails say nothing of what is left"
HEADER = "# Rendered from source/policy.yaml: change that, and render it again.\n"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rule as the policy has it: the reason for it, its capability, its conditions."""

    why: str
    capability: str
    conditions: tuple[tuple[str, Any], ...] = ()


Sections = dict[str, list[Rendered]]


def render(
    source: PackSource,
    variant: Variant,
    parameters: Parameters,
    *,
    title: str,
    head: str = HEADER,
) -> str:
    """Return the text of a variant; `head` is its first line."""
    terms = Terms(source.terms, parameters, variant)
    sections: Sections = {
        "deny": list(expand_rules(source.of("deny", variant), terms)),
        "require_approval": [
            *expand_rules(source.of("escalate", variant), terms),
            *rest(source, variant, terms),
        ],
        "allow": list(expand_rules(source.of("allow", variant), terms)),
    }
    refuse_crossing(source)
    return page(f"{source.name}-{variant}", title, sections, head)


def render_guardrails(
    source: PackSource, parameters: Parameters, *, title: str, head: str = HEADER
) -> str:
    """Return the text of the guardrails: every variant must be at least as strict as they are.

    Where a term differs by variant, they use the loosest.
    """
    terms = Terms(source.terms, parameters, Variant.PERMISSIVE)
    parts = {
        section: [rule for rule in source.guardrails if rule.section == section]
        for section in ("deny", "escalate", "only")
    }
    sections: Sections = {
        "deny": list(expand_rules(parts["deny"], terms)),
        "require_approval": [
            *expand_rules(parts["escalate"], terms),
            *(
                Rendered(rule.why, name, (("match_regex", [outside(wholes([rule], terms))]),))
                for rule in parts["only"]
                for name in rule.capabilities
            ),
        ],
        "allow": [Rendered(LEFT, "*")],
    }
    return page(f"{source.name}-guardrails", title, sections, head)


def expand_rules(rules: Iterable[SourceRule], terms: Terms) -> Iterator[Rendered]:
    """Yield each rule once for each capability, and each value of a condition, that it names."""
    for rule in rules:
        for capability, asked in product(rule.capabilities, product(*conditions(rule, terms))):
            yield Rendered(rule.why, capability, asked)


def rest(source: PackSource, variant: Variant, terms: Terms) -> Iterator[Rendered]:
    """Yield, for each capability, the rule that escalates what no allow rule names whole.

    Where an allow rule of any variant lacks `whole`, the source itself says what else there is.
    """
    allows: dict[str, list[SourceRule]] = {}
    for rule in source.rules:
        for capability in rule.capabilities:
            allows.setdefault(capability, []).extend([rule] if rule.section == "allow" else [])
    for capability, rules in allows.items():
        if any(rule.find("whole") is None for rule in rules):
            continue
        mine = [rule for rule in rules if rule.is_in(variant)]
        asked = (("match_regex", [outside(wholes(mine, terms))]),) if mine else ()
        yield Rendered(REST, capability, asked)


def refuse_crossing(source: PackSource) -> None:
    """Raise PackError where one capability has several allow rules with patterns and conditions.

    What one of them names would else be allowed under the conditions of another.
    """
    seen: dict[str, SourceRule] = {}
    for rule in source.rules:
        if rule.section != "allow" or rule.find("whole") is None:
            continue
        for capability in rule.capabilities:
            other = seen.setdefault(capability, rule)
            if other is not rule and len(other.conditions) + len(rule.conditions) > 2:
                message = f"`{capability}` has another allow rule with `whole` and a condition"
                raise PackError(message, place=rule.place)


def wholes(rules: Iterable[SourceRule], terms: Terms) -> str:
    """Return the regex of what any of the rules allows whole."""
    found = [rule.find("whole") for rule in rules]
    return either([terms.regex(whole) for whole in found if whole is not None])


def outside(regex: str) -> str:
    """Return the regex that finds every text but those that `regex` matches whole."""
    flag, body = split_flag(regex)
    return rf"{flag}\A(?!(?:{body})\Z)"


def split_flag(regex: str) -> tuple[str, str]:
    """Return the flag that a regex begins with, which must stay first, and what follows it."""
    flag = "(?i)" if regex.startswith("(?i)") else ""
    return flag, regex.removeprefix(flag)


def conditions(rule: SourceRule, terms: Terms) -> Iterator[list[tuple[str, Any]]]:
    """Yield, for each condition of a rule, what it is in the language of the policy.

    That is one entry, or one for each of several values, of which any may hold: none, where they
    are those of a parameter without a value. Then nothing can meet the condition, and no rule is
    rendered. An allow rule allows nothing so; a deny or escalate rule has nothing to stop.
    """
    for name, value in rule.conditions:
        if name == "whole":
            continue  # it is what the rule for the rest leaves
        if name == "unless":
            yield [("match_regex", [outside(terms.regex(value))])]
        elif name == "match_regex":
            yield [(name, [terms.regex(item) for item in value.elements])]
        elif name == "match_keywords":
            words = [word for item in value.elements for word in keywords(item, terms)]
            yield [(name, words)] if words or not value.elements else []
        else:
            yield [(name, one) for one in plain(value, terms)]


def keywords(item: Located, terms: Terms) -> list[str]:
    """Return the keywords that an entry stands for: itself, or one for each value of a parameter.

    A keyword with a parameter says what stands before and after the value.
    """
    if not isinstance(item.value, dict):
        return [str(item.value)]
    values = parameter(item.find("parameter"), item, terms.parameters)
    before, after = item.value.get("before", ""), item.value.get("after", "")
    return [f"{before}{value}{after}" for value in values]


def plain(value: Located, terms: Terms) -> tuple[Any, ...]:
    """Return the values of a condition: those written, a parameter's, or those of this variant."""
    if isinstance(value.value, list):
        return tuple(one for item in value.elements for one in plain(item, terms))
    if not isinstance(value.value, dict):
        return (value.value,)
    if set(value.value) == set(VARIANTS):
        chosen = value.find(str(terms.variant))
        assert chosen is not None
        return plain(chosen, terms)
    return parameter(value.find("parameter"), value, terms.parameters)


def parameter(name: Located | None, user: Located, parameters: Parameters) -> tuple[Any, ...]:
    """Return the values of a parameter; raise PackError where there is none of the name."""
    if name is None or name.value not in parameters:
        said = "" if name is None else f": `{name.value}`"
        raise PackError(f"no such parameter{said}", place=user.place)
    return parameters[name.value]


def page(name: str, title: str, sections: Mapping[str, list[Rendered]], head: str) -> str:
    """Return the text of a policy."""
    lines = [head, f"version: 1\npolicy_name: {name}\ndescription: {quote_value(title)}\n"]
    for section, rules in sections.items():
        if rules:
            lines.append(f"{section}:\n")
            lines.extend(entry(rule) for rule in rules)
    return "".join(lines)


def entry(rule: Rendered) -> str:
    """Return the text of one rule, the reason for it above it."""
    lines = [f"  # {rule.why}\n", f"  - capability: {quote_value(rule.capability)}\n"]
    for name, value in rule.conditions:
        if isinstance(value, list):
            lines.append(f"    {name}:\n")
            lines.extend(f"      - {quote_value(item)}\n" for item in value)
        else:
            lines.append(f"    {name}: {quote_value(value)}\n")
    return "".join(lines)


def quote_value(value: Any) -> str:
    """Return a value as YAML on one line; text is quoted, and escaped only where it must be."""
    if not isinstance(value, str):
        return json.write(value)
    if value.isascii() and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.write(value)
