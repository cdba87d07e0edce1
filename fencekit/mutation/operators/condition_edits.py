"""Small edits of a condition's value, one function for each condition.

A function takes the condition and the words that the policy uses for it elsewhere, and yields the
condition written otherwise, with how the calls it holds for compare. It yields nothing for a value
that no strict reading lets through, and nothing that is equivalent by law: the case of a keyword,
or a keyword that another one contains.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.model.policy import Condition, ConditionName
from fencekit.regex import regex_mutations
from fencekit.regex.language_change import Reach

WIDER, NARROWER, SHIFTED = Reach.WIDER, Reach.NARROWER, Reach.SHIFTED


@dataclass(frozen=True, slots=True)
class ConditionEdit:
    """A condition written otherwise: what kind of edit it is, and how its reach compares.

    `part` is what was edited in a list, and what it became; nothing where it is the whole value.
    """

    operator: str
    name: ConditionName
    value: Any
    reach: Reach
    part: tuple[str, str] | None = None


Words = Sequence[str]
"""The values that a policy has for a condition, each once, sorted."""


def text_edits(text: str) -> Iterator[tuple[str, str, Reach]]:
    """Yield a text that is searched for as it may be misspelled, with how its reach compares."""
    for kind, new in (
        ("shorten", text[:-1]),
        ("lengthen", f"{text}x"),
        ("alter", f"{text[:-1]}{'y' if text[-1:].lower() == 'x' else 'x'}"),
    ):
        # Whatever Python makes of the case of letters, the reach is that of the texts compared.
        old_text, new_text = text.lower(), new.lower()
        if not new or new_text == old_text:
            continue
        if new_text in old_text:
            yield kind, new, WIDER
        else:
            yield kind, new, NARROWER if old_text in new_text else SHIFTED


def contains(condition: Condition, _words: Words) -> Iterator[ConditionEdit]:
    """A text that is one letter shorter, longer, or other."""
    if isinstance(condition.value, str):
        for kind, new, reach in text_edits(condition.value):
            yield ConditionEdit(f"{kind}-text", condition.name, new, reach)


def match_keywords(condition: Condition, _words: Words) -> Iterator[ConditionEdit]:
    """One keyword fewer; one that is a letter shorter, longer, or other."""
    keywords = condition.value if isinstance(condition.value, list) else [condition.value]
    if not all(isinstance(keyword, str) for keyword in keywords):
        return
    lowered = [keyword.lower() for keyword in keywords]
    for at, keyword in enumerate(keywords):
        rest = [*keywords[:at], *keywords[at + 1 :]]
        others = [*lowered[:at], *lowered[at + 1 :]]
        if any(other in lowered[at] for other in others):
            continue  # whatever has this keyword in it has the other one in it too
        if rest:
            yield ConditionEdit("drop-keyword", condition.name, rest, NARROWER, (keyword, ""))
        for kind, new, reach in text_edits(keyword):
            if reach is NARROWER and any(other in new.lower() for other in others):
                continue
            value = [*keywords[:at], new, *keywords[at + 1 :]]
            part = keyword, new
            yield ConditionEdit(f"{kind}-keyword", condition.name, value, reach, part)


def match_regex(condition: Condition, _words: Words) -> Iterator[ConditionEdit]:
    """One pattern fewer; one that is looser, tighter or other."""
    patterns = condition.value if isinstance(condition.value, list) else [condition.value]
    if not all(isinstance(pattern, str) for pattern in patterns):
        return
    for at, pattern in enumerate(patterns):
        rest = [*patterns[:at], *patterns[at + 1 :]]
        if rest and pattern not in rest:
            yield ConditionEdit("drop-regex", condition.name, rest, NARROWER, (pattern, ""))
        for edit in regex_mutations.edits(pattern):
            value: Any = edit.pattern
            if isinstance(condition.value, list):
                value = [*patterns[:at], edit.pattern, *patterns[at + 1 :]]
            part = pattern, edit.pattern
            yield ConditionEdit(edit.operator, condition.name, value, edit.reach, part)


def threshold(condition: Condition, _words: Words) -> Iterator[ConditionEdit]:
    """The threshold one less or one more; with or without the threshold itself; the other way."""
    value = condition.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if isinstance(value, float) and not math.isfinite(value):
        return
    subject, _, test = condition.name.rpartition("_")
    above = test.startswith("g")
    for kind, new in (("lower", value - 1), ("raise", value + 1)):
        if new != value:
            reach = WIDER if above == (new < value) else NARROWER
            yield ConditionEdit(f"{kind}-threshold", condition.name, new, reach)
    other = test.removesuffix("e") if test.endswith("e") else f"{test}e"
    reach = WIDER if other.endswith("e") else NARROWER
    kind = "include" if reach is WIDER else "exclude"
    yield ConditionEdit(f"{kind}-threshold", ConditionName(f"{subject}_{other}"), value, reach)
    turned = ("l" if above else "g") + test[1:]
    yield ConditionEdit("turn-threshold", ConditionName(f"{subject}_{turned}"), value, SHIFTED)


def path_prefix(condition: Condition, _words: Words) -> Iterator[ConditionEdit]:
    """A prefix that is a slash, or a folder, shorter or longer; one of a sibling."""
    prefix = condition.value
    if not isinstance(prefix, str) or not prefix:
        return
    bare = prefix.rstrip("/")
    folder = re.sub(r"[^/]+/*$", "", prefix)
    sibling = f"{bare}2" + prefix[len(bare) :] if bare else ""
    for kind, new in (
        ("shorten", bare if bare != prefix else prefix[:-1]),
        ("shorten", folder),
        ("lengthen", f"{bare}/sub/" if bare != prefix else f"{prefix}/"),
        ("shift", sibling),
    ):
        if new and new != prefix:
            reach = NARROWER if new.startswith(prefix) else SHIFTED
            reach = WIDER if prefix.startswith(new) else reach
            yield ConditionEdit(f"{kind}-prefix", condition.name, new, reach)


def glob(condition: Condition, words: Words) -> Iterator[ConditionEdit]:
    """A glob open at its end, or anywhere; closed where it was open; another value of the policy.

    Only text is edited. A set in brackets is also a text that equals itself, so there nothing but
    `*` is sure to be wider, and nothing sure to be narrower.
    """
    value = condition.value
    if not isinstance(value, str) or not value:
        return
    bracketed = "[" in value
    if value != "*":
        if not value.endswith("*"):
            reach = SHIFTED if bracketed else WIDER
            yield ConditionEdit("open-glob", condition.name, f"{value}*", reach)
        yield ConditionEdit("open-glob", condition.name, "*", WIDER)
    for closed in (value.removesuffix("*"), value.removeprefix("*")):
        if closed not in ("", value):
            reach = SHIFTED if bracketed else NARROWER
            yield ConditionEdit("close-glob", condition.name, closed, reach)
    others = [word for word in words if word > value and word != "*"]
    other = next(iter(others or [word for word in words if word not in (value, "*")]), "")
    if value != "*":
        yield ConditionEdit("swap-glob", condition.name, other or f"{value}-other", SHIFTED)
    else:
        yield ConditionEdit("close-glob", condition.name, other or "other", NARROWER)


RISK_LEVELS = ("low", "medium", "high", "critical")


def risk_level_is(condition: Condition, _words: Words) -> Iterator[ConditionEdit]:
    """The level below or above."""
    if condition.value not in RISK_LEVELS:
        return
    at = RISK_LEVELS.index(condition.value)
    for near in (at - 1, at + 1):
        if 0 <= near < len(RISK_LEVELS):
            yield ConditionEdit("shift-risk-level", condition.name, RISK_LEVELS[near], SHIFTED)


EDITS: dict[ConditionName, Callable[[Condition, Words], Iterator[ConditionEdit]]] = {
    ConditionName.CONTAINS: contains,
    ConditionName.MATCH_KEYWORDS: match_keywords,
    ConditionName.MATCH_REGEX: match_regex,
    ConditionName.AMOUNT_GT: threshold,
    ConditionName.AMOUNT_GTE: threshold,
    ConditionName.AMOUNT_LT: threshold,
    ConditionName.AMOUNT_LTE: threshold,
    ConditionName.PATH_PREFIX: path_prefix,
    ConditionName.CALLER_DEPTH_GT: threshold,
    ConditionName.CALLER_DEPTH_GTE: threshold,
    ConditionName.CALLER_DEPTH_LT: threshold,
    ConditionName.CALLER_DEPTH_LTE: threshold,
    ConditionName.ENVIRONMENT: glob,
    ConditionName.USER_ROLE: glob,
    ConditionName.TENANT: glob,
    ConditionName.TABLE: glob,
    ConditionName.TOOL_NAME: glob,
    ConditionName.RISK_LEVEL: glob,
    ConditionName.RISK_LEVEL_IS: risk_level_is,
    ConditionName.PATH: glob,
}
"""The edits of each condition; one entry for each condition that there is."""
