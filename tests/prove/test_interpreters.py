"""The prover's laws hold on every Python that is supported, and certificates tell them apart."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from interpreters import ROOT, interpreter, pyodide

from prove.interpreter_laws import LAWS, PAIRS, certificates, said_of

pytestmark = pytest.mark.oracle

HERE = Path(__file__).parent
SHARE = 1 if os.environ.get("FENCEKIT_SWEEP") else 3
UNICODE = {"3.11": "14.0.0", "3.12": "15.0.0", "3.13": "15.1.0", "3.14": "16.0.0"}
NEEDS_NO_TABLES = {"numbers"}
"""The pairs whose proofs say nothing of texts."""


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "ours.json"
    path.write_text(json.dumps(certificates()), encoding="utf-8")
    return path


def asked(version: str, ours: Path) -> dict[str, Any]:
    """Return what an interpreter says: a CPython, or a pyodide for what there is none of."""
    if version == "3.14":
        node, folder = pyodide(version)
        command = [node, str(HERE / "interpreter_laws.mjs"), folder, str(ROOT)]
    else:
        command = [interpreter(version), "-B", str(HERE / "interpreter_laws.py")]
    done = subprocess.run(
        [*command, str(SHARE), str(ours)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("version", UNICODE)
def test_every_law_holds_and_certificates_go_by_the_tables(version: str, ours: Path) -> None:
    answer = asked(version, ours)
    assert answer["python"]["version"] == version
    assert answer["python"]["unicode"] == UNICODE[version]
    assert answer["wrong"] == []
    assert answer["tried"].keys() == LAWS.keys()
    assert all(answer["tried"].values())
    # Each accepts of the other what takes nothing from the tables, and all if these are its own.
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for said, of in (
        (answer["said"], here),
        (said_of(answer["certificates"]), version),
    ):
        assert said.keys() == PAIRS.keys()
        for name, one in said.items():
            if name in NEEDS_NO_TABLES or version == here:
                assert one == "", (name, one)
            else:
                assert one == "" or f"made under cpython {of} (Unicode {UNICODE[of]})" in one, name
        assert version == here or any(said.values())
