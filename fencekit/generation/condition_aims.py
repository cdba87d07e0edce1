"""How a call is made to meet a condition: one function for each condition that there is.

A function takes the draft of a call, the condition's value, and whether the call is to meet it or
only nearly so, and adds its wish to the draft. What a value cannot wish for (a pattern that does
not compile, a threshold that is no number) it wishes for as text, so that the condition is reached.
"""

from functools import partial
from typing import Any, Protocol

from fencekit.engines.native.condition_tests import as_list
from fencekit.engines.native.unknown_questions import Relation
from fencekit.generation.call_draft import Draft, mention
from fencekit.model.policy import ConditionName
from fencekit.regex.text_sampler import sampler


class Aim(Protocol):
    """Adds what a condition wishes for to a draft."""

    def __call__(self, draft: Draft, value: Any, *, near: bool) -> None:
        """Wish that the condition with this value is met, or with `near` only nearly so."""
        ...


def keyword(draft: Draft, value: Any, *, near: bool) -> None:
    """A keyword, spelled so that it is found; or spaced, quoted, cut, escaped."""
    wanted = as_list(value)
    if wanted:
        mention(draft, draft.choices.pick(wanted), near=near)


def contains(draft: Draft, value: Any, *, near: bool) -> None:
    """The value as a keyword."""
    keyword(draft, [value], near=near)


def pattern(draft: Draft, value: Any, *, near: bool) -> None:
    """A text that one of the patterns finds; or one with a single mistake in it."""
    wanted = as_list(value)
    if not wanted:
        return
    spelled = str(draft.choices.pick(wanted))
    found = sampler(spelled)
    words = [*draft.texts, *draft.hints]
    text = spelled if found is None else found.sample(draft.choices, near=near, words=words)
    draft.samples.append(text)


def amount(relation: Relation, draft: Draft, value: Any, *, near: bool) -> None:
    """A number that passes the threshold, or one beside it, or none that can be read."""
    draft.amounts.append((relation, value))
    if near:
        draft.near.add("amount")


def caller_depth(relation: Relation, draft: Draft, value: Any, *, near: bool) -> None:
    """A depth that passes the threshold, or one beside it."""
    draft.depths.append((relation, value))
    if near:
        draft.near.add("caller_depth")


def path_prefix(draft: Draft, value: Any, *, near: bool) -> None:
    """A path that begins so; or a sibling, a doubled slash, a way out by `..`, an encoded one."""
    draft.prefixes.append(str(value))
    if near:
        draft.near.add("path")


def choose_key(key: str, draft: Draft, value: Any, *, near: bool) -> None:
    """The name or one that its glob matches, in the context or in the arguments; or nearly so."""
    draft.named.setdefault(key, []).append(value)
    if near:
        draft.near.add(key)


AIMS: dict[ConditionName, Aim] = {
    ConditionName.CONTAINS: contains,
    ConditionName.MATCH_KEYWORDS: keyword,
    ConditionName.MATCH_REGEX: pattern,
    ConditionName.AMOUNT_GT: partial(amount, Relation.GT),
    ConditionName.AMOUNT_GTE: partial(amount, Relation.GTE),
    ConditionName.AMOUNT_LT: partial(amount, Relation.LT),
    ConditionName.AMOUNT_LTE: partial(amount, Relation.LTE),
    ConditionName.PATH_PREFIX: path_prefix,
    ConditionName.CALLER_DEPTH_GT: partial(caller_depth, Relation.GT),
    ConditionName.CALLER_DEPTH_GTE: partial(caller_depth, Relation.GTE),
    ConditionName.CALLER_DEPTH_LT: partial(caller_depth, Relation.LT),
    ConditionName.CALLER_DEPTH_LTE: partial(caller_depth, Relation.LTE),
    ConditionName.ENVIRONMENT: partial(choose_key, "environment"),
    ConditionName.USER_ROLE: partial(choose_key, "user_role"),
    ConditionName.TENANT: partial(choose_key, "tenant"),
    ConditionName.TABLE: partial(choose_key, "table"),
    ConditionName.TOOL_NAME: partial(choose_key, "tool_name"),
    ConditionName.RISK_LEVEL: partial(choose_key, "risk_level"),
    ConditionName.RISK_LEVEL_IS: partial(choose_key, "risk_level"),
    ConditionName.PATH: partial(choose_key, "path"),
}
"""The aim of each condition; one entry for each condition that there is."""
