"""Hypothesis holds no test to a time, and in CI it draws the same each time.

The adversary of the prover draws other pairs in every run; its seed stands at the head of the run.

Hundreds of tests start a process. Where the environment forbids to keep bytecode, as images for
containers do, each of them would compile the whole package again, which takes longer than the rest.
"""

import os
import secrets
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from fencekit.regex.memory_budget import MEMORY
from fencekit.regex.sublanguage import is_sublanguage

settings.register_profile("unhurried", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("unhurried")

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ADVERSARY = "FENCEKIT_ADVERSARY_SEED"
os.environ.setdefault(ADVERSARY, secrets.token_hex(4))  # processes of the same run share it


def pytest_report_header() -> str:
    """Say how to draw the same pairs again."""
    return f"adversary: {ADVERSARY}={os.environ[ADVERSARY]}"


@pytest.fixture(autouse=True)
def memory_of_proofs() -> Iterator[None]:
    """Give each test the same memory for proofs, whatever a run in this process was told."""
    most = MEMORY.most
    yield
    if MEMORY.most != most:
        MEMORY.most = most
        is_sublanguage.cache_clear()  # it keeps that nothing was shown for want of memory
