"""Start-up counts: `fencekit --help`, `import fencekit` and an idle pytest run do not feel us."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("hypothesis", "jinja2", "deepdiff", "yaml", "rich", "sqlite3", "capfence", "click")


def loaded_by(code: str, cwd: Path) -> set[str]:
    """Return the modules that a fresh Python has loaded after running the code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    return set(done.stdout.split())


def test_importing_fencekit_imports_nothing_else(tmp_path: Path) -> None:
    loaded = loaded_by("import fencekit", tmp_path)
    assert {name for name in loaded if name.startswith("fencekit")} == {"fencekit"}
    assert not loaded & set(HEAVY)


def test_the_public_names_are_all_there(tmp_path: Path) -> None:
    loaded = loaded_by("import fencekit\nfor n in fencekit.__all__: getattr(fencekit, n)", tmp_path)
    assert "fencekit.checks.replay.replay_records" in loaded
    assert not loaded & {"hypothesis", "jinja2", "rich", "click", "pytest"}


def test_help_imports_click_and_little_else(tmp_path: Path) -> None:
    code = (
        "import contextlib, io\n"
        "from fencekit.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "assert 'replay' in out.getvalue()"
    )
    loaded = loaded_by(code, tmp_path)
    assert not loaded & (set(HEAVY) - {"click"})
    assert "fencekit.engines" not in loaded
    assert "fencekit.checks" not in loaded


@pytest.mark.parametrize("module", ["fencekit.pytest_plugin"])
def test_the_pytest_entry_point_is_light(module: str, tmp_path: Path) -> None:
    before = loaded_by("import pytest, argparse", tmp_path)
    after = loaded_by(f"import pytest, argparse, {module}", tmp_path)
    added = {name for name in after - before if not name.startswith("fencekit.pytest_plugin")}
    assert not added & set(HEAVY)
    assert {name for name in added if name.startswith("fencekit")} <= {
        "fencekit",
        "fencekit.config",
        "fencekit.config.options",
    }


def test_a_replay_of_whole_records_loads_no_prover(tmp_path: Path) -> None:
    policy, log = tmp_path / "policy.yaml", ROOT / "fencekit" / "_demo" / "audit.jsonl"
    policy.write_text("allow: ['*']\n", encoding="utf-8")
    code = (
        "import contextlib, io\n"
        "from fencekit.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):\n"
        f"    main(['replay', {str(log)!r}, '--policy', {str(policy)!r}])\n"
        "assert 'checked calls' in out.getvalue()"
    )
    loaded = loaded_by(code, tmp_path)
    assert "fencekit.checks.replay.replay_records" in loaded
    assert not {name for name in loaded if name.startswith(("fencekit.prover", "fencekit.regex."))}
