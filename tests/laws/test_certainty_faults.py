"""The looks at open calls notice mistakes in each step that they are for: deliberate ones are made.

A mistake that takes too much for impossible shows as an answer that the whole call contradicts; one
that knows too little, as an open answer that no call shows.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from fencekit.model.request import UNKNOWN, Facts
from fencekit.prover import (
    complete_request,
    glob_solver,
    partial_domain,
    repr_transducer,
    three_valued_literals,
)
from fencekit.prover.partial_request import PartialRequest
from laws.open_calls import drawn, looked_at

CALLS = 4_000
Patch = pytest.MonkeyPatch


def only_the_context_is_looked_at(patch: Patch) -> None:
    def named(given: PartialRequest, atom: Any) -> bool | None:
        return three_valued_literals.matches(given.in_context(atom.key), atom.expected)

    patch.setitem(three_valued_literals.TOLD, three_valued_literals.Named, named)


def no_call_is_left_to_the_default(patch: Patch) -> None:
    real = complete_request.reduce_outcomes
    patch.setattr(
        complete_request,
        "reduce_outcomes",
        lambda exits, known: real(exits, known)[:-1] or real(exits, known),
    )


def only_one_class_of_capabilities_is_asked(patch: Patch) -> None:
    real = complete_request.Completer.gaps
    patch.setattr(
        complete_request.Completer,
        "gaps",
        lambda self, request: iter(list(real(self, request))[:1]),
    )


def an_amount_that_is_kept_is_forgotten(patch: Patch) -> None:
    patch.setattr(partial_domain.PartialArgumentsDomain, "reads", lambda self, sample: True)


def no_key_that_is_kept_is_of_a_path(patch: Patch) -> None:
    patch.setattr(partial_domain.PartialArgumentsDomain, "_paths", lambda self, held: iter(()))


def what_a_list_holds_is_forgotten(patch: Patch) -> None:
    patch.setattr(partial_domain, "parts_of", lambda known: ["[", "]"])


def what_is_unknown_in_a_list_is_a_number(patch: Patch) -> None:
    real = dict(repr_transducer.IN_GAP)
    patch.setitem(
        repr_transducer.IN_GAP, "gap", tuple(way for way in real["gap"] if way[1] == "whole")
    )
    patch.setattr(repr_transducer, "TEXT_IN_GAP", {})


def keys_that_are_kept_may_stand_in_any_order(patch: Patch) -> None:
    from fencekit.prover.payload_automaton import ArgumentsAutomaton

    real = ArgumentsAutomaton.__post_init__

    def made(self: ArgumentsAutomaton) -> None:
        self.in_order = 0
        real(self)

    patch.setattr(ArgumentsAutomaton, "__post_init__", made)


def what_is_known_of_the_context_is_forgotten(patch: Patch) -> None:
    real = glob_solver.choices
    patch.setattr(glob_solver, "choices", lambda key, literals, known=UNKNOWN: real(key, literals))


def there_are_no_other_arguments(patch: Patch) -> None:
    real = complete_request.PartialArgumentsDomain
    patch.setattr(complete_request, "PartialArgumentsDomain", lambda args: real(Facts(args.values)))


FAULTS: tuple[Callable[[Patch], None], ...] = (
    only_the_context_is_looked_at,
    no_call_is_left_to_the_default,
    only_one_class_of_capabilities_is_asked,
    an_amount_that_is_kept_is_forgotten,
    no_key_that_is_kept_is_of_a_path,
    what_a_list_holds_is_forgotten,
    what_is_unknown_in_a_list_is_a_number,
    keys_that_are_kept_may_stand_in_any_order,
    what_is_known_of_the_context_is_forgotten,
    there_are_no_other_arguments,
)


def is_noticed(chance: Random) -> bool:
    """Say whether some call shows that something is wrong."""
    for _ in range(CALLS):
        try:
            counts: Counter[str] = looked_at(drawn(chance))
        except AssertionError:
            return True
        if any(counts[f"{one}: open"] > counts[f"{one}: shown to be open"] for one in RELATIONS):
            return True
    return False


RELATIONS = ("between", "since")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_mistake_is_noticed(fault: Callable[[Patch], None], monkeypatch: Patch) -> None:
    fault(monkeypatch)
    assert is_noticed(Random(3))
