"""The writer makes one chain, whatever else happens: other processes, crashes, forks, rotation."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.tampering import ROOT, SIZE, SWEEPING, lines_of, record, write_log
from fencekit.logs.chain import own_chain
from fencekit.logs.chain.chain_line import GENESIS
from fencekit.logs.jsonl import FORMAT, decode, encode
from fencekit.logs.writer import AuditWriter
from fencekit.model.chain_verification import Anchor, BrokenChainReason
from fencekit.model.errors import LogError, RecordError, UsageError
from fencekit.model.record import Completeness, Record
from fencekit.model.request import Facts, Request
from fencekit.model.source import Place
from fencekit.reading.input_files import open_source


def records_of(path):
    with open_source(str(path)) as source:
        return list(FORMAT.read(source))


def verify(*paths, anchors=()):
    return own_chain.verify([str(path) for path in paths], anchors)


def test_what_is_written_is_read_again_and_holds(tmp_path):
    log = write_log(tmp_path / "audit.jsonl")
    read = records_of(log)
    assert [encode(entry) for entry in read] == [encode(record(n)) for n in range(1, SIZE + 1)]
    found = verify(log)
    assert (found.records, found.covered, found.fault, found.torn) == (SIZE, SIZE, None, 0)
    assert found.count == SIZE
    assert found.head == json.loads(lines_of(log)[-1])["hash"]


def test_the_chain_can_be_computed_as_the_page_says(tmp_path):
    import hashlib

    previous = "0" * 64
    for number, line in enumerate(lines_of(write_log(tmp_path / "audit.jsonl")), 1):
        body = line.rstrip(b"\n").split(b',"hash":"')[0]
        said = json.loads(line)
        assert said["chain"] == {"version": 1, "seq": number, "prev": previous}
        assert said["hash"] == hashlib.sha256(b"fencekit.chain/1\n" + body).hexdigest()
        previous = said["hash"]


def test_append_says_what_to_keep(tmp_path):
    with AuditWriter(tmp_path / "audit.jsonl") as writer:
        kept = [writer.append(record(n)) for n in range(1, 6)]
    assert [anchor.count for anchor in kept] == [1, 2, 3, 4, 5]
    assert verify(tmp_path / "audit.jsonl", anchors=kept).anchored == 5


def test_a_log_is_continued(tmp_path):
    log = write_log(tmp_path / "audit.jsonl", 3)
    write_log(log, 4, first=4)
    assert verify(log).covered == 7


def test_more_can_be_kept_of_a_record(tmp_path):
    with AuditWriter(tmp_path / "audit.jsonl") as writer:
        writer.append(record(1), {"ticket": "OPS-7", "labels": ["night"]})
        with pytest.raises(UsageError, match="`hash`"):
            writer.append(record(2), {"hash": "mine"})
    (line,) = lines_of(tmp_path / "audit.jsonl")
    assert json.loads(line)["ticket"] == "OPS-7"
    assert verify(tmp_path / "audit.jsonl").covered == 1
    assert records_of(tmp_path / "audit.jsonl")[0].request == record(1).request


def test_a_record_says_what_decided_it_and_how(tmp_path):
    made = replace(
        record(1),
        recorded=replace(record(1).recorded, rules=("deny-2",), errors=("a regex raised",)),
        policy="sha256:00",
        engine="native",
        tool="Bash",
    )
    with AuditWriter(tmp_path / "audit.jsonl") as writer:
        writer.append(made)
    (line,) = map(json.loads, lines_of(tmp_path / "audit.jsonl"))
    assert line["decision"]["rules"] == ["deny-2"]
    assert line["decision"]["errors"] == ["a regex raised"]
    assert (line["policy"], line["engine"], line["tool"]) == ("sha256:00", "native", "Bash")
    (back,) = records_of(tmp_path / "audit.jsonl")
    assert (back.recorded, back.policy, back.engine) == (made.recorded, "sha256:00", "native")
    assert verify(tmp_path / "audit.jsonl").covered == 1


@pytest.mark.parametrize(
    "args",
    [{"x": float("nan")}, {"x": "\ud800"}, {"x": object()}, {"x": "y" * (8 << 20)}],
    ids=["nan", "surrogate", "object", "long"],
)
def test_what_could_not_be_read_again_is_not_written(tmp_path, args):
    with AuditWriter(tmp_path / "audit.jsonl") as writer:
        writer.append(record(1))
        with pytest.raises(RecordError):
            writer.append(Record(Request("a.b.c", args=args), None, Place("")))
        writer.append(record(2))
    assert verify(tmp_path / "audit.jsonl").covered == 2


def test_nested_too_deep_is_not_written(tmp_path):
    value: list = []
    for _ in range(300):
        value = [value]
    with AuditWriter(tmp_path / "audit.jsonl") as writer, pytest.raises(RecordError):
        writer.append(Record(Request("a.b.c", args={"x": value}), None, Place("")))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "hash", "$unknown", "chain", "ü\n"]), JSON)


@given(st.lists(st.tuples(OBJECTS, st.booleans()), min_size=1, max_size=4))
def test_a_chained_record_decodes_to_itself(tmp_path_factory, given_args):
    log = tmp_path_factory.mktemp("log") / "audit.jsonl"
    records = [
        Record(Request("a.b.c", args=Facts(args, open=is_open)), None, Place(""), id=str(number))
        for number, (args, is_open) in enumerate(given_args)
    ]
    with AuditWriter(log) as writer:
        for made in records:
            writer.append(made)
    assert verify(log).covered == len(records)
    for made, line in zip(records, lines_of(log), strict=True):
        decoded = decode(json.loads(line), Place(""))
        assert decoded.request == made.request
        assert encode(decoded) == encode(made)


# Refusals.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (encode(record(1)) + "\n", "without a chain"),
        ('{"a": 1}\n', "without a chain"),
        ("root:x:0:0\n", "no audit log of ours"),
        ("\x7fELF\0\0", "no audit log of ours"),
    ],
)
def test_a_file_that_is_no_chained_log_is_not_written_to(tmp_path, text, said):
    log = tmp_path / "audit.jsonl"
    log.write_text(text)
    with pytest.raises(LogError, match=said):
        AuditWriter(log)
    assert log.read_text() == text


def test_nothing_continues_from_a_last_record_that_was_changed(tmp_path):
    log = write_log(tmp_path / "audit.jsonl", 3)
    log.write_bytes(log.read_bytes().replace(b"/tmp/3", b"/tmp/4"))
    with pytest.raises(LogError, match="was changed"):
        AuditWriter(log)


def test_trouble_with_the_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(LogError, match="cannot write"):
        AuditWriter(tmp_path)
    with pytest.raises(LogError, match="cannot write"):
        AuditWriter(tmp_path / "no" / "such")


def test_a_full_disk_is_an_error_and_no_gap(tmp_path, monkeypatch):
    log = write_log(tmp_path / "audit.jsonl", 2)
    with AuditWriter(log) as writer:
        real = os.write

        def half(file, data):
            if len(data) < 100:
                raise OSError(28, "No space left on device")
            return real(file, bytes(data)[: len(data) // 2])

        monkeypatch.setattr(os, "write", half)
        with pytest.raises(LogError, match="no space left"):
            writer.append(record(3))
        monkeypatch.undo()
        writer.append(record(3))
    found = verify(log)
    assert (found.covered, found.torn, found.fault) == (3, 1, None)


# Torn lines.


def test_a_log_cut_anywhere_in_its_last_record_is_continued(tmp_path):
    whole = write_log(tmp_path / "whole.jsonl", 3).read_bytes()
    begin = len(b"".join(lines_of(tmp_path / "whole.jsonl")[:2]))
    log = tmp_path / "audit.jsonl"
    for cut in range(begin + 1, len(whole)):
        log.write_bytes(whole[:cut])
        before = verify(log)
        is_whole = cut == len(whole) - 1
        assert before.covered == (3 if is_whole else 2)
        assert before.why is (None if is_whole else BrokenChainReason.TORN)
        assert is_whole or before.broken_at == Place(str(log), 3)
        write_log(log, 2, first=8)
        assert log.read_bytes().startswith(whole[:cut])
        after = verify(log)
        assert after.fault is None, (cut, after)
        assert (after.covered, after.torn) == (5, 0) if is_whole else (4, 1)


def test_a_log_cut_in_its_first_record_is_continued(tmp_path):
    whole = write_log(tmp_path / "whole.jsonl", 1).read_bytes()
    log = tmp_path / "audit.jsonl"
    for cut in range(1, len(whole) - 1):
        log.write_bytes(whole[:cut])
        assert (verify(log).why, verify(log).records) == (BrokenChainReason.TORN, 0)
        write_log(log, 1)
        assert (verify(log).covered, verify(log).torn, verify(log).fault) == (1, 1, None)


def test_torn_twice_in_a_row_is_continued(tmp_path):
    log = write_log(tmp_path / "audit.jsonl", 3)
    log.write_bytes(log.read_bytes()[:-30] + b'\n{"schema":"fencekit.rec')
    assert (verify(log).why, verify(log).broken_at) == (BrokenChainReason.TORN, Place(str(log), 3))
    write_log(log, 2, first=3)
    assert (verify(log).covered, verify(log).torn, verify(log).fault) == (4, 2, None)


def test_a_torn_line_is_vouched_for_byte_by_byte(tmp_path):
    log = write_log(tmp_path / "audit.jsonl", 3)
    log.write_bytes(log.read_bytes()[:-30])
    write_log(log, 1, first=4)
    lines = lines_of(log)
    torn = lines[2]
    for at in range(len(torn)):
        log.write_bytes(
            b"".join([*lines[:2], torn[:at] + bytes([torn[at] ^ 1]) + torn[at + 1 :], lines[3]])
        )
        assert verify(log).broken_at == Place(str(log), 3)
    log.write_bytes(b"".join([*lines[:2], lines[3]]))
    assert verify(log).broken_at == Place(str(log), 3)


def test_a_readable_record_is_never_taken_for_a_torn_one(tmp_path):
    log = write_log(tmp_path / "audit.jsonl", 3)
    with log.open("ab") as out:
        out.write(encode(record(4)).encode())
    assert (verify(log).why, verify(log).broken_at) == (
        BrokenChainReason.EDITED,
        Place(str(log), 4),
    )
    with pytest.raises(LogError):
        write_log(log, 1)


# Crashes and company.

WRITE = """
import sys
from chain.tampering import record
from fencekit.logs.writer import AuditWriter
log, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with AuditWriter(log) as writer:
    print("open", flush=True)
    for number in range(first, first + count):
        kept = writer.append(record(number))
        sys.stdout.write(f"{kept.count} {kept.head}\\n")
        sys.stdout.flush()
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}


