"""Ed25519 signatures: the only door to `cryptography`, which is an optional extra."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from fencekit.model.errors import UsageError
from fencekit.reading.input_files import name_read_errors
from fencekit.reading.open_inputs import content

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

HINT = 'pip install "pytest-fencekit[sign]"'
PEM = b"-----BEGIN "
RAW = 32
ED25519 = "cryptography.hazmat.primitives.asymmetric.ed25519"
SERIALIZATION = "cryptography.hazmat.primitives.serialization"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that checks signatures, and the id by which a checkpoint names it."""

    id: str
    key: "Ed25519PublicKey"

    def verifies(self, signature: str, message: bytes) -> bool:
        """Say whether the base64 signature is one of the message by this key."""
        invalid: type[Exception] = import_cryptography("cryptography.exceptions").InvalidSignature
        try:
            self.key.verify(base64.b64decode(signature, validate=True), message)
        except (invalid, binascii.Error, ValueError):
            return False
        return True

    @property
    def text(self) -> str:
        """The base64 of its 32 bytes, as a file holds it."""
        return base64.b64encode(self.key.public_bytes_raw()).decode("ascii")


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs, with its public half."""

    public: PublicKey
    key: "Ed25519PrivateKey"

    def sign(self, message: bytes) -> str:
        """Return the signature of the message, in base64."""
        return base64.b64encode(self.key.sign(message)).decode("ascii")

    @property
    def text(self) -> str:
        """The base64 of its 32 bytes, as a file holds it."""
        return base64.b64encode(self.key.private_bytes_raw()).decode("ascii")


def new_key() -> PrivateKey:
    """Return a key that nobody had before."""
    key = import_cryptography(ED25519).Ed25519PrivateKey.generate()
    return PrivateKey(public(key.public_key()), key)


def public_of(text: str) -> PublicKey:
    """Return the public key of which the base64 of its 32 bytes is given; ValueError for none."""
    return public(
        import_cryptography(ED25519).Ed25519PublicKey.from_public_bytes(
            base64.b64decode(text, validate=True)
        )
    )


def read_public(path: str) -> PublicKey:
    """Return the public key in a file: PEM, or the base64 of its 32 bytes, as CapFence keeps it."""
    kind = import_cryptography(ED25519).Ed25519PublicKey
    data = contents(path)
    try:
        if data.startswith(PEM):
            key = import_cryptography(SERIALIZATION).load_pem_public_key(data)
        else:
            key = kind.from_public_bytes(base64.b64decode(data, validate=True))
    except (ValueError, unsupported_key_error()) as error:
        raise not_a_key(path, "public", label(data)) from error
    if not isinstance(key, kind):
        raise not_a_key(path, "public", kind_of(key))
    return public(key)


def read_private(path: str) -> PrivateKey:
    """Return the private key in a file: PEM, or the base64 of its 32 bytes."""
    kind = import_cryptography(ED25519).Ed25519PrivateKey
    data = contents(path)
    try:
        if data.startswith(PEM):
            key = import_cryptography(SERIALIZATION).load_pem_private_key(data, password=None)
        else:
            key = kind.from_private_bytes(base64.b64decode(data, validate=True))
    except TypeError as error:
        hint = f"decrypt it into a file of its own: `openssl pkey -in {path} -out FILE`"
        raise UsageError(f"the key in `{path}` is encrypted", hint=hint) from error
    except (ValueError, unsupported_key_error()) as error:
        raise not_a_key(path, "private", label(data)) from error
    if not isinstance(key, kind):
        raise not_a_key(path, "private", kind_of(key))
    return PrivateKey(public(key.public_key()), key)


def public(key: "Ed25519PublicKey") -> PublicKey:
    """Return the key with its id: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return PublicKey(hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16], key)


def contents(path: str) -> bytes:
    """Return what stands in a key file; trouble is a usage error that names it."""
    with name_read_errors(path, UsageError):
        return content(path, UsageError).strip()


def not_a_key(path: str, kind: str, what: str) -> UsageError:
    """Return the error of a file that holds no such key, but what it holds, where that is known."""
    hint = f"PEM, or the base64 of its {RAW} bytes"
    said = f"`{path}` holds no {kind} Ed25519 key"
    return UsageError(f"{said}: it holds {what}" if what else said, hint=hint)


def kind_of(key: object) -> str:
    """Return what another key is, in words: its class is named for it."""
    name = type(key).__name__.strip("_").removesuffix("Key")
    return f"a key of the kind {name.removesuffix('Private').removesuffix('Public')}"


def label(data: bytes) -> str:
    """Return what a PEM file says that it holds, in words; nothing for another file."""
    found = re.match(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----", data)
    return f"PEM with the label `{found[1].decode()}`" if found else ""


def unsupported_key_error() -> type[Exception]:
    """Return the error of `cryptography` for keys that it knows nothing of."""
    found: type[Exception] = import_cryptography("cryptography.exceptions").UnsupportedAlgorithm
    return found


def import_cryptography(module: str) -> ModuleType:
    """Return a module of `cryptography`; raise UsageError where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError("signatures need the package `cryptography`", hint=HINT) from error


def private_from_text(text: str) -> PrivateKey:
    """Return the private key that the base64 of 32 bytes spells; raise ValueError for none."""
    key = import_cryptography(ED25519).Ed25519PrivateKey.from_private_bytes(
        base64.b64decode(text, validate=True)
    )
    return PrivateKey(public(key.public_key()), key)
