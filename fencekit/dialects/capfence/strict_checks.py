"""What strict reading refuses beyond what CapFence refuses: each is a trap for a reviewer."""

import math
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import date

from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.model.errors import PolicyError
from fencekit.model.policy import ConditionName
from fencekit.reading.yaml import Located

Check = Callable[[Located], str]
"""Takes a value and says what is wrong with it; an empty text is no complaint."""

KINDS = {bool: "a yes/no value", type(None): "empty", list: "a list", dict: "a mapping"}


def complaints(document: Located | None) -> Iterator[PolicyError]:
    """Yield every complaint about a document; all of its keys may still be unknown or missing."""
    if document is None:
        hint = "write `{}` for a policy that denies everything"
        yield PolicyError("the policy is empty", hint=hint)
        return
    if not isinstance(document.value, dict):
        if not document.value:  # what is not empty is refused by CapFence itself
            yield PolicyError("a policy is a mapping", place=document.place)
        return
    for part in document.walk():
        for key, place, _ in part.repeated:
            yield PolicyError(f"the key `{key}` occurs twice", place=place)
    for name, check in TOP_LEVEL.items():
        yield from check_value(document, name, check)
    for section in ("rules", *capfence_vocabulary.SECTIONS):
        given = document.find(section)
        if given is not None:
            for number, item in enumerate(given.elements, 1):
                yield from rule_complaints(item, f"{section}-{number}")
    yield from risk_level_complaints(document)


def rule_complaints(item: Located, name: str) -> Iterator[PolicyError]:
    """Yield the complaints about one rule."""
    if isinstance(item.value, str):
        yield from wrong(item, capability(item), f"rule `{name}`")
    yield from check_value(item, "capability", capability, f"`capability` of rule `{name}`")
    for key in capfence_vocabulary.LEGACY_NOTES:
        check = number if key == "threshold" else text
        yield from check_value(item, key, check, f"`{key}` of rule `{name}`")
    for key, condition in capfence_vocabulary.CONDITIONS.items():
        yield from check_value(item, key, CHECKS[condition], f"`{key}` of rule `{name}`")


def risk_level_complaints(document: Located) -> Iterator[PolicyError]:
    """Yield the complaints about the risk levels."""
    given = document.find("risk_levels")
    for key, config in given.items if given is not None else ():
        name = f"risk level `{key.value}`"
        yield from wrong(key, text(key), name)
        for extra, _ in config.items:
            if extra.value != "action":
                message = f"unknown key in {name}: `{extra.value}`"
                yield PolicyError(message, place=extra.place)


def check_value(item: Located, key: str, check: Check, name: str = "") -> Iterator[PolicyError]:
    """Yield a complaint where the mapping has the key with a value that the check refuses."""
    given = item.find(key)
    if given is not None:
        yield from wrong(given, check(given), name or f"`{key}`")


def wrong(given: Located, complaint: str, name: str) -> Iterator[PolicyError]:
    """Yield the complaint, if it is one, with what it is about."""
    if complaint:
        yield PolicyError(f"{name} {complaint}", place=given.place)


def capability(given: Located) -> str:
    """Complain of a capability that is not text."""
    return "" if isinstance(given.value, str) and given.value else f"is {kind(given)}, not text"


def text(given: Located) -> str:
    """Complain of what is neither text nor a number spelled as it will be compared."""
    if isinstance(given.value, str):
        return ""
    if isinstance(given.value, bool) or not isinstance(given.value, int | float):
        return f"is {kind(given)}, not text"
    if str(given.value) != given.text:
        return f"is read as {given.value}: put `{given.text}` in quotes"
    return ""


def texts(given: Located) -> str:
    """Complain of what is neither a text nor a list of texts."""
    if not isinstance(given.value, list):
        return text(given)
    found = (text(element) for element in given.elements)
    return next((f"has an element that {complaint}" for complaint in found if complaint), "")


def patterns(given: Located) -> str:
    """Complain of what is neither a regex that compiles nor a list of them."""
    elements = given.elements if isinstance(given.value, list) else (given,)
    for element in elements:
        if not isinstance(element.value, str):
            return f"is {kind(element)}, not a regex"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(element.value)
        except (re.error, RecursionError, OverflowError, ValueError) as error:
            return f"does not compile: `{element.value}`: {error}"
    return ""


MOST_BITS = 10_000
"""Python prints no number that is much longer; no float is a tenth as long."""


def number(given: Located) -> str:
    """Complain of what is no number."""
    if isinstance(given.value, bool) or not isinstance(given.value, int | float):
        hint = f" (`{given.value}` is text)" if isinstance(given.value, str) else ""
        return f"is {kind(given)}, not a number{hint}"
    if isinstance(given.value, int) and given.value.bit_length() > MOST_BITS:
        return "has more digits than anybody can read"
    spelled = (given.text or "").lstrip("+").replace("_", "")
    if isinstance(given.value, int) and str(given.value) != spelled:
        return f"is read as {given.value}, but written `{given.text}`"
    is_nan = isinstance(given.value, float) and math.isnan(given.value)
    return "is not a number: `.nan` compares with nothing" if is_nan else ""


def parents(given: Located) -> str:
    """Complain of an `extends` that is neither a file nor a list of files."""
    elements = given.elements if isinstance(given.value, list) else (given,)
    return "" if all(isinstance(e.value, str) and e.value for e in elements) else "is no file name"


def kind(given: Located) -> str:
    """Return what a value is, in words."""
    if isinstance(given.value, bool) and given.text is not None:
        return f"a yes/no value (`{given.text}`)"
    if isinstance(given.value, date):
        return f"a date (`{given.text}`)"
    if isinstance(given.value, int | float):
        return f"a number (`{given.text}`)"
    return KINDS.get(type(given.value), "text" if given.value else "empty")


TOP_LEVEL: dict[str, Check] = {
    **dict.fromkeys(("policy_name", "description", "enforcement_mode"), text),
    "approval_timeout_seconds": number,
    "extends": parents,
}

CHECKS: dict[ConditionName, Check] = {
    ConditionName.CONTAINS: text,
    ConditionName.MATCH_KEYWORDS: texts,
    ConditionName.MATCH_REGEX: patterns,
    ConditionName.AMOUNT_GT: number,
    ConditionName.AMOUNT_GTE: number,
    ConditionName.AMOUNT_LT: number,
    ConditionName.AMOUNT_LTE: number,
    ConditionName.PATH_PREFIX: text,
    ConditionName.CALLER_DEPTH_GT: number,
    ConditionName.CALLER_DEPTH_GTE: number,
    ConditionName.CALLER_DEPTH_LT: number,
    ConditionName.CALLER_DEPTH_LTE: number,
    ConditionName.ENVIRONMENT: text,
    ConditionName.USER_ROLE: text,
    ConditionName.TENANT: text,
    ConditionName.TABLE: text,
    ConditionName.TOOL_NAME: text,
    ConditionName.RISK_LEVEL: text,
    ConditionName.RISK_LEVEL_IS: text,
    ConditionName.PATH: text,
}
"""The check of each condition's value; one entry for each condition that there is."""
