"""The HTML report of cases and of mutants: what is in it, and that nothing in it acts."""

import re
from pathlib import Path

import pytest
from running import fencekit

POLICY = "deny: [{capability: a, amount_gt: 100}]\nallow: [a]\n"
BAD = "<script>alert(1)</script>\\u202e"
CASES = f"""\
policy: policy.yaml
suite: "{BAD} title"
cases:
  - {{name: fine, request: {{capability: a}}, expect: ALLOW}}
  - {{name: "{BAD}", request: {{capability: a, args: {{amount: 5}}}}, expect: DENY}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text(POLICY)
    Path("a.fence.yaml").write_text(CASES)
    Path("b.fence.yaml").write_text(
        "policy: policy.yaml\ncases: [{name: b, request: {capability: a}, expect: ALLOW}]\n"
    )


def text_of(page: str) -> str:
    """Return the text of a page without its markup, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style>.*?</style>", "", page)))


def page_of(*args: str) -> str:
    fencekit(*args, "--html", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    return page


def test_the_page_of_cases_has_each_file_each_failing_case_and_the_coverage() -> None:
    text = text_of(page_of("test", ".", "--coverage"))
    assert "3 cases and 0 claims of 2 files" in text
    assert "1 case that did not pass" in text
    assert "DENY expected ALLOW" in text
    assert "a.fence.yaml:5:5" in text
    assert re.search(r"The cases cover \d+ of \d+ points of the policies", text)
    assert "is never asked of a number above it" in text


def test_the_page_of_mutants_has_the_score_and_each_survivor_with_its_call() -> None:
    text = text_of(page_of("mutate", "policy.yaml", "--cases", "b.fence.yaml"))
    assert re.search(r"\d+ of \d+ mutants are noticed, a score of \d+\.\d %", text)
    assert "They were tried on 1 case and 0 recorded calls" in text
    assert "`amount_gt: 100` becomes `amount_gt: 101`" in text
    assert "{&#34;capability&#34;: &#34;a" in text
    assert "raise-threshold" in text


def test_the_same_run_makes_the_same_page() -> None:
    assert page_of("test", ".") == page_of("test", ".")
    given = ("mutate", "policy.yaml", "--cases", "b.fence.yaml")
    assert page_of(*given) == page_of(*given, "--jobs", "2")
