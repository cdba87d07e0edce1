"""What is measured is shown: the figures, the data with its digest, what slipped through."""

import json
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest

from fencekit.packs.vet.vetting_steps import STEPS
from tests.packs.test_vetting import edit, states, vet
from tests.packs.tiny import write_pack
from tests.running import fencekit

WITHOUT = [word for name in STEPS if name != "manifest" for word in ("--without", name)]
PLAN = """\
sets:
  - name: recorded reads
    kind: ordinary
    files: [calls]
    where: {}
    map: calls
    least: {baseline: 50}
  - name: recorded attacks
    kind: attack
    files: [attacks]
    where: {label: attack}
    map: calls
    most: {baseline: 100}
maps:
  calls:
    '*': {capability: note.read}
"""


def write_rows(name: str, titles: Iterable[str], label: str = "benign") -> bytes:
    rows = [
        {"id": f"row-{n}", "tool": "read", "payload": {"title": title}, "label": label}
        for n, title in enumerate(titles)
    ]
    text = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    Path("data", name).write_bytes(text)
    return text


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small pack with a plan, beside a folder of data that fits it."""
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "notes")
    Path("notes/measure.yaml").write_text(PLAN, encoding="utf-8")
    Path("data").mkdir()
    write_rows("calls.jsonl", ["todo", "x"])
    write_rows("attacks.jsonl", ["secret", *["todo"] * 12], "attack")
    return Path("notes")


def text(*options: str) -> str:
    return fencekit("packs", "vet", "notes", *WITHOUT, *options).out


def test_data_is_named_with_its_digest_in_every_format(pack: Path) -> None:
    digest = sha256(write_rows("calls.jsonl", ["todo", "x"])).hexdigest()
    done = vet(*WITHOUT, "--data", "data", "--html", "it.html")
    assert done.code == 0, done.all
    inputs = [given for given in done.report["inputs"] if given["role"] == "data"]
    assert [given["path"] for given in inputs] == ["attacks.jsonl", "calls.jsonl"]
    assert inputs[1]["sha256"] == digest
    data = done.report["vetting"]["data"]
    assert data[1] == {"name": "calls.jsonl", "sha256": digest, "calls": 2}
    assert f"data  calls.jsonl  2 calls  sha256 {digest}" in text("--data", "data")
    assert f"`calls.jsonl` 2 calls sha256 `{digest}`" in text(
        "--data", "data", "--format", "markdown"
    )
    assert digest in Path("it.html").read_text("utf-8")


def test_what_slipped_through_is_named_in_every_format(pack: Path) -> None:
    done = vet(*WITHOUT, "--data", "data", "--html", "it.html")
    by_set = {(rate["variant"], rate["set"]): rate for rate in done.report["vetting"]["rates"]}
    attacks = by_set["baseline", "recorded attacks"]
    assert attacks["slipped"] == [f"row-{n}" for n in range(1, 13)]
    assert attacks["slipped_count"] == 12
    assert by_set["baseline", "recorded reads"]["slipped"] == ["row-1"]
    shown = text("--data", "data")
    assert "slipped through baseline: recorded attacks: 12 of 13: row-1; row-2; row-3;" in shown
    assert "row-10; and 2 more" in shown
    assert "not allowed     baseline: recorded reads: 1 of 2: row-1" in shown
    markdown = text("--data", "data", "--format", "markdown")
    assert "slipped through: baseline `recorded attacks`, 12 of 13: `row-1`, " in markdown
    assert "`row-5` and 7 more" in markdown
    html = Path("it.html").read_text("utf-8")
    assert all(f"<code>row-{n}</code>" in html for n in range(1, 13))
    assert "0.0 to" not in html.split("recorded attacks")[1][:100]


def test_names_of_hostile_data_are_inert(pack: Path) -> None:
    name = "x` <b>|\u202e\x1b[31m ##[error]"
    row = {"id": name, "tool": "t", "payload": {"title": "todo"}, "label": "attack"}
    Path("data/attacks.jsonl").write_text(f"{json.dumps(row)}\n", encoding="utf-8")
    shown = text("--data", "data", "--html", "it.html", "--out", "markdown=it.md")
    page = fencekit("packs", "vet", "notes", *WITHOUT, "--data", "data", "--page", "page.md")
    assert page.code == 0, page.all
    files = [Path(file).read_text("utf-8") for file in ("it.html", "it.md", "page.md")]
    for made in (shown, *files):
        assert "\u202e" not in made
        assert "\x1b" not in made
    assert "##[" not in shown
    assert "<b>|" not in files[0]
    assert "``x` <b>|" in files[1]
    assert "``x` <b>|" in files[2]


def test_a_row_without_an_id_is_named_by_its_line(pack: Path) -> None:
    row = {"tool": "t", "payload": {"title": "todo"}, "label": "attack"}
    Path("data/attacks.jsonl").write_text(f"{json.dumps(row)}\n" * 2, encoding="utf-8")
    assert "2 of 2: attacks.jsonl:1; attacks.jsonl:2" in text("--data", "data")


def test_data_with_nothing_to_read_is_no_pass(pack: Path) -> None:
    Path("empty").mkdir()
    done = vet(*WITHOUT, "--data", "empty")
    assert done.code == 3, done.all
    assert states(done)["rates"] == {"not checked"}
    assert done.report["troubles"] == [
        "rates of recorded reads: the data has no `calls.jsonl`",
        "rates of recorded attacks: the data has no `attacks.jsonl`",
    ]
    Path("notes/measure.yaml").unlink()
    done = vet(*WITHOUT, "--data", "empty")
    assert done.code == 3, done.all
    assert "the pack has no `measure.yaml`" in done.report["troubles"][0]
    assert vet(*WITHOUT).code == 0


def test_what_part_of_the_data_has_is_measured_and_the_rest_is_not_checked(pack: Path) -> None:
    Path("data/attacks.jsonl").unlink()
    done = vet(*WITHOUT, "--data", "data")
    assert done.code == 3, done.all
    assert states(done)["rates"] == {"holds", "not checked"}
    assert done.report["troubles"] == ["rates of recorded attacks: the data has no `attacks.jsonl`"]
    assert done.report["vetting"]["unmeasured"] == ["recorded attacks"]
    assert {rate["set"] for rate in done.report["vetting"]["rates"]} == {"recorded reads"}


def test_a_file_without_calls_is_not_checked_rather_than_missed(pack: Path) -> None:
    write_rows("attacks.jsonl", [])
    done = vet(*WITHOUT, "--data", "data")
    assert done.code == 3, done.all
    assert done.report["findings"] == []
    said = "rates of recorded attacks: there is no call in `attacks.jsonl`"
    assert done.report["troubles"] == [said]
    write_rows("attacks.jsonl", ["todo"], "benign")
    done = vet(*WITHOUT, "--data", "data")
    assert done.code == 3, done.all
    assert "there is no such call" in done.report["troubles"][0]


def test_without_data_what_needs_some_is_named_and_passes(pack: Path) -> None:
    done = vet(*WITHOUT)
    assert done.code == 0, done.all
    assert states(done)["rates"] == {"left out"}
    assert done.report["vetting"]["unmeasured"] == ["recorded reads", "recorded attacks"]


def test_a_parameter_that_the_data_lacks_is_not_checked(pack: Path) -> None:
    edit(pack / "measure.yaml", "sets:", SETTINGS)
    done = vet(*WITHOUT, "--data", "data")
    assert done.code == 3, done.all
    said = "the data has no `writers.jsonl`, and its values come from there"
    assert done.report["troubles"] == [f"rates of parameter titles: {said}"]


SETTINGS = "parameters: {titles: {files: [writers], field: title}}\nsets:"


def test_a_row_that_is_none_is_said_of_the_step(pack: Path) -> None:
    Path("data/calls.jsonl").write_text("{}\n", encoding="utf-8")
    done = vet(*WITHOUT, "--data", "data")
    assert done.code == 3, done.all
    said = "rates: data/calls.jsonl:1: a row is an object with a `payload`"
    assert done.report["troubles"] == [said]


def test_the_page_has_figures_and_digests_beside_those_of_others(pack: Path) -> None:
    Path("theirs").mkdir()
    Path("theirs/baseline.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    digest = sha256(write_rows("calls.jsonl", ["todo", "x"])).hexdigest()
    given = ("--data", "data", "--page", "page.md", "--beside", "Them=theirs")
    done = vet(*WITHOUT, *given)
    assert done.code == 0, done.all
    page = Path("page.md").read_text("utf-8")
    assert "| calls | strict | baseline | permissive | Them baseline |" in page
    assert "| ordinary: recorded reads | 1/2 = 50.0% (9.5% to 90.5%) |" in page
    assert "| 2/2 = 100.0% (34.2% to 100.0%) |\n" in page
    assert f"| `calls.jsonl` | 2 | `{digest}` |" in page
    assert "fencekit packs vet PACK --data DIR --beside NAME=FOLDER --page FILE" in page
    assert "todo" not in page
    edit(pack / "measure.yaml", "sets:", "peer: notes\nsets:")
    shutil.move("theirs", "makers")
    Path("theirs").mkdir()
    shutil.move("makers", "theirs/notes")
    assert vet(*WITHOUT, "--data", "data", "--page", "again.md", "--beside", "theirs").code == 0
    again = Path("again.md").read_text("utf-8")
    assert again == page.replace("Them baseline", "theirs baseline").replace("Them", "theirs")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--beside", "data"), "is shown on the page"),
        (("--page", "p.md", "--beside", "data"), "`data` has no `strict.yaml`"),
        (("--page", "p.md", "--html", "p.md"), "`p.md` is named for the page and for a report"),
        (("--page", "data/calls.jsonl"), "`data/calls.jsonl` is what is read"),
        (("--html", "data/calls.jsonl"), "`data/calls.jsonl` is what is read"),
        (("--out", "json=notes/pack.yaml"), "`notes/pack.yaml` is what is read"),
        (("--page", "gone/p.md"), "cannot write `gone/p.md`"),
    ],
)
def test_a_page_that_cannot_be_is_a_usage_error(
    options: tuple[str, ...], said: str, pack: Path
) -> None:
    before = Path("data/calls.jsonl").read_bytes()
    done = vet(*WITHOUT, "--data", "data", *options)
    assert done.code == 2, done.all
    assert said in done.err
    assert Path("data/calls.jsonl").read_bytes() == before


def test_reports_hold_no_path_of_the_machine(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a pack that is elsewhere, as those that ship are, with findings and what fails."""
    there = Path.cwd()
    edit(pack / "pack.yaml", "version: 1.2.0", "version: '1.2'")
    edit(pack / "policies/strict.yaml", "todo|diary", "todo|diary|more")
    edit(pack / "source/cases.yaml", "capability: note.delete", "capability: note.read")
    (pack / "guardrails.yaml").write_text("deny: [", encoding="utf-8")
    Path("data/calls.jsonl").write_text("{}\n", encoding="utf-8")
    elsewhere = there / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    out = [
        word for form in ("markdown", "sarif", "junit") for word in ("--out", f"{form}=it.{form}")
    ]
    given = [str(there / "notes"), "--without", "mutation", "--data", str(there / "data")]
    done = fencekit("packs", "vet", *given, "--format", "json", "--html", "it.html", *out)
    shown = fencekit("packs", "vet", *given)
    assert done.code == 1
    for file in elsewhere.iterdir():
        assert str(there) not in file.read_text("utf-8"), file
    assert str(there) not in done.out
    assert str(there) not in shown.out
    assert "notes/policies/strict.yaml" in shown.out
    assert "notes/guardrails.yaml:1" in shown.out
    assert "data/calls.jsonl:1" in shown.out
    assert done.report["vetting"]["folder"] == "notes"


def test_an_error_of_several_lines_is_one_trouble(pack: Path) -> None:
    edit(pack / "measure.yaml", "sets:", "sorts: x\nsets:")
    done = vet(*WITHOUT)
    assert done.code == 3, done.all
    (trouble,) = done.report["troubles"]
    assert "unknown key: `sorts`" in trouble
    assert "; hint: known: `maps`" in trouble
    shown = text()
    assert r"\n" not in shown
    assert shown.count("  ! ") == 1


def test_an_archive_is_named_without_a_path_of_the_machine(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Path.cwd()
    assert fencekit("packs", "build", "notes", "-o", "notes.zip").code == 0
    (there / "elsewhere").mkdir()
    monkeypatch.chdir(there / "elsewhere")
    given = [str(there / "notes.zip"), "--allow-unsigned", *WITHOUT, "--data", str(there / "data")]
    done = fencekit("packs", "vet", *given, "--format", "json", "--page", "page.md")
    assert done.code == 0, done.all
    assert done.report["vetting"]["folder"] == "notes.zip"
    assert done.report["inputs"][0]["path"] == "notes.zip:CHANGELOG.md"
    assert str(there) not in done.out
    assert str(there) not in Path("page.md").read_text("utf-8")
