"""Small policies in great numbers, and arguments that a log without payloads may have had."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from fencekit.model.policy import ConditionName, Policy
from laws.drawing import ACTIONS, LEVELS, NAMES, NUMBERS, PATHS, PATTERNS, WORDS

NAMED = ("environment", "user_role", "tenant", "table", "tool_name")
SECTIONS = ("deny", "require_approval", "allow")
VALUES = ("prod", "dev", "p", "d", "pro", "x", "dxv", "", "q")
GLOBS = ("prod*", "pro?", "*d", "[!p]*")
BEYOND = 10**400


def condition(chance: Random, patterns: Sequence[str] = ()) -> tuple[str, Any]:
    """Draw a condition; one with patterns, and with more globs, only where some are given."""
    if patterns and chance.random() < 0.2:
        return "match_regex", chance.sample(patterns, chance.choice((1, 1, 2)))
    kind = chance.choice(("words", "path", "amount", "depth", "named", "named", "risk"))
    if kind == "words":
        words = chance.sample(WORDS, chance.choice((0, 1, 2)))
        return ("contains", words[0]) if len(words) == 1 else ("match_keywords", words)
    if kind == "path":
        return "path_prefix", chance.choice(PATHS)
    if kind == "named":
        return chance.choice(NAMED), chance.choice([*NAMES, *GLOBS] if patterns else NAMES)
    if kind == "risk":
        return "risk_level", chance.choice([*LEVELS, "*"])
    subject = "amount" if kind == "amount" else "caller_depth"
    return f"{subject}_{chance.choice(('gt', 'gte', 'lt', 'lte'))}", chance.choice(NUMBERS)


def document(chance: Random, patterns: Sequence[str] = ()) -> dict[str, Any]:
    """Draw a policy of a few rules."""
    made: dict[str, Any] = {}
    for section in SECTIONS:
        if chance.random() < 0.8:
            made[section] = [rule(chance, patterns) for _ in range(chance.randint(1, 2))]
    if chance.random() < 0.2:
        levels = chance.sample(LEVELS, 2)
        made["risk_levels"] = {level: {"action": chance.choice(ACTIONS)} for level in levels}
    return made


def rule(chance: Random, patterns: Sequence[str] = ()) -> dict[str, Any]:
    """Draw a rule of a section."""
    conditions = [condition(chance, patterns) for _ in range(chance.choice((0, 1, 1, 2, 2)))]
    return {"capability": chance.choice(PATTERNS), **dict(conditions)}


def edited(chance: Random, made: dict[str, Any], patterns: Sequence[str] = ()) -> dict[str, Any]:
    """Return the policy with one rule taken out, added or drawn anew."""
    section = chance.choice(SECTIONS)
    rules = list(made.get(section, []))
    at = chance.randrange(len(rules) + 1)
    rules[at : at + chance.choice((0, 1))] = (
        [rule(chance, patterns)] if chance.random() < 0.7 else []
    )
    return {**made, section: rules}


def asked_of(*policies: Policy) -> dict[str, set[Any]]:
    """Return what the policies ask of arguments: words, numbers, paths, and values by name."""
    asked: dict[str, set[Any]] = {"words": set(), "numbers": set(), "paths": set()}
    for policy in policies:
        for _, each in policy.decision_list:
            for asking in each.conditions:
                name, value = asking.name, asking.value
                if name in (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS):
                    asked["words"].update(value if isinstance(value, list) else [value])
                elif name is ConditionName.PATH_PREFIX:
                    asked["paths"].add(value)
                elif name.startswith("amount"):
                    asked["numbers"].add(value)
                elif not name.startswith(("caller", "match")):
                    asked.setdefault(str(name), set()).add(value)
    return asked


def completions(chance: Random, asked: dict[str, set[Any]], most: int) -> Iterator[dict[str, Any]]:
    """Yield arguments of all kinds that matter to what is asked, the empty ones first."""
    words = sorted(map(str, asked["words"]))
    numbers: list[Any] = [float("nan"), BEYOND, "x"]
    numbers += [number + by for number in asked["numbers"] for by in (-1, -0.5, 0, 0.5, 1)]
    paths = [f"{path}{more}" for path in sorted(asked["paths"]) for more in ("", "x")]
    named = [key for key in (*NAMED, "risk_level") if key in asked]
    yield {}
    for _ in range(most):
        density = chance.choice((0.1, 0.4, 0.9))

        def often(density: float = density) -> bool:
            return chance.random() < density

        made: dict[str, Any] = {}
        text = chance.choice(("", ".", "0")).join(
            sorted((word for word in words if often()), key=lambda _: chance.random())
        )
        if often():
            made["command"] = text
        elif often():
            made[text or "k"] = ""
        if often():
            made["amount"] = chance.choice(numbers)
        if often():
            made["path"] = chance.choice([*paths, "zz", ""])
        for key in named:
            if often():
                literal = sorted(map(str, asked[key]))
                made[key] = chance.choice([*(LEVELS if key == "risk_level" else VALUES), *literal])
        items = list(made.items())
        chance.shuffle(items)
        yield dict(items)
