"""A mutation score is a figure: it is a verdict only where somebody said what is enough."""

import json
from pathlib import Path

import pytest
from running import fencekit

FORMS = ("text", "json", "markdown", "junit", "github", "gitlab", "sarif", "html")
POLICY = (
    "deny: [{capability: pay.out, amount_gt: 1000}]\n"
    "require_approval: [{capability: pay.out, amount_gt: 200}]\nallow: [pay.out]\n"
)
CASES = (
    "policy: p.yaml\ncases:\n"
    "  - {name: a, request: {capability: pay.out, args: {amount: 5}}, expect: ALLOW}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(POLICY, encoding="utf-8")
    Path("c.fence.yaml").write_text(CASES, encoding="utf-8")


def test_without_a_threshold_no_format_is_green() -> None:
    outs = [word for form in FORMS for word in ("--out", f"{form}={form}")]
    done = fencekit("mutate", "p.yaml", "--cases", "c.fence.yaml", *outs)
    assert done.code == 0
    assert done.out.startswith("NOT JUDGED: ")
    assert json.loads(Path("json").read_text("utf-8"))["status"] == "not-judged"
    for form in FORMS:
        page = Path(form).read_text("utf-8")
        page = page.partition("<body")[2] if form == "html" else page
        for word in ("CLEAN", "Passed", "✅"):
            assert word not in page, (form, word)


@pytest.mark.parametrize(("score", "code", "word"), [(1, 0, "CLEAN"), (100, 1, "FINDINGS")])
def test_with_a_threshold_it_is_judged(score: int, code: int, word: str) -> None:
    done = fencekit("mutate", "p.yaml", "--cases", "c.fence.yaml", "--min-score", score)
    assert (done.code, done.out.partition(":")[0]) == (code, word)


def test_survivors_that_would_let_a_denied_call_run_come_first() -> None:
    done = fencekit("mutate", "p.yaml", "--cases", "c.fence.yaml", "--format", "json")
    found = [f for f in done.report["findings"] if f["slug"] == "surviving-mutant"]
    steps = [(f["before"].partition("+")[0], f["after"].partition("+")[0]) for f in found]
    order = [("DENY", "ALLOW"), ("ESCALATE", "ALLOW"), ("DENY", "ESCALATE")]
    ranks = [order.index(step) if step in order else 3 for step in steps]
    assert ranks == sorted(ranks)
    assert 0 in ranks


def test_what_init_writes_notices_nine_edits_in_ten() -> None:
    assert fencekit("init", "--ci", "none").code == 0
    done = fencekit(*("mutate", "policies/agents.yaml", "--cases", "policies", "--min-score", 90))
    assert done.code == 0, done.out
