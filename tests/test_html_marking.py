"""What an edit changed inside a value is marked, and not by colour alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT, fencekit

from fencekit.checks.diff.value_diff import inside
from fencekit.model.edit import Edit, EditKind
from fencekit.model.policy import Condition, ConditionName
from fencekit.model.source import Place
from fencekit.reporting.edit_text import what
from fencekit.reporting.html.text_runs import spans
from fencekit.reporting.html.value_marking import LONGEST_RUN, mark_edit
from fencekit.reporting.text_excerpts import excerpts

HERE = Place("p.yaml", 1)
SQL = r"(?i)^\s*(with|select|explain)\b[^;]*;?\s*$"


def edit(was: object, now: object, inside: tuple[str, ...] = ()) -> Edit:
    name = ConditionName.MATCH_REGEX
    before, after = (Condition(name, value, HERE) for value in (was, now))
    return Edit(1, EditKind.CONDITION_CHANGED, 0, was=before, now=after, inside=inside)


def test_of_a_long_regex_only_what_differs_is_marked() -> None:
    (found,) = mark_edit(edit(SQL, SQL.removesuffix("$"))).values
    assert [span.text for span in found.old if span.changed] == ["$"]
    assert not any(span.changed for span in found.new)
    assert "".join(span.text for span in found.old) == SQL
    assert found.is_long


def test_a_short_value_stands_in_its_line() -> None:
    (found,) = mark_edit(edit(1000, 5000)).values
    assert not found.is_long
    assert [span.text for span in (*found.old, *found.new) if span.changed] == ["1000", "5000"]


def test_what_is_alike_in_a_very_long_value_is_cut_and_what_differs_is_not() -> None:
    (found,) = mark_edit(
        edit(f"{'ab ' * 900}x{'cd ' * 900}", f"{'ab ' * 900}y{'cd ' * 900}")
    ).values
    assert [span.text[:1] for span in found.old if span.changed] == ["x"]
    assert sum(len(span.text) for span in found.old) < 4 * LONGEST_RUN


@pytest.mark.parametrize(("was", "now"), [("a", "a "), ("1", 1), ("", "a")], ids=repr)
def test_values_that_look_alike_are_told_apart(was: object, now: object) -> None:
    (found,) = mark_edit(edit(was, now)).values
    assert any(span.changed for span in (*found.old, *found.new))
    assert "".join(s.text for s in found.old) != "".join(s.text for s in found.new)


def test_what_changed_inside_a_list_is_said_in_words() -> None:
    found = mark_edit(edit(["a", "b"], ["a"], inside=('without "b"',)))
    assert not found.values
    assert found.text == 'match_regex without "b"'


def test_each_text_of_a_list_that_changed_is_marked_by_itself() -> None:
    found = mark_edit(edit(["ab", "c|d", "e"], ["ab", "c", "f"], inside=("x", "y")))
    assert [[span.text for span in one.old if span.changed] for one in found.values] == [
        ["|d"],
        ["e"],
    ]


def test_a_long_regex_in_words_is_cut_to_where_it_differs() -> None:
    long = "|".join(f"word{number}" for number in range(2_000))
    said = what(edit(f"({long}|make)", f"({long}|make|deploy)"))
    assert len(said) < 300
    assert '|make|deploy)"' in said
    assert inside([long, "a"], [f"{long}|deploy", "a"])[0].startswith('"…')
    assert excerpts("short", "shirt") == ("short", "shirt")


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_the_runs_of_two_texts_are_these_texts(a: str, b: str, c: str, d: str) -> None:
    was, now = a + b + d, a + c + d
    old, new = spans(was, now)
    assert "".join(span.text for span in old) == was
    assert "".join(span.text for span in new) == now
    kept = ["".join(s.text for s in side if not s.changed) for side in (old, new)]
    assert kept[0] == kept[1] or not was or not now


def test_the_top_of_the_page_marks_the_character_that_was_dropped(tmp_path: Path) -> None:
    page = (ROOT / "reports/loosening.html").read_text("utf-8")
    top = page[: page.index("</header>")]
    blame = top[top.index("Cause:") :]
    assert r"[^;]*;?\s*<del>$</del></code>" in blame
    assert '<strong class="status">Must not merge</strong>' in top
    css = page[page.index("<style>") : page.index("</style>")]
    assert "text-decoration: line-through" in css
    assert "text-decoration: underline" in css


def test_hidden_characters_of_a_value_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policy = 'deny: [{{capability: sh.x, match_regex: "rm{}<b>"}}]\nallow: [sh.x]\n'
    Path("old.yaml").write_text(policy.format(""), encoding="utf-8")
    Path("new.yaml").write_text(policy.format("\\u202e"), encoding="utf-8")
    assert fencekit("diff", "old.yaml", "new.yaml", "--html", "r.html").code == 1
    page = Path("r.html").read_text("utf-8")
    assert "\u202e" not in page
    assert "<b>" not in page
    assert '<ins><span class="escape">' in page
