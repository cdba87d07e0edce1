"""The exact action: its canonical JSON is that of RFC 8785, as another package writes it."""

import hashlib
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from laws.drawing import policy_of_text

from fencekit.gate.action_envelope import action_digest, canonical_json, envelope, policy_digest
from fencekit.gate.approvals.approval_grants import Grant
from fencekit.gate.call import ToolCall
from fencekit.gate.tools import AnyTools

pytestmark = pytest.mark.oracle

keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
values = st.text() | st.none() | st.integers(-(2**53) + 1, 2**53 - 1)


@given(st.dictionaries(keys, values, max_size=8))
def test_canonical_json_is_that_of_rfc_8785(value: dict[str, Any]) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(st.text(), st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text()))
def test_a_digest_is_the_sha_256_of_the_envelope(
    principal: str, environment: str, session: str, policy: str, args: dict[str, Any]
) -> None:
    call = ToolCall.of(
        "pay.in", args, principal=principal, environment=environment, session=session
    )
    try:
        normalised = AnyTools().normalise(call)
    except ValueError:
        return
    except Exception:  # noqa: BLE001  (a name that no call has)
        return
    made = envelope(normalised, policy)
    assert all(isinstance(part, str) for part in made.values())
    assert action_digest(normalised, policy) == hashlib.sha256(rfc8785.dumps(made)).hexdigest()


@given(st.integers(0, 2**53 - 1), st.text(), st.none() | st.text())
def test_what_is_signed_is_canonical(number: int, text: str, session: str | None) -> None:
    grant = Grant(
        "i", "", text, "a.b", "*", session, number, None, "alice", number, "", "k", "signature"
    )
    prefix, _, body = grant.message.partition(b"\n")
    assert prefix == b"fencekit.grant/1"
    form = {name: getattr(grant, name) for name in Grant.__slots__ if name != "signature"}
    assert body == rfc8785.dumps(form)


def test_a_policy_is_known_by_what_it_says() -> None:
    one, other = policy_of_text("allow: [a]\n"), policy_of_text("allow: [b]\n")
    assert policy_digest(one) == policy_digest(policy_of_text("allow: [a]\n"))
    assert policy_digest(one) != policy_digest(other)
