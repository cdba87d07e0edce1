"""`fencekit logs verify` says what holds and what does not, and touches nothing."""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from chain.signed import change, make_keys, signed_database
from chain.tampering import AGENTS, SIZE, lines_of, write_log
from fencekit.cli.logs_verify import verify as command
from fencekit.logs.chain.verify_chain import verify_log
from fencekit.model.chain_verification import Anchor, BrokenChainReason
from fencekit.model.errors import FencekitError, LogError, UsageError
from fencekit.reading import signatures

pytestmark = pytest.mark.oracle


@pytest.fixture
def run(capsys):
    def verify(*args):
        capsys.readouterr()
        with pytest.raises(SystemExit) as raised:
            command.main([str(arg) for arg in args], standalone_mode=False)
        return raised.value.code, capsys.readouterr().out

    return verify


@pytest.fixture
def log(tmp_path):
    return write_log(tmp_path / "audit.jsonl")


@pytest.fixture
def database(tmp_path):
    shutil.copyfile(AGENTS, tmp_path / "audit.db")
    return tmp_path / "audit.db"


def test_a_whole_chain_verifies_and_what_it_does_not_show_is_said(run, log, database):
    code, out = run(database)
    assert code == 0
    assert "VERIFIED: the chain holds for 355 records" in out
    assert "chain       355 of 355 records" in out
    assert "does not rule out that records were cut off at the end" in out
    code, out = run(log)
    assert code == 0
    assert f"chain       {SIZE} of {SIZE} records" in out


def test_what_it_says_to_keep_is_what_it_takes(run, log, database):
    for given in (log, database):
        _, out = run(given)
        kept = next(line for line in out.splitlines() if line.startswith("keep")).split()[1:]
        code, out = run(given, *kept)
        assert code == 0
        assert f"anchor      {kept[1]} of {kept[1]} records" in out
        assert "cut off" not in out
    change(database, "DELETE FROM audit_events WHERE id = 355", "DELETE FROM sqlite_sequence")
    assert run(database)[0] == 0
    code, out = run(database, *kept)
    assert (code, f"BROKEN: truncated: {database}:354: " in out) == (3, True)


def test_a_broken_chain_is_named_and_ends_with_3(run, database):
    change(database, "UPDATE audit_events SET policy_decision = 'deny' WHERE id = 17")
    code, out = run(database)
    assert code == 3
    assert f"BROKEN: edited: {database}:17: its hash is not the hash of what stands in it" in out
    assert "chain       16 of 355 records" in out


def test_the_json_says_the_same(run, database):
    change(database, "UPDATE audit_events SET policy_decision = 'deny' WHERE id = 17")
    code, out = run(database, "--format", "json")
    page = json.loads(out)
    assert code == 3
    assert page["schema"] == "fencekit.verification/1"
    assert page["holds"] is False
    assert page["fault"]["why"] == "edited"
    assert (page["fault"]["file"], page["fault"]["line"]) == (str(database), 17)
    assert (page["records"], page["covered"]) == (355, 16)


def test_checkpoints_and_their_key_are_taken(run, tmp_path):
    private, public = make_keys(tmp_path)
    key = signatures.read_private(private)
    log = write_log(tmp_path / "signed.jsonl", key=key, checkpoint_every=60)
    file = f"{log}.checkpoints"
    code, out = run(log, "--checkpoint", file, "--key", public)
    assert (code, "200 records vouched for" in out, "note" in out) == (0, True, False)
    code, out = run(log, "--checkpoint", file)
    assert code == 0
    assert "4 not checked: give the public key" in out
    assert "as good as the place" in out
    log.write_bytes(b"".join(lines_of(log)[:130]))
    code, out = run(log, "--checkpoint", file, "--key", public)
    assert (code, "BROKEN: truncated" in out) == (3, True)
    log.write_bytes(b"")
    assert run(log, "--checkpoint", file, "--key", public)[0] == 3
    _, stranger = make_keys(tmp_path, "stranger")
    code, out = run(log, "--checkpoint", file, "--key", stranger)
    assert (code, "BROKEN: unknown-key" in out) == (3, True)
    with pytest.raises(UsageError, match="checks the signatures of checkpoints"):
        verify_log(str(log), keys=[signatures.read_public(public)], log_format="fencekit")


def test_signatures_of_capfence_are_checked_with_its_key(run, tmp_path):
    database, public = signed_database(tmp_path)
    code, out = run(database)
    assert (code, "30 not checked" in out) == (0, True)
    code, out = run(database, "--key", public)
    assert (code, "30 records vouched for" in out) == (0, True)
    assert run(AGENTS, "--key", public)[0] == 3


