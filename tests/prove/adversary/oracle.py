"""What CapFence and `jsonschema` say of a call: the judges, which nobody here wrote.

CapFence parses the capability of every rule anew for every call. It is the same each time, so that
`Capability.parse` is remembered, by its text; nothing else of the package is touched.
"""

import copy
import math
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import capfence.core.capabilities as real_capabilities
from capfence.core.policy import Policy
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from prove.adversary.pair import Call, Document, Pair

RANKS = {"allow": 0, "warn": 1, "require_approval": 2, "deny": 3, "default_deny": 3}
RAISED = 3
"""What CapFence raises instead of deciding denies."""
BROKEN: dict[str, Callable[[int, int], bool]] = {
    "not looser": lambda old, new: old > new,
    "equivalent": lambda old, new: old != new,
    "disjoint": lambda old, new: old <= RANKS["warn"] and new <= RANKS["warn"],
}
"""When the decisions of two policies break a relation."""


class Remembered:
    """The class of capabilities with a memory of what it parsed, refusals included."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.known: dict[str, Any] = {}

    def parse(self, text: str) -> Any:
        known = self.known.get(text)
        if known is None:
            if len(self.known) > 10_000:
                self.known.clear()
            try:
                known = self.real.parse(text)
            except Exception as error:  # noqa: BLE001  (refused for ever)
                known = error
            self.known[text] = known
        if isinstance(known, Exception):
            raise known.with_traceback(None)
        return known


if not isinstance(real_capabilities.Capability, Remembered):
    real_capabilities.Capability = Remembered(real_capabilities.Capability)  # type: ignore[misc,assignment]


class Oracle:
    """Decides calls by the real package, under both policies of a pair."""

    def __init__(self, pair: Pair) -> None:
        warnings.simplefilter("ignore")  # of odd regexes
        self.old = Policy(copy.deepcopy(pair.old))
        self.new = Policy(copy.deepcopy(pair.new))
        self.domain = pair.domain
        self.is_broken = BROKEN[pair.relation]

    def ranks(self, call: Call) -> tuple[int, int]:
        return rank(self.old, call), rank(self.new, call)

    def breaks(self, call: Call) -> bool:
        """Say whether a call of the domain is decided so that the relation is broken.

        The domain is asked last: it takes longest, and few calls get so far.
        """
        if not self.is_broken(rank(self.old, call), rank(self.new, call)):
            return False
        try:
            return is_member(self.domain, call.args)
        except UndecidedError:
            return False

    def is_undecided(self, call: Call) -> bool:
        """Say whether `jsonschema` cannot tell that the arguments are of the domain.

        It takes `multipleOf` of a float as that is in binary: 1e23 is none of 10 there, and is one
        as it is written.
        """
        try:
            if is_member(self.domain, call.args) or not any(map(is_coarse, floats(call.args))):
                return False
            return is_member(without_multiples(self.domain), call.args)
        except UndecidedError:
            return True


def rank(policy: Policy, call: Call) -> int:
    try:
        return RANKS[policy.explain(call.capability, call.context, call.args)["verdict"]]
    except Exception:  # noqa: BLE001  (what it raises denies)
        return RAISED


def is_member(domain: Any, args: Document) -> bool:
    """Say whether `jsonschema` admits the arguments; every JSON object is of the open domain.

    Raises UndecidedError where `jsonschema` itself fails: it divides integers as floats, say.
    """
    if isinstance(domain, str):
        return True
    try:
        return isinstance(args, dict) and validator(Known(domain)).is_valid(args)
    except (OverflowError, RecursionError, ValueError) as error:
        raise UndecidedError(str(error)) from error


def floats(value: Any) -> Iterator[float]:
    """Yield the floats in a value, at any depth."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from floats(one)


def is_coarse(number: float) -> bool:
    """Say whether a float may be another number than the one that is written."""
    return abs(number) >= 2.0**53 or number != number // 1


def without_multiples(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: without_multiples(one) for key, one in schema.items() if key != "multipleOf"}
    return [without_multiples(one) for one in schema] if isinstance(schema, list) else schema


class UndecidedError(Exception):
    """The judge of membership cannot tell."""


class Known:
    """A schema by its identity, which a validator is remembered by."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self.schema is other.schema


def is_number(_: Any, value: Any) -> bool:
    """Say whether a value is a number of JSON, as docs/proofs.md says of `type`: NaN is none."""
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    )


JUDGE = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", is_number),
)


@lru_cache(maxsize=8)
def validator(known: Known) -> Any:
    return JUDGE(known.schema)


def is_schema(schema: Any) -> bool:
    """Say whether `jsonschema` takes a schema at all."""
    try:
        Draft202012Validator.check_schema(schema)
    except Exception:  # noqa: BLE001  (whatever it refuses it for)
        return False
    return True
