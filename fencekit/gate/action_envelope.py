"""The exact action that an approval is bound to: a SHA-256 over JSON as RFC 8785 writes it.

Every value of the envelope is one text, the arguments too: two texts are the same action only where
they are the same text, so that another order of keys or another spelling of a number is another
action. For an object of texts, RFC 8785 asks for sorted keys and the shortest escapes, no more.
"""

import hashlib
from typing import Any

from fencekit.gate.tools import Normalised
from fencekit.model.policy import Policy
from fencekit.reading import json

VERSION = "fencekit.action/1"


def envelope(normalised: Normalised, policy: str) -> dict[str, str]:
    """Return what makes an action the one that it is; `policy` is the digest of the policy."""
    call = normalised.call
    return {
        "arguments": call.arguments,
        "capability": str(normalised.request.capability),
        "context": call.context,
        "decided": normalised.decided,
        "environment": call.environment,
        "policy": policy,
        "principal": call.principal,
        "session": call.session,
        "tool": call.tool,
        "version": VERSION,
    }


def digest_of(envelope: dict[str, str]) -> str:
    """Return the digest of an envelope, in hex."""
    return hashlib.sha256(canonical_json(envelope)).hexdigest()


def action_digest(normalised: Normalised, policy: str) -> str:
    """Return the digest of the exact action, in hex."""
    return digest_of(envelope(normalised, policy))


def canonical_json(value: dict[str, Any]) -> bytes:
    """Return an object of texts, null and small integers as RFC 8785 writes it.

    Its keys are ASCII, for which the order of code points is that of UTF-16.
    """
    assert all(key.isascii() for key in value)
    return json.write({key: value[key] for key in sorted(value)}).encode()


def policy_digest(policy: Policy) -> str:
    """Return the SHA-256 of a policy, in hex: of its file, or of the list of all its files.

    A policy that was read from no file is known by its rules.
    """
    digests = [file.sha256 for file in policy.files]
    if len(digests) == 1:
        return digests[0]
    said = "\n".join(digests) if digests else repr((policy.dialect, policy.tiers, policy.notes))
    return hashlib.sha256(said.encode()).hexdigest()
