"""Writes action/requirements.txt: what fencekit depends on, pinned, each file with its hash.

Run it with `make action-requirements`; pip-tools is installed into a folder that is removed again.
"""

# ruff: noqa: S603, INP001  (our own command lines; a script)

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "action/requirements.txt"
HEAD = """\
# What the action installs beside fencekit itself: exact versions, each file by its hash.
# Made by `make action-requirements` from the dependencies in pyproject.toml.
"""
OPTIONS = ("--generate-hashes", "--no-header", "--no-annotate", "--strip-extras", "--quiet")


def main() -> None:
    """Resolve the dependencies with pip-compile, on PyPI alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", at / "env"], check=True)
        python = at / "env/bin/python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pip-tools"], check=True)
        (at / "in.txt").write_text("\n".join(project["dependencies"]) + "\n", encoding="utf-8")
        index = ("--index-url", "https://pypi.org/simple")
        compiled = [python, "-m", "piptools", "compile", *OPTIONS, *index]
        env = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
        subprocess.run([*compiled, "-o", at / "out.txt", at / "in.txt"], check=True, env=env)
        lines = (at / "out.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("--index-url")]
    TARGET.write_text(HEAD + "\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
