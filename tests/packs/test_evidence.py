"""The evidence of a pack's mutants: written once, looked at again, and never taken on trust."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fencekit.packs.pack.pack import read_pack
from fencekit.packs.pack.pack_variants import VARIANTS
from fencekit.packs.render.render_pack import rendered_files
from fencekit.packs.vet.mutation_evidence import FILE, digests_of
from tests.packs.tiny import write_pack
from tests.running import Done, fencekit

OTHERS = ("manifest", "source", "lint", "regexes", "cases", "capfence", "guardrails", "order")


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small pack with evidence of its mutants; we stand beside it."""
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "notes")
    assert fencekit("packs", "evidence", "notes").code == 0
    return Path("notes")


def vet() -> Done:
    left_out = [word for name in OTHERS for word in ("--without", name)]
    return fencekit("packs", "vet", "notes", *left_out, "--format", "json")


def said(done: Done) -> str:
    steps = [step for step in done.report["vetting"]["steps"] if step["name"] == "mutation"]
    return json.dumps([*steps, *done.report["findings"]], ensure_ascii=False)


def test_evidence_that_holds_is_looked_at_again_and_said_to_be(pack: Path) -> None:
    done = vet()
    assert done.code == 0, done.all
    assert "all looked at again" in said(done)
    text = (pack / FILE).read_text("utf-8")
    assert fencekit("packs", "evidence", "notes").code == 0
    assert (pack / FILE).read_text("utf-8") == text


def no_mutant(document: dict) -> None:
    document["variants"]["strict"]["killed"].popitem()


def another_case(document: dict) -> None:
    killed = document["variants"]["baseline"]["killed"]
    first, last = min(killed), max(killed)
    killed[first], killed[last] = killed[last], killed[first]


def a_case_that_is_gone(document: dict) -> None:
    killed = document["variants"]["permissive"]["killed"]
    killed["no such case"] = killed.pop(min(killed))


def a_mutant_that_is_none(document: dict) -> None:
    killed = document["variants"]["permissive"]["killed"]
    killed[min(killed)] += "AAAAAA"


def all_equivalent(document: dict) -> None:
    strict = document["variants"]["strict"]
    strict["equivalent"] = {"patterns": "".join(strict["killed"].values())}
    strict["killed"] = {}


def another_policy(document: dict) -> None:
    document["variants"]["strict"]["policy"] = "0" * 64


def other_cases(document: dict) -> None:
    document["variants"]["strict"]["cases"] = "0" * 64


def another_count(document: dict) -> None:
    document["variants"]["strict"]["mutants"] = 5


def all_noticed_are_proved(document: dict) -> None:
    strict = document["variants"]["strict"]
    strict["equivalent"] = {"proof": "".join(sorted(strict["killed"].values()))}
    strict["killed"] = {}


def all_proved(document: dict) -> None:
    strict = document["variants"]["strict"]
    strict["equivalent"] = {"proof": strict["killed"].pop(min(strict["killed"]))}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (no_mutant, "no case notices, as far as the evidence says: "),
        (another_case, "does not notice: "),
        (a_case_that_is_gone, "the case `no such case` is gone"),
        (a_mutant_that_is_none, "speaks of 1 edits that there are not"),
        (all_equivalent, "it is not shown that this changes no decision: "),
        (all_proved, "it is not shown that this changes no decision: "),
        (all_noticed_are_proved, "it is not shown that this changes no decision: "),
        (another_policy, "strict: the evidence is of another policy or other cases"),
        (other_cases, "strict: the evidence is of another policy or other cases"),
        (another_count, "strict: the evidence says 5 edits, and there are "),
    ],
)
def test_evidence_that_is_changed_fails_and_names_the_mutant(
    change: Callable[[dict], None], what: str, pack: Path
) -> None:
    document = json.loads((pack / FILE).read_text("utf-8"))
    change(document)
    (pack / FILE).write_text(json.dumps(document), encoding="utf-8")
    done = vet()
    assert done.code == 1, done.all
    assert what in said(done)
    assert "fencekit packs evidence" in said(done)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[",
        '{"variants": {"strict": 1}}',
        '{"format": 1, "digits": 6, "variants": {"strict": 1}}',
        '{"format": 99, "digits": 6, "variants": {}}',
    ],
)
def test_what_is_no_evidence_is_no_pass(text: str, pack: Path) -> None:
    (pack / FILE).write_text(text, encoding="utf-8")
    done = vet()
    assert done.code == 3, done.all
    assert "this is no evidence of mutants" in " ".join(done.report["troubles"])


