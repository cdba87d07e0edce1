"""The HTML report of what is proved: answers, how much looser, guardrails, the ladder."""

import re
from pathlib import Path

import pytest
from running import fencekit

OLD = """\
deny:
  - {capability: shell.exec, match_regex: '(.)\\1\\1'}
  - {capability: pay, amount_gte: 500}
allow: [shell.exec, pay]
"""
NEW = OLD.replace("1\\1'", "1\\1\\1'").replace("gte", "gt")
GUARDRAILS = "deny: [{capability: pay, amount_gte: 500}, {capability: shell.exec, contains: rm}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old", OLD), ("new", NEW), ("guardrails", GUARDRAILS)):
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")


def proof_of(*args: str, code: int = 1) -> str:
    """Return the page's section on what is proved: cells apart by bars, without other markup."""
    assert fencekit(*args, "--html", "page.html").code == code
    page = Path("page.html").read_text(encoding="utf-8")
    section = page.partition('<section aria-labelledby="proof">')[2].partition("</section>")[0]
    cells = re.sub(r"</t[dh]>", " | ", re.sub(r"</li>", "; ", section))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cells))


def test_a_diff_shows_both_answers_of_each_kind() -> None:
    proof = proof_of("diff", "old.yaml", "new.yaml")
    assert "Anywhere looser: yes, found by search. Anywhere tighter: not known. 2 kinds" in proof
    assert "shell.exec | yes, found by search | not known the regex" in proof
    assert "pay | yes | no, proved |" in proof
    assert "How much looser" not in proof
    assert "Proof steps" not in proof


def test_how_much_looser_is_a_column_where_it_was_asked_for() -> None:
    proof = proof_of("diff", "old.yaml", "new.yaml", "--how-much")
    assert "| How much looser |" in proof
    assert "| no, proved | 1 of the 3 regions between thresholds of `amount`: 500 |" in proof
    assert "not counted: a condition has a backreference |" in proof
    assert "no verdict hangs on it" in proof


def test_the_ladder_says_which_steps_were_taken_and_that_search_was_the_last() -> None:
    proof = proof_of("diff", "old.yaml", "new.yaml", "--explain")
    assert re.search(
        r"shell.exec \| tighter \| not known the regex `\(\.\)\\1\\1` has a backreference; a "
        r"search of 5,000 calls found none \| words `shell.exec` and capabilities like it 1 case, "
        r"\d+ states; search 5,000 calls aimed at the rules were tried;",
        proof,
    )
    assert "pay | tighter | no, proved | cases `pay` and capabilities like it 2 cases;" in proof


def test_a_policy_against_its_guardrails_has_a_table_of_its_own() -> None:
    proof = proof_of("prove", "new.yaml", "--guardrails", "guardrails.yaml", "--explain")
    assert "by the policy and by its guardrails guardrails.yaml." in proof
    assert "Everywhere at least as strict: no. 2 kinds of capability: 2 looser." in proof
    assert "| At least as strict for every call | pay | no | shell.exec | no |" in proof
    assert "pay | at least as strict | no | words `pay` and capabilities like it" in proof
    kept = proof_of("prove", "old.yaml", "--guardrails", "old.yaml", "--explain", code=0)
    assert "Everywhere at least as strict: yes, proved." in kept
    page = Path("page.html").read_text(encoding="utf-8")
    assert "fencekit prove old.yaml --guardrails old.yaml --explain" in page


def test_where_no_kind_needs_a_look_the_page_says_why() -> None:
    proof = proof_of("diff", "old.yaml", "old.yaml", "--explain", code=0)
    assert "Each meets the same rules in both policies: there was nothing to settle." in proof


def test_a_text_report_says_what_was_found_by_search() -> None:
    diffed = fencekit("diff", "old.yaml", "new.yaml").out
    assert re.search(r"shell.exec +yes, found by search +not known", diffed)
    assert re.search(r"pay +yes +no, proved", diffed)
