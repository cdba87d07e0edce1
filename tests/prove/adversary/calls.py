"""Every short call of a pair: all short texts of its letters in all forms, all its values."""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from random import Random
from typing import Any

from prove.adversary.pair import Call, Document, Pair

MOST_TEXTS = 800
MOST_ARGS = 1500
ABSENT = object()


def calls(pair: Pair, more: int = 1) -> Iterator[Call]:
    """Yield the calls that are tried on a pair; with `more`, that many times as many."""
    for args in arguments(pair, more):
        for capability in pair.capabilities:
            for context in pair.contexts:
                yield Call(capability, args, context)


def arguments(pair: Pair, more: int = 1) -> Iterator[Document]:
    yield {}
    yield from pair.args
    if pair.values:
        yield from combined(pair, MOST_ARGS * more)
    if pair.letters:
        yield from spelled(pair, MOST_TEXTS * more)


def words(letters: Iterable[str], most: int) -> Iterator[str]:
    """Yield all texts of the letters, the shorter ones first, in as many lengths as are whole."""
    listed = tuple(dict.fromkeys(letters))
    length, total = 0, 0
    while length < 9 and total + len(listed) ** length <= max(most, 1 + len(listed)):
        total += len(listed) ** length
        yield from map("".join, product(listed, repeat=length))
        length += 1


def spelled(pair: Pair, most: int) -> Iterator[Document]:
    """Yield arguments with every short text as a value, and the shortest in other places."""
    for text in words(pair.letters, most):
        yield {"a": text}
    few = list(words(pair.letters, most // 20))
    for text in few:
        yield from ({"a": [text]}, {text: ""}, {"a": {"k": text}}, {"a": {text: None}})
        yield from ({text: 1, "b": text}, {"a": "", "b": text}, {"a": text, "b": ""})
    singles = list(words(pair.letters, 1 + len(pair.letters)))
    for one, other in product(singles, repeat=2):
        yield from ({"a": one, "b": other}, {"a": [one, other]}, {one: other})


def combined(pair: Pair, most: int) -> Iterator[Document]:
    """Yield arguments of every choice of values; where those are too many, some at random."""
    keys = list(pair.values)
    choices: list[list[Any]] = [[ABSENT, *pair.values[key]] for key in keys]
    size = 1
    for one in choices:
        size *= len(one)
    if size <= most:
        for chosen in product(*choices):
            made = put_together(keys, chosen)
            yield made
            if len(made) > 1 and 2 * size <= most:  # the values are seen in the order of the keys
                yield dict(reversed(made.items()))
        return
    for key, values in pair.values.items():  # each value at least once by itself
        yield from ({key: value} for value in values)
    random = Random(pair.seed)
    for _ in range(most):
        yield put_together(keys, [random.choice(one) for one in choices], random)


def put_together(keys: list[str], chosen: Iterable[Any], random: Random | None = None) -> Document:
    fields = [(key, one) for key, one in zip(keys, chosen, strict=True) if one is not ABSENT]
    if random is not None and random.random() < 0.3:
        random.shuffle(fields)
    return dict(fields)


def first(found: Iterator[Call], most: int) -> list[Call]:
    return list(islice(found, most))
