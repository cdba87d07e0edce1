"""The source distribution of CapFence, from the package index: its own packs and examples."""

import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import pytest

VERSION = "0.9.0"
SECONDS = 60


@cache
def fetched() -> tuple[Path | None, str]:
    """Return the unpacked distribution, once for each process; or why it cannot be had."""
    folder = Path(tempfile.mkdtemp(prefix="capfence-"))
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    options = ["--disable-pip-version-check", "--no-build-isolation", "--dest", str(folder)]
    try:
        done = subprocess.run(
            [*pip, *options, f"capfence=={VERSION}"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"the package index did not answer within {SECONDS} s"
    archives = sorted(folder.glob(f"capfence-{VERSION}.tar.gz"))
    if not archives:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return None, f"the source distribution of capfence cannot be had: {last}"
    with tarfile.open(archives[0]) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"capfence-{VERSION}", ""


def distribution() -> Path:
    """Return the unpacked distribution; skip the test where it cannot be had."""
    folder, why = fetched()
    if folder is None:
        pytest.skip(why)
    return folder
