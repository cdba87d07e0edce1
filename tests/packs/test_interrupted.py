"""An install is whole or not there: beside others in one folder, and killed at any step."""

import shutil
from pathlib import Path
from random import Random

import pytest
from running import fencekit

from fencekit.model.errors import PackError
from fencekit.packs.install.folder_transaction import JOURNAL, STAGE, commit, exclusive
from fencekit.packs.install.pack_lock import FILE, read_lock
from packs.interrupted import at_each_step, ended, killed, other_pack, started, state, together
from packs.tiny import write_pack

OLD = {"a.yaml": b"old a", "b.yaml": b"old b", "lock": b"old lock"}
NEW = {"a.yaml": b"new a", "b.yaml": b"new b", "c.yaml": b"new c", "lock": b"new lock"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where we stand: beside the small pack `notes`."""
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "notes")
    return tmp_path


def test_packs_installed_at_the_same_time_are_all_in_the_lock() -> None:
    names = ["notes", "memos", "lists", "plans"]
    for name in names[1:]:
        other_pack(name)
    codes, locked = together(names, "policies")
    assert codes == [0, 0, 0, 0]
    assert locked == sorted(names)
    assert fencekit("packs", "verify", "policies").code == 0


def test_two_variants_at_the_same_time_leave_one_of_them_whole() -> None:
    pids = [
        started("packs", "install", "notes", "--variant", variant, "--into", "k")
        for variant in ("strict", "permissive")
    ]
    codes = sorted(map(ended, pids))
    assert codes in ([0, 0], [0, 1])
    assert fencekit("packs", "verify", "k").code == 0
    variant = read_lock(Path("k")).packs["notes"].variant
    assert f" {variant}:" in Path("k/notes.yaml").read_text(encoding="utf-8").split("\n", 1)[0]


def test_a_change_that_is_killed_at_any_step_is_whole_or_not_there(tmp_path: Path) -> None:
    seen = set()
    for step in range(60):
        at = tmp_path / "at"
        shutil.rmtree(at, ignore_errors=True)
        at.mkdir()
        for name, data in OLD.items():
            (at / name).write_bytes(data)

        def act(at: Path = at) -> None:
            with exclusive(at):
                commit(at, NEW)

        was_killed = at_each_step(act, step)
        with exclusive(at):
            pass
        assert state(at) in (OLD, NEW), step
        seen.add(len(state(at)))
        if not was_killed:
            break
    assert seen == {len(OLD), len(NEW)}
    assert step > 15


def test_a_first_install_that_is_killed_is_finished_or_gone() -> None:
    chance = Random(2)
    for _ in range(2):
        shutil.rmtree("k", ignore_errors=True)
        Path("k").mkdir()
        killed(["packs", "install", "notes", "--into", "k"], Path("k"), chance, {})
        done = fencekit("packs", "verify", "k")
        there = sorted(state(Path("k")))
        assert (done.code, there) in (
            (0, [FILE, "notes.fence.yaml", "notes.guardrails.yaml", "notes.yaml"]),
            (3, []),
        ), (done.all, there)
        assert fencekit("packs", "install", "notes", "--into", "k").code == 0


def test_an_unfinished_install_is_said_where_it_is_not_finished(tmp_path: Path) -> None:
    (tmp_path / "k" / STAGE).mkdir(parents=True)
    (tmp_path / "k" / STAGE / JOURNAL).write_text("{}")
    with pytest.raises(PackError, match="unfinished here"):
        read_lock(tmp_path / "k")
    done = fencekit("packs", "verify", "k")
    assert done.code == 3
    assert "not in a form of ours" in done.err


@pytest.mark.parametrize("name", ["../out", ".hidden", "a/b", "nul"])
def test_a_journal_never_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    stage = tmp_path / "k" / STAGE
    stage.mkdir(parents=True)
    journal = '{"format": "fencekit.install/1", "files": {"%s": {"before": "", "after": ""}}}'
    (stage / JOURNAL).write_text(journal % name)
    assert fencekit("packs", "install", "notes", "--into", "k").code == 3
    assert not (tmp_path / "out").exists()


def test_a_file_edited_while_an_install_is_unfinished_is_kept(tmp_path: Path) -> None:
    at = tmp_path / "at"
    at.mkdir()
    for name, data in OLD.items():
        (at / name).write_bytes(data)

    def act() -> None:
        with exclusive(at):
            commit(at, NEW)

    for step in range(60):
        assert at_each_step(act, step)
        if (at / STAGE / JOURNAL).exists():
            break
    (at / "lock").write_bytes(b"mine")
    with pytest.raises(PackError, match="changed while an install was unfinished"), exclusive(at):
        pass
    assert (at / "lock").read_bytes() == b"mine"


def test_a_folder_that_stays_locked_is_an_error_in_time(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path / "at"),
        pytest.raises(PackError, match="locked for too long"),
        exclusive(tmp_path / "at", patience=0.1),
    ):
        pass
    assert not (tmp_path / "at").exists()
