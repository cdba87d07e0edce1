"""A report that was written as JSON is rendered as the check would; what is none is not."""

import base64
import json
import zlib
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

import pytest
from browser.sample_reports import HOSTILE, SAMPLES, hostile_report
from hypothesis import given
from hypothesis import strategies as st
from running import LOGS, POLICIES, ROOT, fencekit

from fencekit.checks.postprocess.stored_report import report_in
from fencekit.cli.finish_check import render_report
from fencekit.model.record import Completeness, Record, Recorded
from fencekit.model.report import Report
from fencekit.model.request import UNKNOWN, Facts, Masked, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.reading import json as ours
from fencekit.reporting.json_report import PageDigest
from fencekit.reporting.report_formats import formats
from fencekit.reporting.report_state import (
    MOVED,
    READERS,
    RENAMED,
    StateError,
    classes,
    encode,
    report_of,
)

REPORTS = {**SAMPLES, "hostile": hostile_report(HOSTILE)}
FORMS = (*formats(), "html")
AGENTS, MIXED = LOGS / "capfence_trace/agents.jsonl", POLICIES / "agents-mixed.yaml"
START = ROOT / "fencekit/_start"
RUNS: dict[str, tuple[object, ...]] = {
    "replay": ("replay", AGENTS, "--policy", MIXED),
    "baseline": ("replay", AGENTS, "--policy", MIXED, "--baseline", POLICIES / "agents.yaml"),
    "unknown": ("replay", LOGS / "capfence_sqlite/agents.db", "--policy", MIXED),
    "odd values": ("lint", POLICIES / "corners.yaml"),
    "lint": ("lint", POLICIES / "agents.yaml", MIXED),
    "diff": ("diff", POLICIES / "agents.yaml", MIXED),
    "prove": ("prove", MIXED, "--guardrails", POLICIES / "agents.yaml"),
    "test": ("test", ROOT / "fencekit/_demo", "--coverage"),
    "mutate": ("mutate", START / "agents.yaml", "--cases", START / "agents.fence.yaml"),
    "no policy": ("replay", AGENTS, "--policy", "gone.yaml"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_comes_back_as_it_was(name: str) -> None:
    report = REPORTS[name]
    back = report_in(ours.parse(render_report(report, "json")))
    assert encode(back) == encode(report)
    assert name == "hostile" or back == report
    for form in FORMS:
        assert render_report(back, form) == render_report(report, form), form


@pytest.mark.parametrize("file", sorted((ROOT / "reports").glob("*.json")), ids=lambda f: f.stem)
def test_a_report_that_is_committed_is_read_back_to_its_bytes(file: Path) -> None:
    text = file.read_text("utf-8")
    assert render_report(report_in(ours.parse(text)), "json") == text


@pytest.mark.parametrize("name", RUNS)
def test_what_is_rendered_later_is_what_the_check_writes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = [word for form in FORMS for word in ("--out", f"{form}=first.{form}")]
    again = [word for form in FORMS for word in ("--out", f"{form}=again.{form}")]
    check = fencekit(*RUNS[name], *first)
    assert check.code in (0, 1, 3), check.err
    later = fencekit("render", "first.json", *again)
    assert later.code == check.code
    assert later.out == Path("first.text").read_text("utf-8")
    for form in FORMS:
        assert Path(f"again.{form}").read_bytes() == Path(f"first.{form}").read_bytes(), form


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.chdir(tmp_path)
    run = fencekit("replay", AGENTS, "--policy", MIXED, "--out", "json=report.json")
    assert run.code == 1
    return json.loads(Path("report.json").read_text("utf-8"))


def refused(page: object) -> str:
    Path("changed.json").write_text(json.dumps(page), encoding="utf-8")
    done = fencekit("render", "changed.json", "--html", "r.html")
    assert done.code == 3
    assert not Path("r.html").exists()
    return done.err


def test_the_layout_of_the_file_does_not_matter(page: dict) -> None:
    Path("compact.json").write_text(json.dumps(page, sort_keys=True), encoding="utf-8")
    assert fencekit("render", "compact.json").code == 1


def test_a_report_that_was_changed_is_refused(page: dict) -> None:
    assert "has been changed" in refused({**page, "exit_code": 0})
    assert "has been changed" in refused({**page, "findings": page["findings"][1:]})
    assert "no `details`" in refused({k: v for k, v in page.items() if k != "details"})
    assert "has been changed" in refused({k: v for k, v in page.items() if k != "digest"})
    other = ours.parse(render_report(SAMPLES["clean"], "json"))["details"]
    assert "has been changed" in refused({**page, "details": other})
    changed = page["replay"]["changed"]
    one = [{**changed[0], "after": "DENY|ALLOW"}, *changed[1:]]
    assert "has been changed" in refused({**page, "replay": {**page["replay"], "changed": one}})


def test_what_is_no_report_is_refused(page: dict) -> None:
    assert "no report of fencekit" in refused([])
    assert "no report of fencekit" in refused({"schema": "fencekit.record/1"})
    Path("bad.json").write_text("{", encoding="utf-8")
    assert "bad.json:1" in fencekit("render", "bad.json").err
    assert fencekit("render", "gone.json").code == 3


def packed(value: object) -> str:
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"of": "report:Report", "is": []},
        {"of": "os:system", "is": ["true"]},
        {"of": "builtins:exit", "is": []},
        {"error": "report:Status", "is": ["", None, ""]},
        {"enum": "report:Status", "is": "GONE"},
        {"of": "source:Place", "is": ["a", 1, 1]},
        {"tuple": 5},
        {"odd": 1},
    ],
    ids=str,
)
def test_a_state_makes_nothing_but_what_the_model_has(value: object) -> None:
    with pytest.raises(StateError):
        report_of(packed(value), ours.parse)


