"""The property search: calls aimed at two policies until one shows what is looked for.

Deterministic for a seed: no clock and no hash order. Generating and deciding a call takes some 50
microseconds, a small part of what drawing it with Hypothesis takes, and the vocabulary is the same
(`fencekit.strategies`); so a search tries its thousand calls in a fraction of a second.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from random import Random

from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.engines.time_limit import time_limit
from fencekit.generation.aimed_calls import Aiming
from fencekit.generation.shrink_call import shrink_request
from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Outcome
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Policy
from fencekit.model.proof import Witness
from fencekit.model.request import Request
from fencekit.model.search_result import SearchResult
from fencekit.regex.random_choices import Choices, RandomChoices
from fencekit.schema.argument_schema import OPEN, Domain

MAX_EXAMPLES = 1_000
TIMEOUT = 5.0

Sought = Callable[[Outcome, Outcome], bool]
"""Says whether the outcomes by the old policy and by the new one are what is looked for."""


def looser(before: Outcome, after: Outcome) -> bool:
    """Say whether the new policy is looser on a call: the verdict is lower, or a duty dropped."""
    return compare_effects(before.effect, after.effect) is Change.LOOSER


def looser_by_decision(before: Outcome, after: Outcome) -> bool:
    """Say the same where the old policy decides: a call on which it raises does not count.

    Such a call is denied, and nobody meant it so.
    """
    return before.error is None and looser(before, after)


def different(before: Outcome, after: Outcome) -> bool:
    """Say whether the policies decide a call differently, whichever is the looser one."""
    return before.effect != after.effect


def search(
    old: Policy,
    new: Policy,
    *,
    sought: Sought = looser,
    max_examples: int = MAX_EXAMPLES,
    seed: int | str = 0,
    capability: str | None = None,
    domain: Domain = OPEN,
    first: Iterable[Request] = (),
    timeout: float = TIMEOUT,
) -> SearchResult:
    """Look for a call on which the policies' outcomes are what is sought; return it shrunk.

    `capability`, a pattern, keeps to calls that it covers or nearly covers. `domain` is `open` or
    a JSON Schema for the arguments: a call that does not fit it is not tried, nor counted. The
    calls in `first` are tried before any other, and counted. `timeout` is in seconds, for one
    call; one that takes longer ends the search, and the error is in the result. Raises UsageError
    for a domain that is not understood.
    """
    evaluators = ENGINE.compile(old), ENGINE.compile(new)
    both_ways = sought not in (looser, looser_by_decision)
    aiming = Aiming((old, new), capability=capability, domain=domain, both_ways=both_ways)

    def decide(request: Request) -> Witness:
        outcomes = tuple(evaluator.decide(request).outcomes[0] for evaluator in evaluators)
        for outcome in outcomes:
            if isinstance(outcome.error, TimeLimitError):
                raise outcome.error
        return Witness(request, outcomes)

    def fits(request: Request) -> bool:
        return aiming.domain is None or aiming.domain.valid(request.args.values)

    def holds(request: Request) -> bool:
        progress.begun += 1
        found = decide(request)
        return sought(found.before, found.after)

    made = generate_calls(aiming, RandomChoices(Random(seed)))  # noqa: S311  (no secret)
    given = list(first)
    tried = 0
    with time_limit(timeout) as progress:
        progress.deciding = True
        try:
            for request in islice(chain(given, made), max_examples):
                if not fits(request):
                    continue
                tried += 1
                if holds(request):
                    witness = decide(
                        shrink_request(request, lambda call: fits(call) and holds(call))
                    )
                    return SearchResult(tried, witness, was_given=tried <= len(given))
        except TimeLimitError as error:
            return SearchResult(tried, error=error)
    return SearchResult(tried)


def generate_calls(aiming: Aiming, choices: Choices) -> Iterator[Request]:
    """Yield calls without end."""
    while True:
        yield aiming.request(choices)
