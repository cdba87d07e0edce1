"""Signatures of tokens: no forged, altered, stripped or widened one is accepted."""

import base64
import copy
import json
import os
from random import Random
from typing import Any

import pytest
from gate.offices import figures

from fencekit.dialects.token.token_reader import read_token
from fencekit.dialects.token.token_signing import issue_token, narrow_token, seal_token, verify
from fencekit.model.errors import PolicyError
from fencekit.reading.signatures import new_key
from tokens.drawing import PLAIN

ISSUER, OTHER = new_key(), new_key()
FORGERIES = 10_000 if os.environ.get("FENCEKIT_SWEEP") else 600


def read(document: dict[str, Any]):
    return read_token(json.dumps(document), "token.json")


def narrower(document: dict[str, Any], **block: Any) -> dict[str, Any]:
    tools = [{"name": "read_file", "paths": ["docs/**"]}]
    return narrow_token(document, read(document), {"tools": tools, **block})


ROOT = issue_token(read(PLAIN), ISSUER)
ONCE = narrower(ROOT)
TWICE = narrower(ONCE, expires="2027-01-01T00:00:00Z")
SEALED = seal_token(TWICE, read(TWICE))
FINAL = issue_token(read(PLAIN), ISSUER, narrowable=False)
HONEST = {"root": ROOT, "once": ONCE, "twice": TWICE, "sealed": SEALED, "final": FINAL}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_token_is_accepted(name):
    assert verify(read(HONEST[name]), [OTHER.public, ISSUER.public]) == ISSUER.public


@pytest.mark.parametrize("name", HONEST)
def test_no_token_is_accepted_by_another_key(name):
    with pytest.raises(PolicyError, match="not signed by a trusted key"):
        verify(read(HONEST[name]), [OTHER.public])


def accepted(document: dict[str, Any]) -> bool:
    try:
        verify(read(document), [ISSUER.public])
    except PolicyError:
        return False
    return True


def stripped() -> list[dict[str, Any]]:
    """Tokens from which a block was taken away, with every proof that the holder has."""
    found = []
    for document in (ONCE, TWICE, SEALED):
        for count in range(len(document["narrowed"])):
            for more in ({}, {"proof": None}, {"seal": None}, {"proof": None, "seal": None}):
                short = {**document, "narrowed": document["narrowed"][:count], **more}
                found.append({key: value for key, value in short.items() if value is not None})
    return found


def test_no_block_can_be_taken_away():
    forged = stripped()
    assert len(forged) > 15
    assert [one for one in forged if accepted(one)] == []


def test_blocks_cannot_be_reordered_repeated_or_moved_to_another_token():
    another = narrower(issue_token(read({**PLAIN, "holder": "b"}), ISSUER))
    swapped = {**TWICE, "narrowed": TWICE["narrowed"][::-1]}
    repeated = {**TWICE, "narrowed": [*TWICE["narrowed"], TWICE["narrowed"][0]]}
    moved = {**ONCE, "narrowed": another["narrowed"], "proof": another["proof"]}
    added = {**SEALED, "narrowed": [*SEALED["narrowed"], {"tools": PLAIN["tools"]}]}
    for forged in (swapped, repeated, moved, added):
        assert not accepted(forged)


def test_a_token_without_a_signature_is_accepted_by_no_key():
    assert not accepted(PLAIN)
    unsigned = {**PLAIN, "narrowed": [{"tools": []}]}
    assert not accepted(unsigned)


def altered(random: Random, value: Any) -> Any:
    """Return another value of the same kind, nearly the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.choice([1, -1, 1000])
    if isinstance(value, str):
        at = random.randrange(len(value) + 1)
        return random.choice(
            [value[:at] + random.choice("aZ09/*+ ") + value[at:], value[:-1], value.swapcase()]
        )
    return value


def forged(random: Random) -> dict[str, Any]:
    """Return an honest token with one thing in it altered, taken away or put in."""
    document = copy.deepcopy(random.choice([*HONEST.values()]))
    parts: list[Any] = [document]
    for part in parts:
        inside = part.values() if isinstance(part, dict) else part
        parts.extend(one for one in inside if isinstance(one, dict | list) and one)
    part = random.choice(parts)
    key = random.choice([*part]) if isinstance(part, dict) else random.randrange(len(part))
    way = random.randrange(4)
    if way == 0:
        del part[key]
    elif way == 1 and isinstance(part, dict):
        part[random.choice(["approval", "max_bytes", "next", "expires"])] = random.choice(
            [1 << 39, "2040-01-01T00:00:00Z", True, base64.b64encode(random.randbytes(32)).decode()]
        )
    elif way == 2 and isinstance(part, list):
        part.insert(0, copy.deepcopy(part[-1]))
    else:
        part[key] = altered(random, part[key])
    return document


def test_no_forged_token_is_accepted():
    random = Random(20261130)
    tried = 0
    while tried < FORGERIES:
        document = forged(random)
        if any(document == honest for honest in HONEST.values()):
            continue
        tried += 1
        assert not accepted(document), json.dumps(document)
    figures("forged tokens", seed=20261130, tried=tried, accepted=0)
