"""What people who pick up the project rely on: the lock of the development environment."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from running import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements/dev.lock").read_text("utf-8")
LOCKED = re.compile(
    r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)((?: ;[^\n\\]*)?(?: \\\n    --hash=\S+)+)$", re.MULTILINE
)


def locked() -> dict[str, list[str]]:
    """Return the versions that the lock has of each package: several where Pythons need others."""
    found: dict[str, list[str]] = {}
    for name, version, _ in LOCKED.findall(LOCK):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def test_every_package_of_the_lock_has_hashes() -> None:
    pinned = [line for line in LOCK.splitlines() if re.match(r"[\w.-]+", line)]
    assert len(pinned) == sum(map(len, locked().values())) > 40


def test_what_the_project_asks_for_is_in_the_lock_in_a_version_that_will_do() -> None:
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    versions = locked()
    assert len(wanted) > 20
    for line in wanted:
        one = Requirement(line)
        known = versions.get(canonicalize_name(one.name), [])
        assert known, f"`{one.name}` is not in requirements/dev.lock: renew it by `make lock`"
        assert all(version in one.specifier for version in known), f"{line}: {known}: `make lock`"
