"""The keys that may sign grants: each names its approver, and is active, retired or revoked.

A folder holds `keys.json`, with public keys only, which is all that a gate needs; a private key is
a file of its own, which only its approver reads. There is no default key and no default secret.
"""

import os
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fencekit.gate.approvals.approval_grants import (
    ANYONE,
    ApprovalError,
    Grant,
    attach_signature,
    same_person,
)
from fencekit.model.errors import UsageError
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import read_bytes
from fencekit.reading.signatures import PrivateKey, PublicKey, new_key, public_of, read_private

SCHEMA = "fencekit.keys/1"
FILE = "keys.json"
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class KeyState(StrEnum):
    """What a key may still do: sign, have signed until it was retired, or nothing."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key, whose it is, and since when it has its state, in milliseconds since 1970.

    The approver `*` is a service that signs for people whom it has seen sign in.
    """

    approver: str
    public: PublicKey
    state: KeyState
    since: int

    def accepts(self, grant: Grant) -> bool:
        """Say whether a grant of its approver, signed by this key, counts."""
        if self.state is KeyState.REVOKED:
            return False
        if self.state is KeyState.RETIRED and grant.granted_at >= self.since:
            return False
        named = self.approver in (ANYONE, grant.granted_by)
        return named and self.public.verifies(grant.signature, grant.message)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, with the name for which it signs."""

    approver: str
    key: PrivateKey

    def sign(self, grant: Grant) -> Grant:
        """Return the grant, signed."""
        grant = replace(grant, granted_by=self.approver, key=self.key.public.id, signature="")
        return attach_signature(grant, self.key.sign(grant.message))


class KeyRing:
    """The keys of a folder, read again when the file changes: to revoke one takes effect at once.

    Raises ApprovalError where the file cannot be read, because then no grant can be trusted.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = fspath(folder)
        self.path = str(Path(self.folder) / FILE)
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: Mapping[str, TrustedKey] = {}

    def keys(self) -> Mapping[str, TrustedKey]:
        """Return the keys by their ids."""
        try:
            status = os.stat(self.path)  # noqa: PTH116  (each time that an approval is asked for)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            hint = "make a key: `fencekit approvals keys new NAME`"
            raise ApprovalError(f"cannot read `{self.path}`: {said}", hint=hint) from error
        if status.st_mode & WRITABLE_BY_OTHERS:
            hint = f"`chmod go-w {self.path}`"
            raise ApprovalError(f"others can write `{self.path}`: no key in it counts", hint=hint)
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        with self._lock:
            if seen != self._seen:
                self._keys = read_keys(self.path)
                self._seen = seen
            return self._keys

    def accepts(self, grant: Grant) -> bool:
        """Say whether a grant is signed by a key that may sign it."""
        key = self.keys().get(grant.key)
        return key is not None and key.accepts(grant)

    def signer(self, path: str | PathLike[str], approver: str = "") -> Signer:
        """Return what signs with the private key in a file, which must be active here.

        `approver` names the person for a key that signs for anyone who has signed in.
        """
        private = read_private(fspath(path))
        key = self.keys().get(private.public.id)
        if key is None:
            hint = f"add it: `fencekit approvals keys add`, or make one; keys are in `{self.path}`"
            raise UsageError(f"the key in `{fspath(path)}` is not trusted", hint=hint)
        if key.state is not KeyState.ACTIVE:
            raise UsageError(f"the key in `{fspath(path)}` is {key.state}")
        if key.approver == ANYONE and not approver:
            raise UsageError("the key signs for anyone: name who approves")
        if approver and key.approver not in (ANYONE, approver):
            raise UsageError(f"the key is that of `{key.approver}`, not of `{approver}`")
        return Signer(approver or key.approver, private)

    def add(self, approver: str, public: PublicKey, now: int) -> TrustedKey:
        """Trust a key from now on, in milliseconds since 1970, as that of an approver."""
        if not approver.strip():
            raise UsageError("a key names its approver")
        keys = dict(self.keys()) if Path(self.path).exists() else {}
        if public.id in keys:
            raise UsageError(f"the key `{public.id}` is there already")
        keys[public.id] = TrustedKey(approver, public, KeyState.ACTIVE, now)
        self._write(keys)
        return keys[public.id]

    def make(self, approver: str, path: str | PathLike[str], now: int) -> TrustedKey:
        """Make a key for an approver, write the private half into a new file, trust the other."""
        private = new_key()
        try:
            Path(self.folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{fspath(path)}`: {said}") from error
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(private.text + "\n")
        try:
            return self.add(approver, private.public, now)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise

    def change(self, key_id: str, state: KeyState, now: int) -> TrustedKey:
        """Retire or revoke a key; neither can be undone, and what is revoked stays so."""
        keys = dict(self.keys())
        found = [key for key in keys if key.startswith(key_id)] if key_id else []
        if len(found) != 1:
            many = "several keys begin so" if found else "there is no such key"
            raise UsageError(f"{many}: `{key_id}`")
        key = keys[found[0]]
        if key.state is KeyState.REVOKED or key.state is state:
            raise UsageError(f"the key `{found[0]}` is {key.state} already")
        keys[found[0]] = replace(key, state=state, since=now)
        self._write(keys)
        return keys[found[0]]

    def _write(self, keys: Mapping[str, TrustedKey]) -> None:
        """Put the file in the place of the old one, whole."""
        form = {"schema": SCHEMA, "keys": [form_of(key) for key in keys.values()]}
        beside = f"{self.path}.new"
        try:
            Path(self.folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            with Path(beside).open("w", encoding="utf-8") as out:
                out.write(json.write(form, indent=2) + "\n")
                os.fchmod(out.fileno(), 0o644)
                out.flush()
                os.fsync(out.fileno())
            os.replace(beside, self.path)  # noqa: PTH105
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{self.path}`: {said}") from error


def may_answer(approver: str, principal: str) -> None:
    """Raise ApprovalError where who answers is who asks."""
    if same_person(approver, principal):
        message = f"`{approver}` cannot approve for `{principal}`: another person has to approve"
        raise ApprovalError(message)


def form_of(key: TrustedKey) -> dict[str, Any]:
    """Return a key as the file holds it."""
    made = {"id": key.public.id, "approver": key.approver, "public": key.public.text}
    return {**made, "state": str(key.state), "since": key.since}


def read_keys(path: str) -> Mapping[str, TrustedKey]:
    """Return the keys of a file by their ids; raise ApprovalError where it is no file of keys."""
    try:
        form = json.parse_bytes(read_bytes(path, ApprovalError))
        if form["schema"] != SCHEMA:
            raise ValueError(f"its schema is not `{SCHEMA}`")
        keys: dict[str, TrustedKey] = {}
        for entry in form["keys"]:
            public = public_of(entry["public"])
            approver, since = entry["approver"], entry["since"]
            if not (isinstance(approver, str) and approver and type(since) is int):
                raise ValueError("a key names its `approver` and since when it has its state")
            if entry["id"] != public.id or public.id in keys:
                raise ValueError("a key has an id that is not its own, or stands there twice")
            keys[public.id] = TrustedKey(approver, public, KeyState(entry["state"]), since)
    except (KeyError, TypeError, ValueError) as error:
        message = f"`{path}` is no file of keys: {error}"
        raise ApprovalError(message, place=Place(path)) from error
    return keys
