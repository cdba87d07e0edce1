"""The committed sample reports are what the code renders, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def build(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "reports/build.py"), *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        check=False,
    )


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    ],
    ids=["seed 1", "seed 2, Tokyo, C"],
)
def test_the_sample_reports_are_what_is_rendered(env: dict[str, str], tmp_path: Path) -> None:
    done = build("--check", cwd=tmp_path, **env)
    assert done.returncode == 0, done.stderr


def test_no_report_names_a_place_of_this_machine() -> None:
    pages = [*(ROOT / "reports").glob("*.html"), *(ROOT / "reports").glob("*.json")]
    assert len(pages) >= 8
    for page in pages:
        assert str(ROOT) not in page.read_text(encoding="utf-8")
        assert str(Path.home()) + "/" not in page.read_text(encoding="utf-8")
