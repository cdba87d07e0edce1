"""Policies of one page for the tests of what is drawn."""

from hashlib import sha256
from textwrap import dedent

from fencekit.dialects.capfence.policy_layer import read_layer
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy
from fencekit.model.source import SourceFile
from fencekit.reading import yaml


def policy(text: str, file: str = "policy.yaml") -> Policy:
    """Return the policy that a text spells, with the text as its source."""
    text = dedent(text).lstrip("\n")
    source = SourceFile(file, sha256(text.encode()).hexdigest(), text)
    return read_layer(yaml.parse(text, file, PolicyError)).policy(file, (source,))


IN_FORCE = policy(
    """
    deny:
      - capability: shell.exec
        match_keywords: ["rm -rf", "mkfs"]
      - capability: payment.create
        amount_gt: 500
    require_approval:
      - capability: payment.create
        amount_gt: 100
    risk_levels:
      critical: {action: block}
    allow:
      - capability: shell.exec
        match_regex: '^(ls|cat [a-z/]+)(\\s|$)'
      - capability: payment.create
      - capability: file.read
        path_prefix: ./workspace/
    """
)
"""The policy in force of most tests; candidates are IN_FORCE with something replaced."""


def edited(old: str, new: str, *, of: Policy = IN_FORCE) -> Policy:
    """Return a policy with one piece of its text replaced; the piece occurs once."""
    (source,) = of.files
    assert source.text.count(old) == 1, old
    return policy(source.text.replace(old, new), "candidate.yaml")
