"""The status of a check from its counts: trouble tightens, and nothing checked is not a pass."""

from collections.abc import Mapping, Sequence

from fencekit.model.finding import RecordClass
from fencekit.model.report import DISALLOWED, UNDECIDED, FailOn, Limits, Status


def judge_status(
    checked: int,
    counts: Mapping[RecordClass, int],
    failures: Sequence[str],
    fail_on: FailOn,
    limits: Limits,
    *,
    unsettled: Sequence[str] = (),
    passed_over: int = 0,
) -> tuple[Status, tuple[str, ...]]:
    """Return the status and the troubles, one sentence each.

    `failures` are inputs that failed as a whole: they outweigh findings, which outweigh records
    that could not be read or decided, or were passed over, and what else stays `unsettled`.
    """
    whole = list(failures)
    if checked == 0:
        whole.append("no record was checked")
    parts = [
        *over_limit(counts, fail_on, limits),
        *too_many_passed_over(passed_over, limits.passed_over),
        *unsettled,
    ]
    disallowed = any(counts[kind] for kind in DISALLOWED[fail_on])
    troubles = (*whole, *parts)
    if whole or (parts and (fail_on is FailOn.NEVER or not disallowed)):
        return Status.COULD_NOT_CHECK, troubles
    return Status.FINDINGS if disallowed else Status.CLEAN, troubles


def with_errors(status: Status, errors: int, *, fail_on_errors: bool) -> Status:
    """Return a status, where so many calls get looser only because deciding raised before.

    That is no finding unless it is asked for, and it is not clean either.
    """
    if status is not Status.CLEAN or not errors:
        return status
    return Status.FINDINGS if fail_on_errors else Status.EXCEPT_ERRORS


def over_limit(counts: Mapping[RecordClass, int], fail_on: FailOn, limits: Limits) -> list[str]:
    """Return what there is more of than the limits let through."""
    found = []
    invalid = counts[RecordClass.INVALID]
    if limits.invalid is not None and invalid > limits.invalid:
        noun = "record" if invalid == 1 else "records"
        found.append(
            f"{invalid} {noun} could not be read or decided "
            f"(`--max-invalid` allows {limits.invalid})"
        )
    undecided = sum(counts[kind] for kind in UNDECIDED[fail_on])
    if limits.undecided is not None and undecided > limits.undecided:
        noun = "record leaves" if undecided == 1 else "records leave"
        change = "decides otherwise" if fail_on is FailOn.CHANGED else "is looser"
        found.append(
            f"{undecided} {noun} open whether the candidate {change} "
            f"(`--max-undecided` allows {limits.undecided})"
        )
    return found


def too_many_passed_over(count: int, most: int | None) -> list[str]:
    """Return that more than the limit looks like calls and was not read; nothing where not."""
    if most is None or count <= most:
        return []
    said = "1 part of the logs looks like a call and was" if count == 1 else ""
    said = said or f"{count} parts of the logs look like calls and were"
    return [f"{said} passed over (`--max-passed-over` allows {most})"]
