"""The classes that a report's values are declared with, for who writes or reads them by field."""

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fencekit.model.edit import Blame, Edit
from fencekit.model.explanation import ConsideredRule, Trace
from fencekit.model.finding import RuleRef
from fencekit.model.policy import Rule
from fencekit.model.record import Completeness, Recorded
from fencekit.model.request import Request
from fencekit.model.waiver import Waiver

SHARED: dict[type, str] = {
    Rule: "rules",
    RuleRef: "references",
    Edit: "edits",
    Blame: "blames",
    ConsideredRule: "considered",
    Trace: "traces",
    Waiver: "waivers",
}
"""The classes of which many values are equal, and the table that each is in."""
COLUMNS = (
    RuleRef,
    RuleRef | None,
    Blame | None,
    Recorded | None,
    tuple[Completeness, bool, str, str, tuple[str, ...], str],
)
"""What the changed records of a replay share: the class of each table, in their order."""
IS = "is"
"""The key of what class a value is, where it may be one of several."""
PLAIN = (str, bool, int, float)


class Same:
    """Stands for a value that the page says; and, as a part of a page, for what it does not say."""


SAME, NOTHING = Same(), Same()


@cache
def classes_of(hint: Any) -> tuple[Any, dict[str, type]]:
    """Return the class of a hint, `None` apart; or each of several by its name."""
    if not isinstance(hint, UnionType) and get_origin(hint) is not Union:
        return hint, {}
    kinds: list[Any] = [kind for kind in get_args(hint) if kind is not NoneType]
    if len(kinds) == 1:
        return kinds[0], {}
    return None, {
        str(kind.__name__): kind for kind in kinds if hasattr(kind, "__dataclass_fields__")
    }


@cache
def is_optional(hint: Any) -> bool:
    """Say whether a value of a hint may be None."""
    return hint is Any or NoneType in get_args(hint)


@cache
def fields_of(kind: type) -> tuple[tuple[Field[Any], Any], ...]:
    """Return the fields that make a dataclass, each with its hint."""
    hints = get_type_hints(kind)
    return tuple((entry, hints[entry.name]) for entry in fields(kind) if entry.init)


@cache
def has_fields(hint: Any) -> bool:
    """Say whether a value of a hint is written by its fields, or its items, at its own place."""
    kind, others = classes_of(hint)
    if others or kind in SHARED or kind is Request:
        return False
    return bool(is_dataclass(kind)) or get_origin(kind) is tuple


def item_hints(kind: Any, count: int) -> Sequence[Any]:
    """Return the hint of each item of a tuple."""
    hints = get_args(kind)
    return [hints[0]] * count if len(hints) == 2 and hints[1] is Ellipsis else hints


def is_counts(kind: Any) -> bool:
    """Say whether values of a hint are counts by word."""
    return get_origin(kind) is Mapping and get_args(kind)[1] is int
