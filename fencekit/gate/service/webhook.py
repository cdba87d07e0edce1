"""A webhook that tells of pending requests, signed as Standard Webhooks says.

A secret is `whsec_` and the base64 of its bytes; the signature is HMAC-SHA256 over the id, the time
and the body. Sending happens beside the calls: a request waits whether or not anybody was told.
"""

import base64
import binascii
import hashlib
import hmac
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from fencekit.gate.approvals.approval_grants import Pending
from fencekit.model.errors import UsageError
from fencekit.reading import json

PREFIX = "whsec_"
TRIES = 3
SECONDS = 10.0
MOST_WAITING = 1000
LONGEST = 2000
EVENT = "approval.pending"


def secret_of(text: str) -> bytes:
    """Return the bytes of a secret; raise UsageError for what is none of 24 to 64 bytes."""
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError("the secret of the webhook is not `whsec_` and base64") from error
    if not 24 <= len(secret) <= 64:
        raise UsageError("the secret of the webhook must have 24 to 64 bytes")
    return secret


def signed_headers(secret: bytes, ident: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message."""
    signed = f"{ident}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": ident,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }


def body_of(pending: Pending, base: str) -> bytes:
    """Return what is told of a request; its arguments are left to the page, behind a sign-in."""
    said = {
        "type": EVENT,
        "timestamp": pending.created // 1000,
        "data": {
            "id": pending.id,
            "principal": pending.principal,
            "capability": pending.capability,
            "tool": pending.tool,
            "environment": pending.environment,
            "reason": pending.reason[:LONGEST],
            "expires": pending.expires // 1000,
            "url": f"{base.rstrip('/')}/approvals/{pending.id}",
        },
    }
    return json.write(said).encode()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the message goes to the address that was configured."""

    def redirect_request(self, *_: object) -> None:
        """Refuse."""
        return


def send(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post a message and return the status; raise OSError where nobody answers."""
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@dataclass
class Webhook:
    """Tells an address of pending requests, in a thread of its own, each up to TRIES times."""

    url: str
    secret: bytes = field(repr=False)
    base: str
    say: Callable[[str], None]
    pause: float = 1.0
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if urllib.parse.urlsplit(self.url).scheme not in ("https", "http"):
            raise UsageError(f"`{self.url}` is no address of a webhook", hint="https://…")
        self._waiting: queue.Queue[Pending] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def tell(self, pending: Pending) -> None:
        """Tell of a request, soon; raise queue.Full where too many wait."""
        self._waiting.put_nowait(pending)

    def drain(self) -> None:
        """Wait until nobody waits to be told of."""
        self._waiting.join()

    def _run(self) -> None:
        while True:
            pending = self._waiting.get()
            try:
                self._tell(pending)
            # A thread that ends would tell nobody any more.
            except Exception as error:  # noqa: BLE001
                self.say(f"webhook: {type(error).__name__}: {error}")
            finally:
                self._waiting.task_done()

    def _tell(self, pending: Pending) -> None:
        body, trouble = body_of(pending, self.base), ""
        for number in range(TRIES):
            if number:
                time.sleep(self.pause * 2**number)
            headers = signed_headers(self.secret, pending.id, int(self.clock()), body)
            try:
                status = send(self.url, headers, body)
            except OSError as error:
                trouble = str(error)
                continue
            if 200 <= status < 300:
                return
            trouble = f"it answered {status}"
        self.say(f"webhook: nobody was told of {pending.id}: {trouble}")
