"""The built wheel works: installed alone, outside the repository, it runs the demo."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

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
        "fencekit/reporting/html/templates/page.html.j2",
        "fencekit/reporting/html/static/report.css",
    ):
        assert needed in names
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
