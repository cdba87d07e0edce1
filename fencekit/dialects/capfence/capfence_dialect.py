"""The CapFence dialect as one object: its reader and its printer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fencekit.dialects.capfence import capfence_printer
from fencekit.dialects.capfence.merge_extends import Loader
from fencekit.dialects.dialect_protocol import Dialect
from fencekit.model.policy import Policy
from fencekit.reading.file_trees import FileTree


@dataclass(frozen=True)
class CapFenceDialect:
    """YAML policies as CapFence 0.9.0 reads them."""

    name: str = "capfence"

    def load(
        self,
        path: str,
        *,
        strict: bool,
        root: Path | None,
        search_paths: Sequence[Path],
        tree: FileTree,
    ) -> Policy:
        """Return the policy in the file, merged with all that it extends."""
        return Loader(strict, root, search_paths, tree).policy(path)

    def write(self, policy: Policy) -> str:
        """Return the policy as YAML."""
        return capfence_printer.write(policy)


DIALECT: Dialect = CapFenceDialect()
