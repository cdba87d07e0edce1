"""Whatever happens to a log, every line of it is read or counted, and nothing else is raised.

`make sweep` does the same 10,000 times (`sweep.py`).
"""

import gzip
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from running import LOGS, fencekit

from corruption.damage import DAMAGES, damaged
from corruption.reading import SAMPLES, Damaged, Form, check, part_of
from fencekit.logs.log_registry import formats, read_log
from fencekit.model.errors import LogError

ROUNDS = 40


def test_every_format_has_a_sample_that_is_damaged() -> None:
    assert {name for name, _ in SAMPLES.values()} == set(formats())
    assert all((LOGS / sample).is_file() for sample in SAMPLES)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_read_and_what_is_invalid_are_together_all_that_is_there(
    sample: str, tmp_path: Path
) -> None:
    name, form = SAMPLES[sample]
    chance, counts = Random(f"1 {sample}"), Counter[str]()
    path = tmp_path / "log"
    for _ in range(ROUNDS):
        before = part_of(sample, form, chance)
        _, after = damaged(chance, before)
        path.write_bytes(after)
        counts += check(Damaged(name, form, before, after, path))
    assert counts["invalid"] + counts["failed"] > ROUNDS // 4  # the damage was felt
    if form not in (Form.WHOLE, Form.DATABASE):
        assert counts["read"] > ROUNDS // 4
        assert counts["failed"] < ROUNDS // 4


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_way_of_damage_does_damage(damage) -> None:
    data = (LOGS / "fencekit/agents.jsonl").read_bytes()
    chance = Random(3)
    assert sum(damage(chance, bytearray(data)) != data for _ in range(10)) >= 8


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_packed_log_that_is_damaged_is_read_or_refused_with_its_name(
    sample: str, tmp_path: Path
) -> None:
    name, form = SAMPLES[sample]
    chance = Random(f"2 {sample}")
    path = tmp_path / "log.gz"
    for _ in range(8):
        whole = gzip.compress(part_of(sample, form, chance), mtime=0)
        path.write_bytes(damaged(chance, whole)[1])
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


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_command_ends_in_a_traceback_whatever_the_log(sample: str, tmp_path: Path) -> None:
    _, form = SAMPLES[sample]
    chance = Random(f"3 {sample}")
    path, policy = tmp_path / "log", tmp_path / "policy.yaml"
    policy.write_text("allow: ['*']\n")
    for _ in range(4):
        path.write_bytes(damaged(chance, part_of(sample, form, chance))[1])
        for words in (
            ("logs", "show", path),
            ("logs", "tools", path),
            ("logs", "verify", path),
            ("replay", path, "--policy", policy, "--baseline", policy),
            ("explain", policy, f"{path}:1"),
        ):
            done = fencekit(*words)
            assert done.code in (0, 3)
            assert done.code == 0 or "error" in done.all or "invalid" in done.all or done.out
