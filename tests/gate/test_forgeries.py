"""Forged grants by the thousand: altered, unsigned, by another key, expired, replayed, widened."""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fencekit.gate.action_envelope import action_digest
from fencekit.gate.approvals.approval_grants import Grant, Scope
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.approvals.keys import KeyRing, KeyState, Signer
from fencekit.gate.approvals.store import Store, StoredGrant
from fencekit.gate.call import ToolCall
from fencekit.gate.tools import AnyTools, Normalised
from fencekit.reading.signatures import new_key
from gate.offices import START, Office, figures

FORGERIES = int(os.environ.get("FENCEKIT_FORGERIES", "12000"))
NOW = round(START * 1000)
POLICY = "0" * 64


class Offered(Store):
    """A store that a forger can write: it offers what it was given, and says yes to each use."""

    def __init__(self) -> None:
        self.offered: list[str] = []

    def latest(self) -> int:
        return 0

    def candidates(self, action: str, principal: str) -> list[StoredGrant]:
        return [StoredGrant(body, 0) for body in self.offered]

    def spend(self, grant: Grant, action: str, now: int) -> bool:
        return True


@dataclass
class Forger:
    """Somebody who has the store, genuine grants, and keys that do not count; no key that does."""

    random: Random
    office: Office

    def __post_init__(self) -> None:
        self.keys: KeyRing = self.office.keys
        self.foreign = Signer("alice", new_key())
        self.retired = self.key("alice", KeyState.RETIRED)
        self.revoked = self.key("alice", KeyState.REVOKED)
        self.store = Offered()
        self.desk = Desk(self.store, self.keys, clock=self.office.clock)

    def key(self, name: str, state: KeyState) -> Signer:
        path = self.office.folder / f"{state}.key"
        made = self.keys.make(name, path, NOW - 1000)
        signer = self.keys.signer(path)
        self.keys.change(made.public.id, state, NOW - 500)
        return signer

    def genuine(self, call: Normalised) -> Grant:
        """Return a grant that lets a call through, for the action or for a scope."""
        request = call.request
        parts = str(request.capability).split(".")
        is_exact = self.random.random() < 0.5
        grant = Grant(
            self.hex(),
            action_digest(call, POLICY) if is_exact else "",
            call.call.principal,
            str(request.capability) if self.random.random() < 0.5 else f"{parts[0]}.*.*",
            call.call.environment,
            call.call.session,
            NOW + self.random.randrange(1, 10**7),
            self.random.randrange(1, 5),
            "",
            NOW - self.random.randrange(10**6),
            self.hex() if is_exact else "",
            "",
        )
        return self.office.alice.sign(grant)

    def hex(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def call(self) -> Normalised:
        """Return a call; every one is another action."""
        random = self.random
        args: dict[str, Any] = {"amount": random.randrange(1, 100), "to": random.choice("abc")}
        args["rate"], args["nonce"] = 1.5, random.random()
        call = ToolCall.of(
            random.choice(["pay.send.out", "pay.in", "shell.exec.prod"]),
            args,
            principal=random.choice(["bob", "eve"]),
            environment=random.choice(["prod", "dev"]),
            session=random.choice(["s1", "s2"]),
        )
        return AnyTools().normalise(call)

    def accepted(self, call: Normalised, bodies: list[str]) -> Grant | None:
        self.store.offered = bodies
        return self.desk.spend(call, action_digest(call, POLICY))


def other_text(random: Random, text: str) -> str:
    """Return a text that is another one, but alike."""
    at = random.randrange(len(text) + 1)
    return random.choice(
        [text[:at] + "x" + text[at:], text[1:] + "y", text.upper() + "!", "*" + text]
    )


def altered(forger: Forger, grant: Grant, _: Normalised) -> Grant:
    """Change one field of a signed grant."""
    random = forger.random
    name = random.choice([name for name in Grant.__slots__ if name != "signature"])
    value = getattr(grant, name)
    if isinstance(value, int):
        return replace(grant, **{name: random.choice([value + 1, value - 1, None, 0, value * 2])})
    if value == "" or value is None:
        return replace(grant, **{name: random.choice(["x", "*", forger.hex()])})
    return replace(grant, **{name: other_text(random, value)})


def unsigned(forger: Forger, grant: Grant, _: Normalised) -> Grant:
    """Take the signature away, or put something in its place."""
    sign = forger.random
    noise = sign.randbytes(64)
    import base64

    texts = ["", "none", base64.b64encode(noise).decode(), grant.signature[:-4], "=" * 88]
    flipped = bytearray(base64.b64decode(grant.signature))
    flipped[sign.randrange(64)] ^= 1 << sign.randrange(8)
    return replace(
        grant, signature=sign.choice([*texts, base64.b64encode(bytes(flipped)).decode()])
    )


def other_key(forger: Forger, grant: Grant, _: Normalised) -> Grant:
    """Sign with a key that nobody trusts, that of another person, or one that was taken back."""
    kind = forger.random.randrange(5)
    if kind == 0:
        return forger.foreign.sign(grant)
    if kind == 1:  # under the id of a key that counts
        made = forger.foreign.sign(grant)
        named = replace(made, key=forger.office.alice.key.public.id, signature="")
        return replace(named, signature=forger.foreign.key.sign(named.message))
    if kind == 2:  # carol, in alice's name
        carol = forger.office.carol.key
        named = replace(grant, granted_by="alice", key=carol.public.id, signature="")
        return replace(named, signature=carol.sign(named.message))
    if kind == 3:
        return forger.revoked.sign(grant)
    return forger.retired.sign(replace(grant, granted_at=NOW - forger.random.randrange(500)))


def expired(forger: Forger, grant: Grant, _: Normalised) -> Grant:
    """Offer a genuine grant whose time is over."""
    return forger.office.alice.sign(replace(grant, until=NOW - forger.random.randrange(10**6)))


def replayed(forger: Forger, grant: Grant, call: Normalised) -> Grant:
    """Offer a genuine grant of another action."""
    while True:
        other = forger.call()
        if action_digest(other, POLICY) != action_digest(call, POLICY):
            made = replace(forger.genuine(other), action=action_digest(other, POLICY))
            return forger.office.alice.sign(made)


def respelled(forger: Forger, grant: Grant, call: Normalised) -> Grant:
    """Offer a genuine grant of the same arguments in another order, or spelled otherwise."""
    text = call.call.arguments
    value = json.loads(text)
    turned = dict(reversed(value.items()))
    spelled = [
        json.dumps(turned, separators=(",", ":")),
        json.dumps(value),
        text.replace("1.5", forger.random.choice(["1.50", "15e-1", "1.5e0"])),
        text.replace('"to"', '"\\u0074o"'),
        text + " ",
    ]
    other = replace(call.call, arguments=forger.random.choice(spelled))
    action = action_digest(AnyTools().normalise(other), POLICY)
    return forger.office.alice.sign(replace(grant, action=action))


def widened(forger: Forger, grant: Grant, call: Normalised) -> Grant:
    """Take a genuine grant for less, and make it one for this call."""
    random = forger.random
    narrow: list[dict[str, Any]] = [
        {"capability": "pay.send.other"},
        {"principal": "zoe"},
        {"environment": "mars"},
        {"session": "s9"},
        {"until": NOW - 5},
    ]
    less = forger.office.alice.sign(replace(grant, action="", **random.choice(narrow)))
    return replace(
        less,
        capability=random.choice(["*", grant.capability]),
        principal=random.choice(["*", grant.principal]),
        environment=random.choice(["*", grant.environment]),
        session=random.choice([None, grant.session]),
        until=random.choice([None, grant.until]),
    )


def too_narrow(forger: Forger, grant: Grant, call: Normalised) -> Grant:
    """Offer a genuine grant for a scope that the call is not in."""
    scopes: list[dict[str, Any]] = [
        {"capability": f"{grant.capability.split('.')[0]}.other"},
        {"capability": "db.*"},
        {"principal": f"{grant.principal} "},
        {"environment": grant.environment.upper()},
        {"session": f"{grant.session}0"},
    ]
    changed = replace(grant, action="", **forger.random.choice(scopes))
    return forger.office.alice.sign(changed)


def by_the_requester(forger: Forger, grant: Grant, call: Normalised) -> Grant:
    """Offer a grant that the requester signed with a key of their own that counts."""
    name = call.call.principal
    path = forger.office.folder / f"{name}.key"
    if not path.exists():
        forger.keys.make(name, path, NOW)
    return forger.keys.signer(path).sign(grant)


KINDS: list[Callable[[Forger, Grant, Normalised], Grant]] = [
    altered,
    altered,
    unsigned,
    other_key,
    expired,
    replayed,
    respelled,
    widened,
    widened,
    too_narrow,
    by_the_requester,
]


def test_no_forged_grant_is_accepted(tmp_path: Path) -> None:
    forger = Forger(Random(160), Office(tmp_path, str(tmp_path / "approvals.db")))
    tried = Counter[str]()
    while tried.total() < FORGERIES:
        call = forger.call()
        grant = forger.genuine(call)
        assert forger.accepted(call, [grant.text]) == grant, "the genuine one counts"
        for _ in range(20):
            kind = forger.random.choice(KINDS)
            forged = kind(forger, grant, call)
            if forged == grant:
                continue
            assert forger.accepted(call, [forged.text]) is None, (kind.__name__, grant, forged)
            tried[kind.__name__] += 1
    assert len(tried) == len({kind.__name__ for kind in KINDS})
    assert min(tried.values()) > FORGERIES / 50
    figures("forged grants", seed=160, tried=tried.total(), accepted=0, **tried)


BODIES = {
    "no JSON": lambda grant: grant.text[:-1],
    "a list": lambda grant: f"[{grant.text}]",
    "a key twice": lambda grant: grant.text[:-1] + ',"uses":9}',
    "one more key": lambda grant: grant.text[:-1] + ',"more":1}',
    "a key less": lambda grant: grant.text.replace('"session":"s1",', ""),
    "true for a number": lambda grant: grant.text.replace('"uses":1', '"uses":true'),
    "a float": lambda grant: grant.text.replace('"uses":1', '"uses":1.0'),
    "text for a number": lambda grant: grant.text.replace('"uses":1', '"uses":"1"'),
    "null for a text": lambda grant: grant.text.replace('"key":"', '"key":null,"x":"'),
    "a great number": lambda grant: grant.text.replace('"uses":1', f'"uses":{1 << 60}'),
    "less than nothing": lambda grant: grant.text.replace('"uses":1', '"uses":-1'),
}


@pytest.mark.parametrize("how", BODIES)
def test_what_is_no_grant_is_passed_by(tmp_path: Path, how: str) -> None:
    forger = Forger(Random(1), Office(tmp_path, str(tmp_path / "approvals.db")))
    call = AnyTools().normalise(ToolCall.of("pay.in", principal="bob", session="s1"))
    grant = Grant("1", "", "bob", "pay.in", "*", "s1", None, 1, "", NOW, "", "")
    grant = forger.office.alice.sign(grant)
    assert forger.accepted(call, [BODIES[how](grant)]) is None
    assert forger.accepted(call, [BODIES[how](grant), grant.text]) == grant


def test_a_file_of_keys_that_others_can_write_counts_for_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path, str(tmp_path / "approvals.db"))
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    call = ToolCall.of("pay", principal="bob")
    for mode, counts in ((0o644, True), (0o664, False), (0o646, False), (0o600, True)):
        Path(office.keys.path).chmod(mode)
        assert gate.decide(call).authorized is counts


def test_without_the_file_of_keys_nothing_is_approved(tmp_path: Path) -> None:
    office = Office(tmp_path, str(tmp_path / "approvals.db"))
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    call = ToolCall.of("pay", principal="bob")
    assert gate.decide(call).authorized
    for text in ("", "{", "{}", '{"schema":"fencekit.keys/1","keys":[{}]}', None):
        path = Path(office.keys.path)
        path.unlink() if text is None else path.write_text(text)
        decision = gate.decide(call)
        assert (decision.word, decision.reason) == ("DENY", "approvals_unavailable")
        assert "keys.json" in decision.errors[0]
