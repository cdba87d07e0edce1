"""Whether a waiver covers more than anybody can have meant, whatever way it is spelt.

A waiver that names a finding or a rule by its digest is as narrow as these are. Of any other, its
glob is tried on arbitrary names and on every namespace that the policies and the findings have. Of
its conditions it is asked whether every call meets them, or every one that has what they ask for
(an amount, a path): proved, where the prover can; and they are tried on ordinary calls. What all of
these meet says nothing.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from fencekit.checks.postprocess.ordinary_calls import arbitrary_names, ordinary_calls
from fencekit.engines.native.native_evaluator import test_of
from fencekit.engines.native.request_view import View
from fencekit.model.policy import Condition, ConditionName, Policy, Rule, Tier
from fencekit.model.proof import Proved
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import ALLOW
from fencekit.model.waiver import Waiver

MOST_NAMES = 0.01
"""The share of arbitrary names that a glob may match and still name something."""
MOST_CALLS = 0.34
"""The share of ordinary calls that may meet conditions which still ask something."""
AMOUNTS = (ConditionName.AMOUNT_GTE, 0), (ConditionName.AMOUNT_LTE, 1_000_000_000)
ROOT = ((ConditionName.PATH_PREFIX, "/"),)
SCOPES: dict[str, tuple[Condition, ...]] = {
    said: tuple(Condition(name, value, Place("")) for name, value in asked)
    for said, asked in {
        "call": (),
        "call with an amount from 0 to 1,000,000,000": AMOUNTS,
        "call with an absolute path": ROOT,
    }.items()
}
"""Calls of which nobody means all: what every one of them meets says nothing."""
ASKED = frozenset(name for name in ConditionName if name.startswith(("amount_", "path")))
"""The conditions that no call meets without an amount or a path."""


def too_broad(waiver: Waiver, capabilities: Iterable[str]) -> str:
    """Say what a waiver covers where that is nearly everything; empty where it is narrow.

    `capabilities` are those that the policies and the findings name.
    """
    if waiver.is_bound:
        return ""
    everywhere = any_capability(waiver.capability, capabilities)
    if not everywhere:
        return ""
    if not waiver.conditions:
        return f"`capability: {waiver.capability}` {everywhere}"
    asked = ", ".join(f"`{condition.name}`" for condition in waiver.conditions)
    met = met_by(waiver.conditions)
    return f"`capability: {waiver.capability}` {everywhere}, and {met} {asked}" if met else ""


def met_by(conditions: tuple[Condition, ...]) -> str:
    """Say which calls meet conditions, as the subject of a sentence, where these are too many."""
    met = share_met(conditions)
    if met < MOST_CALLS and not any(one.name in ASKED for one in conditions):
        return ""
    for said, scope in SCOPES.items():
        if all_meet(conditions, scope):
            return f"every {said} is proved to meet"
    return f"{met:.0%} of ordinary calls meet" if met >= MOST_CALLS else ""


def all_meet(conditions: tuple[Condition, ...], scope: tuple[Condition, ...]) -> bool:
    """Say whether it is proved that every call which meets the scope meets the conditions."""
    from fencekit.checks.suite.claim_scopes import within  # noqa: PLC0415  (brings the prover)
    from fencekit.prover.policy_properties import ALWAYS_ALLOWS  # noqa: PLC0415
    from fencekit.prover.prover import check_property  # noqa: PLC0415

    goal = within(ALWAYS_ALLOWS.name, ALWAYS_ALLOWS.broken)
    policies = (policy_of(asked) for asked in (scope, conditions))
    return isinstance(check_property(goal, *policies), Proved)


def policy_of(conditions: tuple[Condition, ...]) -> Policy:
    """Return the policy that allows what meets conditions, whatever its capability."""
    rule = Rule("scope", "scope", ALLOW, "*", conditions, place=Place(""))
    return Policy("scope", (Tier("scope", (rule,)),))


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
