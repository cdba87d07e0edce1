"""A pack of one's own: begun small or as a copy, it vets clean and builds."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from running import fencekit

from fencekit.packs.archive.build_archive import build
from fencekit.packs.pack.pack import read_pack
from fencekit.packs.vet.vetting_steps import STEPS
from packs.archives import ROOT, key_in, seen
from packs.tiny import write_pack

pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_pack_vets_clean_in_every_step_and_builds() -> None:
    assert fencekit("packs", "init", "our-tickets").code == 0
    done = fencekit("packs", "vet", "our-tickets")
    assert done.code == 0, done.out
    assert "mutation" in done.out
    assert "not checked" not in done.out
    assert fencekit("packs", "render", "our-tickets", "--check").code == 0
    assert fencekit("packs", "build", "our-tickets").code == 0
    assert fencekit("packs", "install", "our-tickets").code == 0
    assert fencekit("test", "policies").code == 0


def test_a_rule_that_no_case_covers_makes_the_new_pack_fail_its_vetting() -> None:
    assert fencekit("packs", "init", "our-tickets").code == 0
    source = Path("our-tickets/source/policy.yaml")
    rule = "deny:\n  - {why: secrets, capability: ticket.read, match_keywords: [secret]}\n"
    source.write_text(source.read_text(encoding="utf-8") + rule, encoding="utf-8")
    assert fencekit("packs", "vet", "our-tickets", "--without", "mutation").code == 1
    assert fencekit("packs", "render", "our-tickets").code == 0
    done = fencekit("packs", "vet", "our-tickets")
    assert done.code == 1
    assert "pack-mutation" in done.out


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in ROOT.glob("*/pack.yaml")))
def test_a_copy_of_a_pack_differs_in_its_name_only(pack: str) -> None:
    assert fencekit("packs", "init", "ours", "--from", pack).code == 0
    assert read_pack(Path("ours")).name == "ours"
    assert fencekit("packs", "render", "ours", "--check").code == 0
    copied, given = seen(Path("ours")), seen(ROOT / pack)
    assert len(copied) == len(given)
    same = {path.removeprefix("ours") for path in copied} == {
        path.removeprefix(str(ROOT / pack)) for path in given
    }
    assert same
    build(read_pack(Path("ours")))


def test_a_copy_of_an_archive_needs_a_trusted_key(folder: Path) -> None:
    write_pack(folder / "notes")
    Path("notes.zip").write_bytes(build(read_pack(Path("notes")), key_in(folder, "team")))
    assert fencekit("packs", "init", "ours", "--from", "notes.zip").code == 3
    assert not Path("ours").exists()
    done = fencekit("packs", "init", "ours", "--from", "notes.zip", "--key", "team.pub")
    assert done.code == 0, done.err


def a_file(there: Path) -> None:
    shutil.rmtree(there, ignore_errors=True)
    there.write_text("", encoding="utf-8")


def a_folder(there: Path) -> None:
    there.unlink()
    there.mkdir()


@pytest.mark.parametrize(
    ("command", "there", "put"),
    [
        ("render", "policies", a_file),
        ("render", "policies/strict.yaml", a_folder),
        ("render", "README.md", a_folder),
        ("evidence", "evidence", a_file),
        ("evidence", "evidence/mutation.json", Path.mkdir),
    ],
)
def test_a_file_that_cannot_be_written_is_named_before_any_work(
    command: str, there: str, put: Callable[[Path], None], folder: Path
) -> None:
    write_pack(folder / "notes")
    Path("notes/evidence").mkdir()
    put(Path("notes", there))
    done = fencekit("packs", command, "notes")
    assert done.code == 2, done.all
    assert "cannot write `notes/" in done.err
    assert "mutants" not in done.out


def test_evidence_is_written_where_the_pack_may_name_it() -> None:
    assert fencekit("packs", "init", "our-tickets").code == 0
    manifest = Path("our-tickets/pack.yaml")
    assert read_pack(Path("our-tickets")).evidence == ()
    left_out = [word for name in STEPS if name != "manifest" for word in ("--without", name)]
    done = fencekit("packs", "evidence", "our-tickets")
    assert "name `evidence/mutation.json` under `evidence` in `our-tickets/pack.yaml`" in done.out
    unnamed = fencekit("packs", "vet", "our-tickets", *left_out)
    assert unnamed.code == 0
    assert "`evidence` does not name `evidence/mutation.json`" in unnamed.out
    text = manifest.read_text(encoding="utf-8")
    named = text.replace("evidence: []", "evidence: [evidence/mutation.json]")
    manifest.write_text(named, encoding="utf-8")
    assert "does not name" not in fencekit("packs", "vet", "our-tickets", *left_out).out
    assert fencekit("packs", "render", "our-tickets").code == 0
    page = Path("our-tickets/README.md").read_text(encoding="utf-8")
    assert "evidence that it holds: [`evidence/mutation.json`](evidence/mutation.json)" in page
    assert "under `evidence`" not in fencekit("packs", "evidence", "our-tickets").out


def test_nothing_is_written_over() -> None:
    Path("ours").mkdir()
    done = fencekit("packs", "init", "ours")
    assert done.code == 2
    assert "is there already" in done.err
    assert not list(Path("ours").iterdir())


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "Ours", "a b", "a_b", "", "-a", "a\nb", "con", "lpt1"]
)
def test_a_name_that_is_none_is_a_usage_error(name: str, folder: Path) -> None:
    assert fencekit("packs", "init", "--", name).code == 2
    assert not list(folder.iterdir())