def test_a_writer_killed_at_any_moment_loses_and_forks_nothing(tmp_path):
    log, random, acknowledged = tmp_path / "audit.jsonl", Random(4), []
    times = 200 if SWEEPING else 20
    for _ in range(times):
        command = [sys.executable, "-c", WRITE, str(log), "1", "1000000"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=tmp_path, text=True
        ) as process:
            process.stdout.readline()
            time.sleep(random.uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
            said = process.stdout.read().splitlines()
        acknowledged += [line.split() for line in said if line.count(" ") == 1 and len(line) > 64]
        found = verify(log)
        assert found.why in {None, BrokenChainReason.TORN, BrokenChainReason.NO_CHAIN}
        kept = [Anchor(int(count), head) for count, head in acknowledged if len(head) == 64]
        assert found.covered >= len(kept)
        assert verify(log, anchors=kept).why in {
            None,
            BrokenChainReason.TORN,
            BrokenChainReason.NO_CHAIN,
        }
    write_log(log, 1)
    assert verify(log, anchors=kept).fault is None
    assert len(kept) > times


@pytest.mark.parametrize("count", [5_000 if SWEEPING else 500])
def test_four_processes_write_one_chain(tmp_path, count):
    log = tmp_path / "audit.jsonl"
    commands = [
        [sys.executable, "-c", WRITE, str(log), str(first * count), str(count)]
        for first in range(4)
    ]
    processes = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        for command in commands
    ]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    found = verify(log)
    assert (found.fault, found.covered, found.torn) == (None, 4 * count, 0)
    ids = sorted(int(json.loads(line)["id"]) for line in lines_of(log))
    assert ids == list(range(4 * count))


