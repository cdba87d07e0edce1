"""No report says that all is well with a call that is waived, undecided or passed over unmentioned.

Every format, over the demo, the fixtures, and runs whose limits let something through.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from running import LOGS, POLICIES, ROOT, fencekit, record, write_lines

from fencekit.reporting.report_formats import formats

DEMO = ROOT / "fencekit/_demo"
FORMS = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab", "html")
ALL_IS_WELL = re.compile(r"\bCLEAN\b|\bPassed\b(?! over)|May merge|✅")
LIMITS = ("--max-undecided", "all", "--max-invalid", "all", "--max-passed-over", "all")
OPEN = ("maybe_looser", "maybe_tighter", "cannot_tell")
AGENTS = POLICIES / "agents.yaml"


def runs() -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield checks by name: of the demo, of every fixture log, of pairs of policies."""
    demo = ("--policy", DEMO / "candidate.yaml", "--baseline", DEMO / "policy.yaml")
    yield "demo", ("replay", DEMO / "audit.jsonl", *demo)
    yield "demo in force", ("replay", DEMO / "audit.jsonl", "--policy", DEMO / "policy.yaml")
    yield "demo diff", ("diff", DEMO / "policy.yaml", DEMO / "candidate.yaml")
    for folder in sorted(LOGS.iterdir()):
        logs = sorted(file for file in folder.iterdir() if file.suffix in (".jsonl", ".json"))
        if logs:
            yield folder.name, ("replay", logs[0], "--policy", AGENTS, *LIMITS)
    for name in ("agents-mixed", "agents-tightened", "agents-loosened"):
        yield name, ("diff", AGENTS, POLICIES / f"{name}.yaml")


RUNS = dict(runs())


def reserved(report: dict) -> dict[str, int]:
    """Return how many calls are waived, undecided, invalid and passed over, where there are any."""
    counts = report["counts"]
    replay = report.get("replay") or {}
    found = {
        "waived": sum(f["count"] for f in report["findings"] if "waiver" in f),
        **{key.replace("_", " "): counts.get(key, 0) for key in OPEN},
        "invalid": counts.get("invalid", 0),
        "passed over": replay.get("passed_over", 0),
    }
    return {word: count for word, count in found.items() if count}


def is_said(page: str, form: str, word: str, count: int) -> bool:
    """Say whether a page names calls of a kind with their number; JSON has them as counts."""
    if form == "json":
        report = json.loads(page)
        numbers = {**report["counts"], "passed_over": (report["replay"] or {})["passed_over"]}
        numbers["waived"] = sum(f["count"] for f in report["findings"] if "waiver" in f)
        return numbers[word.replace(" ", "_")] == count
    if form == "html":
        page = re.sub(r"<[^>]*>", " ", page.partition("<body")[2])
        page = re.sub(r"\s+", " ", page)
    # Markdown has a table of counts: a heading, and the number below it.
    tables = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|")]
    pairs = [pair for row in tables for other in tables for pair in zip(row, other, strict=False)]
    said = (f"{count:,} {word}", f"{count:,} calls {word}")
    return any(each in page for each in said) or (word, f"{count:,}") in pairs


@pytest.mark.parametrize("name", RUNS)
def test_who_says_that_all_is_well_says_what_was_let_through(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outs = [word for form in FORMS for word in ("--out", f"{form}={form}")]
    done = fencekit(*RUNS[name], "--no-authors", *outs)
    assert done.code in (0, 1, 3), done.err
    if not Path("json").exists():
        assert done.code != 0
        return
    report = json.loads(Path("json").read_text("utf-8"))
    kept = reserved(report)
    for form in FORMS:
        page = Path(form).read_text("utf-8")
        shown = page.partition("<body")[2] if form == "html" else page
        if ALL_IS_WELL.search(shown) or (form == "json" and report["status"] == "clean"):
            assert report["status"] == "clean", (form, kept)
            for word, count in kept.items():
                assert is_said(page, form, word, count), (form, word, count)


POLICY = """\
deny: [{capability: pay.out, amount_gt: 1000}]
require_approval: [{capability: pay.out, amount_gt: 200}]
allow: [pay.out, mail.send]
"""
WAIVER = """\
waivers:
  - capability: mail.send
    reason: until the audit
    approver: ann@example.com
    expires: 2099-12-31
"""
KINDS = {
    "waived": record("mail.send", "DENY"),
    "maybe looser": record("pay.out", "DENY", args={"$unknown": True}),
    "maybe tighter": record("pay.out", "ALLOW", args={"$unknown": True}),
    "cannot tell": record("pay.out", "ESCALATE", args={"$unknown": True}),
    "invalid": "{",
    "passed over": '{"agent": 1, "step": {"tool_name": "Bash", "call": {"command": "ls"}}}',
}
"""A line of a log for each kind of call of which a verdict says nothing."""


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_what_a_verdict_says_nothing_of_is_named_with_its_number_in_every_format(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kinds = list(KINDS) if kind == "all" else [kind]
    lines = {each: [KINDS[each]] * 2 for each in kinds}
    passed = lines.pop("passed over", [])
    Path("logs").mkdir()
    unchanged = record("pay.out", "ALLOW", args={"amount": 1})
    write_lines(tmp_path / "logs/log.jsonl", unchanged, *chain.from_iterable(lines.values()))
    if passed:  # by a file of the folder that is in no format
        write_lines(tmp_path / "logs/other.jsonl", *passed)
    Path("p.yaml").write_text(POLICY, encoding="utf-8")
    Path("w.yaml").write_text(WAIVER, encoding="utf-8")
    outs = [word for form in FORMS for word in ("--out", f"{form}={form}")]
    waivers = ("--waivers", "w.yaml", "--today", "2026-11-30") if "waived" in kinds else ()
    done = fencekit("replay", "logs", "--policy", "p.yaml", *waivers, *LIMITS, *outs)
    assert done.code == 0
    for form in FORMS:
        page = Path(form).read_text("utf-8")
        assert [each for each in kinds if not is_said(page, form, each, 2)] == [], form
        if "waived" in kinds:
            assert not ALL_IS_WELL.search(page.partition("<body")[2] or page), form
    suites = ET.parse("junit").getroot()
    passing = [case for case in suites.iter("testcase") if case.find("skipped") is None]
    assert len(passing) == (0 if "waived" in kinds else 1)  # the check as a whole
    assert int(suites.get("skipped", "")) >= len(kinds)


def test_every_format_there_is_is_looked_at() -> None:
    assert {*FORMS} == {*formats(), "html"}
