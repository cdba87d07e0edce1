"""A call that a reader recognises, beside the smallest one that shows a loosening.

First calls like those of a log or of cases are tried, where there are some; else harmful ones: the
payloads that lint and the packs know, as far as the newly open set has them. Nothing is derived
here: whatever is returned was decided by the engine, under both policies, by the same rules as the
smallest call.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.engines.time_limit import time_limit
from fencekit.linter.attack_payloads import AMOUNTS, GLUES, HARM, PATHS, harms_of
from fencekit.linter.example_calls import requests_for, word_for
from fencekit.linter.pack_payloads import calls_for, texts_for
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Policy
from fencekit.model.proof import Witness
from fencekit.model.record import Record
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.transition_kind import TransitionKind, transition_kind
from fencekit.schema.argument_schema import OPEN, Domain, domain_of

MOST_TRIES = 600
MOST_RECORDED = 200
MOST_TEXTS = 12
TIMEOUT = 5.0


class RealisticCalls:
    """Looks for realistic calls between two policies; `recorded` are calls that were made."""

    def __init__(
        self,
        old: Policy,
        new: Policy,
        *,
        domain: Domain = OPEN,
        recorded: Iterable[Request] = (),
    ) -> None:
        self.evaluators = ENGINE.compile(old), ENGINE.compile(new)
        self.schema = domain_of(domain)
        self.recorded = tuple(recorded)

    def like(self, witness: Witness) -> Request | None:
        """Return a realistic call that gets looser as the witness does, by the same rules.

        None where none was found among those that were tried.
        """
        wanted = transition_kind(witness.before, witness.after)
        seen: set[Request] = {witness.request}

        def shows(request: Request) -> bool:
            if request in seen or not self.fits(request):
                return False
            seen.add(request)
            progress.begun += 1
            before, after = (one.decide(request).outcomes[0] for one in self.evaluators)
            return (
                transition_kind(before, after) is wanted
                and before.rule == witness.before.rule
                and after.rule == witness.after.rule
            )

        with time_limit(TIMEOUT) as progress:
            progress.deciding = True
            try:
                made = islice(candidates(witness, self.recorded), MOST_TRIES)
                return next(filter(shows, made), None)
            except TimeLimitError:
                return None

    def record(self, witness: Witness) -> Record | None:
        """Return such a call as a record that is in no log; None where none was found."""
        if transition_kind(witness.before, witness.after) is TransitionKind.ERROR:
            return None  # nothing that raises is anything that a reader knows
        found = self.like(witness)
        return None if found is None else Record(found, None, Place(""))

    def fits(self, request: Request) -> bool:
        """Say whether a call is one of the domain."""
        return self.schema is None or self.schema.valid(request.args.values)


def candidates(witness: Witness, recorded: Iterable[Request]) -> Iterator[Request]:
    """Yield realistic calls that may show what a witness shows, the best first."""
    space = str(witness.request.capability).partition(".")[0]
    near = [one for one in recorded if one.whole and is_in(one, space)]
    near.sort(key=lambda one: one.capability != witness.request.capability)
    for one in near[:MOST_RECORDED]:
        yield from like_recorded(one, witness.request)
    yield from harmful(witness)


def is_in(request: Request, space: str) -> bool:
    """Say whether the capability of a call is in a namespace."""
    return str(request.capability).partition(".")[0] == space


def like_recorded(recorded: Request, witness: Request) -> Iterator[Request]:
    """Yield a recorded call with what makes the witness one put in."""
    yield merge_arguments(witness, recorded, recorded.args.values)
    texts = [value for value in witness.args.values.values() if isinstance(value, str)]
    for key, value in recorded.args.values.items():
        if isinstance(value, str):
            worse = (made[key] for made in islice(worst_texts(key, texts), MOST_TEXTS))
            yield from (
                merge_arguments(witness, recorded, {**recorded.args.values, key: text})
                for text in (*worse, *texts)
            )
    yield merge_arguments(witness, recorded, {**recorded.args.values, **witness.args.values})


def merge_arguments(witness: Request, recorded: Request, args: Mapping[str, Any]) -> Request:
    """Return a recorded call with other arguments, and what the witness has in its context."""
    return Request(
        recorded.capability,
        principal=recorded.principal,
        environment=recorded.environment if witness.environment is None else witness.environment,
        context={**recorded.context.values, **witness.context.values},
        args=args,
    )


def harmful(witness: Witness) -> Iterator[Request]:
    """Yield harmful calls, then plain ones, in the shape that calls of the capability have."""
    call = witness.request
    word = word_of(str(call.capability))
    rule = witness.after.rule
    examples = list(islice(requests_for([rule]), MOST_TEXTS)) if rule is not None else []
    texts = texts_in([call, *examples])
    amounts = [value for key, value in call.args.values.items() if is_amount(key, value)]
    if not amounts and asks_amount(witness):
        amounts = [0]
    has_path = word == "path" or any("path" in example.args.values for example in examples)
    made = chain(
        worst_amounts(amounts),
        calls_for(str(call.capability)),
        worst_paths(texts) if has_path else (),
        worst_texts(word, texts),
        ({word: text} for text in texts if text),
        (example.args.values for example in examples),
    )
    rest = {key: value for key, value in call.args.values.items() if not isinstance(value, str)}
    for args in made:
        yield like(call, args)
        if rest and not amounts:
            yield like(call, {**args, **rest})
        if amounts and "amount" not in args:
            yield like(call, {**args, **rest})


def word_of(capability: str) -> str:
    """Return the name of the argument that has the text of such a call."""
    return "url" if capability.partition(".")[0] == "http" else word_for(capability)


def texts_in(calls: list[Request]) -> list[str]:
    """Return the first texts among the arguments of calls, each once."""
    values = (value for call in calls for value in call.args.values.values())
    texts = dict.fromkeys(value for value in values if isinstance(value, str))
    return list(texts)[:MOST_TEXTS]


def like(call: Request, args: Mapping[str, Any]) -> Request:
    """Return the call with other arguments."""
    return Request(
        call.capability, environment=call.environment, context=call.context, args=dict(args)
    )


def asks_amount(witness: Witness) -> bool:
    """Say whether a rule that decides the call, under either policy, asks for an amount."""
    rules = [outcome.rule for outcome in witness.outcomes if outcome.rule is not None]
    return any(one.name.startswith("amount_") for rule in rules for one in rule.conditions)


def is_amount(key: str, value: Any) -> bool:
    """Say whether an argument is a number that stands for an amount."""
    return "amount" in key.lower() and not isinstance(value, bool | str | dict | list)


def worst_amounts(amounts: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield payments of great amounts, the greatest first, where the call has an amount."""
    if amounts:
        for amount in AMOUNTS:
            yield {"amount": amount, "currency": "EUR"}
            yield {"amount": amount}


def worst_paths(texts: list[str]) -> Iterator[dict[str, Any]]:
    """Yield paths that nobody wants read, by themselves and below what is allowed."""
    paths = tuple(dict.fromkeys((*PATHS, *texts_for("path"))))
    yield from ({"path": path} for path in paths)
    yield from (
        {"path": f"{text.rstrip('/')}/{path.lstrip('/')}"} for text in texts for path in paths
    )


def worst_texts(word: str, texts: list[str]) -> Iterator[dict[str, Any]]:
    """Yield harm behind an allowed text, in front of it, around it, and by itself."""
    ways: tuple[Callable[[str, str, str], str], ...] = (
        lambda text, glue, harm: f"{text}{glue}{harm}",
        lambda text, glue, harm: f"{harm}{glue}{text}",
    )
    known = [harms_of(word), texts_for(word)]
    for harm in dict.fromkeys(chain(*known if word in HARM else reversed(known))):
        for way in ways:
            for text in texts[:4]:
                yield from ({word: way(text, glue, harm)} for glue in GLUES[:3] if text)
        yield {word: harm}
