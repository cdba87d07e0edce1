"""Policies that are not in files yet: compared under the names that they will have."""

from dataclasses import dataclass
from pathlib import Path

from fencekit.checks.proofs.guardrails_check import silent_elsewhere
from fencekit.checks.proofs.policy_comparison import ComparisonJob
from fencekit.dialects.dialect_registry import dialect
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Policy
from fencekit.model.report import Report
from fencekit.packs.archive.archive_manifest import sha256


@dataclass(frozen=True, slots=True)
class OneText:
    """A tree of files that has one, which is a text of ours: packs extend nothing."""

    name: str
    text: str

    def read(self, path: str, kind: type[FencekitError]) -> tuple[str, str]:
        """Return the text and its SHA-256, in hex."""
        if path != self.name:
            raise kind(f"`{path}` is not in the pack")
        return self.text, sha256(self.text.encode())

    def exists(self, path: str | Path) -> bool:
        """Say whether it is the one."""
        return str(path) == self.name

    def display_name(self, path: str) -> str:
        """Return the path as it is given."""
        return path

    def real(self, path: str) -> str:
        """Return the path as it is given."""
        return path


def policy_of(name: str, text: str) -> Policy:
    """Return the policy that a text spells, under a name; raise PolicyError where it is none."""
    tree = OneText(name, text)
    return dialect("capfence").load(name, strict=True, root=None, search_paths=[], tree=tree)


def compare(old: Policy, new: Policy, *, allow_unknown: bool = False) -> Report:
    """Return the report of whether a policy is looser than another, for every call."""
    job = ComparisonJob(old.file, new.file, allow_unknown=allow_unknown)
    return job.report(old, new)


def compare_guardrails(old: Policy, new: Policy, *, allow_unknown: bool = False) -> Report:
    """Return the report of whether guardrails ask for less than others, for any call."""
    return compare(silent_elsewhere(old), silent_elsewhere(new), allow_unknown=allow_unknown)
