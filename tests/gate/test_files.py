"""The built-in tools stay in their workspace, whatever the path and whoever else is at work."""

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.canonical_paths import canonical
from fencekit.gate.files import open_beneath
from fencekit.gate.files.file_tools import file_tools
from fencekit.gate.files.trash import MANIFEST, delete_file, list_trash, restore
from fencekit.gate.files.workspace import TRASH, Workspace
from fencekit.gate.tools import Tools
from fencekit.model.errors import FencekitError, UsageError
from gate.offices import figures

SECRET = "not for the agent"
DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(params=["openat2", "walk"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A workspace with a file in a folder, beside a secret; by both ways of opening."""
    if request.param == "walk":
        monkeypatch.setattr(open_beneath, "has_openat2", lambda: False)
    elif not open_beneath.has_openat2():
        pytest.skip("this system has no openat2")
    root = tmp_path / "ws"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "a.md").write_text("hello", encoding="utf-8")
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    with Workspace.open(str(root)) as opened:
        yield opened


def below(workspace: Workspace, name: str) -> str:
    return f"{workspace.root}/{name}"


def test_a_file_is_read_written_listed_and_trashed(workspace):
    path = below(workspace, "docs/a.md")
    assert workspace.read_file(path) == {"path": path, "bytes": 5, "content": "hello"}
    assert workspace.write_file(path, "more")["created"] is False
    assert workspace.write_file(below(workspace, "b.txt"), "é")["bytes"] == 2
    entries = workspace.list_dir(workspace.root)["entries"]
    assert [(one["name"], one["kind"]) for one in entries] == [
        ("b.txt", "file"),
        ("docs", "folder"),
    ]
    gone = delete_file(workspace, path)
    assert not Path(path).exists()
    assert [one.path for one in list_trash(workspace)] == ["docs/a.md"]
    assert restore(workspace, gone["trashed"][:8]).path == "docs/a.md"
    assert Path(path).read_text(encoding="utf-8") == "more"
    assert list_trash(workspace) == []


def test_a_write_keeps_permissions_and_leaves_nothing_half_written(workspace):
    script = Path(below(workspace, "run.sh"))
    script.write_text("old", encoding="utf-8")
    script.chmod(0o4750)
    workspace.write_file(str(script), "new")
    assert stat.S_IMODE(script.stat().st_mode) == 0o750
    assert {path.name for path in Path(workspace.root).iterdir()} == {"run.sh", "docs"}


def test_bytes_that_are_no_text_are_read_as_base64(workspace):
    Path(below(workspace, "b")).write_bytes(b"\xff\x00")
    read = workspace.read_file(below(workspace, "b"))
    assert (read["content"], read["encoding"]) == ("/wA=", "base64")


LINKS = {
    "a link to a file outside": ("link", "../secret", "link"),
    "a link to a folder outside": ("link", "..", "link/secret"),
    "an absolute link": ("link", "/etc", "link/passwd"),
    "a link inside the workspace": ("link", "docs", "link/a.md"),
    "a dangling link": ("link", "nowhere", "link"),
    "a link to itself": ("link", "link", "link"),
}


@pytest.mark.parametrize("name", LINKS)
def test_no_symbolic_link_is_followed(workspace, name):
    link, target, path = LINKS[name]
    Path(below(workspace, link)).symlink_to(target)
    at = below(workspace, path)
    for act in (
        lambda: workspace.read_file(at),
        lambda: workspace.write_file(at, "x"),
        lambda: delete_file(workspace, at),
        lambda: workspace.list_dir(at),
    ):
        with pytest.raises(Refusal) as found:
            act()
        assert found.value.reason in ("path_symlink", "not_a_folder", "not_a_file")
    kinds = {one["name"]: one["kind"] for one in workspace.list_dir(workspace.root)["entries"]}
    assert kinds[link] == "link"
    assert Path(workspace.root, "..", "secret").read_text(encoding="utf-8") == SECRET


def test_what_is_no_regular_file_is_not_opened(workspace):
    os.mkfifo(below(workspace, "fifo"))
    with socket.socket(socket.AF_UNIX) as bound, contextlib.chdir(workspace.root):
        bound.bind("socket")
        for name in ("fifo", "socket", "docs"):
            path = below(workspace, name)
            with pytest.raises(Refusal, match=r"folder|regular"):
                workspace.read_file(path)
            with pytest.raises(Refusal, match=r"folder|regular"):
                workspace.write_file(path, "x")
            with pytest.raises(Refusal, match=r"folder|regular"):
                delete_file(workspace, path)


def test_sizes_are_bounded(workspace):
    with pytest.raises(Refusal) as read:
        workspace.read_file(below(workspace, "docs/a.md"), most=4)
    with pytest.raises(Refusal) as written:
        workspace.write_file(below(workspace, "c"), "12345", most=4)
    assert read.value.reason == written.value.reason == "too_large"
    assert not Path(below(workspace, "c")).exists()


@pytest.mark.parametrize("name", [TRASH, TRASH.upper(), f"docs/{TRASH}", ".fencekit-tmp-0"])
def test_the_trash_is_no_place_for_calls(workspace, name):
    Path(below(workspace, TRASH)).mkdir()
    for path in (below(workspace, name), below(workspace, f"{name}/{MANIFEST}")):
        for act in (
            lambda p=path: workspace.read_file(p),
            lambda p=path: workspace.write_file(p, "x"),
            lambda p=path: workspace.list_dir(p),
            lambda p=path: delete_file(workspace, p),
        ):
            with pytest.raises(Refusal, match="the gate's own"):
                act()
    assert TRASH not in [one["name"] for one in workspace.list_dir(workspace.root)["entries"]]


def test_a_trash_that_leads_elsewhere_takes_nothing(workspace, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    Path(below(workspace, TRASH)).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="no folder of its own"):
        delete_file(workspace, below(workspace, "docs/a.md"))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert Path(below(workspace, "docs/a.md")).exists()


def test_nothing_is_written_over_when_a_file_comes_back(workspace):
    path = below(workspace, "docs/a.md")
    gone = delete_file(workspace, path)["trashed"]
    Path(path).write_text("newer", encoding="utf-8")
    with pytest.raises(Refusal, match="already"):
        restore(workspace, gone)
    assert Path(path).read_text(encoding="utf-8") == "newer"
    assert [one.id for one in list_trash(workspace)] == [gone]
    with pytest.raises(UsageError, match="no file by the id"):
        restore(workspace, "zz")


def test_a_manifest_that_was_damaged_is_named_with_its_line(workspace):
    delete_file(workspace, below(workspace, "docs/a.md"))
    manifest = Path(below(workspace, f"{TRASH}/{MANIFEST}"))
    torn = manifest.read_bytes()[:20]
    manifest.write_bytes(manifest.read_bytes() + torn)
    assert len(list_trash(workspace)) == 1
    manifest.write_bytes(torn + b"\n" + manifest.read_bytes())
    with pytest.raises(FencekitError, match=rf"{MANIFEST}:1: the manifest has a line"):
        list_trash(workspace)


def recorded_escapes() -> list[str]:
    """The paths of the recorded attacks; a few of our own where they are absent."""
    found = ["../secret", "..%2fsecret", "/etc/passwd", "docs/../../secret", "docs/\0", "~/x"]
    for name in ("path_traversal.jsonl", "sensitive_paths.jsonl"):
        if (DATA / name).exists():
            lines = (DATA / name).read_text(encoding="utf-8").splitlines()
            found += [json.loads(line)["payload"]["path"] for line in lines]
    return found


def test_no_recorded_escape_reaches_anything_outside(workspace):
    """Each path is refused, or is one below the workspace, where nothing by that name is."""
    tools = Tools(file_tools(workspace), root=workspace.root)
    outcomes = dict.fromkeys(("refused", "absent"), 0)
    for path in recorded_escapes():
        for tool, more in (("read_file", {}), ("list_dir", {}), ("delete_file", {})):
            try:
                call = ToolCall.of(tool, {"path": path, **more})
                normalised = tools.normalise(call)
                assert normalised.tool.run is not None
                normalised.tool.run(normalised.request.args.values)
            except Refusal as error:
                outcomes["absent" if error.reason == "not_found" else "refused"] += 1
            except FencekitError:  # a path that JSON cannot hold
                outcomes["refused"] += 1
            else:
                raise AssertionError(path)
    assert sum(outcomes.values()) == 3 * len(recorded_escapes())
    assert outcomes["refused"] > 9


@given(st.text(max_size=20), st.text(st.sampled_from("./~\\aé\0"), max_size=12))
def test_a_canonical_path_is_below_the_root_and_stays_as_it_is(text, odd):
    for path in (text, odd):
        try:
            made = canonical(path, "/srv/ws")
        except Refusal:
            continue
        assert made == "/srv/ws" or made.startswith("/srv/ws/")
        assert ".." not in made.split("/")
        assert canonical(made, "/srv/ws") == made


SWAPPER = """
import os, sys, time
root, seconds = sys.argv[1], float(sys.argv[2])
os.chdir(root)
end = time.monotonic() + seconds
number = 0
while time.monotonic() < end:
    number += 1
    try:
        if number % 4 == 0:
            os.rename("docs", "aside"); os.symlink("../outside", "docs")
            os.unlink("docs"); os.rename("aside", "docs")
        elif number % 4 == 1:
            os.symlink("../../outside/secret", "docs/link"); os.rename("docs/link", "docs/a.md")
        elif number % 4 == 2:
            with open("docs/new", "w") as file: file.write("inside")
            os.rename("docs/new", "docs/a.md")
        else:
            os.symlink("../outside", "docs/sub"); os.unlink("docs/sub"); os.mkdir("docs/sub")
            os.rmdir("docs/sub")
    except OSError:
        for name in ("docs/link", "docs/new", "docs/sub"):
            try: os.unlink(name)
            except OSError:
                try: os.rmdir(name)
                except OSError: pass
        if not os.path.isdir("docs") or os.path.islink("docs"):
            try: os.unlink("docs")
            except OSError: pass
            try: os.rename("aside", "docs")
            except OSError: os.makedirs("docs", exist_ok=True)
"""
"""Swaps files and folders for links that lead out, as fast as it can."""


def test_a_race_of_links_and_renames_never_leads_out(workspace, tmp_path):
    seconds = 60.0 if os.environ.get("FENCEKIT_SWEEP") else 1.5
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text(SECRET, encoding="utf-8")
    before = sorted((path.name, path.read_bytes()) for path in outside.iterdir())
    swapper = subprocess.Popen([sys.executable, "-c", SWAPPER, workspace.root, str(seconds)])
    tried = done = 0
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            for act in (
                lambda: workspace.read_file(below(workspace, "docs/a.md")),
                lambda: workspace.read_file(below(workspace, "docs/sub/secret")),
                lambda: workspace.write_file(below(workspace, "docs/secret"), "mine"),
                lambda: workspace.list_dir(below(workspace, "docs/sub")),
                lambda: delete_file(workspace, below(workspace, "docs/secret")),
            ):
                tried += 1
                try:
                    result = act()
                except Refusal:
                    continue
                done += 1
                assert SECRET not in json.dumps(result)
                assert "secret" not in [one["name"] for one in result.get("entries", [])]
    finally:
        swapper.wait()
    assert sorted((path.name, path.read_bytes()) for path in outside.iterdir()) == before
    assert done > 10, f"{done} of {tried} calls ran"
    way = "openat2" if open_beneath.has_openat2() else "one component after another"
    figures(f"race of links and renames, {way}", seconds=int(seconds), calls=tried, ran=done)