@given(st.binary(max_size=60), st.integers(0, 10_000))
def test_a_damaged_state_ends_in_an_error_of_ours(noise: bytes, at: int) -> None:
    good = packed(encode(SAMPLES["findings"]))
    at %= len(good)
    damaged = good[:at] + noise.decode("latin-1") + good[at + len(noise) :]
    if damaged == good:
        return
    with suppress(StateError, ours.JSONError):
        assert isinstance(report_of(damaged, ours.parse), Report)


def test_a_state_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fencekit.reporting.report_state.MOST", 1000)
    with pytest.raises(StateError, match="too large"):
        report_of(packed(encode(SAMPLES["findings"])), ours.parse)


def test_every_kind_that_is_written_can_be_read() -> None:
    text = (ROOT / "fencekit/reporting/report_state.py").read_text("utf-8")
    for kind in READERS:
        assert f'{{"{kind}"' in text or f'        "{kind}": ' in text, kind


def test_rendering_can_hide_more_and_not_less(page: dict) -> None:
    done = fencekit("render", "report.json", "--redact", "all", "--format", "json")
    assert done.report["masking"]["mode"] == "all"
    assert done.report["masking"]["masked"] > page["masking"]["masked"]


@pytest.mark.parametrize("name", ["guardrails", "tightening"])
def test_a_report_that_was_written_before_is_still_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = ROOT / f"fixtures/reports/{name}-before-digests.json"
    page = json.loads(old.read_text("utf-8"))
    done = fencekit("render", old, "--out", "json=now.json", "--html", "now.html")
    assert done.code == page["exit_code"]
    now = json.loads(Path("now.json").read_text("utf-8"))
    assert [one["count"] for one in now["findings"]] == [one["count"] for one in page["findings"]]
    assert fencekit("render", "now.json").out == done.out


