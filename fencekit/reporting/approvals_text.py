"""Approvals for the terminal: requests, grants and keys. All of it may be an agent's words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from fencekit.reporting.replay_text import Line, Table, inert

SHORT = 12
LONGEST = 60
Form = dict[str, Any]


def request_form(pending: Any) -> Form:
    """Return a request for approval as JSON; times in ISO 8601."""
    names = ("id", "state", "principal", "capability", "tool", "environment", "session", "reason")
    form: Form = {name: str(getattr(pending, name)) for name in names}
    form |= {"created": moment(pending.created), "expires": moment(pending.expires)}
    for name in ("arguments", "decided", "context", "policy", "action"):
        form[name] = getattr(pending, name)
    if pending.answered_by:
        form["answered"] = {
            "by": pending.answered_by,
            "at": moment(pending.answered_at),
            "reason": pending.answer,
        }
    return form


def grant_form(grant: Any, used: int, void: str) -> Form:
    """Return a grant as JSON; times in ISO 8601, null without an end."""
    names = ("id", "principal", "capability", "environment", "session", "uses", "granted_by")
    form: Form = {name: getattr(grant, name) for name in names}
    form |= {"kind": "action" if grant.action else "scope", "used": used, "void": void}
    form |= {"until": moment(grant.until), "granted_at": moment(grant.granted_at)}
    return {**form, "request": grant.request, "key": grant.key}


def request_parts(forms: Sequence[Form]) -> Iterator[Line | Table]:
    """Yield the requests as a table."""
    if not forms:
        yield Line("nothing waits")
        return
    rows = tuple(
        (
            form["id"][:SHORT],
            form["state"],
            inert(form["principal"], LONGEST),
            inert(form["capability"], LONGEST),
            inert(form["arguments"], LONGEST),
            form["expires"],
        )
        for form in forms
    )
    header = ("request", "state", "principal", "capability", "arguments", "expires")
    yield Table(header, rows, ("",) * len(rows))
    yield Line("see one with `fencekit approvals show ID`", "dim")


def grant_parts(forms: Sequence[Form], void: int) -> Iterator[Line | Table]:
    """Yield the grants as a table; `void` is how many are left out because they do not count."""
    rows = tuple(
        (
            form["id"][:SHORT],
            form["kind"],
            inert(form["principal"], LONGEST),
            inert(form["capability"], LONGEST),
            inert(form["environment"], LONGEST),
            f"{form['used']} of {form['uses'] or 'any'}",
            form["until"] or "revoked",
            inert(form["granted_by"], LONGEST),
            inert(form["void"] or "counts", LONGEST),
        )
        for form in forms
    )
    header = ("grant", "for", "principal", "capability", "environment", "used", "until", "by", "")
    if rows:
        yield Table(header, rows, ("",) * len(rows))
    else:
        yield Line("no grant counts")
    if void:
        yield Line(f"{void} more do not count (see them with `--all`)", "dim")


def key_parts(forms: Sequence[Form]) -> Iterator[Line | Table]:
    """Yield the keys as a table."""
    if not forms:
        yield Line("there is no key")
        return
    rows = tuple(
        (form["id"], inert(form["approver"], LONGEST), form["state"], moment(form["since"]) or "")
        for form in forms
    )
    yield Table(("key", "approver", "state", "since"), rows, ("",) * len(rows))


def request_lines(form: Form) -> Iterator[Line]:
    """Yield a request with all that a person needs who answers it."""
    said = {
        "request": form["id"],
        "state": form["state"],
        "principal": form["principal"],
        "tool": form["tool"],
        "capability": form["capability"],
        "environment": form["environment"],
        "session": form["session"],
        "arguments": form["arguments"],
        "decided": "" if form["decided"] == form["arguments"] else form["decided"],
        "context": "" if form["context"] == "{}" else form["context"],
        "asked by": form["reason"],
        "policy": form["policy"],
        "asked": form["created"],
        "expires": form["expires"],
    }
    for name, value in said.items():
        if value:
            yield Line(f"{name:<12} {inert(value)}")
    answered = form.get("answered")
    if answered:
        yield Line(f"{'answered':<12} {answer_of(form)}")
    if form["altered"]:
        yield Line(
            "altered in the store: this is not what was asked, and cannot be approved", "red"
        )
    for each in form["similar"]:
        arguments = inert(each["arguments"], LONGEST)
        yield Line(
            f"{'similar':<12} {inert(each['principal'], LONGEST)} {arguments}: {answer_of(each)}"
        )


def answer_of(form: Form) -> str:
    """Return what became of a request, in a few words."""
    answered = form.get("answered")
    if not answered:
        return str(form["state"])
    reason = f" ({inert(answered['reason'], LONGEST)})" if answered["reason"] else ""
    return f"{form['state']} by {inert(answered['by'], LONGEST)} at {answered['at']}{reason}"


def granted_lines(grant: Any) -> Iterator[Line]:
    """Yield what was granted, in a line."""
    what = "that exact action" if grant.action else f"`{inert(grant.capability)}`"
    uses = "any number of uses" if grant.uses is None else f"{grant.uses} use(s)"
    end = moment(grant.until) or "it is revoked"
    yield Line(f"granted: {what} by `{inert(grant.principal)}`, {uses}, until {end}")
    yield Line(f"grant {grant.id}", "dim")


def moment(milliseconds: int | None) -> str | None:
    """Return milliseconds since 1970 as ISO 8601 in UTC, to the second."""
    if milliseconds is None:
        return None
    made = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return made.isoformat().replace("+00:00", "Z")
