"""Other Python interpreters for the tests: found where they are usually found, or required.

`FENCEKIT_REQUIRE_PYTHONS` names the versions that must be there, such as `3.12 3.13 3.14`: a test
that would skip for want of one of these fails instead. Version 3.14 is also found as npm's
`pyodide`, in `node_modules` of the checkout or where `FENCEKIT_PYODIDE` says.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = "FENCEKIT_REQUIRE_PYTHONS"


def interpreter(version: str) -> str:
    """Return the path of a CPython of that version; skip or fail the test without one."""
    for path in candidates(version):
        asked = "import sys; print(sys.implementation.name, *sys.version_info[:2], sep='.')"
        try:
            done = subprocess.run(
                [path, "-S", "-c", asked], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.stdout.strip() == f"cpython.{version}":
            return path
    return missing(version, f"no CPython {version} was found")


def candidates(version: str) -> Iterator[str]:
    """Yield where an interpreter may be: on the path, and where pyenv and uv keep theirs."""
    found = shutil.which(f"python{version}")
    if found:
        yield found
    pyenv = os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    yield from map(str, sorted(Path(pyenv).glob(f"versions/{version}.*/bin/python"), reverse=True))
    uv = shutil.which("uv")
    if uv:
        done = subprocess.run(
            [uv, "python", "find", version], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            yield done.stdout.strip()


def pyodide(version: str) -> tuple[str, str]:
    """Return the paths of node and of a pyodide of that Python; skip or fail the test without."""
    node = shutil.which("node")
    folder = Path(os.environ.get("FENCEKIT_PYODIDE") or ROOT / "node_modules/pyodide")
    if node is None or not (folder / "pyodide.mjs").exists():
        missing(version, f"no pyodide with Python {version} was found")
    return str(node), str(folder)


def missing(version: str, said: str) -> str:
    """Skip the test, or fail it where the version has to be there."""
    if version in os.environ.get(REQUIRED, "").split():
        pytest.fail(f"{said}, and {REQUIRED} says that it is there")
    pytest.skip(said)
