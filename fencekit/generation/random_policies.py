"""Small policies of few words, so that their rules meet: every section, condition and effect."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.dialects.capfence.policy_layer import read_layer
from fencekit.model.errors import PolicyError
from fencekit.model.policy import ConditionName, Policy
from fencekit.model.source import SourceFile
from fencekit.reading import yaml
from fencekit.regex.random_choices import Choices, menu

FILE = "policy.yaml"
CAPABILITIES = (
    *("shell.exec", "shell.exec.production", "shell.*", "shell", "payment.create", "payment.*"),
    *("payment", "file.read", "file.*.staging", "*.read", "*"),
)
KEYWORDS = ("rm", "rm -rf", "drop", "DROP TABLE", "sudo ", "secret")
PATTERNS = ("^ls", "^ls( |$)", r"\brm\b", r"(?i)drop\s+table", r"^\w+$", r"[0-9]{3,}", "x{1,3}$")
NUMBERS = (100, 0, 1, 50, 1000, 99.5)
DEPTHS = (1, 0, 2, 3)
PREFIXES = ("/srv/", "/etc", "/", "./", "/srv/app/")
NAMES: dict[ConditionName, tuple[str, ...]] = {
    ConditionName.ENVIRONMENT: ("production", "staging", "prod*", "*"),
    ConditionName.USER_ROLE: ("admin", "viewer", "?dmin"),
    ConditionName.TENANT: ("acme", "ac*", "globex"),
    ConditionName.TABLE: ("users", "audit_*", "*"),
    ConditionName.TOOL_NAME: ("search", "admin_*", "[!a]*"),
    ConditionName.RISK_LEVEL: ("high", "critical", "h*"),
}
LEVELS = ("low", "medium", "high", "critical")
PATHS = ("/srv/*", "/srv/app/*.md", "*.py", "/etc/hosts", "*")
SECTION_SIZES = menu((3, 0), (4, 1), (4, 2), (2, 3))
LEVEL_COUNTS = menu((4, 0), (1, 1), (1, 2), (1, 4))


def one_of(options: tuple[Any, ...], choices: Choices) -> Any:
    """One of a few values."""
    return choices.pick(options)


def some_of(options: tuple[Any, ...], choices: Choices) -> Any:
    """One of a few values, or a list of one or two."""
    count = choices.upto(2)
    return choices.pick(options) if count == 0 else [choices.pick(options) for _ in range(count)]


VALUES: dict[ConditionName, Callable[[Choices], Any]] = {
    ConditionName.CONTAINS: partial(one_of, KEYWORDS),
    ConditionName.MATCH_KEYWORDS: partial(some_of, KEYWORDS),
    ConditionName.MATCH_REGEX: partial(some_of, PATTERNS),
    ConditionName.AMOUNT_GT: partial(one_of, NUMBERS),
    ConditionName.AMOUNT_GTE: partial(one_of, NUMBERS),
    ConditionName.AMOUNT_LT: partial(one_of, NUMBERS),
    ConditionName.AMOUNT_LTE: partial(one_of, NUMBERS),
    ConditionName.PATH_PREFIX: partial(one_of, PREFIXES),
    ConditionName.CALLER_DEPTH_GT: partial(one_of, DEPTHS),
    ConditionName.CALLER_DEPTH_GTE: partial(one_of, DEPTHS),
    ConditionName.CALLER_DEPTH_LT: partial(one_of, DEPTHS),
    ConditionName.CALLER_DEPTH_LTE: partial(one_of, DEPTHS),
    ConditionName.ENVIRONMENT: partial(one_of, NAMES[ConditionName.ENVIRONMENT]),
    ConditionName.USER_ROLE: partial(one_of, NAMES[ConditionName.USER_ROLE]),
    ConditionName.TENANT: partial(one_of, NAMES[ConditionName.TENANT]),
    ConditionName.TABLE: partial(one_of, NAMES[ConditionName.TABLE]),
    ConditionName.TOOL_NAME: partial(one_of, NAMES[ConditionName.TOOL_NAME]),
    ConditionName.RISK_LEVEL: partial(one_of, NAMES[ConditionName.RISK_LEVEL]),
    ConditionName.RISK_LEVEL_IS: partial(one_of, LEVELS),
    ConditionName.PATH: partial(one_of, PATHS),
}
"""A value for each condition; one entry for each condition that there is."""

WRITTEN = tuple(capfence_vocabulary.CONDITIONS.values())
"""The conditions that a rule can write; that of the risk levels is none of them."""


def random_policy(choices: Choices) -> Policy:
    """Return a policy as it is read from its text, which it has with it."""
    document: dict[str, Any] = {}
    for section in capfence_vocabulary.SECTIONS:
        rules = [rule(choices) for _ in range(choices.pick(SECTION_SIZES))]
        if rules:
            document[section] = rules
    if choices.chance(15):
        document["rules"] = [legacy_rule(choices) for _ in range(1 + choices.upto(1))]
    levels = [choices.pick(LEVELS) for _ in range(choices.pick(LEVEL_COUNTS))]
    if levels:
        actions = tuple(capfence_vocabulary.RISK_ACTIONS)
        document["risk_levels"] = {level: {"action": choices.pick(actions)} for level in levels}
    return parse_policy(document)


def rule(choices: Choices) -> Any:
    """Return a rule of a section: a capability, with no condition, one or two."""
    capability = choices.pick(CAPABILITIES)
    names = [choices.pick(WRITTEN) for _ in range(choices.upto(2))]
    if not names:
        return capability
    return {"capability": capability, **{str(name): VALUES[name](choices) for name in names}}


def legacy_rule(choices: Choices) -> dict[str, Any]:
    """Return a rule of the older list."""
    action, capability = (
        choices.pick(tuple(capfence_vocabulary.ACTIONS)),
        choices.pick(CAPABILITIES),
    )
    asked = {"match_keywords": some_of(KEYWORDS, choices)} if choices.chance(60) else {}
    return {"action": action, "capability": capability, **asked}


def parse_policy(document: dict[str, Any]) -> Policy:
    """Return the policy that a document spells, with its text as its source."""
    text = yaml.write(document)
    source = SourceFile(FILE, sha256(text.encode()).hexdigest(), text)
    return read_layer(yaml.parse(text, FILE, PolicyError), text).policy(FILE, (source,))
