"""The policies that proofs are measured on: CapFence's source distribution, and the fixtures."""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures/policies/capfence"
SDIST = "capfence==0.9.0"


def source_distribution(folder: Path) -> Path:
    """Download and unpack CapFence's source distribution; return where it is."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "--no-build-isolation", SDIST, "-d", str(folder)], check=True)
    archive = next(folder.glob("capfence-*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


def policies_in(folder: Path, *, name: str) -> Iterator[tuple[str, Policy]]:
    """Yield every policy below a folder with its name; other YAML is passed over."""
    for path in sorted(folder.rglob("*.yaml")):
        try:
            policy = load_policy(path, strict=False, policy_root=path.parent)
        except PolicyError:
            continue
        if any(policy.rules):
            yield f"{name}/{path.relative_to(folder).as_posix()}", policy


def corpus() -> list[tuple[str, Policy]]:
    """Return all policies, each with its name."""
    with tempfile.TemporaryDirectory() as folder:
        unpacked = source_distribution(Path(folder))
        found = list(policies_in(unpacked, name="capfence"))
    return [*found, *policies_in(FIXTURES, name="fixtures")]
