"""What `fencekit diff` is told, checked and put together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from fencekit.checks.diff.diff_job import DiffJob
from fencekit.checks.proofs.policy_comparison import ComparisonJob
from fencekit.checks.proofs.proof_memory import bound_memory
from fencekit.config.project_settings import day, settings_near
from fencekit.config.proof_settings import fails_on_errors
from fencekit.model.errors import UsageError
from fencekit.model.report import FailOn

WORKTREE = "WORKTREE"
OF_PROOF = (
    "policy_root",
    "baseline_root",
    "domain",
    "allow_unknown",
    "explained",
    "measured",
    "fail_on_errors",
)
OF_LOGS = (
    "logs",
    "log_format",
    "tools",
    "max_invalid",
    "max_undecided",
    "max_passed_over",
    "max_line",
    "timeout",
    "keep_records",
)


def job_of(
    policies: tuple[str, ...], old_at: str, new_at: str, redact: str | None, given: dict[str, Any]
) -> DiffJob:
    """Return the job; raise UsageError where the options do not fit together."""
    old, new, old_at, new_at = versions(policies, old_at, new_at)
    settings = settings_near(Path.cwd())
    given = {**given, "fail_on_errors": fails_on_errors(settings, given=given["fail_on_errors"])}
    fail_on = FailOn(given["fail_on"])
    proof = ComparisonJob(
        old,
        new,
        **{key: given[key] for key in OF_PROOF},
        fail_on=fail_on,
        baseline_revision=old_at,
        candidate_revision=new_at,
    )
    if given["proof_memory"] is not None:
        bound_memory(given["proof_memory"])
    waivers = given["waivers"] or settings.get("waivers") or settings.waivers_here()
    today = day(given["today"])
    authors = settings.authors(given["authors"])
    if not given["logs"]:
        idle = next((key for key in OF_LOGS if given[key] not in (None, ())), "")
        if idle:
            hint = "name a log with `--log`"
            raise UsageError(f"`--{idle.replace('_', '-')}` is about logs", hint=hint)
        return DiffJob(proof, None, given["cases"], waivers, today, authors)
    told = settings.job(
        **{key: given[key] for key in OF_LOGS},
        policy=new,
        baseline=old,
        fail_on=fail_on,
        redact=redact,
    )
    return DiffJob(
        proof,
        replace(
            told,
            policy_root=given["policy_root"],
            baseline_root=given["baseline_root"],
            policy_revision=new_at,
            baseline_revision=old_at,
            waivers="",
        ),
        given["cases"],
        waivers,
        today,
        authors,
    )


def versions(policies: tuple[str, ...], old_at: str, new_at: str) -> tuple[str, str, str, str]:
    """Return both files and both revisions; raise UsageError where there is no pair to compare."""
    new_at = "" if new_at == WORKTREE else new_at
    if old_at:
        if len(policies) != 1:
            raise UsageError("with `--from` there is one path", hint="leave out the other")
        return policies[0], policies[0], old_at, new_at
    if len(policies) != 2:
        hint = "write `fencekit diff OLD NEW`, or `fencekit diff POLICY --from REV`"
        raise UsageError("expected OLD and NEW", hint=hint)
    if new_at:
        raise UsageError("`--to` goes with `--from`", hint="name the older revision with `--from`")
    return policies[0], policies[1], "", ""