def test_threads_write_one_chain(tmp_path):
    import threading

    with AuditWriter(tmp_path / "audit.jsonl") as writer:
        threads = [
            threading.Thread(target=lambda: [writer.append(record(n)) for n in range(100)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert verify(tmp_path / "audit.jsonl").covered == 400


def append_ten(writer):
    for number in range(10):
        writer.append(record(number))


def test_a_writer_that_was_forked_shares_the_chain(tmp_path):
    context = multiprocessing.get_context("fork")
    with AuditWriter(tmp_path / "audit.jsonl") as writer:
        writer.append(record(1))
        children = [context.Process(target=append_ten, args=(writer,)) for _ in range(3)]
        for child in children:
            child.start()
        append_ten(writer)
        for child in children:
            child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert verify(tmp_path / "audit.jsonl").covered == 41


# Rotation.


def test_a_renamed_log_is_continued_by_the_next_file(tmp_path):
    log, old = tmp_path / "audit.jsonl", tmp_path / "audit.1.jsonl"
    with AuditWriter(log) as one, AuditWriter(log) as other:
        one.append(record(1))
        other.append(record(2))
        log.rename(old)
        other.append(record(3))
        one.append(record(4))
    found = verify(old, log)
    assert (found.fault, found.covered, found.count) == (None, 4, 4)
    alone = verify(log)
    assert (alone.why, alone.broken_at) == (BrokenChainReason.MISSING, Place(str(log), 1))
    assert verify(log, anchors=[Anchor(2, verify(old).head)]).fault is None
    assert verify(log, old).why is BrokenChainReason.REORDERED


def test_a_new_file_follows_an_old_one(tmp_path):
    old = write_log(tmp_path / "old.jsonl", 3)
    old.write_bytes(old.read_bytes()[:-30])
    new = write_log(tmp_path / "new.jsonl", 2, follows=old)
    write_log(new, 2, follows=old)
    found = verify(old, new)
    assert (found.fault, found.covered, found.torn) == (None, 6, 1)
    (tmp_path / "empty").touch()
    with pytest.raises(LogError, match="holds no record"):
        AuditWriter(tmp_path / "other.jsonl", follows=tmp_path / "empty")


def test_a_log_that_was_cut_under_its_writer_shows_it(tmp_path):
    for kept in (0, 1, 2):
        log = tmp_path / f"{kept}.jsonl"
        with AuditWriter(log) as writer:
            for number in range(4):
                writer.append(record(number))
            os.truncate(log, len(b"".join(lines_of(log)[:kept])))
            writer.append(record(5))
        assert (verify(log).why, verify(log).broken_at) == (
            BrokenChainReason.MISSING,
            Place(str(log), kept + 1),
        )


def test_a_new_log_is_readable_by_its_owner_only(tmp_path):
    log = write_log(tmp_path / "audit.jsonl", 1, fsync=True)
    assert log.stat().st_mode & 0o077 == 0


def test_the_genesis_is_no_hash_of_anything():
    assert GENESIS == "0" * 64


# Masking.


def test_a_masked_value_is_unknown_and_can_be_recognised_with_the_key(tmp_path):
    from fencekit.logs.redaction import was
    from fencekit.model.request import Unknown

    log, key = tmp_path / "audit.jsonl", b"0123456789abcdef"
    write_log(log, 2, mask=["args.command", "principal", "args.nothing"], mask_key=key)
    entry = records_of(log)[0]
    assert isinstance(entry.request.args.values["command"], Unknown)
    assert isinstance(entry.request.principal, Unknown)
    assert "nothing" not in entry.request.args.values
    assert entry.completeness is Completeness.MASKED
    assert verify(log).covered == 2
    mark = json.loads(lines_of(log)[0])["request"]["args"]["command"]
    assert mark["$digest"].startswith("hmac-sha256:")
    assert was(mark, "ls /tmp/1", key)
    assert not was(mark, "ls /tmp/2", key)
    assert not was(mark, "ls /tmp/1", b"another key, as long")
    assert b"/tmp/1" not in log.read_bytes()


def test_masking_reaches_into_lists_and_leaves_what_is_unknown():
    from fencekit.logs.redaction import redact

    form = {
        "capability": "a",
        "args": {"to": [{"name": "x", "id": 1}, {"id": 2}], "u": {"$unknown": True}},
    }
    made = redact(form, ["args.to.name", "args.u"], b"k" * 16)
    assert made["args"]["to"][0]["name"].keys() == {"$unknown", "$digest"}
    assert made["args"]["to"][1] == {"id": 2}
    assert made["args"]["u"] == {"$unknown": True}
    assert form["args"]["to"][0]["name"] == "x"


@pytest.mark.parametrize("path", ["args", "context", "nothing", "principal.x", ""])
def test_a_path_that_leads_nowhere_is_refused(tmp_path, path):
    with pytest.raises(UsageError, match="no value of a request"):
        AuditWriter(tmp_path / "audit.jsonl", mask=[path], mask_key=b"k" * 16)


def test_a_short_key_for_masking_is_refused(tmp_path):
    with pytest.raises(UsageError, match="at least 16"):
        AuditWriter(tmp_path / "audit.jsonl", mask=["args.x"], mask_key=b"short")
