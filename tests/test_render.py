"""A report that was written as JSON is rendered as the check would; what is none is not."""

import base64
import json
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from browser.sample_reports import HOSTILE, SAMPLES, hostile_report
from hypothesis import given
from hypothesis import strategies as st
from running import LOGS, POLICIES, ROOT, fencekit

from fencekit.cli.finish import rendered
from fencekit.model.report import Report
from fencekit.reading import json as ours
from fencekit.reporting.registry import formats
from fencekit.reporting.state import READERS, StateError, report_of, state_of

REPORTS = {**SAMPLES, "hostile": hostile_report(HOSTILE)}
FORMS = (*formats(), "html")
AGENTS, MIXED = LOGS / "capfence_trace/agents.jsonl", POLICIES / "agents-mixed.yaml"
RUNS: dict[str, tuple[object, ...]] = {
    "replay": ("replay", AGENTS, "--policy", MIXED),
    "baseline": ("replay", AGENTS, "--policy", MIXED, "--baseline", POLICIES / "agents.yaml"),
    "unknown": ("replay", LOGS / "capfence_sqlite/agents.db", "--policy", MIXED),
    "odd values": ("lint", POLICIES / "corners.yaml"),
    "lint": ("lint", POLICIES / "agents.yaml", MIXED),
    "diff": ("diff", POLICIES / "agents.yaml", MIXED),
    "prove": ("prove", MIXED, "--guardrails", POLICIES / "agents.yaml"),
    "no policy": ("replay", AGENTS, "--policy", "gone.yaml"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_comes_back_as_it_was(name: str) -> None:
    report = REPORTS[name]
    back = report_of(state_of(report), ours.parse)
    assert state_of(back) == state_of(report)
    assert name == "hostile" or back == report
    for form in FORMS:
        assert rendered(back, form) == rendered(report, form), form


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
    assert "no `state`" in refused({k: v for k, v in page.items() if k != "state"})
    other = state_of(SAMPLES["clean"])
    assert "has been changed" in refused({**page, "state": other})


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
    good = state_of(SAMPLES["findings"])
    at %= len(good)
    damaged = good[:at] + noise.decode("latin-1") + good[at + len(noise) :]
    if damaged == good:
        return
    with suppress(StateError, ours.JSONError):
        assert isinstance(report_of(damaged, ours.parse), Report)


def test_a_state_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fencekit.reporting.state.MOST", 1000)
    with pytest.raises(StateError, match="too large"):
        report_of(state_of(SAMPLES["findings"]), ours.parse)


def test_every_kind_that_is_written_can_be_read() -> None:
    text = (ROOT / "fencekit/reporting/state.py").read_text("utf-8")
    for kind in READERS:
        assert f'{{"{kind}"' in text or f'        "{kind}": ' in text, kind


def test_rendering_can_hide_more_and_not_less(page: dict) -> None:
    done = fencekit("render", "report.json", "--redact", "all", "--format", "json")
    assert done.report["masking"]["mode"] == "all"
    assert done.report["masking"]["masked"] > page["masking"]["masked"]
