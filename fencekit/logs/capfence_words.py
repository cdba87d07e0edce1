"""What CapFence writes of a decision and of a risk, translated into ours."""

from datetime import UTC, datetime
from typing import Any

from fencekit.model.errors import RecordError
from fencekit.model.record import Recorded
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict

OBSERVED = "observed: would_have_blocked_due_to_"
WARNED = frozenset({Obligation("warn")})
NO_OBLIGATIONS: frozenset[Obligation] = frozenset()

ALLOWED = frozenset({Verdict.ALLOW})
ESCALATED = frozenset({Verdict.ESCALATE})
DENIED = frozenset({Verdict.DENY})
RAN = ALLOWED | ESCALATED
BLOCKED = ESCALATED | DENIED

DECISIONS: dict[str, frozenset[Verdict]] = {
    "allow": ALLOWED,
    "warn": ALLOWED,
    "require_approval": ESCALATED,
    "deny": DENIED,
    "default_deny": DENIED,
    "block": DENIED,
    "pass": RAN,
    "authorized": RAN,
    "fail": BLOCKED,
    "blocked": BLOCKED,
}
"""The verdicts that fit a word; a call that ran may have been approved, so `pass` says less."""

REASONS: dict[str, tuple[frozenset[Verdict], frozenset[Obligation] | None]] = {
    "policy_allow": (ALLOWED, NO_OBLIGATIONS),
    "policy_warn": (ALLOWED, WARNED),
    "policy_deny": (DENIED, None),
    "policy_default_deny": (DENIED, None),
}
APPROVED = ("approved_grant:", "previously_approved")
APPROVAL_ASKED = "approval_required:"

RISKS = frozenset({"low", "medium", "high", "critical"})
OLDER_RISKS = {
    "command_execution": "critical",
    "execute": "critical",
    "payment_initiation": "high",
    "delete": "high",
    "write": "medium",
    "read_only": "low",
    "read": "low",
}


def recorded_decision(
    word: Any, reason: Any, place: Place, *, escalates_default: bool | None
) -> Recorded | None:
    """Return what was decided, from the decision's word and the reason; None without a word.

    Raises RecordError for a word that CapFence does not write, and where the two contradict.
    """
    if word is None or word == "":
        return None
    if not isinstance(word, str) or word.lower() not in DECISIONS:
        raise RecordError(f"unknown decision: `{word}`", place=place)
    if reason is not None and not isinstance(reason, str):
        raise RecordError("the reason is not text", place=place)
    said = DECISIONS[word.lower()]
    obligations = WARNED if word.lower() == "warn" else None
    cause = (reason or "").removeprefix(OBSERVED)
    observed = cause != (reason or "")
    if cause.startswith(APPROVED):
        if Verdict.ALLOW not in said:
            raise contradiction(word, cause, place)
        return Recorded(ESCALATED, None, reason or "", cause, escalates_default)
    if cause.startswith(APPROVAL_ASKED):
        because, duties = ESCALATED, None
    else:
        because, duties = REASONS.get(cause, (said, obligations))
    # Observing lets every call run, so that a plain `pass` says nothing of the policy there.
    fits = because if observed and said == RAN else because & said
    if not fits:
        raise contradiction(word, cause, place)
    duties = obligations if duties is None else duties
    flagged = escalates_default if Verdict.ESCALATE in fits else False
    return Recorded(fits, duties, reason or "", "", flagged)


def contradiction(word: str, cause: str, place: Place) -> RecordError:
    """Return the error for a decision that its own reason contradicts."""
    return RecordError(f"the decision `{word}` contradicts its reason `{cause}`", place=place)


def risk_level(risk: Any, place: Place) -> str | None:
    """Return the risk level that an event's risk is, or None for a score.

    Raises RecordError for a word that CapFence refuses.
    """
    if isinstance(risk, str):
        level = OLDER_RISKS.get(risk.lower(), risk.lower())
        if level not in RISKS:
            raise RecordError(f"unknown risk: `{risk}`", place=place)
        return level
    if not isinstance(risk, int | float) or not risk >= 0:
        raise RecordError(f"unknown risk: `{risk}`", place=place)
    return None


def time_of(timestamp: Any) -> str:
    """Return seconds since 1970 as UTC text, other text as it is, and nothing for nothing."""
    if isinstance(timestamp, str):
        return timestamp
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
        return ""
    try:
        moment = datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
