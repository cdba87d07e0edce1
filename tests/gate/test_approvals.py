"""Approvals on both databases: bound to the exact action, spent once, by keys that count."""

from dataclasses import replace

import pytest

from fencekit.gate.approvals.approval_grants import ApprovalError, Scope, State
from fencekit.gate.approvals.keys import KeyState
from fencekit.gate.call import ToolCall
from fencekit.model.errors import UsageError
from gate.offices import Office, pay, waiting


def test_an_approved_action_runs_once(office: Office) -> None:
    gate = office.gate()
    asked = waiting(gate, pay())
    grant = office.desk.approve(asked.approval, office.alice, reason="fine")
    done = gate.execute(pay())
    assert done.completed
    assert (done.decision.reason, done.decision.approval) == ("previously_approved", grant.id)
    assert done.decision.approver == "alice"
    assert waiting(gate, pay()).approval != asked.approval
    assert office.ran == [{"to": "shop", "amount": 5}]


def test_the_same_action_asks_once_while_it_waits(office: Office) -> None:
    gate = office.gate()
    assert waiting(gate, pay()).approval == waiting(gate, pay()).approval
    assert len(office.desk.pending()) == 1


CHANGED = {
    "amount": pay(6),
    "spelling": replace(pay(), arguments='{"to":"shop","amount":5.0}'),
    "space": replace(pay(), arguments='{"to": "shop","amount":5}'),
    "order": replace(pay(), arguments='{"amount":5,"to":"shop"}'),
    "principal": pay(principal="eve"),
    "environment": pay(environment="dev"),
    "session": pay(session="s2"),
    "no session": pay(session=""),
    "context": pay(context={"user_role": "admin"}),
}


@pytest.mark.parametrize("how", CHANGED)
def test_whatever_changes_of_an_action_voids_its_approval(office: Office, how: str) -> None:
    gate = office.gate()
    office.desk.approve(waiting(gate, pay()).approval, office.alice, uses=None)
    assert waiting(gate, CHANGED[how])
    assert gate.decide(pay()).authorized


def test_another_policy_voids_an_approval(office: Office) -> None:
    office.desk.approve(waiting(office.gate(), pay()).approval, office.alice)
    office.policy += "  - capability: file.list\n"
    assert waiting(office.gate(), pay())


def test_a_scope_lets_through_what_it_covers_and_no_more(office: Office) -> None:
    gate = office.gate()
    scope = Scope("bob", "pay.*.*", "prod", "s1", seconds=60, uses=2)
    grant = office.desk.grant(scope, office.alice)
    assert waiting(gate, pay(principal="eve"))
    assert waiting(gate, pay(environment="dev"))
    assert waiting(gate, pay(session="s2"))
    first = gate.decide(pay(1))
    assert first.reason == f"approved_grant:{grant.id}:alice"
    assert gate.decide(pay(2)).authorized
    assert waiting(gate, pay(3)), "the two uses are spent"


def test_no_approval_overrides_a_denial(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "*", seconds=None), office.alice)
    denied = gate.decide(pay(1001))
    assert (denied.word, denied.reason) == ("DENY", "policy_deny")
    assert office.desk.grants()[0].used == 0


