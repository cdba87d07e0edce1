"""Whatever happens to a log, every line of it is read or counted, and nothing else is raised."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from running import LOGS

from fencekit.logs.registry import read_log
from fencekit.model.errors import LogError
from fencekit.model.record import InvalidRecord

LINE_LOGS = {
    "capfence-audit": "capfence_audit/agents.jsonl",
    "capfence-trace": "capfence_trace/agents.jsonl",
    "fencekit": "fencekit/agents.jsonl",
}
WHOLE_LOGS = {
    "capfence-json": "capfence_json/agents.json",
    "capfence-sqlite": "capfence_sqlite/seed.db",
}
ROUNDS = 250
Damage = Callable[[random.Random, bytearray], bytes]


def flip(chance: random.Random, data: bytearray) -> bytes:
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut(chance: random.Random, data: bytearray) -> bytes:
    return bytes(data[: chance.randrange(1, len(data))])


def take_out(chance: random.Random, data: bytearray) -> bytes:
    at = chance.randrange(len(data))
    return bytes(data[:at] + data[at + chance.randint(1, 400) :])


def zero(chance: random.Random, data: bytearray) -> bytes:
    at = chance.randrange(len(data))
    length = chance.randint(1, 60)
    data[at : at + length] = b"\0" * length
    return bytes(data)


JUNK = (b"\r\n", b"\n\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"null\n", b"[]\n", b"{}\n")
JUNK += (b'"', b"\\", b"\x1f\x8b", b'{"a":1}\n', b"NaN", b"\xe2\x80\xa8", b"\x85", b"9" * 5_000)
JUNK += (b"[" * 300, b'{"x":' * 300)


def insert(chance: random.Random, data: bytearray) -> bytes:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        data[at:at] = chance.choice(JUNK)
    return bytes(data)


def windows(chance: random.Random, data: bytearray) -> bytes:
    return insert(chance, bytearray(bytes(data).replace(b"\n", b"\r\n")))


DAMAGES: tuple[Damage, ...] = (flip, cut, take_out, zero, insert, windows)


def damaged(chance: random.Random, data: bytes) -> bytes:
    return chance.choice(DAMAGES)(chance, bytearray(data))


@pytest.mark.parametrize("name", LINE_LOGS)
def test_read_and_invalid_are_together_every_line_that_is_not_blank(
    name: str, tmp_path: Path
) -> None:
    chance = random.Random(20_261_123)
    lines = (LOGS / LINE_LOGS[name]).read_bytes().splitlines(keepends=True)
    path = tmp_path / "log"
    seen_invalid = 0
    for _ in range(ROUNDS):
        # A header with a checksum fails as a whole, so that a trace is damaged without it.
        first = chance.randrange(1, len(lines) - 12)
        data = damaged(chance, b"".join(lines[first : first + 12]))
        path.write_bytes(data)
        physical = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        if data[:2] == b"\x1f\x8b" or data.lstrip()[:1] == b"[":
            continue
        expected = sum(bool(line.strip()) for line in physical)
        entries = []
        try:
            entries.extend(read_log(path, log_format=name))
        except LogError as error:
            refused = str(error)
            expected = len(entries) if "header" in refused else expected
        assert len(entries) == expected, data
        seen_invalid += sum(isinstance(entry, InvalidRecord) for entry in entries)
        for entry in entries:
            assert entry.place.line is not None
            assert physical[entry.place.line - 1].strip()
    assert seen_invalid > ROUNDS


@pytest.mark.parametrize("name", [*LINE_LOGS, *WHOLE_LOGS])
@pytest.mark.parametrize("squeezed", [False, True], ids=["plain", "gzip"])
def test_damage_raises_nothing_but_an_error_of_ours(
    name: str, squeezed: bool, tmp_path: Path
) -> None:
    chance = random.Random(7)
    data = (LOGS / {**LINE_LOGS, **WHOLE_LOGS}[name]).read_bytes()
    lines = data.splitlines(keepends=True)
    whole = data if name in WHOLE_LOGS else b"".join(lines[:8])
    if name == "capfence-json":
        whole = b"".join(lines[:50]).rstrip().rstrip(b",") + b"]"
    path = tmp_path / "log"
    for _ in range(ROUNDS // 4):
        given = gzip.compress(whole, mtime=0) if squeezed else whole
        path.write_bytes(damaged(chance, given))
        for log_format in (None, name):
            for error in errors_of(path, log_format):
                assert error.place is not None
                assert error.place.file == str(path)


def errors_of(path: Path, log_format: str | None) -> list[LogError]:
    """Return the error of ours that reading ends in, if it does; any other one is raised."""
    try:
        list(read_log(path, log_format=log_format))
    except LogError as error:
        return [error]
    return []
