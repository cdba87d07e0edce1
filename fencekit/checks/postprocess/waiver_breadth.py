"""Whether a waiver covers more than anybody can have meant: counted, whatever way it is spelt.

A waiver that names a finding or a rule by its digest is as narrow as these are. Of any other, its
glob is tried on arbitrary names and on every namespace that the policies and the findings have, and
its conditions on ordinary calls. One that most of these meet says nothing.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from fencekit.checks.postprocess.ordinary_calls import arbitrary_names, ordinary_calls
from fencekit.engines.native.native_evaluator import test_of
from fencekit.engines.native.request_view import View
from fencekit.model.policy import Condition, Policy
from fencekit.model.request import Request
from fencekit.model.waiver import Waiver

MOST_NAMES = 0.01
"""The share of arbitrary names that a glob may match and still name something."""
MOST_CALLS = 0.34
"""The share of ordinary calls that may meet conditions which still ask something."""


def too_broad(waiver: Waiver, capabilities: Iterable[str]) -> str:
    """Say what a waiver covers where that is nearly everything; empty where it is narrow.

    `capabilities` are those that the policies and the findings name.
    """
    if waiver.is_bound:
        return ""
    everywhere = any_capability(waiver.capability, capabilities)
    if not everywhere:
        return ""
    met = share_met(waiver.conditions)
    if met < MOST_CALLS:
        return ""
    if not waiver.conditions:
        return f"`capability: {waiver.capability}` {everywhere}"
    asked = ", ".join(f"`{condition.name}`" for condition in waiver.conditions)
    return (
        f"`capability: {waiver.capability}` {everywhere}, "
        f"and {met:.0%} of ordinary calls meet {asked}"
    )


def any_capability(glob: str, capabilities: Iterable[str]) -> str:
    """Say which names a glob matches where these are all, or arbitrary ones; else nothing."""
    names = arbitrary_names()
    matched = sum(fnmatchcase(name, glob) for name in names) / len(names)
    if matched > MOST_NAMES:
        return f"matches {matched:.0%} of names that mean nothing"
    spaces: dict[str, bool] = {}
    for name in capabilities:
        space = name.partition(".")[0]
        spaces[space] = spaces.get(space, False) or fnmatchcase(name, glob)
    if len(spaces) > 1 and all(spaces.values()):
        return f"matches every namespace there is ({len(spaces)} of them)"
    return ""


def share_met(conditions: tuple[Condition, ...]) -> float:
    """Return which share of ordinary calls meets all conditions."""
    calls = ordinary_calls()
    return sum(meets(call, conditions) for call in calls) / len(calls)


def meets(request: Request, conditions: tuple[Condition, ...]) -> bool:
    """Say whether a call is known to meet every condition; one that raises is not met."""
    view = View(request)
    try:
        return all(test_of(condition)(view) is True for condition in conditions)
    # Trouble tightens: a call on which a condition raises is not waived.
    except Exception:  # noqa: BLE001
        return False


def capabilities_of(policies: Iterable[Policy]) -> Iterator[str]:
    """Yield a name for each capability pattern of some policies that names a namespace."""
    for policy in policies:
        for rule in policy.rules:
            pattern = str(rule.capability)
            if pattern.partition(".")[0].isidentifier():
                yield pattern.replace("*", "x").replace("?", "x")