ODD_REQUESTS = [
    Request("a.b", args={"x": "grün 🌱", "n": 10**30, "f": 1.0, "t": True, "l": [1, {"a": None}]}),
    Request("a.b", principal="", environment="e", context={"environment": "c"}),
    Request("a.b", args={"$unknown": 1, "$$unknown": 2, "a": {"$unknown": [3]}}),
    Request("a.b", args={"x": float("inf"), "y": -0.0}),
    Request("a.b", args={"x": "half \ud800 a pair"}),
    Request("a.b", args={"x": (1, 2)}),
    Request(UNKNOWN, principal=UNKNOWN),
    Request("a.b", args=Facts({"x": UNKNOWN}, open=True), context=Facts({}, open=True)),
    Request("a.b", args={"x": Masked("hmac-sha256:aa:bb")}),
]


@pytest.mark.parametrize("number", range(len(ODD_REQUESTS)))
def test_a_changed_record_comes_back_from_its_line_as_it_was(number: int) -> None:
    report = SAMPLES["findings"]
    first = report.replay.changed[0]
    recorded = Recorded(frozenset({Verdict.DENY}), None, approval="yes", rules=("a", "b"))
    odd = Record(
        ODD_REQUESTS[number], recorded, Place("l", 3, 4), id="i", time="t", session="s",
        completeness=Completeness.TRUNCATED, tool="t", mapped=False, policy="p", engine="e",
        notes=("n",),
    )  # fmt: skip
    changed = tuple(
        replace(first, record=record, error=f"e{number}") for record in (odd, odd, first.record)
    )
    made = replace(report, replay=replace(report.replay, changed=changed))
    text = render_report(made, "json")
    page = json.loads(text)
    assert text.isascii()
    lines = [line for line in text.splitlines() if line.startswith('      {"class"')]
    assert [json.loads(line.rstrip(",")) for line in lines] == page["replay"]["changed"]
    back = report_in(page)
    assert encode(back) == encode(made)
    for form in FORMS:
        assert render_report(back, form) == render_report(made, form), form


def sealed(page: dict) -> dict:
    """Return a page with the digest that it has now, as whoever forges one would write it."""
    digest = PageDigest({**page, "replay": {**page["replay"], "changed": []}})
    for one in page["replay"]["changed"]:
        digest.add(one)
    return {**page, "digest": digest.text}


def test_a_record_that_names_parts_which_are_not_there_is_refused(page: dict) -> None:
    changed = page["replay"]["changed"]
    for wrong in (
        [99, 0, 0, 0, 0],
        [],
        [0],
        "x",
        [0, 0, 0, 0, 0, {"of": "nothing:here", "is": []}],
    ):
        broken = [{**changed[0], "parts": wrong}, *changed[1:]]
        said = refused(sealed({**page, "replay": {**page["replay"], "changed": broken}}))
        assert "details of the report" in said or "has no `nothing:here`" in said


ODD = (None, True, -1, 10**30, 0.5, "", "x", [], [0], [[]], {}, {"of": "os:system"}, {"is": "X"})


@given(st.data())
def test_details_that_were_forged_end_in_an_error_of_ours(data: st.DataObject) -> None:
    page = json.loads(render_report(SAMPLES["edits"], "json"))
    at: object = page["details"]
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        inside = at[key]
        if not isinstance(inside, dict | list) or not inside or data.draw(st.booleans()):
            break
        at = inside
    if isinstance(at, dict) and data.draw(st.booleans()):
        del at[key]
    else:
        at[key] = data.draw(st.sampled_from(ODD))
    with suppress(StateError):
        assert isinstance(report_in(sealed(page)), Report)


def test_a_page_says_nothing_twice(page: dict) -> None:
    details = page["details"]["report"]
    assert details.keys() <= {field.name for field in fields(Report)}
    assert {"check", "status", "checked", "troubles", "command"}.isdisjoint(details)
    for finding in details["findings"]:
        assert {"slug", "capability", "before", "after", "count"}.isdisjoint(finding)


def test_every_old_name_of_the_model_leads_to_a_class_of_today() -> None:
    known = classes()
    modules = {name.partition(":")[0] for name in known}
    assert set(MOVED.values()) <= modules | {"canonical_text"}  # which has functions only
    for old, new in RENAMED.items():
        assert f"{old.partition(':')[0]}:{new}" in known
