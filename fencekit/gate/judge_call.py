"""What rules, assessor and obligations make of a call: normalise → rules → assessor → combine."""

from dataclasses import dataclass
from functools import lru_cache

from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.gate.action_envelope import policy_digest
from fencekit.gate.assess import AGREES, Advice
from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.gate_decision import GateDecision
from fencekit.gate.tools import Normalised, Tool, Tools
from fencekit.model.decision import Decision, Outcome
from fencekit.model.policy import Policy
from fencekit.model.verdict import ESCALATE, WARN, Obligation, Verdict, combine

MOST_KEPT = 2048
LONGEST_KEPT = 2048
"""So many decisions are kept, of calls whose arguments and context have so many characters."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A policy in force: what decides by it, and its digest."""

    evaluator: Evaluator
    digest: str

    @classmethod
    def of(cls, policy: Policy | Evaluator) -> "Rules":
        """Return a policy ready to decide."""
        evaluator = ENGINE.compile(policy) if isinstance(policy, Policy) else policy
        return cls(evaluator, policy_digest(evaluator.policy))


class Judge:
    """The part of the gate that has no effect: it asks, and changes nothing.

    Agents repeat themselves, and what the rules say of a call is always the same: without an
    assessor, the decisions of small calls are kept.
    """

    def __init__(self, tools: Tools, advice: Advice | None = None) -> None:
        self.tools, self.advice = tools, advice
        self._kept = lru_cache(maxsize=MOST_KEPT)(self._judge_call)

    def judge(
        self,
        call: ToolCall,
        rules: Rules,
        discharges: frozenset[Obligation],
        tool: Tool | None = None,
    ) -> GateDecision:
        """Return what becomes of a call unless a person approves it; raise nothing.

        An obligation is discharged by those that `discharges` names, or by the tool.
        """
        if tool is None and self.advice is None:
            try:
                if len(call.arguments) + len(call.context) <= LONGEST_KEPT:
                    return self._kept(call, rules, discharges)
            except TypeError:
                pass  # it is no call: some of it is no text
        return self._judge_call(call, rules, discharges, tool)

    def _judge_call(
        self,
        call: ToolCall,
        rules: Rules,
        discharges: frozenset[Obligation],
        tool: Tool | None = None,
    ) -> GateDecision:
        """Return what becomes of a call."""
        try:
            normalised = self.tools.normalise(call, tool)
            decision = rules.evaluator.decide(normalised.request)
            if decision.certain:
                return self._combine_verdicts(normalised, decision, rules, discharges)
        except Refusal as error:
            return denial(call, error.reason, error.message, rules)
        # Whatever goes wrong before a decision stands, the call is denied.
        except Exception as error:  # noqa: BLE001
            return denial(call, "gate_error", f"{type(error).__name__}: {error}", rules)
        return denial(call, "gate_error", "the policy leaves open what it decides", rules)

    def _combine_verdicts(
        self,
        normalised: Normalised,
        decision: Decision,
        rules: Rules,
        discharges: frozenset[Obligation],
    ) -> GateDecision:
        """Return the tightest of what rules and assessor say, and DENY for a duty left undone."""
        outcome = decision.outcomes[0]
        effect, reason = outcome.effect, reason_of(outcome)
        if outcome.by_default and normalised.call.escalates:
            effect, reason = ESCALATE, "approval_required"
        assessment, verdict, duties = AGREES, effect.verdict, effect.obligations
        if self.advice is not None and verdict is not Verdict.DENY:
            assessment = self.advice.ask(normalised.request, effect)
            verdict = combine((effect.verdict, assessment.verdict))
            if verdict is not effect.verdict:
                reason = "assessor_deny" if verdict is Verdict.DENY else "approval_required"
            duties = effect.obligations | assessment.obligations
        if duties and verdict is not Verdict.DENY:
            undone = duties - discharges - normalised.tool.discharges
            if undone:
                verdict = Verdict.DENY
                reason = f"obligation_not_discharged:{min(undone).name}"
        return GateDecision(
            normalised.call,
            verdict,
            reason,
            normalised,
            decision,
            duties,
            (outcome.error.message,) if outcome.error else (),
            rules.digest,
            assessment,
        )


def reason_of(outcome: Outcome) -> str:
    """Return the short name of why the policy decided so."""
    if outcome.error is not None:
        return "engine_error"
    if outcome.rule is None:
        return "policy_default_deny"
    if outcome.effect.verdict is Verdict.ALLOW:
        return "policy_warn" if outcome.effect == WARN else "policy_allow"
    return "policy_deny" if outcome.effect.verdict is Verdict.DENY else "approval_required"


def denial(call: ToolCall, reason: str, message: str, rules: Rules) -> GateDecision:
    """Return the denial of a call that did not come as far as the rules."""
    return GateDecision(call, Verdict.DENY, reason, errors=(message,), policy=rules.digest)


def asked_by(made: GateDecision) -> str:
    """Return what asks for an approval: the assessor, a rule, or the call itself."""
    if made.assessment.verdict is Verdict.ESCALATE:
        return made.assessment.reason or "the assessor"
    rule = made.rules.outcomes[0].rule if made.rules else None
    return f"rule `{rule.id}`" if rule else "the call asks for approval"
