"""Imports a module with a fault in it; nothing is written, and no compiled file is left."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from prove.adversary.planted.fault import Fault


class Loader(SourceFileLoader):
    """Reads a source file with a fault in it."""

    source: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds the modules that are to be read with a fault."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.sources:
            return None
        spec: Any = PathFinder.find_spec(fullname, path, target)
        loader = Loader(fullname, spec.origin)
        loader.source = self.sources[fullname]
        spec.loader = loader
        return spec


def plant(fault: Fault) -> None:
    """Have the modules of a fault imported with it, from now on; none may be imported yet."""
    assert sys.modules.keys().isdisjoint(fault.sources), fault.name
    sys.meta_path.insert(0, Finder(fault.sources))
