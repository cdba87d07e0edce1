"""What a record holds of a call, and what may stand in the rest.

Sound because nothing is taken for known but what the record says: what may be in a gap is never
narrower than what the record leaves open.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from fencekit.engines.native.request_view import View
from fencekit.model.request import UNKNOWN, Facts, Masked, Request, Unknown, holds_unknown
from fencekit.prover.evaluate_literal import all_true
from fencekit.prover.rule_literals import Literal

Guard = Callable[[], AbstractContextManager[None]]
"""What stands around deciding a call: a regex may take for ever."""

Constants = Mapping[str, tuple[Any, ...]]
"""The values that policies ask for by name."""


class Except(Unknown):
    """A value that is not known, but for these, which it is not; perhaps, that it is text."""

    __slots__ = ("is_text", "values")

    def __init__(self, values: tuple[Any, ...], *, is_text: bool = False) -> None:
        self.values = values
        self.is_text = is_text

    def may_be(self, value: Any) -> bool:
        """Say whether it may be that value."""
        return value not in self.values and (not self.is_text or isinstance(value, str))

    def __repr__(self) -> str:
        return f"Except({self.values!r})"


class PartialText(Unknown):
    """A value that is text, or none at all."""

    __slots__ = ()


TEXT: Final = PartialText()


def fits(known: Any, value: Any) -> bool:
    """Say whether a value may be what is known so far; both are compared as they are printed."""
    if isinstance(known, Except):
        return known.may_be(value)
    if known is TEXT:
        return value is None or isinstance(value, str)
    if isinstance(known, Unknown):
        return True
    if isinstance(known, dict):
        return (
            isinstance(value, dict)
            and list(known) == list(value)
            and all(fits(item, value[key]) for key, item in known.items())
        )
    if isinstance(known, list | tuple):
        return (
            type(known) is type(value) and len(known) == len(value) and all(map(fits, known, value))
        )
    return type(known) is type(value) and repr(known) == repr(value)


def all_fit(facts: Facts, values: Mapping[str, Any]) -> bool:
    """Say whether an object may be the one of which so much is known; keys keep their order."""
    if not facts.open and len(values) != len(facts.values):
        return False
    kept = [key for key in values if key in facts.values]
    return kept == list(facts.values) and all(
        fits(known, values[key]) for key, known in facts.values.items()
    )


@dataclass(frozen=True)
class PartialRequest:
    """A call as far as a record holds it."""

    request: Request
    guard: Guard = nullcontext
    view: View = field(init=False)
    """The readings that what is known is enough for."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "view", View(self.request))

    def in_context(self, key: str) -> Any:
        """Return what is known of a value of the context; None where there is none."""
        if key != "environment" or self.request.environment is None:
            return within(self.request.context, key)
        environment = self.request.environment
        if environment is UNKNOWN:
            # The request may have none, and then the context may.
            there = within(self.request.context, key)
            return TEXT if there is None or isinstance(there, str) else UNKNOWN
        return environment

    def in_args(self, key: str) -> Any:
        """Return what is known of an argument; None where there is none."""
        return within(self.request.args, key)

    def make_call(self, capability: str, context: dict[str, Any], args: dict[str, Any]) -> Request:
        """Return such a call with those values in the context and those arguments."""
        given = self.request
        context = dict(context)
        environment = given.environment
        if isinstance(environment, Unknown):
            chosen = context.pop("environment", None)
            if chosen is not None and not isinstance(chosen, str):
                context["environment"], chosen = chosen, None
            environment = complete(environment) if chosen is None else chosen
        elif environment is not None:
            context.pop("environment", None)
        kept = {key: complete(value) for key, value in given.context.values.items()}
        if given.context.open:
            kept |= {key: value for key, value in context.items() if key not in kept}
        for key, known in given.context.values.items():
            if holds_unknown(known) and key in context:
                kept[key] = context[key]
        return Request(
            given.capability if isinstance(given.capability, str) else capability,
            principal=None if isinstance(given.principal, Unknown) else given.principal,
            environment=environment,
            context=kept,
            args=args,
        )

    def filled_as(self, other: Request, capability: str) -> Request:
        """Return this call with what another one has where this one is not known."""
        there = other.args.values
        args = {
            key: there[key] if key in there and fits(known, there[key]) else complete(known)
            for key, known in self.request.args.values.items()
        }
        if self.request.args.open:
            args |= {key: value for key, value in there.items() if key not in args}
        context = dict(other.context.values)
        if other.environment is not None:
            context["environment"] = other.environment
        return self.make_call(capability, context, args)

    def is_so(self, literals: Iterable[Literal], request: Request) -> bool:
        """Say whether every literal is true of such a call of which all is known."""
        with self.guard():
            return all_true(literals, request)

    def may_be(self, request: Request) -> bool:
        """Say whether a call of which all is known may be this one."""
        given = self.request
        return (
            fits(given.capability, request.capability)
            and fits(given.environment, request.environment)
            and all_fit(given.context, request.context.values)
            and all_fit(given.args, request.args.values)
        )


def partial_request(request: Request, constants: Constants, guard: Guard) -> PartialRequest:
    """Return what is known of a request; what is masked is asked whether it is a constant."""
    return PartialRequest(
        Request(
            masked_value(request.capability, constants.get("capability", ()), is_text=True),
            principal=request.principal,
            environment=masked_value(
                request.environment, constants.get("environment", ()), is_text=True
            ),
            context=all_asked(request.context, constants),
            args=all_asked(request.args, constants),
        ),
        guard,
    )


def all_asked(facts: Facts, constants: Constants) -> Facts:
    """Return an object with what is masked in it asked."""
    if facts.whole:
        return facts
    values = {
        key: masked_value(value, constants.get(key, ())) for key, value in facts.values.items()
    }
    return Facts(values, open=facts.open)


def masked_value(value: Any, constants: Iterable[Any], *, is_text: bool = False) -> Any:
    """Return a masked value as the constant that it is, or as none of those that it is not."""
    if not isinstance(value, Masked):
        return value
    answers = [(constant, value.equals(constant)) for constant in (None, *constants)]
    for constant, same in answers:
        # A number may be spelled in several ways, which the text of the arguments shows.
        if same and (constant is None or isinstance(constant, str)):
            return constant
    refused = tuple(constant for constant, same in answers if same is False)
    return Except(refused, is_text=is_text) if refused else UNKNOWN


def within(facts: Facts, key: str) -> Any:
    """Return what is known of a value: also of one of which a part is known only."""
    return facts.values.get(key, UNKNOWN if facts.open else None)


FRESH = ("", *map(chr, range(0x4E00, 0x9FFF)))
"""Texts of which not all are asked for."""


def complete(known: Any) -> Any:
    """Return the plainest value for what is known of it."""
    if isinstance(known, Unknown):
        return next(value for value in (None, *FRESH) if fits(known, value))
    if isinstance(known, dict):
        return {key: complete(item) for key, item in known.items()}
    return [complete(item) for item in known] if isinstance(known, list) else known
