"""What the laws are asked about: small policies and requests, of few words, so that they meet."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from fencekit.dialects.capfence.policy_layer import read_layer
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.reading import yaml

PATTERNS = ("*", "pay.*", "pay", "shell", "shell.exec", "shell.*.prod", "*.exec", "a b", "pay.out")
CAPABILITIES = (
    "pay.in",
    "pay.out.prod",
    "shell.exec",
    "shell.exec.prod",
    "payroll run",
    "a b",
    "*",
)
WORDS = ("rm", "r", "rm -rf", "drop", "RM", "", "\u017f", "'")
TEXTS = ("rm -rf /", "RM", "drop it", "", "x", "it's", "r")
NUMBERS = (0, 1, 5, 5.5, 10)
PATHS = ("/", "/etc", "/etc/passwd", "/tmp", "")
NAMES = ("prod", "dev", "p*", "*", "d?v", "[pd]*")
VALUES = ("prod", "dev", "pro", "x", "")
LEVELS = ("low", "high", "h*", "critical")
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "contains": st.sampled_from(WORDS),
    "match_keywords": st.lists(st.sampled_from(WORDS), max_size=2),
    "match_regex": st.sampled_from(["^rm", "r", r"\s", "(?i)DROP", "^$"]),
    "path_prefix": st.sampled_from(PATHS),
    **{
        f"{subject}_{test}": st.sampled_from(NUMBERS)
        for subject in ("amount", "caller_depth")
        for test in ("gt", "gte", "lt", "lte")
    },
    **dict.fromkeys(("environment", "user_role", "tenant"), st.sampled_from(NAMES)),
    **dict.fromkeys(("table", "tool_name"), st.sampled_from(NAMES)),
    "risk_level": st.sampled_from([*LEVELS, "*"]),
}
LEGACY = {name: CONDITIONS[name] for name in ("match_keywords", "match_regex")}
ACTIONS = ("allow", "deny", "block", "require_approval", "warn")


def subset(values: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[Any]:
    """Draw a mapping with a few of the keys."""
    return st.lists(st.sampled_from(sorted(values)), max_size=most, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: values[name] for name in names})
    )


section_rules = st.one_of(
    st.sampled_from(PATTERNS),
    st.builds(
        lambda capability, conditions: {"capability": capability, **conditions},
        st.sampled_from(PATTERNS),
        subset(CONDITIONS, 2),
    ),
)
legacy_rules = st.builds(
    lambda action, capability, conditions: {
        "action": action,
        "capability": capability,
        **conditions,
    },
    st.sampled_from(ACTIONS),
    st.sampled_from(PATTERNS),
    subset(LEGACY, 1),
)
levels = st.dictionaries(
    st.sampled_from(LEVELS), st.fixed_dictionaries({"action": st.sampled_from(ACTIONS)}), max_size=3
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "rules": st.lists(legacy_rules, max_size=3),
        **dict.fromkeys(("deny", "require_approval", "allow"), st.lists(section_rules, max_size=3)),
        "risk_levels": levels,
    },
)


def policy_of(document: dict[str, Any]) -> Policy:
    """Return the policy that the document spells."""
    return policy_of_text(yaml.write(document))


def policy_of_text(text: str) -> Policy:
    """Return the policy that the text spells."""
    located = yaml.parse(text, "policy.yaml", PolicyError)
    return read_layer(located).policy("policy.yaml", ())


policies = st.builds(policy_of, documents)

amounts = st.one_of(
    st.sampled_from([*NUMBERS, 0.5, 6, -1, "5", "x", None, True, "nan", [5]]), st.integers(-2, 12)
)
arguments = subset(
    {
        "command": st.sampled_from(TEXTS),
        "note": st.one_of(st.sampled_from(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=2)),
        "data": st.fixed_dictionaries({}, optional={"deep": st.sampled_from(TEXTS)}),
        **dict.fromkeys(("amount", "total"), amounts),
        **dict.fromkeys(("path", "file"), st.sampled_from([*PATHS, None, "etc"])),
        **dict.fromkeys(("environment", "tenant", "table"), st.sampled_from(VALUES)),
        "risk_level": st.sampled_from(LEVELS),
    },
    4,
)
contexts = subset(
    {
        **dict.fromkeys(("user_role", "tenant", "table", "tool_name"), st.sampled_from(VALUES)),
        "caller_depth": st.one_of(st.integers(-1, 11), st.sampled_from(["5", None, 5.5])),
        "risk_level": st.sampled_from([*LEVELS, "other", None, 5]),
    },
    4,
)
requests = st.builds(
    Request,
    st.sampled_from(CAPABILITIES),
    principal=st.sampled_from([None, "ann"]),
    environment=st.sampled_from([None, "prod", "dev"]),
    context=contexts,
    args=arguments,
)


def masked(random: Random, request: Request) -> Request:
    """Return the request with some of it unknown; it may still be whole."""
    return Request(
        UNKNOWN if random.random() < 0.2 else request.capability,
        principal=request.principal,
        environment=UNKNOWN if random.random() < 0.2 else request.environment,
        context=masked_facts(random, request.context),
        args=masked_facts(random, request.args),
    )


def masked_facts(random: Random, facts: Facts) -> Facts:
    """Return the object with none, some or all of it unknown."""
    choice = random.random()
    if choice < 0.25:
        return facts
    if choice < 0.5:
        return Facts({}, open=True)
    is_open = random.random() < 0.5
    kept = {
        key: masked_value(random, value)
        for key, value in facts.values.items()
        if not (is_open and random.random() < 0.3)
    }
    return Facts(kept, open=is_open)


def masked_value(random: Random, value: Any) -> Any:
    """Return the value, or UNKNOWN, or the value with something inside unknown."""
    if random.random() < 0.3:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: masked_value(random, item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked_value(random, item) for item in value]
    return value
