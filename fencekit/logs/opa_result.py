"""What OPA answered, translated into ours as far as it says it: a bool, a word, or an object."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fencekit.model.record import Recorded
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Obligation, Verdict

YES = frozenset({"allow", "allowed", "permit", "permitted"})
NO = frozenset({"deny", "denied", "block", "blocked", "violation", "violations"})
ASK = frozenset({"require_approval", "requires_approval", "approval_required", "escalate"})
SAID = frozenset({"decision", "verdict", "effect"})
REASONS = ("reason", "reasons", "message", "messages", "deny", "violation", "violations")

WORDS: Mapping[str, Verdict] = {
    "allow": Verdict.ALLOW,
    "allowed": Verdict.ALLOW,
    "permit": Verdict.ALLOW,
    "true": Verdict.ALLOW,
    "require_approval": Verdict.ESCALATE,
    "escalate": Verdict.ESCALATE,
    "ask": Verdict.ESCALATE,
    "deny": Verdict.DENY,
    "denied": Verdict.DENY,
    "block": Verdict.DENY,
    "forbid": Verdict.DENY,
    "false": Verdict.DENY,
}
EVERY = frozenset(Verdict)
T = TypeVar("T")


class UntranslatableError(ValueError):
    """An answer that says something that has no word here."""


def recorded_decision(result: Any, rule: str) -> Recorded | None:
    """Return what the answer of a rule says was decided; None where it cannot be translated.

    No answer, one that was masked, and one that contradicts itself cannot.
    """
    try:
        verdicts = verdicts_of(as_object(result, rule))
    except UntranslatableError:
        return None
    return Recorded(verdicts, obligations_of(result), reason=reason_of(result))


def as_object(result: Any, rule: str) -> Mapping[str, Any]:
    """Return an answer as the object that the answer of a whole package would be."""
    if isinstance(result, dict):
        return result
    name = re.split(r"[/.]", rule.rstrip("/"))[-1]
    if name in YES | NO | ASK | SAID:
        return {name: result}
    if isinstance(result, bool | str):
        return {"decision": result}
    raise UntranslatableError


def verdicts_of(answer: Mapping[str, Any]) -> frozenset[Verdict]:
    """Return the verdicts that fit an answer; raise UntranslatableError where none does."""
    allowed = one_of(answer, YES, as_bool)
    denied = one_of(answer, NO, as_denial)
    asked = one_of(answer, ASK, as_bool)
    said = one_of(answer, SAID, as_verdict)
    fits = EVERY if said is None else frozenset({said})
    if allowed is not None:
        fits -= {Verdict.DENY} if allowed else {Verdict.ALLOW}
    if denied:
        fits &= {Verdict.DENY}
    if asked is not None:
        fits -= {Verdict.ALLOW} if asked else {Verdict.ESCALATE}
    if said is None:
        fits &= plainly(allowed=allowed, denied=denied, asked=asked)
    if not fits:
        raise UntranslatableError
    return fits


def plainly(*, allowed: bool | None, denied: bool | None, asked: bool | None) -> frozenset[Verdict]:
    """Return what is meant where no word says it: what is not allowed is denied, or asked about."""
    if denied:
        return frozenset({Verdict.DENY})
    if allowed is False:
        return frozenset({Verdict.ESCALATE, Verdict.DENY} if asked else {Verdict.DENY})
    if asked:
        return frozenset({Verdict.ESCALATE})
    if allowed or denied is False:
        return frozenset({Verdict.ALLOW})
    return frozenset()


def one_of(answer: Mapping[str, Any], keys: frozenset[str], read: Callable[[Any], T]) -> T | None:
    """Return what those of the keys that are there agree on; None where there is none."""
    values = {read(answer[key]) for key in sorted(keys & answer.keys())}
    if len(values) > 1:
        raise UntranslatableError
    return values.pop() if values else None


def as_bool(value: Any) -> bool:
    """Return yes or no."""
    if isinstance(value, bool):
        return value
    raise UntranslatableError


def as_denial(value: Any) -> bool:
    """Return whether a rule that denies did: by true, or by one reason or more."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, list | dict):
        raise UntranslatableError
    given = list(value.values()) if isinstance(value, dict) else value
    if given and all(item is UNKNOWN for item in given):  # masking may have put them there
        raise UntranslatableError
    return bool(given)


def as_verdict(value: Any) -> Verdict:
    """Return the verdict that a word, or yes or no, stands for."""
    named = str(value).lower() if isinstance(value, bool | str) else ""
    if named not in WORDS:
        raise UntranslatableError
    return WORDS[named]


def obligations_of(result: Any) -> frozenset[Obligation] | None:
    """Return the obligations of an answer; None where it may name them in a way of its own."""
    if not isinstance(result, dict):
        return frozenset()
    listed = result.get("obligations")
    if isinstance(listed, list) and all(isinstance(duty, str) for duty in listed):
        return frozenset(map(Obligation, listed))
    return None


def reason_of(result: Any) -> str:
    """Return the texts of an answer that say why."""
    if not isinstance(result, dict):
        return ""
    values = [result.get(key) for key in REASONS]
    listed = [value if isinstance(value, list) else [value] for value in values]
    return "; ".join(text for texts in listed for text in texts if isinstance(text, str) and text)
