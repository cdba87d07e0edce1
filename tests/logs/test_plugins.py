"""Formats that other packages bring through an entry point."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fencekit.logs import log_registry
from fencekit.model.errors import UsageError

MODULE = """
from dataclasses import dataclass
from fencekit.model.record import Record, Recorded
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.reading.input_files import lines

@dataclass(frozen=True)
class Words:
    name: str = "{name}"
    def recognises(self, sample):
        return sample.first.get("words") is True
    def read(self, source):
        for number, line in lines(source):
            place = Place(source.path, number)
            recorded = Recorded(frozenset({{Verdict.ALLOW}}))
            yield Record(Request("words.say"), recorded, place)

FORMAT = Words()
"""


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Return a way to install a distribution with an entry point."""

    def install(module: str, text: str, target: str) -> None:
        (tmp_path / f"{module}.py").write_text(text)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[fencekit.log_formats]\nwords = {target}\n")

    monkeypatch.syspath_prepend(tmp_path)
    log_registry.formats.cache_clear()
    yield install
    log_registry.formats.cache_clear()


def test_a_package_brings_a_format(bring, tmp_path: Path) -> None:
    bring("words_one", MODULE.format(name="words"), "words_one:FORMAT")
    log = tmp_path / "log.jsonl"
    log.write_text('{"words": true}\n{"words": true}\n')
    entries = list(log_registry.read_log(log))
    assert [entry.request.capability for entry in entries] == ["words.say", "words.say"]
    assert list(log_registry.read_log(log, log_format="words"))


def test_a_format_that_cannot_be_loaded_is_named(bring) -> None:
    bring("words_two", "FORMAT = 1", "words_two:NOTHING")
    with pytest.raises(UsageError, match=r"cannot load the log format `words_two:NOTHING`"):
        log_registry.formats()


def test_what_is_no_format_is_named(bring) -> None:
    bring("words_three", "FORMAT = 1", "words_three:FORMAT")
    with pytest.raises(UsageError, match=r"`words_three:FORMAT` is no log format"):
        log_registry.formats()


def test_a_name_is_taken_once(bring) -> None:
    bring("words_four", MODULE.format(name="fencekit"), "words_four:FORMAT")
    with pytest.raises(UsageError, match=r"the log format `fencekit` is there twice"):
        log_registry.formats()
