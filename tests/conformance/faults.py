"""Faults to plant in the native engine, one at a time: the comparison must notice every one."""

import math
import operator
import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fencekit.engines.native import (
    condition_tests,
    native_evaluator,
    request_view,
    unknown_questions,
)
from fencekit.model import capability
from fencekit.model.policy import ConditionName, Pick, Policy, Tier

Plant = Callable[[pytest.MonkeyPatch], None]
Edit = Callable[[Policy], Policy]


def tests_of(names: str, make: Callable[[str, Any], condition_tests.Test]) -> Plant:
    """Replace the tests of the conditions whose names match."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for name in ConditionName:
            if re.fullmatch(names, name):
                test = lambda value, name=name: make(str(name), value)  # noqa: E731
                patch.setitem(condition_tests.TESTS, name, test)

    return plant


def always(_: str, __: Any) -> condition_tests.Test:
    return lambda _: True


def never(_: str, __: Any) -> condition_tests.Test:
    return lambda _: False


def comparing(subject: str, test: str, operation: Callable[[Any, Any], bool]) -> Plant:
    """Compare with another operation than the condition's own."""

    def make(_: str, value: Any) -> condition_tests.Test:
        def asked(seen: request_view.View) -> bool:
            number = seen.amount() if subject == "amount" else seen.caller_depth()
            return number is not None and operation(number, value)

        return asked

    return tests_of(f"{subject}_{test}", make)


def keywords_with_case(_: str, value: Any) -> condition_tests.Test:
    keywords = [str(keyword) for keyword in condition_tests.as_list(value)]
    return lambda seen: any(word in str(seen.request.args.values) for word in keywords)


def keywords_in_values_only(_: str, value: Any) -> condition_tests.Test:
    keywords = [str(keyword).lower() for keyword in condition_tests.as_list(value)]
    return lambda seen: any(word in str(seen.values_text).lower() for word in keywords)


def keywords_casefolded(_: str, value: Any) -> condition_tests.Test:
    keywords = [str(keyword).casefold() for keyword in condition_tests.as_list(value)]
    return lambda seen: any(word in str(seen.request.args.values).casefold() for word in keywords)


def all_keywords(_: str, value: Any) -> condition_tests.Test:
    keywords = [str(keyword).lower() for keyword in condition_tests.as_list(value)]
    return lambda seen: all(word in str(seen.text) for word in keywords)


def searching(search: Callable[[str, str], Any]) -> Plant:
    def make(_: str, value: Any) -> condition_tests.Test:
        patterns = [str(pattern) for pattern in condition_tests.as_list(value)]
        return lambda seen: any(search(one, str(seen.values_text)) for one in patterns)

    return tests_of("match_regex", make)


def regexes_in_text(_: str, value: Any) -> condition_tests.Test:
    patterns = [str(pattern) for pattern in condition_tests.as_list(value)]
    return lambda seen: any(re.search(one, str(seen.request.args.values)) for one in patterns)


def naming(keep: slice) -> Plant:
    """Look a name up in only one of the context and the arguments."""

    def make(name: str, value: Any) -> condition_tests.Test:
        return lambda seen: any(
            condition_tests.value_matches(actual, value) for actual in seen.values_named(name)[keep]
        )

    return tests_of("environment|user_role|tenant|table|tool_name|risk_level", make)


def matching(matches: Callable[[Any, Any], bool]) -> Plant:
    return lambda patch: patch.setattr(condition_tests, "value_matches", matches)


def arguments_over_context(name: str, value: Any) -> condition_tests.Test:
    def asked(seen: request_view.View) -> bool:
        in_context, argument = seen.values_named(name)
        return condition_tests.value_matches(in_context if argument is None else argument, value)

    return asked


def path_normalised(_: str, value: Any) -> condition_tests.Test:
    def asked(seen: request_view.View) -> bool:
        path = seen.path()
        return path is not None and posixpath.normpath(str(path)).startswith(str(value))

    return asked


def setting(module: Any, name: str, value: Any) -> Plant:
    return lambda patch: patch.setattr(module, name, value)


