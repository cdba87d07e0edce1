"""The logs of CapFence load whole: nothing lost, nothing added, whatever their shape."""

import gzip
import json
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from running import LOGS, POLICIES, fencekit

from fencekit.logs.log_registry import formats, open_log, read_log, recognise
from fencekit.model.errors import UsageError
from fencekit.model.record import Completeness, InvalidRecord, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading.input_files import open_source

pytestmark = pytest.mark.oracle

A, E, D = Verdict.ALLOW, Verdict.ESCALATE, Verdict.DENY

# format, file: (records, calls by the verdicts that fit what was recorded, approvals)
SAMPLES = {
    "capfence-trace": ("capfence_trace/agents.jsonl", 355),
    "capfence-audit": ("capfence_audit/agents.jsonl", 355),
    "capfence-sqlite": ("capfence_sqlite/agents.db", 355),
    "capfence-json": ("capfence_json/agents.json", 355),
    "fencekit": ("fencekit/agents.jsonl", 355),
}


def records(path: Path, **options: str) -> list[Record]:
    entries = list(read_log(path, **options))
    assert [entry for entry in entries if isinstance(entry, InvalidRecord)] == []
    return [entry for entry in entries if isinstance(entry, Record)]


def verdicts(read: list[Record]) -> Counter[tuple[Verdict, ...]]:
    return Counter(tuple(sorted(record.recorded.verdicts)) for record in read if record.recorded)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_loads_with_every_call_decided_as_it_was(name: str) -> None:
    file, count = SAMPLES[name]
    read = records(LOGS / file)
    assert len(read) == count
    assert verdicts(read) == {(A,): EXPECTED[0], (E,): EXPECTED[1], (D,): EXPECTED[2]}
    approved = [record for record in read if record.recorded and record.recorded.approval]
    assert len(approved) == 23
    for record in approved:
        assert record.recorded is not None
        assert record.recorded.approval.startswith(("approved_grant:", "previously_approved"))
        assert record.recorded.verdicts == {E}


EXPECTED = (152, 90, 113)


@pytest.mark.parametrize("name", ["capfence-sqlite", "capfence-json"])
def test_a_log_without_payloads_leaves_the_arguments_unknown(name: str) -> None:
    for record in records(LOGS / SAMPLES[name][0]):
        assert record.completeness is Completeness.ARGS_MISSING
        assert (record.request.args.values, record.request.args.open) == ({}, True)
        assert record.request.context.open
        assert record.time.startswith("2023-11-1")
        assert record.id


@pytest.mark.parametrize("name", ["capfence-trace", "fencekit"])
def test_a_log_of_whole_calls_leaves_nothing_unknown(name: str) -> None:
    assert all(record.request.whole for record in records(LOGS / SAMPLES[name][0]))


def test_an_audit_line_leaves_only_its_context_unknown() -> None:
    for record in records(LOGS / SAMPLES["capfence-audit"][0]):
        assert record.request.args.whole
        assert record.request.context.open


def test_the_same_calls_are_the_same_in_every_format() -> None:
    def said(name: str) -> list[tuple[object, ...]]:
        read = records(LOGS / SAMPLES[name][0])
        return [
            (r.request.capability, r.request.principal, r.request.environment, r.recorded.verdicts)
            for r in read
            if r.recorded
        ]

    trace = said("capfence-trace")
    assert len(trace) == 355
    assert said("fencekit") == said("capfence-audit") == trace
    assert said("capfence-sqlite") == trace
    assert said("capfence-json") == trace[::-1]  # CapFence prints the latest first


def test_a_warning_is_an_allow_with_an_obligation() -> None:
    read = records(LOGS / "capfence_sqlite/warn.db")
    warned = [r for r in read if r.recorded and r.recorded.obligations == {Obligation("warn")}]
    plain = [r for r in read if r.recorded and r.recorded.obligations == frozenset()]
    assert warned
    assert plain
    assert all(r.recorded and r.recorded.verdicts == {A} for r in [*warned, *plain])
    assert all(
        r.recorded and r.recorded.obligations is None
        for r in read
        if r.recorded and A not in r.recorded.verdicts
    )


def test_an_observed_call_is_what_the_policy_said_and_not_that_it_ran() -> None:
    read = records(LOGS / "capfence_sqlite/observe.db")
    reasons = [r.recorded.reason for r in read if r.recorded]
    assert all(reason.startswith("observed: ") for reason in reasons)
    found = verdicts(read)
    assert found[(D,)] > 0
    assert found[(E,)] > 0
    assert found[(A,)] > 0


def test_a_call_that_asked_for_approval_itself_may_be_a_default_deny() -> None:
    def flagged(name: str) -> set[bool | None]:
        read = records(LOGS / SAMPLES[name][0])
        return {
            r.recorded.escalates_default for r in read if r.recorded and r.recorded.verdicts == {E}
        }

    assert flagged("capfence-trace") == {True, False}  # the trace keeps the flag
    assert flagged("capfence-sqlite") == {None}  # the database does not


def test_a_table_of_an_older_version_has_no_capability_and_says_only_pass_or_fail() -> None:
    read = records(LOGS / "capfence_sqlite/v06.db")
    assert read
    for record in read:
        assert record.request.capability is UNKNOWN
        assert record.recorded is not None
    assert set(verdicts(read)) <= {(A,), (D,), (E,), (A, E), (E, D)}


PASS_FAIL = [
    ("pass", "DENY", "tighter"),
    ("fail", "ALLOW", "looser"),
    ("pass", "ALLOW", "maybe_looser"),
    ("fail", "DENY", "maybe_tighter"),
    ("pass", "ESCALATE", "maybe_tighter"),
    ("fail", "ESCALATE", "maybe_looser"),
]
SECTION = {"ALLOW": "allow", "DENY": "deny", "ESCALATE": "require_approval"}


