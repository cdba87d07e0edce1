"""What a dialect is: a name, a reader from a file to a Policy, a printer back to text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fencekit.model.policy import Policy
from fencekit.reading.file_trees import FileTree


class Dialect(Protocol):
    """A policy language."""

    @property
    def name(self) -> str:
        """The name by which users ask for it."""
        ...

    def load(
        self,
        path: str,
        *,
        strict: bool,
        root: Path | None,
        search_paths: Sequence[Path],
        tree: FileTree,
    ) -> Policy:
        """Return the policy in the file of the tree; raise PolicyError where it is none."""
        ...

    def write(self, policy: Policy) -> str:
        """Return the text of the policy; raise PolicyError where the language cannot say it."""
        ...
