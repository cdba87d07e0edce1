"""`fencekit approvals`, `fencekit receipt`, `fencekit logs shadow`, as a newcomer uses them."""

import json
from pathlib import Path

import pytest
from running import ESCAPE, Done
from running import fencekit as run

from fencekit import ActionEvent, ActionRuntime, load_policy

HOSTILE = "x\x1b[31m\u202e::error::"


class Desk:
    """A folder with a policy, approvals, the key of alice, and a runtime."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("FENCEKIT_APPROVALS", "approvals.db")
        monkeypatch.setenv("FENCEKIT_KEYS", "keys")
        Path("policy.yaml").write_text("require_approval: [pay.send]\nallow: [file.read]\n")
        Path("shadow.yaml").write_text("allow: [pay.send]\n")
        assert run("approvals", "keys", "new", "alice").code == 0
        shadow = load_policy("shadow.yaml")
        self.runtime = ActionRuntime.from_policy("policy.yaml", shadow=shadow)

    def ask(self, capability: str = "pay.send", actor: str = "bob", **payload: object) -> str:
        event = ActionEvent.create(actor, "x", "y", "prod", capability=capability, payload=payload)
        self.verdict = self.runtime.execute(event, lambda _: None)
        return self.verdict.approval_id or ""


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    return Desk(monkeypatch, tmp_path)


def approvals(*args: object) -> Done:
    done = run("approvals", *args)
    assert not ESCAPE.search(done.all)
    return done


def test_a_request_is_listed_shown_approved_and_spent(desk: Desk) -> None:
    asked = desk.ask(amount=5)
    assert asked[:12] in approvals("list").out
    shown = approvals("show", asked[:6]).out
    assert '{"amount":5}' in shown
    assert "rule `require_approval-1`" in shown
    done = approvals("approve", asked[:6], "--key", "alice.key", "--reason", "agreed")
    assert done.code == 0
    assert "that exact action by `bob`, 1 use(s)" in done.out
    desk.ask(amount=5)
    assert desk.verdict.reason == "previously_approved"
    assert "approved by alice" in approvals("show", asked).out
    (grant,) = json.loads(approvals("list", "--grants", "--all", "--format", "json").out)
    assert (grant["kind"], grant["used"], grant["void"]) == ("action", 1, "used up")
    (each,) = json.loads(approvals("list", "--all", "--format", "json").out)
    assert each["answered"]["reason"] == "agreed"


def test_a_scope_is_approved_granted_and_revoked(desk: Desk) -> None:
    asked = desk.ask(amount=5)
    alone = approvals("approve", asked, "--key", "alice.key", "--any-session")
    assert (alone.code, "--capability" in alone.err) == (2, True)
    other = approvals("approve", asked, "--key", "alice.key", "--capability", "db.*")
    assert "does not cover" in other.err
    done = approvals("approve", asked, "--key", "alice.key", "--capability", "pay.*", "--uses", 1)
    assert "`pay.*` by `bob`, 1 use(s)" in done.out
    desk.ask(amount=6)
    assert desk.verdict.reason.startswith("approved_grant:")
    desk.ask(amount=7)
    assert not desk.verdict.authorized
    scope = ("--principal", "*", "--capability", "pay.send", "--for", "never")
    granted = approvals("grant", "--key", "alice.key", *scope)
    assert "until it is revoked" in granted.out
    desk.ask(amount=7)
    assert desk.verdict.authorized
    (grant,) = json.loads(approvals("list", "--grants", "--format", "json").out)
    assert approvals("revoke", grant["id"][:8], "--by", "carol", "--reason", "enough").code == 0
    desk.ask(amount=7)
    assert not desk.verdict.authorized
    assert "revoked by carol" in approvals("list", "--grants", "--all").out


def test_a_rejected_request_stays_so(desk: Desk) -> None:
    asked = desk.ask(amount=5)
    assert approvals("reject", asked, "--by", "carol", "--reason", "no").code == 0
    late = approvals("approve", asked, "--key", "alice.key")
    assert (late.code, "is rejected already" in late.err) == (3, True)
    again = desk.ask(amount=5)
    assert again != asked
    assert "rejected by carol" in approvals("show", again).out, "similar requests are shown"


def test_a_request_that_was_altered_is_shown_so(desk: Desk) -> None:
    import sqlite3
    from contextlib import closing

    asked = desk.ask(amount=5)
    with closing(sqlite3.connect("approvals.db")) as store:
        store.execute("UPDATE pending SET arguments = '{\"amount\":1}'")
        store.commit()
    assert "altered in the store" in approvals("show", asked).out
    done = approvals("approve", asked, "--key", "alice.key")
    assert (done.code, "was altered" in done.err) == (3, True)


def test_keys_are_made_added_rotated_and_revoked(desk: Desk) -> None:
    assert approvals("keys", "new", "alice", "--out", "second.key").code == 0
    first, second = json.loads(approvals("keys", "list", "--format", "json").out)
    assert Path("alice.key").stat().st_mode & 0o777 == 0o600
    assert approvals("keys", "retire", first["id"][:6]).code == 0
    asked = desk.ask(amount=5)
    old = approvals("approve", asked, "--key", "alice.key")
    assert (old.code, "is retired" in old.err) == (2, True)
    assert approvals("approve", asked, "--key", "second.key").code == 0
    assert approvals("keys", "revoke", second["id"]).code == 0
    desk.ask(amount=5)
    assert not desk.verdict.authorized
    Path("carol.pub").write_text(second["public"])
    twice = approvals("keys", "add", "carol", "carol.pub")
    assert (twice.code, "is there already" in twice.err) == (2, True)
    assert "revoked" in approvals("keys", "list").out
    assert approvals("keys", "new", "alice").code == 2, "no key is written over"


def test_a_key_of_a_service_signs_for_whom_it_names(desk: Desk) -> None:
    assert approvals("keys", "new", "*").code == 2
    assert approvals("keys", "new", "*", "--out", "service.key").code == 0
    asked = desk.ask(amount=5)
    nobody = approvals("approve", asked, "--key", "service.key")
    assert (nobody.code, "name who approves" in nobody.err) == (2, True)
    self_approved = approvals("approve", asked, "--key", "service.key", "--approver", "Bob")
    assert "another person" in self_approved.err
    other = approvals("approve", asked, "--key", "alice.key", "--approver", "carol")
    assert other.code == 2
    done = approvals("approve", asked, "--key", "service.key", "--approver", "carol")
    assert done.code == 0


WRONG = {
    "no store": (("list", "--store", "nowhere.db"), 3, "no approvals at `nowhere.db`"),
    "no such id": (("show", "zz"), 2, "no such request"),
    "an empty id": (("show", ""), 2, "no such request"),
    "no key": (("approve", "zz", "--key", "nope.key"), 2, "cannot read `nope.key`"),
    "a time": (
        ("grant", "--key", "k", "--principal", "a", "--capability", "b", "--for", "8x"),
        2,
        "`8x` is no time",
    ),
    "oneself": (
        (
            *("grant", "--key", "alice.key", "--principal", "alice"),
            "--capability",
            "b",
            "--for",
            "1h",
        ),
        3,
        "another person",
    ),
    "a capability": (
        (
            *("grant", "--key", "alice.key", "--principal", "a"),
            "--capability",
            "b c",
            "--for",
            "1h",
        ),
        2,
        "is no capability",
    ),
    "a grant": (("revoke", "zz", "--by", "me"), 2, "no such grant"),
    "keys": (("list", "--keys", "elsewhere", "--grants"), 0, "no grant counts"),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_wrong_is_said(desk: Desk, how: str) -> None:
    args, code, said = WRONG[how]
    done = approvals(*args)
    assert (done.code, said in done.all) == (code, True), done


def test_the_words_of_an_agent_stay_words(desk: Desk) -> None:
    asked = desk.ask(actor=HOSTILE, text=HOSTILE)
    for args in (("list",), ("show", asked), ("list", "--format", "json")):
        assert approvals(*args).code == 0
    for args in (("receipt", "audit.jsonl"), ("logs", "shadow", "audit.jsonl")):
        assert not ESCAPE.search(run(*args).all)


def test_a_receipt_says_what_was_decided_and_whether_it_ran(desk: Desk) -> None:
    desk.ask("file.read", path="/x")
    desk.ask("db.drop")
    first = run("receipt", "audit.jsonl:1").out
    assert "Decision:      ALLOW" in first
    assert "Tool invoked:  yes (completed)" in first
    last = run("receipt", "audit.jsonl").out
    assert "Decision:      DENY" in last
    assert "Reason:        policy_default_deny" in last
    assert "Tool invoked:  no" in last
    form = json.loads(run("receipt", "audit.jsonl:1", "--format", "json").out)
    assert run("receipt", f"audit.jsonl#{form['id'][:9]}").out == first
    desk.runtime.execute(ActionEvent.create("bob", "x", "y", capability="file.read"))
    assert "not known (no outcome is recorded)" in run("receipt", "audit.jsonl").out
    for wrong, code in (("audit.jsonl:2", 2), ("audit.jsonl:99", 2), ("audit.jsonl#zz", 2)):
        assert run("receipt", wrong).code == code, wrong
    for wrong in ("nope.jsonl", "policy.yaml"):
        assert run("receipt", wrong).code == 3, wrong


def test_the_shadow_says_what_enforcing_it_would_change(desk: Desk) -> None:
    empty = run("logs", "shadow", "audit.jsonl")
    assert (empty.code, "no record has a shadow" in empty.out) == (3, True)
    desk.ask(amount=5)
    desk.ask("file.read")
    desk.ask("db.drop")
    done = run("logs", "shadow", "audit.jsonl")
    assert done.code == 1
    assert "3 calls decided by both: 1 looser, 1 tighter, 1 unchanged" in done.out
    form = json.loads(run("logs", "shadow", "audit.jsonl", "--format", "json").out)
    assert (form["looser"], form["notes"]) == (1, 1)
    assert [each["capability"] for each in form["changes"]] == ["pay.send", "file.read"]
    with Path("audit.jsonl").open("a") as log:
        log.write('{"schema":"fencekit.record/1","decision":{},"shadow":{}}\n{\n')
    broken = run("logs", "shadow", "audit.jsonl")
    assert broken.out.count("invalid: ") == 2
    Path("audit.jsonl").write_text("\n".join(Path("audit.jsonl").read_text().splitlines()[-2:]))
    assert run("logs", "shadow", "audit.jsonl").code == 3


def test_a_call_that_asks_for_approval_is_the_same_in_the_shadow(desk: Desk) -> None:
    event = ActionEvent.create("bob", "x", "y", capability="db.drop", require_approval=True)
    assert desk.runtime.execute(event).decision == "require_approval"
    form = json.loads(run("logs", "shadow", "audit.jsonl", "--format", "json").out)
    assert (form["decided"], form["unchanged"]) == (1, 1)


def test_the_clock_is_shown_and_reset(desk: Desk) -> None:
    desk.ask(amount=5)
    assert approvals("clock").out.startswith("latest time seen: 2")
    assert "before the reset" in approvals("clock", "--reset").out


def test_prune_keeps_what_is_young(desk: Desk) -> None:
    desk.ask(amount=5)
    assert "deleted: 0 requests, 0 grants" in approvals("prune", "--older-than", 1).err
    assert approvals("prune", "--older-than", 0).code == 2


def test_notes_of_the_gate_are_no_records_of_calls(desk: Desk) -> None:
    """A chain covers them too, but they vouch for no call that stands outside of it."""
    desk.ask("file.read", path="/x")
    desk.ask("file.read", path="/y")
    verified = run("logs", "verify", "audit.jsonl", "--format", "json")
    assert (verified.report["covered"], verified.report["notes"]) == (4, 2)
    assert "2 notes of the gate among them" in run("logs", "verify", "audit.jsonl").out
    replay = ("replay", "audit.jsonl", "--policy", "policy.yaml", "--require-chain")
    done = run(*replay)
    assert (done.code, "2 of 2" in done.out) == (0, True), done
    lines = Path("audit.jsonl").read_text().splitlines(keepends=True)
    loose = json.loads(lines[0])
    del loose["chain"], loose["hash"]
    Path("audit.jsonl").write_text("".join([*lines, json.dumps(loose) + "\n"]))
    assert run(*replay).code == 3


def test_who_rejects_is_named_by_their_key(desk: Desk) -> None:
    asked = desk.ask(amount=5)
    who = approvals("reject", asked[:6], "--by", "")
    assert who.code == 2
    assert "`--by NAME`, or `--key FILE`" in who.err
    other = approvals("reject", asked[:6], "--by", "eve", "--key", "alice.key")
    assert other.code == 2
    assert "the key is that of `alice`, not of `eve`" in other.err
    assert approvals("reject", asked[:6], "--key", "alice.key", "--reason", "no").code == 0
    assert "rejected by alice" in approvals("show", asked).out


def test_a_file_that_is_no_log_is_not_said_to_lack_a_shadow(desk: Desk) -> None:
    Path("no.jsonl").write_text("x\n" * 30)
    done = run("logs", "shadow", "no.jsonl")
    assert done.code == 3
    assert "no decision of a gate is in this log" in done.out
    assert "and 10 more invalid lines" in done.out
