"""Signatures of tokens: who made one, and that nothing that narrows it was taken away.

The issuer signs the first block. A block may name the public key by which the next one is signed;
the token then carries, as its `proof`, the private half of the last such key. Who holds the token
can narrow it, and can take away no block: for that the private half before would be needed. A
`seal` in place of the proof is a signature of the whole by that key, after which nothing follows.
Chained keys are the construction of Biscuit tokens.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fencekit.dialects.token.token_reader import Block, Token
from fencekit.model.errors import PolicyError
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.signatures import (
    PrivateKey,
    PublicKey,
    new_key,
    private_from_text,
)
from fencekit.reading.signatures import (
    public_of as public_from_text,
)

DOMAIN = b"fencekit.token/1\n"


def message_of(block: Block) -> bytes:
    """Return what is signed of a block: its JSON with sorted keys, in ASCII."""
    return DOMAIN + json.write_sorted(block.body).encode("utf-8")


def message_of_all(token: Token) -> bytes:
    """Return what a seal signs: every block with its signature."""
    signed = [[message_of(block).decode("utf-8"), block.signature] for block in token.blocks]
    return b"seal " + DOMAIN + json.write_sorted(signed).encode("utf-8")


def is_signed(token: Token) -> bool:
    """Say whether the token claims to be signed."""
    return bool(token.proof or token.seal or any(b.signature or b.next for b in token.blocks))


def verify(token: Token, trusted: Sequence[PublicKey]) -> PublicKey:
    """Return the trusted key that signed the token; raise PolicyError where it does not hold."""
    first, *rest = token.blocks
    if not first.signature:
        raise signature_error("the token is not signed", first.place)
    by = next((key for key in trusted if key.verifies(first.signature, message_of(first))), None)
    if by is None:
        raise signature_error(
            "the token is not signed by a trusted key, or was changed", first.place
        )
    before = first
    for block in rest:
        if not before.next:
            raise signature_error("the block before this one may not be narrowed", block.place)
        key = public_of(before)
        if not key.verifies(block.signature, message_of(block)):
            raise signature_error(
                "the block is not signed by the key that the one before names", block.place
            )
        before = block
    if before.next:
        refuse_stripped(token, before)
    elif token.proof or token.seal:
        raise signature_error(
            "the token has a proof, and its last block names no key", before.place
        )
    return by


def refuse_stripped(token: Token, last: Block) -> None:
    """Raise PolicyError unless the token proves that no block after the last was taken away."""
    key = public_of(last)
    if token.seal:
        if token.proof or not key.verifies(token.seal, message_of_all(token)):
            raise signature_error("the seal of the token is not one of its blocks", last.place)
        return
    if not token.proof:
        raise signature_error("the token has neither a proof nor a seal", last.place)
    try:
        proof = private_from_text(token.proof)
    except ValueError as error:
        raise signature_error("the proof of the token is no key", last.place) from error
    if proof.public.text != last.next:
        raise signature_error("the proof of the token is not the key of its last block", last.place)


def issue_token(token: Token, issuer: PrivateKey, *, narrowable: bool = True) -> dict[str, Any]:
    """Return the JSON of a token of one block, signed by its issuer."""
    if len(token.blocks) != 1:
        raise signature_error(
            "only a token of one block is signed by its issuer", token.blocks[1].place
        )
    body = {key: value for key, value in token.blocks[0].body.items() if key != "next"}
    more: dict[str, Any] = {}
    if narrowable:
        key = new_key()
        body["next"], more["proof"] = key.public.text, key.text
    block = replace(token.blocks[0], body=body)
    return {**body, "signature": issuer.sign(message_of(block)), **more}


def narrow_token(document: dict[str, Any], token: Token, body: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a token with one more block, signed where the token is.

    Raises PolicyError for a signed token that may not be narrowed.
    """
    body = {key: value for key, value in body.items() if key not in ("next", "signature")}
    after = dict(document)
    if is_signed(token):
        if not token.proof:
            hint = "ask its issuer for a narrower one"
            raise signature_error("the token has no proof, so it cannot be narrowed", None, hint)
        try:
            by = private_from_text(token.proof)
        except ValueError as error:
            raise signature_error("the proof of the token is no key", None) from error
        key = new_key()
        body["next"] = key.public.text
        block = replace(token.blocks[-1], body=body)
        body = {**body, "signature": by.sign(message_of(block))}
        after["proof"] = key.text
    proof = {key: after.pop(key) for key in ("proof",) if key in after}
    return {**after, "narrowed": [*document.get("narrowed", []), body], **proof}


def seal_token(document: dict[str, Any], token: Token) -> dict[str, Any]:
    """Return the JSON of a token after which nothing follows: a seal in place of its proof."""
    if not token.proof:
        raise signature_error("the token has no proof, so it cannot be sealed", None)
    key = private_from_text(token.proof)
    without = {name: value for name, value in document.items() if name != "proof"}
    return {**without, "seal": key.sign(message_of_all(token))}


def public_of(block: Block) -> PublicKey:
    """Return the key that a block names."""
    try:
        return public_from_text(block.next)
    except ValueError as error:
        raise signature_error("`next` is no public key", block.place) from error


def signature_error(message: str, place: Place | None, hint: str = "") -> PolicyError:
    """Return the error of a token that does not hold."""
    return PolicyError(message, place=place, hint=hint)
