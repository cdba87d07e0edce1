"""The real CapFence package as an engine: the oracle of its dialect, where it is installed.

It decides what is known only, and names no condition: a decision has the effect, and the rule that
CapFence says decided, found by its number. What CapFence raises is a DENY with the error in it.
"""

import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fencekit.engines.engine_protocol import Fidelity
from fencekit.model.decision import Decision, Outcome
from fencekit.model.errors import EngineError
from fencekit.model.policy import Policy, Rule
from fencekit.model.request import Request
from fencekit.model.verdict import ALLOW, DENY, ESCALATE, WARN, Effect

EFFECTS: dict[str, Effect] = {
    "deny": DENY,
    "default_deny": DENY,
    "require_approval": ESCALATE,
    "warn": WARN,
    "allow": ALLOW,
}
"""CapFence's verdicts as effects."""

INSTALL = "install it with `pip install pytest-fencekit[capfence]`"


class CapFenceEvaluator:
    """A policy as CapFence itself has loaded it from its file."""

    def __init__(self, policy: Policy, loaded: Any) -> None:
        self.policy = policy
        self._loaded = loaded
        self._by_index = {rule.index: rule for rule in policy.rules if rule.index is not None}
        self._levels = [rule for rule in policy.rules if rule.section == "risk_levels"]

    def decide(self, request: Request) -> Decision:
        """Return the decision; raise nothing."""
        if not request.whole:
            return Decision.denial(EngineError("CapFence decides what is known only"))
        context = dict(request.context.values)
        if request.environment is not None:
            context["environment"] = request.environment
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                said = self._loaded.explain(request.capability, context, request.args.values)
        # Whatever it raises, the call is not let through.
        except Exception as error:  # noqa: BLE001
            return Decision.denial(EngineError(f"{type(error).__name__}: {error}"))
        return Decision((Outcome(EFFECTS[said["verdict"]], self._rule(said)),))

    def _rule(self, said: dict[str, Any]) -> Rule | None:
        if said["section"] == "risk_levels":
            level = said["reason"].removeprefix("risk_level:")
            return next(rule for rule in self._levels if rule.conditions[0].value == level)
        return self._by_index.get(said["rule_index"])


@dataclass(frozen=True)
class CapFenceEngine:
    """The engine that is CapFence."""

    name: str = "capfence"
    fidelity: Fidelity = Fidelity.RULE

    def compile(self, policy: Policy) -> CapFenceEvaluator:
        """Return CapFence's own reading of the policy's file.

        Raises EngineError where CapFence is not installed, or does not load the file.
        """
        try:
            loader = import_module("capfence.core.policy").PolicyLoader
        except ImportError as error:
            raise EngineError("the package `capfence` is not installed", hint=INSTALL) from error
        try:
            return CapFenceEvaluator(policy, loader([]).load(policy.file))
        # Whatever it raises, it does not take the policy.
        except Exception as error:
            raise EngineError(f"CapFence does not load `{policy.file}`: {error}") from error


ENGINE = CapFenceEngine()
