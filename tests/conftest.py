"""Hypothesis holds no test to a time, and in CI it draws the same each time.

The adversary of the prover draws other pairs in every run; its seed stands at the head of the run.

Hundreds of tests start a process. Where the environment forbids to keep bytecode, as images for
containers do, each of them would compile the whole package again, which takes longer than the rest.
"""

import os
import secrets
import sys

from hypothesis import settings

settings.register_profile("unhurried", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("unhurried")

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ADVERSARY = "FENCEKIT_ADVERSARY_SEED"
os.environ.setdefault(ADVERSARY, secrets.token_hex(4))  # processes of the same run share it


def pytest_report_header() -> str:
    """Say how to draw the same pairs again."""
    return f"adversary: {ADVERSARY}={os.environ[ADVERSARY]}"
