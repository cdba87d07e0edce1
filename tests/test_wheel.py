"""The built wheel works: installed alone, outside the repository, it runs the demo."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from fencekit.packs.archive.build_archive import build
from fencekit.packs.pack.pack import read_pack

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built as a packager builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (
        "import os, sys; os.chdir(sys.argv[1]); "
        "from hatchling.build import build_wheel; print(build_wheel(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", build, str(ROOT), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.split()[-1]


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"fencekit", "pytest_fencekit-0.1.0.dist-info"}
    for needed in (
        "fencekit/py.typed",
        "fencekit/_demo/audit.jsonl",
        "fencekit/_start/agents.yaml",
        "fencekit/_start/github.yml",
        "fencekit/_packs/shell/pack.yaml",
        "fencekit/_packs/shell/policies/baseline.yaml",
        "fencekit/reporting/html/templates/page.html.j2",
        "fencekit/reporting/html/static/report.css",
    ):
        assert needed in names
    data = [path for top in ("fencekit", "packs") for path in (ROOT / top).rglob("*")]
    for path in data:
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            name = path.relative_to(ROOT).as_posix()
            assert name.replace("packs/", "fencekit/_packs/", 1) in names or name in names
    metadata = zipfile.ZipFile(wheel).read("pytest_fencekit-0.1.0.dist-info/METADATA").decode()
    assert "Classifier: Framework :: Pytest" in metadata
    assert "License-Expression: MIT" in metadata


def test_the_installed_wheel_runs_the_demo_and_pytest(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    installed = subprocess.run(
        [home / "bin/python", "-m", "pip", "install", "--quiet", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Could not find a version" in installed.stderr or "ConnectionError" in installed.stderr:
        pytest.skip("the package index cannot be reached, so the wheel has no dependencies")
    assert installed.returncode == 0, installed.stderr
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    demo = run(outside, home / "bin/fencekit", "demo")
    assert demo.returncode == 0, demo.stderr
    assert "8 of 63 checked calls would be decided looser" in demo.stdout
    assert (outside / "fencekit-demo/report.html").stat().st_size > 10_000
    listed = run(outside, home / "bin/fencekit", "packs", "list")
    assert listed.returncode == 0, listed.stderr
    packs = sorted(manifest.parent.name for manifest in ROOT.glob("packs/*/pack.yaml"))
    assert [line.split()[0] for line in listed.stdout.splitlines()] == packs
    built = run(outside, home / "bin/fencekit", "packs", "build", "shell", "-o", "shell.zip")
    assert built.returncode == 0, built.stderr
    assert (outside / "shell.zip").read_bytes() == build(read_pack(ROOT / "packs/shell"))
    tested = run(
        outside,
        home / "bin/pytest",
        *("--capfence-replay", "fencekit-demo/audit.jsonl"),
        *("--capfence-policy", "fencekit-demo/candidate.yaml", "-q"),
    )
    assert tested.returncode == 1, tested.stdout + tested.stderr
    assert "sql.execute.production" in tested.stdout


def run(cwd: Path, *command: Path | str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(cwd)}
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
        check=False,
    )
