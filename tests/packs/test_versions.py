"""Two versions of a pack compared: folders, archives, what is installed and what is locked."""

import shutil
from pathlib import Path

import pytest
from running import fencekit

from fencekit.packs.archive.build_archive import build
from fencekit.packs.pack.pack import read_pack
from packs.archives import key_in
from packs.test_installing import change_pack, install
from packs.tiny import write_pack

pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where we stand: beside the pack `notes`, and `newer`, which lets less through."""
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "notes")
    shutil.copytree("notes", "newer")
    change_pack("source/policy.yaml", "to: baseline", "to: permissive", pack="newer")
    return tmp_path


def diff(*options: str, pack: str = "notes"):
    return fencekit("packs", "diff", pack, *options)


def test_each_variant_is_compared() -> None:
    done = diff("--from", "notes", "--to", "newer")
    assert done.code == 0, done.all
    strict, baseline, permissive = (
        done.out.index(f"{variant}\n") for variant in ("strict", "baseline", "permissive")
    )
    assert permissive < baseline < strict
    assert done.out.count("CLEAN") == 4
    assert "tighter  note.write" in done.out[baseline:strict]
    assert "tighter  note" not in done.out[:baseline] + done.out[strict:]


def test_a_looser_version_is_shown_with_a_call() -> None:
    done = diff("--from", "newer", "--to", "notes")
    assert done.code == 1
    assert "looser  note.write" in done.out
    done = diff("--from", "newer", "--to", "notes", "--variant", "strict")
    assert (done.code, done.out.count("CLEAN")) == (0, 1)


def test_looser_guardrails_are_shown_with_a_call() -> None:
    change_pack(
        "source/policy.yaml", "capability: [note.read, note.write]", "capability: note.read"
    )
    done = diff("--from", "newer", "--to", "notes", "--variant", "guardrails")
    assert done.code == 1
    assert "looser  note.write  ESCALATE -> ALLOW" in done.out
    assert diff("--from", "notes", "--to", "newer", "--variant", "guardrails").code == 0


def test_what_is_locked_is_compared_with_its_variant_and_its_parameters() -> None:
    assert install("--set", "titles=todo").code == 0
    done = diff("--from", "locked", "--to", "installed")
    assert done.code == 0, done.all
    assert done.out.startswith("baseline\nCLEAN: proved")
    assert "\nguardrails\nCLEAN: proved" in done.out
    assert "policies/notes.yaml" in done.out
    assert "policies/notes.guardrails.yaml" in done.out
    assert "tighter  note.write" in diff("--from", "locked", "--to", "newer").out
    looser = diff("--from", "locked", "--to", "newer", "--set", "titles=todo,x")
    assert looser.code == 3, "a value that the parameter does not take"
    done = diff("--from", "locked", "--to", "newer", "--variant", "strict")
    assert done.code == 2
    assert "the variant that is locked is `baseline`" in done.err


def test_what_was_edited_is_no_version() -> None:
    assert diff("--from", "locked", "--to", "installed").code == 3
    assert install().code == 0
    Path("policies/notes.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    done = diff("--from", "locked", "--to", "installed")
    assert done.code == 3
    assert "not what was installed" in done.err


def test_an_archive_has_to_verify(folder: Path) -> None:
    Path("new.zip").write_bytes(build(read_pack(Path("newer")), key_in(folder, "team")))
    assert diff("--from", "notes", "--to", "new.zip").code == 3
    done = diff("--from", "new.zip", "--to", "notes", "--key", "team.pub")
    assert done.code == 1
    assert "new.zip/policies/baseline.yaml" in done.out


def test_versions_of_another_pack_are_not_compared() -> None:
    done = diff("--from", "notes", "--to", "http")
    assert done.code == 2
    assert "`http` is the pack `http`, not `notes`" in done.err


def test_a_number_is_no_place_of_a_version() -> None:
    done = diff("--from", "1.1.0", "--to", "installed")
    assert done.code == 2
    assert "name an archive of it, a folder, `installed` or `locked`" in done.err


def test_a_report_in_another_format_is_about_one_variant() -> None:
    options = ("--from", "newer", "--to", "notes", "--format", "json")
    assert diff(*options).code == 2
    done = diff(*options, "--variant", "baseline")
    assert done.code == 1
    assert done.report["check"] == "diff"