def test_a_policy_that_was_edited_since_fails_and_says_that_the_evidence_is_of_another(
    pack: Path,
) -> None:
    source = pack / "pack.yaml"
    source.write_text(source.read_text("utf-8").replace("todo, diary", "todo, list"), "utf-8")
    for path, text in rendered_files(read_pack(pack)):
        path.write_text(text, encoding="utf-8")
    done = vet()
    assert done.code == 1
    assert "the evidence is of another policy or other cases" in said(done)


def test_edges_are_pinned_for_what_no_written_case_notices(pack: Path) -> None:
    cases = pack / "source/cases.yaml"
    written = cases.read_text("utf-8").split("- why: another note\n")[0]
    cases.write_text(written, encoding="utf-8")
    assert fencekit("packs", "evidence", "notes").code == 1
    done = fencekit("packs", "evidence", "notes", "--pin")
    assert done.code == 0, done.all
    edges = (pack / "source/edges.yaml").read_text("utf-8")
    assert edges.count("at an edge: ") > 1
    assert fencekit("packs", "vet", "notes").code == 0
    assert fencekit("packs", "evidence", "notes", "--pin").code == 0
    assert (pack / "source/edges.yaml").read_text("utf-8") == edges


def test_several_processes_look_at_the_evidence_alike(pack: Path) -> None:
    texts = [fencekit("packs", "vet", "notes", "--jobs", jobs) for jobs in ("1", "3")]
    assert texts[0].out == texts[1].out
    cases = pack / "source/cases.yaml"
    cases.write_text(cases.read_text("utf-8").split("- why: another note\n")[0], encoding="utf-8")
    for path, text in rendered_files(read_pack(pack)):
        path.write_text(text, encoding="utf-8")
    broken = [fencekit("packs", "vet", "notes", "--jobs", jobs) for jobs in ("1", "3")]
    assert broken[0].code == 1
    assert broken[0].out == broken[1].out
    assert "the evidence is of another policy or other cases" in broken[0].out


def test_a_case_that_fails_before_any_edit_is_no_evidence_of_one(pack: Path) -> None:
    wrong = pack / "source/cases.yaml"
    text = wrong.read_text("utf-8")
    wrong.write_text(text.replace("verdicts: ALLOW", "verdicts: DENY", 1), encoding="utf-8")
    assert fencekit("packs", "render", "notes").code == 0
    before = (pack / FILE).read_text("utf-8")
    for more in ((), ("--pin",)):
        done = fencekit("packs", "evidence", "notes", *more)
        assert done.code == 3, done.all
        assert "what fails before an edit notices none" in done.err
    assert (pack / FILE).read_text("utf-8") == before
    document = json.loads(before)
    for name, one in document["variants"].items():
        one["cases"] = digests_of(read_pack(pack), VARIANTS[name])[1]
    (pack / FILE).write_text(json.dumps(document), encoding="utf-8")
    done = vet()
    assert done.code == 1
    assert "fails on the policy itself, and notices no edit" in said(done)


def test_a_change_that_is_meant_is_written_to_the_pinned_calls(pack: Path) -> None:
    cases = pack / "source/cases.yaml"
    written = cases.read_text("utf-8").split("- why: another note\n")[0]
    cases.write_text(written, encoding="utf-8")
    assert fencekit("packs", "render", "notes").code == 0
    assert fencekit("packs", "evidence", "notes", "--pin").code == 0
    edges = pack / "source/edges.yaml"
    pinned = edges.read_text("utf-8")
    first = next(line for line in pinned.splitlines() if line.startswith("- "))
    was = re.search(r'"verdicts": ?\[.*\]', first)
    assert was is not None
    stale = first.replace(was[0], '"verdicts": ["ALLOW", "ALLOW", "ALLOW"]')
    edges.write_text(pinned.replace(first, stale), encoding="utf-8")
    assert stale != first
    assert fencekit("packs", "render", "notes").code == 0
    assert failing_cases()
    done = fencekit("packs", "vet", "notes", "--without", "mutation", "--without", "capfence")
    assert "if that is what you want: `fencekit packs render notes --repin`" in done.out
    done = fencekit("packs", "render", "notes", "--repin")
    assert done.code == 0
    (line,) = (line for line in done.out.splitlines() if line.startswith("repinned   "))
    assert "permissive ALLOW -> " in line
    assert edges.read_text("utf-8") == pinned
    assert not failing_cases()
    assert "repinned" not in fencekit("packs", "render", "notes", "--repin").out
    assert fencekit("packs", "render", "notes", "--repin", "--check").code == 2


def failing_cases() -> list[str]:
    """Return what is said of cases that fail."""
    done = fencekit("packs", "vet", "notes", "--without", "mutation", "--format", "json")
    return [one["slug"] for one in done.report["findings"] if "cases" in one["slug"]]
