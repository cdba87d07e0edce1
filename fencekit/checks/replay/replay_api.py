"""`fencekit.replay`: a replay of records that a program has, with the last step of every face."""

import os
from collections.abc import Iterable
from datetime import date
from functools import partial

from fencekit.checks.findings.witness_traces import trace
from fencekit.checks.postprocess.apply_waivers import with_waivers
from fencekit.checks.postprocess.finalise_report import finalise
from fencekit.checks.replay.replay_records import KEEP_RECORDS, TIMEOUT, ReplayRun, named_fail_on
from fencekit.model.errors import UsageError
from fencekit.model.masking import Redact
from fencekit.model.policy import Policy
from fencekit.model.record import Entry
from fencekit.model.report import FailOn, Limits, Report


def replay(
    records: Iterable[Entry],
    policy: Policy,
    baseline: Policy | None = None,
    *,
    fail_on: FailOn | str = FailOn.LOOSER,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    timeout: float = TIMEOUT,
    keep_records: int = KEEP_RECORDS,
    waivers: str | os.PathLike[str] = "",
    today: date | None = None,
    redact: Redact | str = Redact.SECRETS,
) -> Report:
    """Decide recorded calls by a candidate policy and report what changes.

    Each record's decision is compared with the recorded one or, with `baseline`, with that of the
    policy in force. `timeout` is in seconds, for each record; `keep_records` is how many changed
    records the report holds one by one. `waivers` is a file of what is allowed for a time, `today`
    the day on which it has to hold, by the clock unless given. The report is as every face shows
    it: with as many findings as are listed, and with what `redact` (`secrets`, `all`, `none`)
    hides of the calls masked.

    Findings, and trouble with single records, are in the report; a log that cannot be read as a
    whole raises LogError. Raises UsageError for an option that there is not, WaiverError for a
    file of waivers that cannot be read.
    """
    chosen = named_fail_on(fail_on)
    if redact not in list(Redact):
        known = ", ".join(f"`{known}`" for known in Redact)
        raise UsageError(f"`redact` is `{redact}`, which is none of {known}")
    run = ReplayRun(policy, baseline, keep_records=keep_records, timeout=timeout)
    run.take("", "", records)
    policies = (policy,) if baseline is None else (baseline, policy)
    tracing = partial(trace, before=baseline, after=policy)
    path = os.fspath(waivers)
    report = with_waivers(run.report(chosen, limits), path, today, tracing, policies)
    return finalise(report, redact)
