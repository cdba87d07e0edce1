"""The Python names, as a user calls them: paths as text, arguments as dicts."""

import math
from datetime import date
from pathlib import Path

import pytest
from running import LOGS, POLICIES, record, write_lines

import fencekit
from fencekit import UNKNOWN, Request, Verdict, explain, load_policy, read_log, replay
from fencekit.checks.postprocess import limit_findings
from fencekit.model.errors import FencekitError, LogError, PolicyError, UsageError
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.report import Limits

AGENTS = str(LOGS / "capfence_trace/agents.jsonl")
IN_FORCE, MIXED = str(POLICIES / "agents.yaml"), str(POLICIES / "agents-mixed.yaml")


def test_a_replay_is_four_calls_and_a_report() -> None:
    report = replay(read_log(AGENTS), load_policy(MIXED), load_policy(IN_FORCE))
    assert isinstance(report, fencekit.Report)
    assert (report.check, str(report.status), report.exit_code) == ("replay", "findings", 1)
    assert report.checked == report.read == 355
    assert sum(report.counts.values()) == 355
    assert report.disallowed
    assert all(str(finding.kind) == "looser" for finding in report.disallowed)
    assert report.replay is not None
    assert (report.replay.candidate, report.replay.baseline) == (MIXED, IN_FORCE)
    assert {source.path for source in report.sources} == {MIXED, IN_FORCE}


def test_a_path_may_be_a_path() -> None:
    report = replay(read_log(Path(AGENTS)), load_policy(Path(IN_FORCE)))
    assert report.exit_code == 0


def test_a_list_of_records_is_as_good_as_a_log() -> None:
    records = list(read_log(AGENTS))[:10]
    assert replay(records, load_policy(IN_FORCE)).checked == 10


def test_a_request_takes_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("deny: [{capability: pay, amount_gt: 10}]\nallow: [pay]\n", encoding="utf-8")
    policy = load_policy(str(path))

    def verdicts(**args: object) -> frozenset[Verdict]:
        request = Request("pay.send", principal="bob", args=args, context={"risk_level": "low"})
        return explain(policy, request).decision.verdicts

    assert verdicts(amount=11) == {Verdict.DENY}
    assert verdicts(amount=10) == {Verdict.ALLOW}
    assert verdicts(amount=UNKNOWN) == {Verdict.ALLOW, Verdict.DENY}


def test_the_order_of_verdicts_is_the_one_idea() -> None:
    assert Verdict.ALLOW < Verdict.ESCALATE < Verdict.DENY


@pytest.mark.parametrize("fail_on", ["looser", "changed", "never"])
def test_what_to_fail_on_may_be_a_word(fail_on: str) -> None:
    tightened = load_policy(str(POLICIES / "agents-tightened.yaml"))
    report = replay(read_log(AGENTS), tightened, fail_on=fail_on)
    assert report.exit_code == (1 if fail_on == "changed" else 0)


def test_a_word_that_nobody_knows_is_a_usage_error_before_anything_is_read() -> None:
    def never():  # pragma: no cover
        raise AssertionError("read")
        yield

    with pytest.raises(UsageError, match="`fail_on` is `tighter`"):
        replay(never(), load_policy(IN_FORCE), fail_on="tighter")


def test_nothing_to_replay_is_not_a_pass() -> None:
    report = replay([], load_policy(IN_FORCE))
    assert (str(report.status), report.exit_code) == ("could-not-check", 3)
    assert report.troubles == ("no record was checked",)


def test_invalid_records_come_along_and_count(tmp_path: Path) -> None:
    log = write_lines(tmp_path / "log.jsonl", record(), "{", record())
    entries = list(read_log(str(log)))
    assert [type(entry) for entry in entries] == [Record, InvalidRecord, Record]
    policy = load_policy(IN_FORCE)
    assert replay(entries, policy).exit_code == 3
    assert replay(entries, policy, limits=Limits(invalid=1)).checked == 2


def test_a_log_that_fails_as_a_whole_raises_when_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot read"):
        next(read_log(str(tmp_path / "gone")))
    with pytest.raises(LogError, match="is a directory"):
        replay(read_log(str(tmp_path)), load_policy(IN_FORCE))


def test_a_policy_that_cannot_be_read_raises_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("deny:\n", encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_policy(str(path))
    assert str(raised.value.place) == f"{path}:1:6"
    assert isinstance(raised.value, FencekitError)
    assert raised.value.exit_code == 3


def test_a_record_past_its_time_limit_raises_and_names_the_record(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("deny: [{capability: a, match_regex: '^(a+)+$'}]\n", encoding="utf-8")
    log = write_lines(
        tmp_path / "log.jsonl", record("a.b"), record("a.b", args={"x": "a" * 60 + "!"})
    )
    with pytest.raises(LogError, match="rule `deny-1`: still undecided") as raised:
        replay(read_log(str(log)), load_policy(str(path)), timeout=0.2)
    assert str(raised.value.place) == f"{log}:2"


@pytest.mark.parametrize("timeout", [math.inf, math.nan, 1e300, 1e-9, -1])
def test_a_time_limit_that_no_timer_holds_is_a_usage_error(timeout: float) -> None:
    with pytest.raises(UsageError, match="`timeout` is"):
        replay(read_log(AGENTS), load_policy(IN_FORCE), timeout=timeout)


def test_a_thread_replays_too_without_a_limit() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        report = pool.submit(lambda: replay(read_log(AGENTS), load_policy(IN_FORCE))).result()
    assert report.exit_code == 0


def test_the_public_names_are_those_that_are_promised() -> None:
    for name in fencekit.__all__:
        assert getattr(fencekit, name) is not None
        assert name in dir(fencekit)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(fencekit, "nothing")  # noqa: B009  (as a name it would be a useless expression)


WAIVERS = """\
waivers:
  - capability: pay.send
    reason: until the audit
    approver: ann@example.com
    expires: 2026-12-31
"""


def test_a_report_has_passed_the_last_step_that_every_face_passes(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("allow: [pay.send]\n", encoding="utf-8")
    (tmp_path / "w.yaml").write_text(WAIVERS, encoding="utf-8")
    call = record("pay.send", "DENY", args={"password": "hunter22"})
    records = list(read_log(str(write_lines(tmp_path / "log.jsonl", call))))
    policy = load_policy(tmp_path / "p.yaml")

    def shown(**options: object) -> object:
        report = replay(records, policy, **options)
        (finding,) = report.findings
        assert report.masking is not None
        return finding.witnesses[0].request.args.values["password"], str(report.status)

    assert shown() == ("[masked]", "findings")
    assert shown(redact="none") == ("hunter22", "findings")
    waived = {"waivers": tmp_path / "w.yaml"}
    assert shown(**waived, today=date(2026, 12, 31)) == ("[masked]", "waived")
    expired = replay(records, policy, **waived, today=date(2027, 1, 1))
    assert (str(expired.status), expired.exit_code) == ("findings", 1)
    with pytest.raises(UsageError, match="`redact` is `some`"):
        replay(records, policy, redact="some")


def test_a_report_lists_as_many_findings_as_every_face(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit_findings, "MOST_FINDINGS", 2)
    calls = [record(f"a{at}.x", "ALLOW") for at in range(5)]
    log = write_lines(tmp_path / "log.jsonl", *calls)
    (tmp_path / "p.yaml").write_text("deny: ['*']\n", encoding="utf-8")
    report = replay(read_log(log), load_policy(tmp_path / "p.yaml"))
    assert (len(report.findings), report.checked) == (2, 5)
    assert "3 more findings" in report.troubles[-1]
