"""Who approves: sign-in by a token or by a reverse proxy's header, and forms only from here."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from fencekit.gate.service.service_settings import ServiceSettings

COOKIE = "fencekit_approver"
SECONDS = 8 * 3600
CSRF = "csrf"


@dataclass(frozen=True)
class Sessions:
    """Sessions that are kept in a signed cookie; the secret is new at each start."""

    settings: ServiceSettings
    clock: Callable[[], float] = field(default=time.time)

    def approver(self, request: Request) -> str:
        """Return who has signed in; empty for nobody."""
        if self.settings.approver_header:
            return request.headers.get(self.settings.approver_header, "").strip()
        name, _, rest = request.cookies.get(COOKIE, "").partition(".")
        until, _, signature = rest.partition(".")
        if not hmac.compare_digest(signature, self._signature(f"{name}.{until}")):
            return ""
        if not until.isdecimal() or int(until) <= self.clock():
            return ""
        try:
            approver = base64.urlsafe_b64decode(name).decode("utf-8")
        except (binascii.Error, ValueError):
            return ""
        return approver if approver in self.settings.approvers else ""

    def sign_in(self, response: Response, approver: str) -> None:
        """Begin a session."""
        name = base64.urlsafe_b64encode(approver.encode("utf-8")).decode()
        until = int(self.clock()) + SECONDS
        value = f"{name}.{until}.{self._signature(f'{name}.{until}')}"
        response.set_cookie(
            COOKIE,
            value,
            max_age=SECONDS,
            path="/approvals",
            secure=self.settings.is_tls,
            httponly=True,
            samesite="strict",
        )

    def sign_out(self, response: Response) -> None:
        """End a session."""
        response.delete_cookie(COOKIE, path="/approvals")

    def csrf(self, approver: str) -> str:
        """Return what a form of this approver carries."""
        return self._signature(f"form {approver}")

    def is_own_form(self, request: Request, approver: str, given: str) -> bool:
        """Say whether a form was sent from a page of ours to this approver."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return hmac.compare_digest(given.encode(), self.csrf(approver).encode())

    def _signature(self, text: str) -> str:
        return hmac.new(self.settings.secret, text.encode("utf-8"), hashlib.sha256).hexdigest()