def amount_of(keep: Callable[[Any], Any]) -> Plant:
    """Read the amount from another value than the one that stands there."""

    def amount(seen: request_view.View) -> Any:
        for key in request_view.AMOUNT_KEYS:
            value = keep(seen.request.args.get(key))
            if value is not None:
                try:
                    return float(value)
                except (TypeError, ValueError):
                    continue
        return None

    return setting(request_view.View, "amount", amount)


def first_amount_only(seen: request_view.View) -> Any:
    found = [seen.request.args.get(key) for key in request_view.AMOUNT_KEYS]
    given = next((value for value in found if value is not None), None)
    try:
        return None if given is None else float(given)
    except (TypeError, ValueError):
        return None


def segment_wildcard(self: capability.Capability, other: capability.Capability) -> bool:
    pairs = zip(
        (self.resource, self.action, self.scope),
        (other.resource, other.action, other.scope),
        strict=True,
    )
    return all(own in ("*", given) or given == "*" for own, given in pairs)


def malformed_covers_nothing(pattern: Any, requested: str) -> bool:
    wanted = capability.Capability.parse(pattern) if isinstance(pattern, str) else None
    given = capability.Capability.parse(requested)
    return wanted is not None and given is not None and wanted.covers(given)


def dotted_prefix(pattern: Any, requested: str) -> bool:
    if (
        isinstance(pattern, str)
        and pattern.endswith(".*")
        and request_view.covers(pattern, requested)
    ):
        wanted, given = (capability.Capability.parse(text) for text in (pattern, requested))
        return (wanted and given) is not None or requested.startswith(pattern[:-1])
    return request_view.covers(pattern, requested)


def reordered(*names: str) -> Edit:
    """Ask the tiers in another order."""

    def edit(policy: Policy) -> Policy:
        by_name = {tier.name: tier for tier in policy.tiers}
        return replace(policy, tiers=tuple(by_name[name] for name in names))

    return edit


def tiers(change: Callable[[Tier], Tier]) -> Edit:
    return lambda policy: replace(policy, tiers=tuple(map(change, policy.tiers)))


def backwards(tier: Tier) -> Tier:
    return replace(tier, rules=tier.rules[::-1])


def unconditional(tier: Tier) -> Tier:
    return replace(
        tier, rules=tuple(replace(rule, conditions=rule.conditions[:1]) for rule in tier.rules)
    )


def conditions_backwards(tier: Tier) -> Tier:
    turned = (replace(rule, conditions=rule.conditions[::-1]) for rule in tier.rules)
    return replace(tier, rules=tuple(turned))


def tightest(tier: Tier) -> Tier:
    if tier.pick is not Pick.FIRST:
        return tier
    warns_first = sorted(tier.rules, key=lambda rule: not (rule.effect and rule.effect.obligations))
    return replace(tier, rules=tuple(warns_first))


def no_change(policy: Policy) -> Policy:
    return policy


def nothing(_: pytest.MonkeyPatch) -> None:
    return


KEYWORDS = "contains|match_keywords"
ASKED = [name for name in ConditionName if name is not ConditionName.PATH]
"""The conditions of CapFence; that on a path as such is of tokens."""

