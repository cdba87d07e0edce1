"""What the writer promises whatever comes from outside: exceptions, renames, forks, a bad disk."""

import ctypes
import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from chain.stress import FAULTS, Interrupted, Stress, run
from chain.tampering import lines_of, record, write_log
from fencekit.logs.chain import own_chain
from fencekit.logs.chain.checkpoints import read_checkpoints
from fencekit.logs.writer import AuditWriter
from fencekit.model.chain_verification import BrokenChainReason
from fencekit.model.errors import LogError, UnsyncedError, UsageError

LOGS = f"{os.sep}fencekit{os.sep}logs{os.sep}"


def verify(*paths):
    return own_chain.verify([str(path) for path in paths])


def ids(*paths):
    return [json.loads(line)["id"] for path in paths for line in lines_of(path)]


@pytest.fixture
def log(tmp_path):
    return tmp_path / "audit.jsonl"


def full(log, first=1, count=5):
    """Return an open writer of a log that has some records."""
    writer = AuditWriter(log)
    for number in range(first, first + count):
        writer.append(record(number))
    return writer


# Everything at once.


def test_nothing_is_lost_forked_or_duplicated_under_kills_and_exceptions(tmp_path):
    found = run(Stress(tmp_path, seed=3, kills=25, exceptions=250))
    assert {fault: found[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0), found
    assert found["kills"] >= 25
    assert found["interrupted"] >= 250
    assert min(found[kind] for kind in ("rotations", "forks", "refused", "torn")) > 0


# Exceptions from outside.


def test_an_exception_at_any_line_of_append_leaves_one_chain(log):
    writer = full(log)
    for at in range(1, 400):
        left = at

        def trace(frame, event, _):
            nonlocal left
            if event == "call":
                # Within `_hold` a tracer can raise where no exception from outside can come.
                is_ours = LOGS in frame.f_code.co_filename
                return trace if is_ours and frame.f_code.co_name != "_hold" else None
            left -= event == "line"
            if left == 0:
                left = -1
                raise Interrupted
            return trace

        sys.settrace(trace)
        try:
            writer.append(record(at))
        except Interrupted:
            pass
        finally:
            sys.settrace(None)
        if left > 0:
            break
    writer.append(record(0))
    assert 50 < at < 400
    found = verify(log)
    assert (found.fault, found.torn) == (None, 0)
    assert len(ids(log)) == found.covered


@pytest.mark.parametrize("exception", [KeyboardInterrupt, TimeoutError, Interrupted])
def test_an_exception_as_the_write_returns_leaves_one_chain(log, exception):
    writer, real, fired = full(log), os.write, []

    def write(file, data):
        written = real(file, data)
        if not fired:
            fired.append(1)
            raise exception
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        with pytest.raises((exception, LogError)):
            writer.append(record(6))
    writer.append(record(7))
    assert verify(log).fault is None
    assert ids(log) == list("1234567")


# Another file under the name.


def test_a_log_cut_by_a_rename_is_refused(log):
    writer = full(log)
    subprocess.run(["sed", "-i", "4,5d", log], check=True)
    cut = log.read_bytes()
    for _ in range(2):
        with pytest.raises(LogError, match="replaced: its record 5"):
            writer.append(record(6))
    assert log.read_bytes() == cut


@pytest.mark.parametrize("length", [2, 5, 9])
def test_another_log_moved_over_ours_is_refused(log, tmp_path, length):
    writer = full(log)
    other = write_log(tmp_path / "other.jsonl", length, first=100)
    text = other.read_bytes()
    other.replace(log)
    with pytest.raises(LogError, match="was replaced"):
        writer.append(record(6))
    assert log.read_bytes() == text


def test_a_log_that_is_put_back_is_continued(log, tmp_path):
    writer = full(log)
    log.rename(tmp_path / "kept")
    write_log(log, 3, first=50)
    with pytest.raises(LogError):
        writer.append(record(6))
    (tmp_path / "kept").replace(log)
    writer.append(record(6))
    assert (verify(log).fault, ids(log)) == (None, list("123456"))


def test_a_log_replaced_by_a_copy_of_itself_is_continued(log, tmp_path):
    writer = full(log)
    shutil.copy(log, tmp_path / "copy")
    (tmp_path / "copy").replace(log)
    writer.append(record(6))
    assert (verify(log).fault, ids(log)) == (None, list("123456"))


def test_a_log_whose_beginning_was_cut_off_by_a_rename_is_continued_and_shows_it(log):
    writer = full(log)
    subprocess.run(["sed", "-i", "1,2d", log], check=True)
    writer.append(record(6))
    assert verify(log).why is BrokenChainReason.MISSING
    assert ids(log) == list("3456")


def test_a_log_written_anew_in_place_shows_the_gap(log, tmp_path):
    writer = full(log)
    other = write_log(tmp_path / "other.jsonl", 9, first=100)
    log.write_bytes(other.read_bytes())
    writer.append(record(6))
    assert verify(log).why is BrokenChainReason.MISSING


def test_a_writer_that_slept_over_two_rotations_continues_the_third_file(log, tmp_path):
    idle, busy = full(log), AuditWriter(log)
    first, second = tmp_path / "audit.1.jsonl", tmp_path / "audit.jsonl.2"
    busy.append(record(6))
    log.rename(first)
    busy.append(record(7))
    log.rename(second)
    idle.append(record(8))
    busy.append(record(9))
    assert verify(first, second, log).fault is None
    assert ids(first, second, log) == list("123456789")


def test_two_writers_agree_on_who_begins_the_next_file(log, tmp_path):
    one, other = full(log), AuditWriter(log)
    log.rename(tmp_path / "audit.1.jsonl")
    fresh = AuditWriter(log, follows=tmp_path / "audit.1.jsonl")
    for number, writer in enumerate((one, fresh, other, fresh, one), 6):
        writer.append(record(number))
    assert verify(tmp_path / "audit.1.jsonl", log).covered == 10


@pytest.mark.parametrize("restarted", [False, True])
def test_a_first_record_torn_again_and_again_in_a_rotated_log_is_vouched_for_once(
    log, tmp_path, restarted
):
    old = tmp_path / "audit.1.jsonl"
    writer = full(log)
    log.rename(old)
    if restarted:
        writer = AuditWriter(log, follows=old)
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "write", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                writer.append(record(6))
    torn = log.read_bytes() + lines_of(old)[0][:50]
    for _ in range(2):
        log.write_bytes(torn)
        writer.checkpoint()
        torn = log.read_bytes() + b"\n" + lines_of(old)[0][:60]
    log.write_bytes(torn[: torn.rindex(b"\n") + 61])
    if restarted:
        writer = AuditWriter(log, follows=old)
    writer.append(record(6))
    found = verify(old, log)
    assert (found.fault, found.covered, found.torn) == (None, 6, 3)


def copied(log, writer):
    shutil.copy(log, log.with_name("copy"))
    log.with_name("copy").replace(log)


def opened_anew(log, writer):
    writer._view.file.close()


@pytest.mark.parametrize("change", [copied, opened_anew])
def test_what_is_torn_in_a_log_without_a_record_is_vouched_for_once_whatever_becomes_of_it(
    log, tmp_path, change
):
    old = tmp_path / "audit.1.jsonl"
    writer = full(log)
    log.rename(old)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            writer.append(record(6))
    log.write_bytes(lines_of(old)[0][:50])
    writer.checkpoint()
    change(log, writer)
    with log.open("ab") as file:
        file.write(b"\n" + lines_of(old)[0][:60])
    writer.append(record(6))
    found = verify(old, log)
    assert (found.fault, found.covered, found.torn) == (None, 6, 2)


def rotated_under(log, tmp_path):
    """Return a writer that has to look at a file beside the new log, and that file."""
    first = tmp_path / "audit.1.jsonl"
    full(log).close()
    log.rename(first)
    writer = AuditWriter(log, follows=first)
    writer.append(record(6))
    log.rename(tmp_path / "audit.2.jsonl")
    return (lambda: writer.append(record(7))), first


def begun_after(log, tmp_path):
    """Return what begins a log that continues another one, and that one."""
    first = tmp_path / "audit.1.jsonl"
    full(log).close()
    log.rename(first)
    return (lambda: AuditWriter(log, follows=first).append(record(6))), first


@pytest.mark.parametrize("situation", [rotated_under, begun_after])
def test_nobody_waits_for_another_file_while_holding_the_log(log, tmp_path, situation):
    append, other = situation(log, tmp_path)
    with other.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread = threading.Thread(target=append)
        thread.start()
        deadline = time.monotonic() + 20
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        free = 0
        with log.open("rb") as looked:
            while free < 20 and time.monotonic() < deadline:  # always, but for moments
                with suppress(BlockingIOError):
                    fcntl.flock(looked, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    fcntl.flock(looked, fcntl.LOCK_UN)
                    free += 1
                time.sleep(0.005)
        assert thread.is_alive()
        assert free == 20
    thread.join(20)
    assert not thread.is_alive()
    files = sorted(tmp_path.glob("audit.?.jsonl"))
    assert verify(*files, log).covered == 5 + len(files)


def test_a_log_cannot_follow_itself(log):
    log.touch()
    with pytest.raises(LogError, match="follow itself"):
        AuditWriter(log, follows=log)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_what_is_no_file_in_place_of_the_log_is_refused_at_once(log, make):
    writer = full(log)
    log.unlink()
    make(log)
    with pytest.raises(LogError):
        writer.append(record(6))


# Checkpoints.


def test_a_checkpoint_that_fails_does_not_read_as_not_written(log, tmp_path):
    writer = AuditWriter(log, checkpoint_every=1, checkpoints=tmp_path)
    kept = [writer.append(record(number)) for number in range(1, 6)]
    assert [anchor.count for anchor in kept] == [1, 2, 3, 4, 5]
    assert "directory" in writer.checkpoint_error.message
    with pytest.raises(LogError, match="directory"):
        writer.checkpoint()
    with pytest.raises(LogError, match="directory"):
        writer.close()
    assert ids(log) == list("12345")


def test_a_checkpoint_is_tried_again_with_the_next_record(log, tmp_path):
    folder = tmp_path / "later"
    with AuditWriter(log, checkpoint_every=3, checkpoints=folder / "kept") as writer:
        for number in range(1, 4):
            writer.append(record(number))
        assert writer.checkpoint_error is not None
        folder.mkdir()
        writer.append(record(4))
        assert writer.checkpoint_error is None
        writer.append(record(5))
    assert [anchor.count for anchor in read_checkpoints(str(folder / "kept")).anchors] == [4, 5]


def test_a_checkpoint_for_which_there_is_no_room_does_not_fail_the_record(log, tmp_path):
    kept = tmp_path / "kept"
    os.mkfifo(kept)
    writer = AuditWriter(log, checkpoint_every=2, checkpoints=kept)
    for number in range(1, 4):
        writer.append(record(number))
    with pytest.raises(LogError, match="regular file"):
        writer.close()
    assert ids(log) == list("123")


# The disk.


def test_a_disk_that_does_not_confirm_a_record_does_not_read_as_not_written(log, monkeypatch):
    writer = AuditWriter(log, fsync=True)
    writer.append(record(1))

    def fail(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(UnsyncedError, match="record 2 is in the log"):
        writer.append(record(2))
    monkeypatch.undo()
    writer.append(record(3))
    assert (verify(log).fault, ids(log)) == (None, list("123"))


def test_a_disk_that_is_full_anywhere_in_a_record_has_it_once_when_tried_again(log):
    # The size of files of this very process is limited: in a fork, which has it to itself.
    whole = len(write_log(log.with_name("whole.jsonl"), 1).read_bytes())
    for room in [0, 1, whole // 2, whole - 2, whole - 1, whole]:
        log.unlink(missing_ok=True)
        log.touch()
        pid = os.fork()
        if pid == 0:
            code = 9
            with suppress(BaseException):
                code = append_with_room(log, room)
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == int(room < whole - 1)
        found = verify(log)
        assert (found.fault, found.covered) == (None, 1), room
        assert found.torn == int(0 < room < whole - 1)


def append_with_room(log, room):
    """Append where so many bytes are left, and once more where that fails; return how often."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    writer = AuditWriter(log)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        writer.append(record(1))
    except LogError:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        writer.append(record(1))
        return 1
    return 0


# Notes.


def test_a_note_is_a_link_of_the_chain(log):
    with AuditWriter(log) as writer:
        writer.append(record(1))
        kept = writer.append_note({"schema": "fencekit.record/1", "outcome": {"of": "1"}})
    assert (kept.count, verify(log).covered, verify(log).fault) == (2, 2, None)


@pytest.mark.parametrize(
    "note",
    [
        {},
        {"outcome": {}},
        {"schema": "other/1", "outcome": {}},
        {"schema": "fencekit.record/1"},
        {"schema": "fencekit.record/1", "outcome": {}, "refusal": {}},
        {"schema": "fencekit.record/1", "outcome": {}, "request": {}},
        {"schema": "fencekit.record/1", "outcome": {}, "hash": "0"},
    ],
)
def test_what_is_no_note_is_not_written(log, note):
    with AuditWriter(log) as writer, pytest.raises(UsageError, match="note has"):
        writer.append_note(note)
    assert log.read_bytes() == b""


# Forks and signal handlers.


def within(seconds, pid):
    """Return the exit code of a process that ends in time; kill it and fail otherwise."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return pytest.fail("the process hangs")


def forked(act, fork=os.fork):
    """Run something in a process of its own; return its id. It ends with 0 if nothing is raised."""
    pid = fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            act()
            code = 0
        os._exit(code)
    return pid


def bare_fork():
    """Fork as a library in C does, of which Python knows nothing."""
    return ctypes.PyDLL(None).fork()


@pytest.mark.parametrize("fork", [os.fork, bare_fork])
def test_a_fork_does_not_keep_the_lock_of_a_parent_that_is_killed(log, fork):
    reading, writing = os.pipe()

    def parent():
        writer, real = full(log), os.write

        def write(file, data):
            os.write = real
            child = forked(lambda: time.sleep(0.3) or writer.append(record(6)), fork)
            os.write(writing, b"%d\n" % child)
            os.kill(os.getpid(), signal.SIGKILL)

        os.write = write
        writer.append(record(0))

    assert within(10, forked(parent)) == -signal.SIGKILL
    child = int(os.read(reading, 100))
    other = forked(lambda: AuditWriter(log).append(record(7)))
    assert within(10, other) == 0
    for _ in range(500):
        if not Path(f"/proc/{child}").exists() or len(ids(log)) == 7:
            break
        time.sleep(0.01)
    assert verify(log).fault is None
    assert sorted(ids(log)) == list("1234567") if fork is os.fork else "7" in ids(log)


def test_a_fork_in_the_middle_of_a_record_does_not_write_it_twice(log):
    writer, codes = full(log), []

    def handler(*_):
        pid = os.fork()
        if pid:
            codes.append(within(10, pid))

    def append():
        try:
            writer.append(record(6))
        except LogError as error:
            os._exit(7 if "forked in the middle" in error.message else 8)

    real = os.write

    def write(file, data):
        os.write = real
        written = real(file, data)
        signal.raise_signal(signal.SIGUSR1)
        return written

    def parent():
        signal.signal(signal.SIGUSR1, handler)
        os.write = write
        append()
        assert codes == [7]

    assert within(20, forked(parent)) == 0
    assert (verify(log).fault, ids(log)) == (None, list("123456"))


def test_a_fork_of_a_rotated_log_continues_the_next_file(log, tmp_path):
    writer = full(log)

    def child():
        time.sleep(0.2)
        writer.append(record(7))

    pid = forked(child)
    log.rename(tmp_path / "audit.1.jsonl")
    writer.append(record(6))
    assert within(10, pid) == 0
    assert verify(tmp_path / "audit.1.jsonl", log).covered == 7


def test_threads_of_a_fork_share_the_writer_as_well(log):
    writer = full(log)

    def child():
        threads = [
            threading.Thread(target=lambda: [writer.append(record(n)) for n in range(50)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    pid = forked(child)
    for number in range(100):
        writer.append(record(number))
    assert within(20, pid) == 0
    assert (verify(log).fault, verify(log).covered) == (None, 305)


@pytest.mark.parametrize("same", [True, False], ids=["same-writer", "another-writer"])
def test_append_in_a_signal_handler_is_refused_and_does_not_hang(log, same):
    writer, refused, real = full(log), [], os.write
    other = writer if same else AuditWriter(log)

    def handler(*_):
        try:
            other.append(record(9))
        except UsageError as error:
            refused.append(error.message)

    def write(file, data):
        os.write = real
        signal.raise_signal(signal.SIGUSR1)
        return real(file, data)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        os.write = write
        writer.append(record(6))
        signal.raise_signal(signal.SIGUSR1)
    finally:
        os.write = real
        signal.signal(signal.SIGUSR1, before)
    assert refused == ["a record is appended in the middle of another one, by a signal handler"]
    assert (verify(log).fault, ids(log)) == (None, list("1234569"))


def test_a_writer_that_nobody_closes_leaves_no_file_open(log):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        full(log, count=1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