def test_a_grant_ends(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send", seconds=60), office.alice)
    office.clock.now += 59.9
    assert gate.decide(pay()).authorized
    office.clock.now += 0.1
    assert waiting(gate, pay())
    assert office.desk.grants()[0].void == "expired"


def test_a_clock_that_is_set_back_brings_no_grant_back(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send", seconds=60), office.alice)
    office.clock.now += 61
    assert waiting(gate, pay())
    office.clock.now -= 61
    assert waiting(gate, pay())


def test_a_clock_that_was_ahead_approves_nothing_until_it_is_reset(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send", seconds=60), office.alice)
    office.clock.now += 86_400
    office.desk.grant(Scope("zoe", "pay.send", seconds=60), office.alice)
    office.clock.now -= 86_400
    for who in ("bob", "zoe"):
        stopped = gate.decide(pay(principal=who))
        assert (stopped.word, stopped.reason) == ("DENY", "approvals_unavailable")
        assert "86,400 s behind" in stopped.errors[0]
    with pytest.raises(ApprovalError, match="behind"):
        office.desk.grant(Scope("eve", "pay.send"), office.alice)
    assert office.desk.reset_clock() == office.ms + 86_400_000
    assert gate.decide(pay()).authorized, "its time has not come to an end"
    assert waiting(gate, pay(principal="zoe")), "what the clock ahead gave does not count"
    assert [each.void for each in office.desk.grants()] == ["", "given by a clock that was ahead"]


def test_one_principal_cannot_flood_those_who_answer(office: Office) -> None:
    gate = office.gate()
    office.desk.most_waiting = 3
    for number in range(3):
        assert waiting(gate, pay(number))
    flooded = gate.decide(pay(3))
    assert (flooded.word, flooded.reason) == ("DENY", "approvals_unavailable")
    assert "3 requests of `bob` wait already" in flooded.errors[0]
    assert waiting(gate, pay(2)), "what waits already may be asked again"
    assert waiting(gate, pay(3, principal="eve"))
    office.clock.now += 3600
    assert waiting(gate, pay(3)), "the others have expired"


def test_a_request_expires_and_is_kept(office: Office) -> None:
    asked = waiting(office.gate(), pay())
    office.clock.now += 3600
    with pytest.raises(ApprovalError, match="is expired"):
        office.desk.approve(asked.approval, office.alice)
    assert office.desk.pending() == []
    (kept,) = office.desk.pending("expired")
    assert (kept.id, kept.arguments) == (asked.approval, pay().arguments)


@pytest.mark.parametrize("name", ["alice", "ALICE", " alice", "\uff41lice"])
def test_an_approver_is_never_the_requester(office: Office, name: str) -> None:
    gate = office.gate()
    asked = waiting(gate, pay(principal=name))
    with pytest.raises(ApprovalError, match="another person"):
        office.desk.approve(asked.approval, office.alice)
    with pytest.raises(ApprovalError, match="another person"):
        office.desk.grant(Scope(name, "pay.send"), office.alice)
    office.desk.grant(Scope("*", "pay.send"), office.alice)
    assert waiting(gate, pay(principal=name)), "nor by a grant for anyone"
    office.desk.approve(asked.approval, office.carol)
    assert gate.decide(pay(principal=name)).authorized


def test_a_request_is_answered_once(office: Office) -> None:
    asked = waiting(office.gate(), pay())
    office.desk.reject(asked.approval, "carol", "not today")
    with pytest.raises(ApprovalError, match="is rejected already"):
        office.desk.approve(asked.approval, office.alice)
    found = office.desk.find(asked.approval[:8])
    assert (found.state, found.answered_by, found.answer) == (
        State.REJECTED,
        "carol",
        "not today",
    )


def test_a_request_that_was_altered_is_not_approved(office: Office) -> None:
    asked = waiting(office.gate(), pay(999))
    with office.desk.store.database.transaction() as run:
        run("UPDATE pending SET arguments = ?", (pay(1).arguments,))
    with pytest.raises(ApprovalError, match="was altered"):
        office.desk.approve(asked.approval, office.alice)


def test_a_revoked_grant_is_void(office: Office) -> None:
    gate = office.gate()
    grant = office.desk.grant(Scope("bob", "pay.send"), office.alice)
    assert gate.decide(pay()).authorized
    office.desk.revoke(grant.id[:10], "carol", "enough")
    assert waiting(gate, pay())
    assert office.desk.grants()[0].void == "revoked by carol"


def test_a_revoked_key_takes_all_its_grants_along(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    office.keys.change(office.alice.key.public.id, KeyState.REVOKED, office.ms)
    assert waiting(gate, pay())


def test_a_retired_key_has_signed_but_signs_no_more(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send"), office.alice)
    office.clock.now += 1
    office.keys.change(office.alice.key.public.id[:8], KeyState.RETIRED, office.ms)
    assert gate.decide(pay()).authorized
    with pytest.raises(UsageError, match="is retired"):
        office.keys.signer(office.folder / "alice.key")
    late = office.desk.grant(Scope("zoe", "pay.send"), office.alice)
    assert waiting(gate, pay(principal="zoe")), "who has the file can still sign, in vain"
    assert office.desk.grants()[-1].grant == late
    office.keys.make("alice", office.folder / "new.key", office.ms)
    office.desk.grant(Scope("zoe", "pay.send"), office.keys.signer(office.folder / "new.key"))
    assert gate.decide(pay(principal="zoe")).authorized


def test_a_count_that_was_set_back_gives_no_use_again(office: Office) -> None:
    gate = office.gate()
    office.desk.grant(Scope("bob", "pay.send", uses=1), office.alice)
    assert gate.decide(pay()).authorized
    with office.desk.store.database.transaction() as run:
        run("UPDATE grants SET used = 0", ())
    after = gate.decide(pay())
    assert (after.word, after.reason) == ("DENY", "approvals_unavailable")


def test_who_is_told_may_fail(office: Office) -> None:
    def fail(_: object) -> None:
        raise OSError("no route to host")

    office.desk.on_request = fail
    asked = waiting(office.gate(), pay())
    assert asked.errors == ("nobody was told: OSError: no route to host",)
    assert [each.id for each in office.desk.pending()] == [asked.approval]


def test_what_ended_long_ago_is_pruned_and_nothing_else(office: Office) -> None:
    gate = office.gate()
    office.desk.approve(waiting(gate, pay(1)).approval, office.alice, seconds=60)
    office.desk.grant(Scope("zoe", "pay.send", seconds=None, uses=1), office.alice)
    assert gate.decide(pay(1, principal="zoe")).authorized
    waiting(gate, pay(2))
    office.clock.now += 10 * 86_400
    asked = waiting(gate, pay(3))
    assert office.desk.prune(30) == (0, 0)
    office.desk.pending()
    assert office.desk.prune(5) == (2, 1)
    assert [each.id for each in office.desk.pending(None)] == [asked.approval]
    assert [each.grant.principal for each in office.desk.grants()] == ["zoe"]
    assert waiting(gate, pay(1, principal="zoe")), "a use is never forgotten"


def test_similar_requests_are_those_that_were_answered(office: Office) -> None:
    gate = office.gate()
    first = waiting(gate, pay(1))
    office.desk.reject(first.approval, "carol")
    office.clock.now += 1
    second = waiting(gate, pay(2))
    assert [each.id for each in office.desk.similar(office.desk.find(second.approval))] == [
        first.approval
    ]


def test_a_malformed_capability_is_covered_by_no_scope(office: Office) -> None:
    from fencekit.gate.tools import AnyTools

    office.policy = "require_approval: ['pay.*']\n"
    gate = office.gate(tools=AnyTools())
    office.desk.grant(Scope("bob", "*"), office.alice)
    assert waiting(gate, ToolCall.of("payroll run", principal="bob"))
    with pytest.raises(UsageError, match="is no capability"):
        office.desk.grant(Scope("bob", "pay roll"), office.alice)
