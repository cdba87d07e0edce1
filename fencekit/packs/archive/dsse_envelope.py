"""DSSE envelopes: a signed statement about the manifest of a pack, in the form of in-toto.

What is signed is the pre-authentication encoding of the DSSE specification, version 1: the type
and the payload, each with its length before it, so that neither can be taken for the other.
https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from fencekit.model.errors import PackError
from fencekit.packs.archive.archive_manifest import Manifest, document_of
from fencekit.reading import json
from fencekit.reading.signatures import PrivateKey, PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:fencekit:pack:1"
HINT = "name its public key with `--key`, or in `trusted_keys` of `[tool.fencekit]`"


def pre_authentication_encoding(kind: str, body: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding of a type and a payload."""
    name = kind.encode()
    return b" ".join((b"DSSEv1", b"%d" % len(name), name, b"%d" % len(body), body))


def statement(manifest: Manifest, subject: str) -> bytes:
    """Return the statement that a manifest, in a file of that name, is the one of this pack."""
    said = {
        "_type": STATEMENT,
        "subject": [{"name": subject, "digest": {"sha256": manifest.digest}}],
        "predicateType": PREDICATE,
        "predicate": {"name": manifest.name, "version": manifest.version},
    }
    return json.write(said).encode()


def seal(body: bytes, key: PrivateKey) -> bytes:
    """Return the envelope of a statement, signed."""
    return envelope(body, key.public.id, key.sign(pre_authentication_encoding(PAYLOAD_TYPE, body)))


def envelope(body: bytes, key_id: str, signature: str) -> bytes:
    """Return an envelope, in its one spelling."""
    made = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(body).decode("ascii"),
        "signatures": [{"keyid": key_id, "sig": signature}],
    }
    return (json.write(made, indent=2) + "\n").encode("utf-8", "surrogatepass")


def signer(data: bytes, body: bytes, keys: Iterable[PublicKey]) -> PublicKey:
    """Return which of the keys signed the envelope, which must be one of this statement.

    Raises PackError where it is another statement, another key, or no signature by that key.
    """
    document = document_of(data, "the signature")
    key_id, signature = signed_by(document)
    if envelope(body, key_id, signature) != data:
        raise PackError("the signature is not one of this manifest")
    for key in keys:
        if key.id == key_id:
            if key.verifies(signature, pre_authentication_encoding(PAYLOAD_TYPE, body)):
                return key
            raise PackError(f"the signature is not by the key `{key_id}` that it names")
    raise PackError(f"signed by the key `{key_id}`, which is not trusted", hint=HINT)


def signed_by(document: Any) -> tuple[str, str]:
    """Return the id of the key and the signature of an envelope; raise PackError without one."""
    listed = document.get("signatures") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise PackError("a signed archive has one signature")
    key_id, signature = (listed[0].get(key) for key in ("keyid", "sig"))
    if not isinstance(key_id, str) or not isinstance(signature, str) or not is_plain(signature):
        raise PackError("a signature has a `keyid`, and a `sig` in base64")
    return key_id, signature


def is_plain(signature: str) -> bool:
    """Say whether a signature is base64 in its one spelling."""
    try:
        return base64.b64encode(base64.b64decode(signature, validate=True)).decode() == signature
    except (binascii.Error, ValueError):
        return False
