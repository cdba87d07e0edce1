"""The proofs that are asked for: what is given, over `[tool.fencekit]`, over defaults."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fencekit.checks.proofs.guardrails_check import GuardrailsJob
from fencekit.checks.proofs.policy_comparison import ComparisonJob
from fencekit.checks.proofs.proof_memory import bound_memory
from fencekit.config.project_settings import Settings, day
from fencekit.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class ProofJobs:
    """What is proved of a candidate: that it is nowhere looser, that it keeps to guardrails."""

    not_looser: ComparisonJob | None = None
    guardrails: GuardrailsJob | None = None
    waivers: str = ""
    """The file of what is allowed for a time, looser or not; empty for none."""
    today: date | None = None
    """The day on which waivers have to hold; by the clock unless given."""


def proof_jobs(settings: Settings, **given: Any) -> ProofJobs:
    """Return the proofs; raise UsageError where there is nothing to prove."""

    def pick(key: str) -> Any:
        return settings.pick(given, key)

    policy, baseline, guardrails = pick("policy"), pick("baseline"), pick("guardrails")
    if not policy:
        hint = "name the candidate on the command line, or as `policy` in `[tool.fencekit]`"
        raise UsageError("no policy to prove anything of", hint=hint)
    if not baseline and not guardrails:
        hint = "name a `baseline` that it must not be looser than, or `guardrails`"
        raise UsageError("nothing to prove of the policy", hint=hint)
    memory = pick("proof_memory")
    if memory is not None:
        bound_memory(str(memory))
    shared: dict[str, Any] = {
        "policy_root": pick("policy_root") or "",
        "domain": pick("domain") or "",
        "allow_unknown": bool(pick("allow_unknown")),
        "fail_on_errors": bool(pick("fail_on_errors")),
    }
    root = pick("baseline_root") or ""
    return ProofJobs(
        ComparisonJob(baseline, policy, baseline_root=root, **shared) if baseline else None,
        GuardrailsJob(policy, guardrails, **shared) if guardrails else None,
        pick("waivers") or settings.waivers_here(),
        day(pick("today")),
    )


def fails_on_errors(settings: Settings, *, given: bool | None) -> bool:
    """Return whether what is looser only where the policy in force raises fails a proof."""
    return bool(settings.get("fail_on_errors") if given is None else given)
