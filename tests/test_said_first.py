"""No report says that all is well with a call that is waived, undecided or passed over unmentioned.

Every format, over the demo, the fixtures, and runs whose limits let something through.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import LOGS, POLICIES, ROOT, fencekit, record, write_lines

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
    opened = sum(counts.get(key, 0) for key in OPEN)
    found = {
        "waived": sum(f["count"] for f in report["findings"] if "waiver" in f),
        "open": opened if counts.get("maybe_looser") or counts.get("cannot_tell") else 0,
        "invalid": counts.get("invalid", 0),
        "passed over": replay.get("passed_over", 0),
    }
    return {word: count for word, count in found.items() if count}


def is_said(page: str, form: str, word: str, count: int) -> bool:
    """Say whether a page names calls of a kind with their number; JSON has them as counts."""
    if form == "json":
        return str(count) in page or word == "open"
    classes = ("maybe looser", "cannot tell") if word == "open" else (word,)
    return f"{count:,} {word}" in page or any(each in page for each in classes)


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
        if form == "html":
            page = page.partition("<body")[2]
        if ALL_IS_WELL.search(page) or (form == "json" and report["status"] == "clean"):
            assert report["status"] == "clean", (form, kept)
            for word, count in kept.items():
                assert is_said(page, form, word, count), (form, word, count)


def test_undecided_calls_that_the_limits_let_through_are_named_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(
        tmp_path / "log.jsonl",
        record("pay.out", "DENY", args={"$unknown": True}),
        record("pay.out", "ALLOW", args={"amount": 1}),
        "{",
    )
    Path("p.yaml").write_text("allow: [{capability: pay.out, amount_lte: 5}]\n", encoding="utf-8")
    outs = [word for form in FORMS for word in ("--out", f"{form}={form}")]
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml", *LIMITS, *outs)
    assert done.code == 0
    for form in FORMS:
        page = Path(form).read_text("utf-8")
        for word in ("maybe looser", "invalid"):
            said = word.replace(" ", "_") if form == "json" else word
            assert said in page, (form, word)