PLANTS: dict[str, Plant] = {
    **{f"{name} always holds": tests_of(name, always) for name in ASKED},
    **{f"{name} never holds": tests_of(name, never) for name in ASKED},
    **{
        f"{subject}_{test} compares with {operation.__name__}": comparing(subject, test, operation)
        for subject in ("amount", "caller_depth")
        for test, operation in (
            ("gt", operator.ge),
            ("gte", operator.gt),
            ("lt", operator.le),
            ("lte", operator.lt),
            ("gt", operator.gt),  # the plain comparison, by which NaN passes no threshold
            ("gte", operator.ge),
            ("lt", operator.lt),
            ("lte", operator.le),
        )
    },
    "keywords mind the case": tests_of(KEYWORDS, keywords_with_case),
    "keywords are looked for in values only": tests_of(KEYWORDS, keywords_in_values_only),
    "keywords are case-folded": tests_of(KEYWORDS, keywords_casefolded),
    "all keywords must be there": tests_of("match_keywords", all_keywords),
    "regexes match from the start": searching(re.match),
    "regexes match as a whole": searching(re.fullmatch),
    "regexes ignore the case": searching(lambda one, text: re.search(one, text, re.IGNORECASE)),
    "regexes let the dot match a newline": searching(lambda o, t: re.search(o, t, re.DOTALL)),
    "regexes are ASCII": searching(lambda one, text: re.search(one, text, re.ASCII)),
    "regexes see the keys": tests_of("match_regex", regexes_in_text),
    "names ignore the arguments": naming(slice(0, 1)),
    "names ignore the context": naming(slice(1, 2)),
    "the arguments hide the context": tests_of("environment|tenant", arguments_over_context),
    "names are no globs": matching(operator.eq),
    "names ignore the case": matching(
        lambda actual, value: (
            unknown_questions.value_matches(actual, value)
            or (isinstance(actual, str) and actual.lower() == str(value).lower())
        )
    ),
    "names are compared as text": matching(
        lambda actual, value: unknown_questions.value_matches(str(actual), str(value))
    ),
    "names compare by identity of type": matching(
        lambda actual, value: (
            type(actual) is type(value) and unknown_questions.value_matches(actual, value)
        )
    ),
    "paths are normalised": tests_of("path_prefix", path_normalised),
    "path keys are asked backwards": setting(
        request_view, "PATH_KEYS", request_view.PATH_KEYS[::-1]
    ),
    "a path key is missing": setting(request_view, "PATH_KEYS", request_view.PATH_KEYS[:-1]),
    "amount keys are asked backwards": setting(
        request_view, "AMOUNT_KEYS", request_view.AMOUNT_KEYS[::-1]
    ),
    "an amount key is missing": setting(request_view, "AMOUNT_KEYS", request_view.AMOUNT_KEYS[:-1]),
    "only the first amount is read": setting(request_view.View, "amount", first_amount_only),
    "yes and no are no amounts": amount_of(lambda value: None if value in (True, False) else value),
    "text is no amount": amount_of(lambda value: None if isinstance(value, str) else value),
    "a zero amount counts as absent": amount_of(lambda value: value or None),
    "an amount beyond floats is infinite": amount_of(
        lambda value: math.inf if isinstance(value, int) and abs(value) > 10**308 else value
    ),
    "a `*` in the request is a wildcard": setting(
        capability.Capability, "covers", segment_wildcard
    ),
    "a final newline is illegal": setting(capability, "LEGAL", re.compile(r"^[a-zA-Z0-9_\-.*]+\Z")),
    "letters of all languages are legal": setting(capability, "LEGAL", re.compile(r"^[\w\-.*]+$")),
    "all dots separate": setting(
        capability.Capability,
        "parse",
        classmethod(
            lambda cls, text: cls(*text.split(".")[:3]) if capability.LEGAL.match(text) else None
        ),
    ),
    "a malformed capability is covered by nothing": setting(
        native_evaluator, "covers", malformed_covers_nothing
    ),
    "a bare prefix must end at a dot": setting(native_evaluator, "covers", dotted_prefix),
}
"""Faults of the engine."""

EDITS: dict[str, Edit] = {
    "risk levels are asked first": reordered("risk_levels", "deny", "require_approval", "allow"),
    "risk levels are asked last": reordered("deny", "require_approval", "allow", "risk_levels"),
    "approval is asked first": reordered("require_approval", "deny", "risk_levels", "allow"),
    "allow is asked before approval": reordered("deny", "allow", "require_approval", "risk_levels"),
    "rules are asked backwards": tiers(backwards),
    "only the first condition counts": tiers(unconditional),
    "conditions are asked backwards": tiers(conditions_backwards),
    "a warning goes before any allow": tiers(tightest),
}
"""Faults of the order in which a policy is read or asked."""
