"""Tests the policies that gate AI agents, before they ship.

The public names are loaded when they are first used, so that importing fencekit costs nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fencekit.adapters.capfence_event import ActionEvent as ActionEvent
    from fencekit.adapters.capfence_runtime import ActionRuntime as ActionRuntime
    from fencekit.checks.assert_not_looser import assert_not_looser as assert_not_looser
    from fencekit.checks.proofs.worst_witness import compare as compare
    from fencekit.checks.replay.replay_api import replay as replay
    from fencekit.dialects.dialect_registry import load_policy as load_policy
    from fencekit.engines.native.explain_decision import explain as explain
    from fencekit.linter.lint_run import lint as lint
    from fencekit.logs.log_registry import read_log as read_log
    from fencekit.model.policy import Policy as Policy
    from fencekit.model.report import Report as Report
    from fencekit.model.request import UNKNOWN as UNKNOWN
    from fencekit.model.request import Request as Request
    from fencekit.model.verdict import Verdict as Verdict

__version__ = "0.1.0"

HOMES = {
    "ActionEvent": "fencekit.adapters.capfence_event",
    "ActionRuntime": "fencekit.adapters.capfence_runtime",
    "Policy": "fencekit.model.policy",
    "Report": "fencekit.model.report",
    "Request": "fencekit.model.request",
    "UNKNOWN": "fencekit.model.request",
    "Verdict": "fencekit.model.verdict",
    "assert_not_looser": "fencekit.checks.assert_not_looser",
    "compare": "fencekit.checks.proofs.worst_witness",
    "explain": "fencekit.engines.native.explain_decision",
    "lint": "fencekit.linter.lint_run",
    "load_policy": "fencekit.dialects.dialect_registry",
    "read_log": "fencekit.logs.log_registry",
    "replay": "fencekit.checks.replay.replay_api",
}
"""The module of each public name."""

__all__ = [
    "UNKNOWN",
    "ActionEvent",
    "ActionRuntime",
    "Policy",
    "Report",
    "Request",
    "Verdict",
    "assert_not_looser",
    "compare",
    "explain",
    "lint",
    "load_policy",
    "read_log",
    "replay",
]


def __getattr__(name: str) -> "Any":
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (importing fencekit costs nothing)

    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *HOMES])
