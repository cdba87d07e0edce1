"""Fuzzing of every log format, by Hypothesis: what fails is made small, and kept for the next run.

    FENCEKIT_FUZZ=20000 pytest tests/corruption/test_fuzz.py

asks for so many examples a test instead of a few; `--hypothesis-seed=N` for others.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import LOGS

from corruption.reading import SAMPLES, Damaged, Form, check, part_of, physical
from fencekit.logs.call_shapes import MARK
from fencekit.logs.log_registry import formats, read_log
from fencekit.model.errors import LogError
from fencekit.model.record import Entry, InvalidRecord, Notice, Record

EXAMPLES = int(os.environ.get("FENCEKIT_FUZZ", "0"))
fuzzed = settings(
    max_examples=EXAMPLES or 120,
    derandomize=not EXAMPLES,
    database=settings.default.database if EXAMPLES else None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

edits = st.tuples(st.integers(0, 1 << 16), st.integers(0, 40), st.binary(max_size=12))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
values = st.recursive(
    scalars | st.sampled_from(["{", "{}", "[1]", "ALLOW", "tools/call", 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@fuzzed
@given(st.sampled_from(list(SAMPLES)), st.integers(0, 50), st.lists(edits, min_size=1, max_size=4))
def test_a_log_whose_bytes_are_edited_anywhere_is_read_or_refused_to_the_byte(
    folder: Path, sample: str, seed: int, changes: list[tuple[int, int, bytes]]
) -> None:
    name, form = SAMPLES[sample]
    before = part_of(sample, form, Random(seed))
    after = before
    for at, length, put in changes:
        start = at % (len(after) + 1)
        after = after[:start] + put + after[start + length :]
    path = folder / "log"
    path.write_bytes(after)
    check(Damaged(name, form, before, after, path))


@fuzzed
@given(st.binary(max_size=300), st.sampled_from(["", "{", "[", "SQLite format 3\0", "\x1f\x8b"]))
def test_bytes_of_any_kind_end_in_records_or_in_an_error_that_names_the_log(
    folder: Path, data: bytes, beginning: str
) -> None:
    path = folder / "bytes"
    whole = beginning.encode("latin-1") + data
    path.write_bytes(whole)
    for log_format in (None, *formats()):
        entries, error = tried(path, log_format)
        assert error is None or str(path) in str(error)
        for entry in entries:
            assert isinstance(entry, InvalidRecord | Record | Notice)
            assert entry.place.file == str(path)
            if isinstance(entry, Notice):  # of a line of words, which cost no call
                line = whole.split(b"\n")[(entry.place.line or 1) - 1]
                assert line.strip(), entry
                assert not MARK.search(line), entry


def tried(path: Path, log_format: str | None) -> tuple[list[Entry], LogError | None]:
    """Return what can be read of a log, or the error of ours that reading ends in."""
    try:
        return list(read_log(path, log_format=log_format)), None
    except LogError as error:
        return [], error


OBJECTS = {
    sample: [json.loads(line) for line in physical(data).values()]
    for sample, (_, form) in SAMPLES.items()
    if form in (Form.RECORDS, Form.LINES) and not sample.startswith("mcp/2025")
    for data in [(LOGS / sample).read_bytes()]
}


@fuzzed
@given(st.sampled_from(list(OBJECTS)), st.integers(0, 1 << 16), st.integers(0, 1 << 16), values)
def test_any_value_anywhere_in_an_object_leaves_a_record_or_an_invalid_one(
    folder: Path, sample: str, which: int, where: int, put: Any
) -> None:
    name, form = SAMPLES[sample]
    objects = OBJECTS[sample]
    chosen = json.loads(json.dumps(objects[which % len(objects)]))
    spots = list(spots_of(chosen))
    holder, key = spots[where % len(spots)]
    holder[key] = put
    before = "".join(f"{json.dumps(item)}\n" for item in objects[:2]).encode()
    after = before + json.dumps(chosen).encode() + b"\n"
    path = folder / "object"
    path.write_bytes(after)
    check(Damaged(name, form, before, after, path))


def spots_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a value where another one can be put."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from spots_of(inner)
