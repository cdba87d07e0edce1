"""The policy of a running service: read again on request, in force only if it may be."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.action_envelope import policy_digest
from fencekit.gate.gate import Gate
from fencekit.model.errors import FencekitError, PolicyError
from fencekit.model.policy import Policy

NotLooser = Callable[[Policy, Policy], str]
"""Returns why a policy may be looser than the one before; empty where it is proved not to be."""


@dataclass
class PolicyFile:
    """The file of the policy in force; `not_looser` is asked before another comes in force."""

    path: str
    policy_root: str | None = None
    not_looser: NotLooser | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def load(self) -> Policy:
        """Return the policy in the file."""
        return load_policy(self.path, policy_root=self.policy_root)

    def reload(self, gate: Gate) -> str:
        """Put the policy in the file in force, and return its digest.

        Raises FencekitError, and the policy before stays in force, where the file does not load, or
        where it has to be no looser and is not proved to be.
        """
        with self._lock:
            policy = self.load()
            if self.not_looser is not None and policy != gate.policy:
                why = self.not_looser(gate.policy, policy)
                if why:
                    hint = "waive the finding, or start the service anew with the policy"
                    raise PolicyError(f"the policy stays as it was: {why}", hint=hint)
            gate.reload(policy)
            return policy_digest(policy)


def reload_policy(file: PolicyFile, gate: Gate, say: Callable[[str], None]) -> None:
    """Reload the policy and say what came of it; raise nothing."""
    try:
        digest = file.reload(gate)
    except FencekitError as error:
        say(f"not reloaded: {error}")
    else:
        say(f"reloaded `{file.path}`: {digest[:12]}")
