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

    fault: Fault

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path).decode("utf-8")
        return compile(self.fault.planted(source), self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds one module, to be read with a fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.fault.module:
            return None
        spec: Any = PathFinder.find_spec(fullname, path, target)
        loader = Loader(fullname, spec.origin)
        loader.fault = self.fault
        spec.loader = loader
        return spec


def plant(fault: Fault) -> None:
    """Have the module of a fault imported with it, from now on; it must not be imported yet."""
    assert fault.module not in sys.modules, fault.module
    sys.meta_path.insert(0, Finder(fault))
