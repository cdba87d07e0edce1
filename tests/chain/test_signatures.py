"""With signatures, a chain that was computed anew shows too."""

import base64
import json
import shutil
from pathlib import Path

import pytest

from chain.signed import change, make_keys, signed_database
from chain.tampering import (
    SIZE,
    lines_of,
    record,
    resigned,
    rows_of,
    unsigned,
    verify_rows,
    write_log,
)
from fencekit.logs.chain import capfence_chain, checkpoints, own_chain
from fencekit.logs.chain.chain_line import GENESIS, seal_line
from fencekit.logs.jsonl import encode
from fencekit.logs.writer import AuditWriter
from fencekit.model.chain_verification import BrokenChainReason
from fencekit.model.errors import LogError, UsageError
from fencekit.reading import signatures
from fencekit.reading.input_files import open_source

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    database, public = signed_database(tmp_path_factory.mktemp("signed"))
    return database, signatures.read_public(public)


def recomputed(items, number):
    """The rows with the reason of one changed and the chain computed anew from there."""
    made, head = list(items[:number]), items[number - 1][1] if number else ""
    at = capfence_chain.PREV + 1
    edited = (*items[number][:at], "policy_allow", *items[number][at + 1 :])
    for row in (edited, *items[number + 1 :]):
        made.append(resigned(row, head))
        head = made[-1][1]
    return made


def test_a_database_that_capfence_signed_verifies(signed):
    database, key = signed
    with open_source(str(database)) as source:
        found = capfence_chain.verify(source, keys=[key])
    assert (found.fault, found.covered, found.signed, found.unchecked) == (None, 30, 30, 0)
    with open_source(str(database)) as source:
        found = capfence_chain.verify(source)
    assert (found.fault, found.signed, found.unchecked) == (None, 0, 30)


def test_a_recomputed_chain_holds_without_and_breaks_with_the_key(signed):
    database, key = signed
    rows = rows_of(database)
    for number in range(30):
        made = recomputed(rows, number)
        assert verify_rows(made) is None
        fault = verify_rows(made, keys=(key,))
        assert (fault.why, fault.place.line) == (BrokenChainReason.BAD_SIGNATURE, number + 1)
        stripped = [*made[:number], *map(unsigned, made[number:])]
        fault = verify_rows(stripped, keys=(key,))
        assert fault.why is BrokenChainReason.BAD_SIGNATURE
        assert fault.place.line == (number + 1 if number else None)


def test_signatures_of_another_key_or_of_none_do_not_hold(signed, tmp_path):
    database, key = signed
    _, public = make_keys(tmp_path)
    fault = verify_rows(list(rows_of(database)), keys=(signatures.read_public(public),))
    assert (fault.why, fault.place.line) == (BrokenChainReason.BAD_SIGNATURE, 1)
    forged = base64.b64encode(b"FALLBACK:" + bytes(32)).decode()
    copy = tmp_path / "copy.db"
    shutil.copyfile(database, copy)
    change(copy, f"UPDATE audit_events SET signature = '{forged}' WHERE id = 3")
    with open_source(str(copy)) as source:
        found = capfence_chain.verify(source, keys=[signatures.read_public(public)])
    assert found.why is BrokenChainReason.BAD_SIGNATURE
    fault = verify_rows(list(rows_of(copy)), keys=(key,))
    assert (fault.place.line, "forge" in fault.message) == (3, True)


# Checkpoints.


@pytest.fixture
def kept(tmp_path):
    private, public = make_keys(tmp_path)
    key = signatures.read_private(private)
    log = write_log(tmp_path / "audit.jsonl", key=key, checkpoint_every=50)
    return log, Path(f"{log}.checkpoints"), public


def verify(log, file, *keys):
    read = checkpoints.read_checkpoints(str(file), [signatures.read_public(key) for key in keys])
    found = own_chain.verify([str(log)], read.anchors)
    return read.fault or found.fault


def test_checkpoints_are_kept_while_writing_and_at_the_end(kept, tmp_path):
    log, file, public = kept
    assert [json.loads(line)["count"] for line in lines_of(file)] == [50, 100, 150, 200]
    assert verify(log, file, public) is None
    with AuditWriter(log, checkpoint_every=50) as writer:
        writer.append(record(1))
    assert json.loads(lines_of(file)[-1])["count"] == 201


def rewritten(lines, number):
    """The lines with one record replaced and the chain computed anew from there."""
    made, head = list(lines[:number]), json.loads(lines[number])["chain"]["prev"]
    for seq in range(number + 1, len(lines) + 1):
        text = encode(record(seq if len(made) > number else 777))
        data, head = seal_line(text, seq, head)
        made.append(data)
    return made


