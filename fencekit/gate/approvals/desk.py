"""The desk: requests for approval come in, people answer, the gate spends what they granted."""

import time
from collections.abc import Callable

from fencekit.gate.approvals.approval_grants import (
    ApprovalAnswer,
    ApprovalError,
    Asked,
    Grant,
    GrantStatus,
    Pending,
    Scope,
    State,
    check_uses,
    grant_of,
    milliseconds,
    new_id,
    until,
)
from fencekit.gate.approvals.keys import KeyRing, Signer, may_answer
from fencekit.gate.approvals.store import Store, StoredGrant
from fencekit.gate.tools import Normalised
from fencekit.model.capability import Capability
from fencekit.model.errors import UsageError

EXPIRES = 3600.0
SIMILAR = 5
MOST_WAITING = 100
SKEW = 300_000
"""So many milliseconds may clocks differ, of hosts or of one before and after it was set."""


class Desk:
    """Approvals with their keys. `expires` is for how long a request waits, in seconds.

    `most_waiting` requests of one principal may wait at once: nobody reads more with care.
    `on_request` is called with each new request once it is kept; what it raises is in the errors of
    the decision, and changes nothing else.
    """

    def __init__(
        self,
        store: Store,
        keys: KeyRing,
        *,
        expires: float = EXPIRES,
        most_waiting: int = MOST_WAITING,
        on_request: Callable[[Pending], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store, self.keys = store, keys
        self.expires, self.most_waiting = expires, most_waiting
        self.on_request, self._clock = on_request, clock

    def ask(
        self, normalised: Normalised, action: str, *, policy: str, reason: str
    ) -> tuple[Pending, str]:
        """Return the request for a call, made now or waiting already, and trouble with telling."""
        now = self._now()
        call = normalised.call
        asked = Pending(
            new_id(),
            action,
            call.principal,
            str(normalised.request.capability),
            call.tool,
            call.environment,
            call.session,
            policy,
            call.arguments,
            normalised.decided,
            call.context,
            reason,
            now,
            now + milliseconds(self.expires),
        )
        pending, is_new = self.store.ask(asked, self.most_waiting)
        if is_new and self.on_request is not None:
            try:
                self.on_request(pending)
            # Whoever is told may fail; the request waits all the same.
            except Exception as error:  # noqa: BLE001
                return pending, f"nobody was told: {type(error).__name__}: {error}"
        return pending, ""

    def spend(self, normalised: Normalised, action: str) -> Grant | None:
        """Use a grant for a call, once it is on the disk; None where there is none that counts.

        Raises ApprovalError for trouble with the store or the keys: then nothing is approved.
        """
        asked = Asked(
            action,
            normalised.call.principal,
            str(normalised.request.capability),
            normalised.call.environment,
            normalised.call.session,
        )
        found = self.store.candidates(action, asked.principal)
        if not found:
            return None
        now = self._now()
        for stored in found:
            grant = self._counting(stored, now)
            if grant is None or not grant.covers(asked) or not self.keys.accepts(grant):
                continue
            if self.store.spend(grant, action, now):
                return grant
        return None

    def pending(self, state: State | str | None = State.PENDING) -> list[Pending]:
        """Return the requests of a state, or all for None, oldest first."""
        return self.store.requests(None if state is None else State(state), self._now())

    def find(self, prefix: str) -> Pending:
        """Return the request whose id begins so; raise UsageError where there is not one."""
        found = self.store.find(prefix) if prefix else []
        if len(found) != 1:
            many = "several requests begin so" if found else "there is no such request"
            hint = "see `fencekit approvals list --all`"
            raise UsageError(f"{many}: `{prefix}`", hint=hint)
        return found[0]

    def similar(self, pending: Pending) -> list[Pending]:
        """Return the latest requests of the same capability that were answered."""
        return self.store.alike(pending, SIMILAR)

    def approve(
        self,
        prefix: str,
        signer: Signer,
        *,
        uses: int | None = 1,
        seconds: float | None = EXPIRES,
        reason: str = "",
    ) -> Grant:
        """Approve the exact action of a request, for so many uses within so many seconds.

        Raises ApprovalError where it does not wait any more, was altered, or is the approver's own.
        """
        pending = self._answerable(prefix, signer.approver)
        now = self._now()
        grant = signer.sign(
            Grant(
                new_id(),
                pending.action,
                pending.principal,
                pending.capability,
                pending.environment,
                pending.session,
                until(now, seconds),
                check_uses(uses),
                signer.approver,
                now,
                pending.id,
                "",
            )
        )
        self._answer(pending, ApprovalAnswer(State.APPROVED, signer.approver, now, reason), grant)
        return grant

    def approve_scope(
        self, prefix: str, signer: Signer, scope: Scope, *, reason: str = ""
    ) -> Grant:
        """Answer a request by a grant for a scope that it is in."""
        pending = self._answerable(prefix, signer.approver)
        now = self._now()
        grant = self._sign_scope(scope, signer, now, pending.id)
        asked = Asked(
            pending.action,
            pending.principal,
            pending.capability,
            pending.environment,
            pending.session,
        )
        if not grant.covers(asked):
            raise ApprovalError("the scope does not cover the request that it answers")
        self._answer(pending, ApprovalAnswer(State.APPROVED, signer.approver, now, reason), grant)
        return grant

    def reject(self, prefix: str, by: str, reason: str = "") -> Pending:
        """Reject a request."""
        pending = self.find(prefix)
        self._answer(pending, ApprovalAnswer(State.REJECTED, by, self._now(), reason))
        return pending

    def grant(self, scope: Scope, signer: Signer) -> Grant:
        """Grant a scope that nobody has asked for."""
        grant = self._sign_scope(scope, signer, self._now(), "")
        self.store.add(grant)
        return grant

    def revoke(self, prefix: str, by: str, reason: str = "") -> None:
        """Revoke a grant, from its next use on."""
        found = self.store.revoke(prefix, by, self._now(), reason) if prefix else 0
        if found != 1:
            many = "several grants begin so" if found else "there is no such grant"
            raise UsageError(f"{many}: `{prefix}`", hint="see `fencekit approvals list --grants`")

    def grants(self) -> list[GrantStatus]:
        """Return every grant, oldest first, with why it does not count any more."""
        now, made = self._now(), []
        for stored in self.store.grants():
            try:
                grant = grant_of(stored.body)
            except ApprovalError as error:
                raise ApprovalError(f"a stored grant cannot be read: {error.message}") from error
            made.append(GrantStatus(grant, stored.used, self._void(grant, stored, now)))
        return made

    def reset_clock(self) -> int:
        """Accept the time of the clock, however far it was set back; return the latest seen before.

        Grants that were given at a later time do not count until then.
        """
        latest = self.store.latest()
        self.store.reset(milliseconds(self._clock()))
        return latest

    def prune(self, days: float) -> tuple[int, int]:
        """Delete what ended so many days ago; return how many requests and grants that were."""
        return self.store.prune(self._now() - milliseconds(days * 86_400))

    def _void(self, grant: Grant, stored: StoredGrant, now: int) -> str:
        """Return why a grant does not count, empty where it does."""
        if stored.revoked_at is not None:
            return f"revoked by {stored.revoked_by}"
        if not self.keys.accepts(grant):
            return "not signed by a key that counts"
        if grant.granted_at > now + SKEW:
            return "given by a clock that was ahead"
        if grant.until is not None and grant.until <= now:
            return "expired"
        return "used up" if grant.uses is not None and stored.used >= grant.uses else ""

    def _counting(self, stored: StoredGrant, now: int) -> Grant | None:
        """Return a stored grant where it has not ended and is not used up."""
        try:
            grant = grant_of(stored.body)
        except ApprovalError:
            return None  # it was altered: whatever it was, it is none
        if grant.granted_at > now + SKEW or (grant.until is not None and grant.until <= now):
            return None
        return None if grant.uses is not None and stored.used >= grant.uses else grant

    def _answerable(self, prefix: str, approver: str) -> Pending:
        """Return a request that this approver may approve."""
        pending = self.find(prefix)
        may_answer(approver, pending.principal)
        if pending.action_described != pending.action:
            raise ApprovalError(f"the request `{pending.id}` was altered: it is not what was asked")
        return pending

    def _answer(self, pending: Pending, answer: ApprovalAnswer, grant: Grant | None = None) -> None:
        """Answer a request, once."""
        if not self.store.answer(pending, answer, grant):
            current = self.find(pending.id)
            is_late = current.state is State.PENDING
            said = "expired" if is_late else f"{current.state} already"
            raise ApprovalError(f"the request `{pending.id}` is {said}")

    def _sign_scope(self, scope: Scope, signer: Signer, now: int, request: str) -> Grant:
        """Return a signed grant for a scope."""
        if Capability.parse(scope.capability) is None:
            hint = "a capability is `resource.action.scope`, with `*` for any"
            raise UsageError(f"`{scope.capability}` is no capability", hint=hint)
        may_answer(signer.approver, scope.principal)
        made = Grant(
            new_id(),
            "",
            scope.principal,
            scope.capability,
            scope.environment,
            scope.session,
            until(now, scope.seconds),
            check_uses(scope.uses),
            signer.approver,
            now,
            request,
            "",
        )
        return signer.sign(made)

    def _now(self) -> int:
        """Return the time in milliseconds since 1970, never before one that the store has seen.

        Raises ApprovalError where the clock is far behind: standing still, no grant would end.
        """
        now, latest = milliseconds(self._clock()), self.store.latest()
        if latest - now > SKEW:
            hint = "set the clock, or accept its time: `fencekit approvals clock --reset`"
            said = f"the clock is {(latest - now) // 1000:,} s behind what the approvals have seen"
            raise ApprovalError(said, hint=hint)
        return max(now, latest)
