"""A policy of the token dialect back to a token: from its own text, or from its rules."""

from typing import Any

from fencekit.dialects.token.token_reader import CAPABILITIES, SCHEMA, SETTLED, Token, read_token
from fencekit.dialects.token.token_rules import format_moment, policy_of
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy, Rule
from fencekit.model.verdict import Verdict
from fencekit.reading import json


def token_document(token: Token) -> str:
    """Return a token as JSON, without its signatures and without its proof."""
    root, *narrower = [
        {key: value for key, value in block.body.items() if key != "next"} for block in token.blocks
    ]
    return json.write({**root, **({"narrowed": narrower} if narrower else {})}, indent=2) + "\n"


def write(policy: Policy) -> str:
    """Return the policy as a token; raise PolicyError where a token of one block cannot say it."""
    note = dict(policy.notes).get("token")
    if not isinstance(note, str):
        raise PolicyError("cannot write the policy as a token: it was read from none")
    token = read_token(note, policy.file)
    if policy_of(token).tiers == policy.tiers:
        return note
    if len(token.blocks) > 1:
        raise PolicyError("cannot write an edited token that is narrowed: edit one of its blocks")
    text = written_from_rules(policy, token)
    if policy_of(read_token(text, policy.file)).tiers != policy.tiers:
        raise PolicyError("cannot write the edited rules as a token")
    return text


def written_from_rules(policy: Policy, token: Token) -> str:
    """Return a token of one block whose tools are granted what the rules say."""
    by_tool: dict[str, list[Rule]] = {}
    for rule in policy.rules:
        by_tool.setdefault(rule.id.rpartition("-")[0], []).append(rule)
    page: dict[str, Any] = {
        "schema": SCHEMA,
        "holder": token.holder,
        "expires": format_moment(token.expires),
        "workspace": token.workspace,
        "tools": [
            entry(name, rules, token.workspace) for name, rules in sorted(by_tool.items()) if rules
        ],
    }
    return json.write(page, indent=2) + "\n"


def entry(name: str, rules: list[Rule], workspace: str) -> dict[str, Any]:
    """Return what one tool is granted."""
    granted = [rule for rule in rules if rule.effect and rule.effect.verdict is not Verdict.DENY]
    denied = [rule for rule in rules if rule not in granted]
    said: dict[str, Any] = {"name": name}
    if name not in CAPABILITIES:
        said["capability"] = rules[0].capability
    if any(rule.conditions for rule in granted):
        said["paths"] = patterns(granted, workspace)
    if denied:
        said["except"] = patterns(denied, workspace)
    if granted and granted[0].effect:
        for duty in sorted(granted[0].effect.obligations):
            key, _, value = duty.name.partition("=")
            if key == "max_bytes":
                said[key] = int(value)
            elif key not in SETTLED:
                said.setdefault("guardrails", []).append(duty.name)
        if granted[0].effect.verdict is Verdict.ESCALATE:
            said["approval"] = True
    return said


def patterns(rules: list[Rule], workspace: str) -> list[str]:
    """Return the globs of rules as patterns below the workspace, folders with what is in them."""
    globs = [str(rule.conditions[0].value) for rule in rules if rule.conditions]
    folders = {one[:-2] for one in globs if one.endswith("/*")}
    base = workspace.rstrip("/")
    return [
        one.removeprefix(f"{base}/").replace("*", "**").replace("[?]", "?").replace("[[]", "[")
        for one in globs
        if one not in folders
    ]
