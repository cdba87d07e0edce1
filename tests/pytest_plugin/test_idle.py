"""A run without a replay does not feel the plugin: nothing of ours is imported but its hooks."""

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import LOOSER, REPLAY, plugin_options

HEAVY = {"click", "jinja2", "yaml", "rich", "sqlite3", "capfence"}
SHOW = """
def pytest_unconfigure():
    import sys
    print("\\nLOADED", *sorted(sys.modules))
"""


def loaded_by(folder: Path, *args: str) -> set[str]:
    """Return the modules that are loaded at the end of a pytest run."""
    (folder / "conftest.py").write_text(SHOW)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin_options(), "-p", "no:hypothesispytest", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    return set(line.split()[1:])


pytest_plugins = ["pytester"]


@pytest.mark.parametrize("args", [(), ("--collect-only",), ("-k", "nothing")])
def test_an_idle_run_imports_the_hooks_and_nothing_else(
    project: Path, args: tuple[str, ...]
) -> None:
    loaded = loaded_by(project, *args)
    assert "pytest" in loaded
    ours = {name for name in loaded if name.split(".")[0] == "fencekit"}
    assert ours == {
        "fencekit",
        "fencekit.config",
        "fencekit.config.options",
        "fencekit.pytest_plugin",
    }
    assert not loaded & HEAVY


def test_a_replay_imports_what_it_needs_and_no_more(project: Path) -> None:
    loaded = loaded_by(project, *REPLAY, LOOSER)
    assert "fencekit.engines.native.native_evaluator" in loaded
    assert not loaded & {"click", "jinja2", "rich", "hypothesis", "capfence"}