@pytest.mark.parametrize(("word", "now", "expected"), PASS_FAIL)
def test_pass_and_fail_are_compared_as_far_as_they_say(
    word: str, now: str, expected: str, tmp_path: Path
) -> None:
    log, policy = tmp_path / "log.jsonl", tmp_path / "p.yaml"
    event = {"actor": "a", "action": "x", "resource": "r", "decision": word}
    log.write_text(json.dumps(event) + "\n", encoding="utf-8")
    policy.write_text(f"{SECTION[now]}: [r]\n", encoding="utf-8")
    options = ("--policy", policy, "--max-undecided", "all", "--format", "json")
    counts = fencekit("replay", log, *options).report["counts"]
    assert {name: count for name, count in counts.items() if count} == {expected: 1}


ALL_SAMPLES = sorted(
    path
    for path in LOGS.rglob("*")
    if path.is_file() and path.parent.name.startswith(("capfence_", "fencekit"))
)


@pytest.mark.parametrize("path", ALL_SAMPLES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_every_sample_is_recognised_by_exactly_its_own_format(path: Path, tmp_path: Path) -> None:
    own = path.parent.name.replace("_", "-")
    with open_source(str(path)) as source:
        assert recognise(source).name == own
    squeezed = tmp_path / "squeezed"
    squeezed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    with open_source(str(squeezed)) as source:
        assert recognise(source).name == own


@pytest.mark.parametrize("path", ALL_SAMPLES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_the_first_line_of_a_sample_is_enough_to_recognise_it(path: Path, tmp_path: Path) -> None:
    if path.suffix == ".db":
        first = path.read_bytes()[:100]
    elif path.suffix == ".json":
        first = json.dumps(json.loads(path.read_text(encoding="utf-8"))[:1]).encode()
    else:
        first = path.read_bytes().splitlines()[0]
    (tmp_path / "first").write_bytes(first)
    with open_source(str(tmp_path / "first")) as source:
        assert recognise(source).name == path.parent.name.replace("_", "-")


@pytest.mark.parametrize("path", ALL_SAMPLES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_a_compressed_log_is_read_as_if_it_were_not(path: Path, tmp_path: Path) -> None:
    squeezed = tmp_path / "squeezed"
    squeezed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    plain = [(r.request, r.recorded, r.id, r.place.line) for r in records(path)]
    assert [(r.request, r.recorded, r.id, r.place.line) for r in records(squeezed)] == plain


def test_a_header_alone_is_a_trace_and_events_without_one_are_a_trace(tmp_path: Path) -> None:
    lines = (LOGS / "capfence_trace/agents.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "headless").write_bytes(b"".join(lines[1:]))
    assert len(records(tmp_path / "headless")) == 355


def test_a_named_format_wins_over_the_one_that_is_seen(tmp_path: Path) -> None:
    trace = LOGS / "capfence_trace/seed.jsonl"
    entries = list(read_log(trace, log_format="fencekit"))
    assert [type(entry) for entry in entries] == [InvalidRecord, InvalidRecord]
    done = fencekit(
        "replay", trace, "--policy", POLICIES / "agents.yaml", "--log-format", "fencekit"
    )
    assert done.code == 3
    assert "2 records could not be read" in done.out


def test_a_format_that_nobody_knows_is_a_fault_of_usage() -> None:
    trace = LOGS / "capfence_trace/seed.jsonl"
    with pytest.raises(UsageError, match="no such log format: `csv`"):
        list(read_log(trace, log_format="csv"))
    done = fencekit("replay", trace, "--policy", POLICIES / "agents.yaml", "--log-format", "csv")
    assert done.code == 2
    assert all(name in done.err for name in formats())


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    for name in ("capfence-trace", "capfence-audit", "fencekit"):
        data = (LOGS / SAMPLES[name][0]).read_bytes()
        plain = [(r.request, r.recorded) for r in records(LOGS / SAMPLES[name][0])]
        log = tmp_path / "log"
        for changed in (b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"), data[:-1]):
            log.write_bytes(changed)
            assert [(r.request, r.recorded) for r in records(log)] == plain
    log.write_bytes(b"\xef\xbb\xbf" + (LOGS / SAMPLES["capfence-json"][0]).read_bytes())
    assert len(records(log)) == 355


def test_a_digest_is_of_the_whole_file_also_where_reading_stopped_early() -> None:
    import hashlib

    path = LOGS / "capfence_trace/agents.jsonl"
    with open_log(path) as log:
        next(log.entries())
        assert log.digest() == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of CapFence, from the package index; skips where there is none."""
    folder = tmp_path_factory.mktemp("capfence")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    options = ["--disable-pip-version-check", "--no-build-isolation", "--dest", str(folder)]
    try:
        done = subprocess.run(
            [*pip, *options, "capfence==0.9.0"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the package index did not answer within 60 s")
    archives = sorted(folder.glob("capfence-0.9.0.tar.gz"))
    if not archives:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"the source distribution of capfence cannot be had: {last}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "capfence-0.9.0"


def test_every_audit_sample_and_trace_of_capfence_itself_loads(distribution: Path) -> None:
    from capfence.core.replay import ReplayEngine

    samples = sorted(distribution.rglob("*.jsonl"))
    assert len(samples) >= 10
    for sample in samples:
        read = records(sample)
        lines = [line for line in sample.read_text(encoding="utf-8").splitlines() if line.strip()]
        headers = sum("capfence_replay_version" in line for line in lines)
        assert len(read) == len(lines) - headers > 0, sample
        with pytest.raises(ValueError, match="mandatory 'capfence_replay_version'"):
            ReplayEngine().load_trace(sample)
