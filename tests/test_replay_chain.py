"""A replay says how much of its log a verified chain covers, and refuses one that is broken."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.logs.log_registry import read_log
from fencekit.logs.writer import AuditWriter
from fencekit.model.record import Record
from fencekit.model.report import Report, Status
from fencekit.reporting import replay_text
from fencekit.reporting.html import html_page
from fencekit.reporting.report_formats import formats, render

ROOT = Path(__file__).parents[1]
POLICY = str(ROOT / "fixtures/policies/capfence/agents.yaml")
DATABASE = ROOT / "fixtures/logs/capfence_sqlite/agents.db"
TRACE = ROOT / "fixtures/logs/capfence_trace/agents.jsonl"


def replay(log: Path, *, require_chain: bool = False) -> Report:
    return ReplayJob((str(log),), POLICY, POLICY, require_chain=require_chain).run()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a log of our own, chained."""
    path = tmp_path / "own.jsonl"
    with AuditWriter(path) as writer:
        for entry in read_log(TRACE):
            assert isinstance(entry, Record)
            writer.append(entry)
    return path


def covered(report: Report) -> tuple[int, int]:
    assert report.replay is not None
    return report.replay.covered, report.replay.record_count


def test_a_chain_that_holds_covers_every_record(own: Path) -> None:
    for log in (DATABASE, own):
        report = replay(log, require_chain=True)
        assert report.status is Status.CLEAN, report.troubles
        assert covered(report) == (355, 355)


def test_a_log_without_a_chain_covers_nothing_and_is_refused_when_asked() -> None:
    assert covered(replay(TRACE)) == (0, 355)
    assert replay(TRACE).status is Status.CLEAN
    refused = replay(TRACE, require_chain=True)
    assert refused.exit_code == 3
    assert "a verified chain covers 0 of 355 records only" in refused.troubles[0]


def test_a_database_whose_chain_is_broken_was_not_checked(tmp_path: Path) -> None:
    log = tmp_path / "agents.db"
    shutil.copy(DATABASE, log)
    with closing(sqlite3.connect(log)) as connection:
        connection.execute("UPDATE audit_events SET actor = 'someone-else' WHERE id = 100")
        connection.commit()
    report = replay(log)
    assert report.exit_code == 3
    assert f"{log}:100: the chain is broken (edited)" in report.troubles[0]
    assert covered(report) == (99, 355)


def test_our_log_with_a_line_taken_out_was_not_checked(own: Path) -> None:
    lines = own.read_bytes().splitlines(keepends=True)
    own.write_bytes(b"".join(lines[:199] + lines[200:]))
    report = replay(own)
    assert report.exit_code == 3
    assert f"{own}:200: the chain is broken (missing)" in report.troubles[0]


def test_a_rotated_log_alone_is_uncovered_but_not_broken(own: Path) -> None:
    lines = own.read_bytes().splitlines(keepends=True)
    own.write_bytes(b"".join(lines[200:]))
    report = replay(own)
    assert report.status is Status.CLEAN, report.troubles
    assert covered(report) == (0, 155)
    assert replay(own, require_chain=True).exit_code == 3


@pytest.mark.parametrize("how", ["appended", "replaced", "touched"])
def test_a_log_that_is_written_to_before_its_chain_is_verified_is_not_called_covered(
    own: Path, how: str
) -> None:
    more = {
        "appended": lambda: AuditWriter(own).append(next(iter(read_log(TRACE)))),  # type: ignore[arg-type]
        "replaced": lambda: shutil.copy(shutil.copy(own, f"{own}.new"), own),
        "touched": own.touch,
    }
    done: list[object] = []

    def watch(_: object) -> None:
        if not done:
            done.append(more[how]())

    report = ReplayJob((str(own),), POLICY, POLICY).run(watch=watch)
    assert report.exit_code == 3
    assert covered(report)[0] == 0
    assert "was written to between deciding its records and verifying" in report.troubles[0]


@pytest.mark.parametrize("output", sorted({*formats(), "html"} - {"gitlab"}))
def test_every_report_says_how_many_records_a_verified_chain_covers(
    output: str, tmp_path: Path
) -> None:
    """GitLab's list of issues has no place for it."""
    report = replay(DATABASE)
    if output == "json":
        assert '"covered_by_chain": 355' in render(report, output)
        return
    if output == "text":
        said = "\n".join(str(line) for line in replay_text.lines(report))
    else:
        said = html_page.render(report) if output == "html" else render(report, output)
    assert "355 of 355 records covered by a verified chain" in said
