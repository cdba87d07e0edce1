"""Calls and policies made for testing: mutants, and what is drawn near a policy's own edges.

The Hypothesis strategies are loaded when they are first used: Hypothesis takes its time to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fencekit.strategies.hypothesis_strategies import mutants as mutants
    from fencekit.strategies.hypothesis_strategies import nearness as nearness
    from fencekit.strategies.hypothesis_strategies import policies as policies
    from fencekit.strategies.hypothesis_strategies import requests as requests

__all__ = ["mutants", "nearness", "policies", "requests"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("fencekit.strategies.hypothesis_strategies"), name)
