"""Requests that one or several rules hold for: put together from samples of their conditions.

They are proposals: nothing here decides whether a rule holds. Whoever asks for them decides each
one with the engine, and takes those that show what is to be shown.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise, permutations, product
from typing import Any

from fencekit.engines.native.condition_tests import as_list
from fencekit.engines.native.unknown_questions import Relation, number_passes
from fencekit.model.capability import Capability
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.request import Request
from fencekit.regex.matching_examples import samples

MOST_TEXTS = 64
"""How many combinations of texts are proposed."""

WORDS = {
    **dict.fromkeys(("shell", "bash", "terminal"), "command"),
    **dict.fromkeys(("sql", "database", "db", "query"), "query"),
    **dict.fromkeys(("file", "filesystem", "fs"), "path"),
}
"""The name of an argument that has a text, by the resource; `text` elsewhere."""

KEYWORDS = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS)
RELATIONS = {relation.value: relation for relation in Relation}
NAMED = (
    ConditionName.USER_ROLE,
    ConditionName.TENANT,
    ConditionName.TABLE,
    ConditionName.TOOL_NAME,
    ConditionName.RISK_LEVEL,
    ConditionName.RISK_LEVEL_IS,
    ConditionName.PATH,
)


@dataclass(frozen=True, slots=True)
class ConditionTargets:
    """What the conditions of some rules ask for, sorted by what they look at.

    `texts` has one list of alternatives for each condition on text, each with whether it must
    stand at the beginning.
    """

    texts: list[list[str]] = field(default_factory=list)
    amounts: list[tuple[Relation, Any]] = field(default_factory=list)
    depths: list[tuple[Relation, Any]] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)


def requests_for(rules: Sequence[Rule]) -> Iterator[Request]:
    """Yield requests that all of the rules may hold for, the simplest first."""
    capability = shared_capability([rule.capability for rule in rules])
    if capability is None:
        return
    wanted = sorted_out(chain.from_iterable(rule.conditions for rule in rules))
    in_args = () if wanted.texts else (ConditionName.TABLE, ConditionName.TOOL_NAME)
    in_args = (*in_args, ConditionName.PATH)
    named = {name: value for name, value in wanted.names.items() if name in in_args}
    context = {
        name: value
        for name, value in wanted.names.items()
        if name not in named and name != "environment"
    }
    for depth in numbers(wanted.depths):
        if depth is not None:
            context["caller_depth"] = depth
        for args in arguments(wanted, word_for(capability)):
            yield Request(
                capability,
                environment=wanted.names.get("environment"),
                context=dict(context),
                args={**args, **named},
            )


def sorted_out(conditions: Iterator[Condition]) -> ConditionTargets:
    """Return what the conditions ask for."""
    wanted = ConditionTargets()
    for condition in conditions:
        name, value = condition.name, condition.value
        if name in KEYWORDS:
            wanted.texts.append([str(keyword) for keyword in as_list(value)])
        elif name is ConditionName.MATCH_REGEX:
            found = chain.from_iterable(samples(str(pattern)) for pattern in as_list(value))
            wanted.texts.append(list(islice(found, MOST_TEXTS)))
        elif name is ConditionName.PATH_PREFIX:
            wanted.prefixes.append(str(value))
        elif name.startswith("amount_"):
            wanted.amounts.append((RELATIONS[name.removeprefix("amount_")], value))
        elif name.startswith("caller_depth_"):
            wanted.depths.append((RELATIONS[name.removeprefix("caller_depth_")], value))
        else:
            key = "risk_level" if name is ConditionName.RISK_LEVEL_IS else str(name)
            wanted.names[key] = literal(value)
    return wanted


def arguments(wanted: ConditionTargets, word: str) -> Iterator[dict[str, Any]]:
    """Yield arguments that have what is wanted, in several arrangements."""
    for amount in numbers(wanted.amounts):
        rest = {} if amount is None else {"amount": amount}
        for pieces in islice(product(*wanted.texts), MOST_TEXTS):
            for path in paths(wanted.prefixes, pieces):
                yield {"path": path, **rest}
            if wanted.prefixes:
                longest = max(wanted.prefixes, key=len)
                for text in join_commands(pieces):
                    yield {word: text, "path": longest, **rest}
                continue
            for text in join_commands(pieces):
                yield {**({word: text} if text else {}), **rest}


def join_commands(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the pieces as one text, in each order, as one command after another and as one."""
    distinct = list(dict.fromkeys(pieces))
    if len(distinct) < 2:
        yield "".join(distinct)
        return
    for order in islice(permutations(distinct), 6):
        yield from (glue.join(order) for glue in (" ; ", " ", ""))


def paths(prefixes: Sequence[str], pieces: Sequence[str]) -> Iterator[str]:
    """Yield paths that begin with all prefixes, if that can be, and have the pieces in them."""
    if not prefixes:
        return
    longest = max(prefixes, key=len)
    text = "".join(pieces)
    ends = [text] if text else ["notes.txt", ""]
    yield from (longest + end for end in ends)
    if text:
        yield f"{longest}/{text}"


def numbers(asked: Sequence[tuple[Relation, Any]]) -> Iterator[float | None]:
    """Yield numbers that pass all comparisons, whole and small ones first; None for none asked."""
    if not asked:
        yield None
        return
    tried: list[float] = []
    for _, threshold in asked:
        if isinstance(threshold, int | float) and is_finite(threshold):
            tried.extend((threshold, threshold - 1, threshold + 1, threshold / 2, threshold * 2))
    limits = sorted(tried)
    tried.extend(low / 2 + high / 2 for low, high in pairwise(limits))
    whole = [int(number) if number == int(number) else number for number in (*tried, 1, 0)]
    seen = dict.fromkeys(sorted(whole, key=lambda n: (n <= 0, not isinstance(n, int))))
    for number in seen:
        if all(passes(relation, number, threshold) for relation, threshold in asked):
            yield number


def is_finite(number: float) -> bool:
    """Say whether a number is one that a float can hold; a whole one may be too great."""
    try:
        return math.isfinite(number * 4)
    except OverflowError:
        return False


def passes(relation: Relation, number: float, threshold: Any) -> bool:
    """Say whether a number passes a threshold; one that is no number lets none pass."""
    try:
        return number_passes(relation, number, threshold)
    except TypeError:
        return False


def literal(glob: Any) -> Any:
    """Return a value that the glob matches; what is no text stands for itself."""
    if not isinstance(glob, str):
        return glob
    text = re.sub(r"\[!.*?\]", "x", glob)
    text = re.sub(r"\[(.).*?\]", r"\1", text)
    return text.replace("*", "x").replace("?", "x") if glob != "*" else "any"


def shared_capability(patterns: Sequence[Any]) -> str | None:
    """Return a capability that every pattern covers; None where there is none to be seen."""
    segments = ["resource", "action", "production"]
    fixed: list[str | None] = [None, None, None]
    for pattern in patterns:
        if not isinstance(pattern, str):
            return None
        wanted = Capability.parse(pattern)
        if wanted is None:
            return pattern if all(p in (pattern, "*") for p in patterns) else None
        for at, segment in enumerate((wanted.resource, wanted.action, wanted.scope)):
            if segment == "*":
                continue
            if fixed[at] not in (None, segment):
                return None
            fixed[at] = segment
    return ".".join(given or free for given, free in zip(fixed, segments, strict=True))


def word_for(capability: str) -> str:
    """Return the name of the argument that has the text of such a call."""
    return WORDS.get(capability.split(".", maxsplit=1)[0], "text")
