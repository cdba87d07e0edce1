"""Guardrails: a policy that every version of another must be at least as strict as.

Guardrails are written as a policy, and mean what their rules say and nothing more. Where a rule of
theirs decides a call, the policy must not decide it looser: what a rule denies must be denied, what
a rule wants approved must be approved or denied, a warning must be kept. Where none of their rules
decides, they say nothing; a policy read by itself denies there, which would leave nothing to allow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fencekit.checks.findings.check_status import with_errors
from fencekit.checks.findings.group_findings import BEYOND_GUARDRAILS, risk_of
from fencekit.checks.proofs.loosening_transitions import TransitionFinder, worst
from fencekit.checks.proofs.policy_comparison import (
    NOTHING_CHECKED,
    counts_of_errors,
    finding_of,
    read_domain,
)
from fencekit.checks.proofs.prove_or_search import answers
from fencekit.checks.proofs.realistic_call import RealisticCalls
from fencekit.checks.replay.replay_records import inputs_of
from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.change import Change, compare_effects
from fencekit.model.comparison_result import OPEN, ClassGuardrail, GuardrailResult, only_by_error
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.policy import Policy, Rule
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input, Place, argument
from fencekit.model.verdict import ALLOW
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.prover.prover import Domain


def _beyond(outcomes: Outcomes) -> bool:
    asked, outcome = outcomes
    if asked.by_default:
        return False
    return compare_effects(asked.effect, outcome.effect) is Change.LOOSER


AT_LEAST_AS_STRICT = Property("at least as strict", _beyond, 2, same_is_fine=True)
"""What a rule of the first policy, the guardrails, decides, the second does not decide looser."""


@dataclass(frozen=True, slots=True)
class GuardrailsJob:
    """Everything that the check is told; `domain` is the path of a JSON Schema, or empty."""

    policy: str
    guardrails: str
    policy_root: str = ""
    domain: str = ""
    allow_unknown: bool = False
    explained: bool = False
    fail_on_errors: bool = False
    """Whether what is looser only where the guardrails raise fails the run."""

    def run(self) -> Report:
        """Return the report; raise PolicyError or UsageError where there is nothing to prove."""
        guardrails, policy = self.policies()
        schema, read = read_domain(self.domain)
        guarded = GuardrailResult(
            policy=policy.file,
            guardrails=guardrails.file,
            classes=tuple(guarded_classes(policy, guardrails, domain=schema)),
            binding=binding_rules(guardrails),
            domain=self.domain or OPEN,
            explained=self.explained,
            policy_root=self.policy_root,
        )
        report = report_of(
            guarded,
            policy,
            guardrails,
            allow_unknown=self.allow_unknown,
            inputs=read,
            fail_on_errors=self.fail_on_errors,
            domain=schema,
        )
        return replace(report, command=self.command())

    def command(self) -> tuple[str, ...]:
        """Return the command that makes the same report."""
        options = (
            ("--guardrails", self.guardrails),
            ("--policy-root", self.policy_root),
            ("--domain", self.domain),
        )
        named = [word for name, value in options if value for word in (name, value)]
        flags = (
            ("--allow-unknown", self.allow_unknown),
            ("--explain", self.explained),
            ("--fail-on-errors", self.fail_on_errors),
        )
        said = [flag for flag, is_set in flags if is_set]
        return ("fencekit", "prove", argument(self.policy), *named, *said)

    def policies(self) -> tuple[Policy, Policy]:
        """Return the guardrails and the policy; raise PolicyError where one cannot be read."""
        policy = load_policy(self.policy, policy_root=self.policy_root or None)
        return load_policy(self.guardrails, policy_root=self.policy_root or None), policy

    def read_files(self) -> list[str]:
        """Return the files that the check is told to read."""
        return [path for path in (self.policy, self.guardrails, self.domain) if path]


def keeps_to(policy: Policy, guardrails: Policy, *, domain: Domain = "open") -> Result:
    """Return whether the policy is at least as strict as the guardrails, for every call."""
    return GuardrailResult(
        "", "", tuple(guarded_classes(policy, guardrails, domain=domain)), 0
    ).result


def guarded_classes(
    policy: Policy, guardrails: Policy, *, domain: Domain = "open"
) -> Iterator[ClassGuardrail]:
    """Yield the answer for each class of capabilities that needs a look."""
    finder = TransitionFinder(AT_LEAST_AS_STRICT, guardrails, policy, domain)
    for capability, result in answers(AT_LEAST_AS_STRICT, guardrails, policy, domain):
        found = finder.transitions(capability, result)
        yield ClassGuardrail(capability, worst(result, found), found)


def silent_elsewhere(guardrails: Policy) -> Policy:
    """Return guardrails as a policy that allows what they say nothing of.

    So two versions of guardrails can be compared as policies are.
    """
    rest = Rule("the rest", "allow", ALLOW, "*", place=Place(guardrails.file, 1, 1))
    *tiers, last = guardrails.tiers
    return replace(guardrails, tiers=(*tiers, replace(last, rules=(*last.rules, rest))))


def binding_rules(guardrails: Policy) -> int:
    """Return how many rules ask for something: a plain allow does not."""
    effects = (rule.effect for rule in guardrails.rules)
    return sum(effect is not None and effect != ALLOW for effect in effects)


def report_of(
    guarded: GuardrailResult,
    policy: Policy,
    guardrails: Policy,
    *,
    allow_unknown: bool = False,
    inputs: tuple[Input, ...] = (),
    fail_on_errors: bool = False,
    domain: Domain = "open",
) -> Report:
    """Return the report; each class of capabilities that needed a look counts as one call."""
    counts = dict.fromkeys(RecordClass, 0)
    for one in guarded.classes:
        kind = CLASSES[type(one.result)]
        counts[RecordClass.LOOSER_ON_ERROR if only_by_error(one.result) else kind] += 1
    if not guarded.classes:
        counts[RecordClass.UNCHANGED] = 1
    realistic = RealisticCalls(guardrails, policy, domain=domain)
    findings = [found for one in guarded.classes for found in findings_of(one, realistic)]
    idle = [] if guarded.binding else [NOTHING]
    unknown = [
        f"not known whether the policy keeps to the guardrails for `{one.capability}` and "
        f"capabilities like it: {one.result.reason} (`--allow-unknown` lets it pass)"
        for one in guarded.classes
        if isinstance(one.result, Unknown)
    ]
    if any(isinstance(one.result, Proved) and one.result.is_vacuous for one in guarded.classes):
        unknown.append(NOTHING_CHECKED)
    errors = counts_of_errors(findings)
    status = Status.FINDINGS if len(findings) > errors else Status.CLEAN
    status = with_errors(status, errors, fail_on_errors=fail_on_errors)
    if idle or (unknown and not allow_unknown and status is not Status.FINDINGS):
        status = Status.COULD_NOT_CHECK
    return Report(
        check="prove",
        status=status,
        checked=max(1, len(guarded.classes)) if guarded.binding else 0,
        counts=counts if guarded.binding else dict.fromkeys(RecordClass, 0),
        findings=tuple(sorted(findings, key=risk_of)),
        inputs=(*inputs_of(policy, "policy"), *inputs_of(guardrails, "guardrails"), *inputs),
        fail_on=FailOn.LOOSER,
        limits=Limits(undecided=None if allow_unknown else 0),
        sources=(*policy.files, *guardrails.files),
        troubles=(*idle, *unknown),
        guardrails=guarded,
        fail_on_errors=fail_on_errors,
    )


def findings_of(one: ClassGuardrail, realistic: RealisticCalls) -> Iterator[Finding]:
    """Yield a finding for each transition of a class, and each pair of rules that shows it."""
    shown = [witness for answer in one.transitions for witness in answer.witnesses]
    if not shown and isinstance(one.result, Witness):
        shown = [one.result]
    for witness in shown:
        is_error = only_by_error(witness)
        kind = RecordClass.LOOSER_ON_ERROR if is_error else RecordClass.LOOSER
        slug = "" if is_error else BEYOND_GUARDRAILS
        yield replace(finding_of(kind, witness, slug), realistic=realistic.record(witness))


NOTHING = "the guardrails deny nothing, want nothing approved and warn of nothing"
CLASSES: dict[type[Result], RecordClass] = {
    Proved: RecordClass.UNCHANGED,
    Witness: RecordClass.LOOSER,
    Unknown: RecordClass.CANNOT_TELL,
}
"""How the answer for a class of capabilities counts."""