def test_a_recomputed_log_shows_at_the_next_checkpoint(kept, tmp_path):
    log, file, public = kept
    lines = lines_of(log)
    for number in range(SIZE):
        log.write_bytes(b"".join(rewritten(lines, number)))
        assert own_chain.verify([str(log)]).fault is None
        fault = verify(log, file, public)
        assert (fault.why, fault.place.line) == (
            BrokenChainReason.REWRITTEN,
            number // 50 * 50 + 50,
        )


def test_checkpoints_cannot_be_made_anew_without_the_key(kept, tmp_path):
    log, file, public = kept
    lines = lines_of(file)
    other, other_public = make_keys(tmp_path, "other")
    log.write_bytes(b"".join(rewritten(lines_of(log), 120)))
    head = own_chain.verify([str(log)]).head

    forged = checkpoints.encode(SIZE, head, "2026-11-23T09:00:00Z")
    assert why(log, file, forged, public) == (BrokenChainReason.BAD_SIGNATURE, 1)
    forged = checkpoints.encode(SIZE, head, "", signatures.read_private(other))
    assert why(log, file, forged, public) == (BrokenChainReason.UNKNOWN_KEY, 1)
    same_id = forged.replace(
        signatures.read_public(other_public).id.encode(), signatures.read_public(public).id.encode()
    )
    assert why(log, file, same_id, public) == (BrokenChainReason.BAD_SIGNATURE, 1)
    edited = lines[3].replace(json.loads(lines[3])["head"].encode(), head.encode())
    assert why(log, file, b"".join([*lines[:2], edited]), public) == (
        BrokenChainReason.BAD_SIGNATURE,
        3,
    )


def why(log, file, data, public):
    file.write_bytes(data)
    fault = verify(log, file, public)
    return fault.why, fault.place.line


def test_every_byte_of_a_signed_checkpoint_counts(kept):
    log, file, public = kept
    line = lines_of(file)[-1]
    for at in range(len(line) - 1):
        data = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
        file.write_bytes(data)
        try:
            assert verify(log, file, public) is not None, data
        except LogError:
            continue


def test_what_a_crash_left_of_a_checkpoint_is_ended(kept):
    log, file, _ = kept
    with file.open("ab") as out:
        out.write(b'{"schema":"fencekit.check')
    write_log(log, 1, checkpoint_every=1)
    assert json.loads(lines_of(file)[-1])["count"] == 201
    assert verify(log, file) is None


def test_a_file_without_a_checkpoint_is_trouble(tmp_path):
    for text in ("", "no json\n", '{"a":1}\n', '{"schema":"fencekit.checkpoint/1","count":0}\n'):
        (tmp_path / "file").write_text(text)
        with pytest.raises(LogError):
            checkpoints.read_checkpoints(str(tmp_path / "file"))


def test_checkpoints_that_contradict_each_other_are_trouble(kept):
    log, file, _ = kept
    with file.open("ab") as out:
        out.write(checkpoints.encode(50, GENESIS, ""))
    with pytest.raises(LogError, match="two anchors name different heads"):
        verify(log, file)


# Keys.


def test_keys_are_read_from_pem_and_from_base64(tmp_path):
    private, public = make_keys(tmp_path)
    key = signatures.read_private(private)
    raw = tmp_path / "raw.pub"
    raw.write_bytes(base64.b64encode(key.public.key.public_bytes_raw()) + b"\n")
    secret = tmp_path / "raw.key"
    secret.write_bytes(base64.b64encode(key.key.private_bytes_raw()))
    ids = {signatures.read_public(public).id, signatures.read_public(str(raw)).id, key.public.id}
    assert ids == {signatures.read_private(str(secret)).public.id}
    message = b"message"
    assert key.public.verifies(key.sign(message), message)
    assert not key.public.verifies(key.sign(message), b"another")
    assert not key.public.verifies("no base64", message)


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PUBLIC KEY-----", "AAAA"])
def test_what_is_no_key_is_a_usage_error(tmp_path, text):
    (tmp_path / "key").write_text(text)
    for read in (signatures.read_public, signatures.read_private):
        with pytest.raises(UsageError, match="holds no"):
            read(str(tmp_path / "key"))
        with pytest.raises(UsageError, match="cannot read"):
            read(str(tmp_path / "none"))


def test_without_cryptography_the_extra_is_named(tmp_path, monkeypatch):
    import sys

    (tmp_path / "key").write_text("AAAA")
    for name in list(sys.modules):
        if name == "cryptography" or name.startswith("cryptography."):
            monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match="need the package `cryptography`") as raised:
        signatures.read_public(str(tmp_path / "key"))
    assert raised.value.hint == 'pip install "pytest-fencekit[sign]"'