def test_rotated_logs_are_verified_as_one(run, tmp_path):
    one = write_log(tmp_path / "1.jsonl", 5)
    two = write_log(tmp_path / "2.jsonl", 5, follows=one)
    code, out = run(one, two)
    assert (code, "10 of 10 records" in out) == (0, True)
    assert run(two)[0] == 3
    with pytest.raises(UsageError, match="continue each other"):
        verify_log(str(AGENTS), str(AGENTS))


def test_what_has_no_chain_is_not_verified(run, tmp_path):
    plain = tmp_path / "plain.jsonl"
    sample = AGENTS.parents[1] / "fencekit" / "agents.jsonl"
    shutil.copyfile(sample, plain)
    code, out = run(plain)
    records = len(lines_of(plain))
    assert (code, "NO CHAIN" in out, f"0 of {records} records" in out) == (3, True, True)
    trace = AGENTS.parents[1] / "capfence_trace" / "agents.jsonl"
    code, out = run(trace)
    assert (code, "logs in the format `capfence-trace` have no chain" in out) == (3, True)


def test_a_log_that_cannot_be_read_is_an_error(tmp_path):
    for name, data in (("none", None), ("empty", b""), ("noise", b"\x00\x01" * 50)):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(LogError):
            verify_log(str(path))
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(AGENTS.read_bytes()[:20_000])
    with pytest.raises(LogError):
        verify_log(str(damaged))


@pytest.mark.parametrize("head", ["", "xyz", "A" * 64, "0" * 63])
def test_a_head_that_is_no_hash_is_a_usage_error(log, head):
    with pytest.raises(UsageError, match="`--head` is no hash"):
        command.main([str(log), "--head", head], standalone_mode=False)


def test_an_odd_name_cannot_act_on_the_terminal(run, tmp_path):
    odd = write_log(tmp_path / "a\x1b[31m\n::error::x.jsonl", 3)
    odd.write_bytes(odd.read_bytes().replace(b"/tmp/2", b"/tmp/3"))
    _, out = run(odd)
    assert "\x1b" not in out
    assert not any(line.startswith("::") for line in out.splitlines())


def test_a_compressed_log_is_seen_through(run, log, database, tmp_path):
    for given in (log, database):
        packed = tmp_path / f"{given.name}.gz"
        packed.write_bytes(gzip.compress(given.read_bytes()))
        assert run(packed)[0] == 0


# Reading never writes.


def state(folder):
    """Every file of a folder: its name, its bytes, when it was changed."""
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


@pytest.mark.parametrize("also", [[], ["--count", "400"], ["--head", "0" * 64]])
def test_verifying_writes_nothing_beside_or_into_a_database(run, tmp_path, database, also):
    before = state(tmp_path)
    assert run(database, *also)[0] == (3 if also else 0)
    assert state(tmp_path) == before


def test_verifying_sees_rows_in_the_write_ahead_log_and_leaves_it(run, tmp_path, database):
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE audit_events SET reason = 'other' WHERE id = 300")
        writer.commit()
        before = state(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} >= {"audit.db", "audit.db-wal"}
        code, out = run(database)
        assert (code, f"{database}:300" in out) == (3, True)
        assert state(tmp_path) == before


def test_verifying_our_own_log_writes_nothing(run, tmp_path, log):
    private, public = make_keys(tmp_path)
    key = signatures.read_private(private)
    write_log(log, 1, key=key)
    before = state(tmp_path)
    assert run(log, "--checkpoint", f"{log}.checkpoints", "--key", public)[0] == 0
    assert state(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_no_trouble(run, tmp_path, database):
    database.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert run(database)[0] == 0
    finally:
        tmp_path.chmod(0o755)


def test_no_corruption_ends_in_anything_but_our_errors(tmp_path, log):
    from random import Random

    random, data = Random(7), log.read_bytes()
    whole = verify_log(str(log), log_format="fencekit")
    anchor = Anchor(whole.count, whole.head)
    broken = tmp_path / "broken"
    for _ in range(300):
        made = bytearray(data)
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(made))
            match random.randrange(4):
                case 0:
                    made[at] ^= 1 << random.randrange(8)
                case 1:
                    del made[at : at + random.randint(1, 3000)]
                case 2:
                    made[at:at] = random.randbytes(random.randint(1, 40))
                case _:
                    made[at:at] = made[at : at + 700]
        broken.write_bytes(made)
        try:
            found = verify_log(str(broken), anchors=[anchor], log_format="fencekit")
        except FencekitError:
            continue
        assert bytes(made) == data or found.why not in {None, BrokenChainReason.NO_CHAIN}
