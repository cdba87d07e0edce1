"""Every edit that loosens is found, with a call that shows it; of the others it is proved."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import fencekit

from fencekit.checks.diff import unwitnessed_edits
from fencekit.checks.diff.apply_edits import Applying
from fencekit.checks.diff.edit_consequences import Consequences
from fencekit.checks.diff.edit_script import diff
from fencekit.checks.diff.unwitnessed_edits import loosening_edits, undone
from fencekit.checks.proofs.loosening_transitions import TransitionFinder
from fencekit.checks.proofs.policy_comparison import compared_classes
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved
from fencekit.model.request import Request
from laws.drawing import requests
from laws.test_edits import versions


def looser(before: Policy, after: Policy, request: Request) -> bool:
    """Say whether a call without anything unknown is decided looser by the second policy."""
    effects = [NativeEvaluator(one).decide(request).outcomes[0].effect for one in (before, after)]
    return compare_effects(*effects) is Change.LOOSER


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(versions(), st.lists(requests.filter(lambda request: request.whole), max_size=8))
def test_an_edit_loosens_by_a_call_that_is_shown_or_it_is_proved_that_it_does_not(
    drawn: tuple[Policy, Policy], calls: list[Request]
) -> None:
    old, new = drawn
    found = diff(old, new)
    applying = Applying(found)
    for answer in loosening_edits(found.edits, found):
        only = applying.policy((answer.edit,))
        without = undone(answer.edit, applying)
        tried = calls if answer.witness is None else [answer.witness.request]
        by_it = [
            looser(old, new, call) and (looser(without, new, call) or looser(old, only, call))
            for call in tried
        ]
        if answer.witness is not None:
            assert by_it == [True]
        elif answer.is_settled:
            assert not any(by_it)


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(versions(), st.lists(requests.filter(lambda request: request.whole), max_size=8))
def test_an_edit_of_which_that_is_proved_makes_no_call_looser(
    drawn: tuple[Policy, Policy], calls: list[Request]
) -> None:
    old, new = drawn
    consequences = Consequences(old, new)
    proved = all(isinstance(one.looser, Proved) for one in compared_classes(old, new))
    consequences.ask_silent("open", anywhere=not proved)
    applying = Applying(consequences.diff)
    for one in consequences.section().edits:
        if one.spared:
            only, without = applying.policy((one.edit,)), undone(one.edit, applying)
            for call in calls:
                if looser(old, new, call):
                    assert not looser(without, new, call)
                    assert not looser(old, only, call)


OLD = "deny: [{capability: sh.x, contains: rm}]\nrequire_approval: [sh.x]\nallow: [doc.read]\n"
NEW = "deny: [{capability: sh.x, contains: 'rm '}]\nallow: [doc.read, sh.x, doc.list]\n"


@pytest.fixture
def versions_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    Path("new.yaml").write_text(NEW, encoding="utf-8")


@pytest.mark.usefixtures("versions_in_files")
def test_no_edit_that_loosens_hides_behind_another_of_the_same_capability() -> None:
    done = fencekit("diff", "old.yaml", "new.yaml", "--format", "json", "--html", "r.html")
    edits = done.report["diff"]["edits"]
    loosening = [edit["number"] for edit in edits if edit["found_by_proof"]["looser"]]
    assert loosening == [1, 2, 3]
    assert edits[0]["condition"] == "contains"
    assert done.report["diff"]["unsettled"] == []
    for number in loosening:
        assert edits[number - 1]["witness"]["request"]["capability"]
    page = Path("r.html").read_text("utf-8")
    assert f"All {len(loosening)} edits that loosen" in page
    assert page.count("Such as <code>") == len(loosening)


@pytest.mark.usefixtures("versions_in_files")
def test_where_not_every_edit_is_looked_into_the_page_does_not_say_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unwitnessed_edits, "MOST_EDITS", 0)
    monkeypatch.setattr(TransitionFinder, "transitions", lambda *_: ())
    done = fencekit("diff", "old.yaml", "new.yaml", "--format", "json", "--html", "r.html")
    assert done.report["diff"]["unsettled"]
    page = Path("r.html").read_text("utf-8")
    assert "All " not in page[: page.index("</header>")]
    assert "it is not known" in page
