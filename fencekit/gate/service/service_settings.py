"""What a service needs to know: who may ask, who may approve, what is known of subjects."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fencekit.gate.approvals.keys import KeyRing, Signer
from fencekit.gate.service.authzen import Attributes
from fencekit.model.errors import UsageError
from fencekit.reading import json
from fencekit.reading.input_files import read_text

TOKEN_BYTES = 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class ServiceSettings:
    """How the service is run.

    `token_digest` is of the bearer token of callers. `approvers` are digests of sign-in tokens by
    the names of people; `approver_header` is the header by which a reverse proxy names who signed
    in there, and then every request must come through that proxy.
    """

    token_digest: bytes
    base: str
    approvers: Mapping[str, str] = field(default_factory=dict)
    approver_header: str = ""
    attributes: Attributes = field(default_factory=dict)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    is_tls: bool = False
    keys: KeyRing | None = None
    signing_key: str = ""

    def signer(self, approver: str) -> Signer:
        """Return what signs for somebody who has signed in; raise UsageError without a key."""
        if self.keys is None or not self.signing_key:
            hint = "`--signing-key FILE`, a key of the approver `*`"
            raise UsageError("the service has no key to sign approvals with", hint=hint)
        return self.keys.signer(self.signing_key, approver)

    def is_caller(self, header: str) -> bool:
        """Say whether an `Authorization` header has the bearer token."""
        scheme, _, token = header.partition(" ")
        given = digest_of(token.strip())
        return scheme.lower() == "bearer" and hmac.compare_digest(given, self.token_digest)

    def approver_of(self, token: str) -> str:
        """Return who signs in with a token; empty for nobody."""
        given = digest_of(token).hex()
        found = ""
        for name, digest in self.approvers.items():
            if hmac.compare_digest(given, digest):
                found = name
        return found


def digest_of(token: str) -> bytes:
    """Return the digest of a token; tokens are random, so that nothing slower is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def bearer_token(path: str) -> tuple[str, bool]:
    """Return the token in a file, and whether it was made now: where there is no such file.

    Raises UsageError for one that is empty, too short, or that others may read.
    """
    file = Path(path)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        token = read_text(path, UsageError)[0].strip()
        if len(token) < 16:
            raise UsageError(f"the token in `{path}` is shorter than 16 characters") from None
        if file.stat().st_mode & 0o077:
            hint = f"`chmod 600 {path}`"
            raise UsageError(f"the token in `{path}` can be read by others", hint=hint) from None
        return token, False
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write the token to `{path}`: {said}") from error
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(f"{token}\n")
    return token, True


def read_approvers(path: str) -> dict[str, str]:
    """Return the digests of the sign-in tokens of a file, by approver."""
    value = read_object(path)
    for name, digest in value.items():
        if not isinstance(digest, str) or len(digest) != 64:
            hint = f"add people by `fencekit gate approver {path} NAME`"
            raise UsageError(f"`{path}` has no digest for `{name}`", hint=hint)
    return value


def add_approver(path: str, name: str) -> str:
    """Add an approver to a file, in place of an earlier token of theirs; return the new token."""
    value = read_approvers(path) if Path(path).exists() else {}
    token = secrets.token_urlsafe(TOKEN_BYTES)
    value[name] = digest_of(token).hex()
    whole = Path(f"{path}.new")
    try:
        whole.touch(mode=0o600)
        whole.write_text(json.write(value, indent=2) + "\n", encoding="utf-8")
        whole.replace(path)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{path}`: {said}") from error
    return token


def read_attributes(path: str) -> Attributes:
    """Return what a file says of subjects: an object of objects, by `type:id` or `id`."""
    value = read_object(path)
    for name, known in value.items():
        if not isinstance(known, dict):
            raise UsageError(f"what `{path}` says of `{name}` is not an object")
    return value


def read_object(path: str) -> dict[str, Any]:
    """Return the JSON object in a file; raise UsageError, with its place, where there is none."""
    text, _ = read_text(path, UsageError)
    try:
        value = json.parse(text)
    except json.JSONError as error:
        raise UsageError(f"`{path}`, line {error.line}: {error.message}") from error
    if not isinstance(value, dict):
        raise UsageError(f"`{path}` is not a JSON object")
    return value
