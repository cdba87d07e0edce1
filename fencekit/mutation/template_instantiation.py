"""Texts put into known calls: instead of a value, as a field, in the context, over all values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from fencekit.model.policy import ConditionName
from fencekit.model.request import Facts, Request
from fencekit.prover.decode_call import read

MOST_SPLITS = 24
"""In how many ways a text is split over the values of a call, at the most."""

MOST_CUTS = 6
"""At how many spaces a text is divided between two fields, the last ones first."""

MOST_WORDS = 16
"""How many words of a known text another text is put into the place of."""

WORD = re.compile(r"\w+(?:[.]\w+)*")

NAMED = {
    ConditionName.ENVIRONMENT,
    ConditionName.USER_ROLE,
    ConditionName.TENANT,
    ConditionName.TABLE,
    ConditionName.TOOL_NAME,
    ConditionName.RISK_LEVEL,
    ConditionName.PATH,
}
"""The conditions on a value of the context, by its name."""


def with_name(templates: Sequence[Request], key: str, glob: str) -> Iterator[Request]:
    """Yield known calls with a value by that name that a glob matches, or nearly."""
    words = [glob.replace("*", ""), glob.replace("*", "x"), f"{glob.replace('*', '')}x"]
    for value in (*words, f"x{words[0]}", f"x{words[0]}x"):
        for template in templates:
            if key == ConditionName.PATH:
                args = {**template.args.values, key: value}
                yield replace(template, args=Facts(args, whole=template.args.whole))
            else:
                yield replace(template, context=Facts({**template.context.values, key: value}))


def fill_values(template: Request, text: str) -> Iterator[Request]:
    """Yield a known call with a text instead of a value, alone, or split into all values."""
    given = template.args.values
    for key, value in given.items():
        if isinstance(value, str):
            yield with_args(template, {**given, key: text})
            if len(given) > 1:
                yield with_args(template, {key: text})
    if "text" not in given and not given:
        yield with_args(template, {"text": text})
    if len(given) > 1 or any(not isinstance(value, str) for value in given.values()):
        for values in islice(split_text(text, list(given.values())), MOST_SPLITS):
            yield with_args(template, dict(zip(given, values, strict=True)))


FIELD = re.compile(r"[{,]? ?'(\w+)': (.*)", re.DOTALL)
BEGUN: dict[str, tuple[Any, ...]] = {
    "n": (None,),
    "t": (True,),
    "f": (False,),
    "-": (-1,),
    "'": ("", "a"),
    '"': ("it's",),
    "[": ([], ["a"]),
    "{": ({}, {"a": 1}),
    "": ("a", 1, True, ["a"]),
}
"""Values by how they begin when Python prints them, after the name of their field."""


def with_field(template: Request, keyword: str) -> Iterator[Request]:
    """Yield a known call with the field that a keyword names: first, last, where it stands."""
    found = FIELD.fullmatch(keyword)
    if found is None:
        return
    name, begun = found.groups()
    given = template.args.values
    for key in dict.fromkeys((*(key for key in given if key.lower() == name), name)):
        for value in BEGUN.get(begun[:1], ()):
            rest = {other: one for other, one in given.items() if other != key}
            yield with_args(template, {**given, key: value})
            yield with_args(template, {**rest, key: value})
            yield with_args(template, {key: value, **rest})
        if begun == "":
            yield from divide_text(template, key)


def divide_text(template: Request, key: str) -> Iterator[Request]:
    """Yield a known call with the end of its last text under another key: joined, it is the same.

    The values are joined by spaces, so the text is cut where it has one.
    """
    given = template.args.values
    last = next(reversed(given), "")
    text = given.get(last)
    if isinstance(text, str) and key not in given:
        for at in [at for at, char in enumerate(text) if char == " "][-MOST_CUTS:]:
            yield with_args(template, {**given, last: text[:at], key: text[at + 1 :]})


def splice_words(template: Request, text: str) -> Iterator[Request]:
    """Yield a known call with a text instead of a word of a value, and around the value."""
    given = template.args.values
    for key, value in given.items():
        if isinstance(value, str):
            words = islice(WORD.finditer(value), MOST_WORDS)
            made = [value[: word.start()] + text + value[word.end() :] for word in words]
            for one in (*made, f"{text} {value}", f"{value} {text}", text + value, value + text):
                yield with_args(template, {**given, key: one})


def with_args(template: Request, args: Mapping[str, Any]) -> Request:
    """Return the call with other arguments."""
    return replace(template, args=Facts(args))


def split_text(text: str, like: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield values of the same types that are printed as the text, with a space between."""
    first, rest = like[0], like[1:]
    ends = [at for at, char in enumerate(text) if char == " "] if rest else [len(text)]
    for end in ends:
        value = read_like(text[:end], first)
        if value is None:
            continue
        if not rest:
            yield [value]
        else:
            yield from ([value, *more] for more in split_text(text[end + 1 :], rest))


def read_like(text: str, like: Any) -> Any:
    """Return the value that is printed so, of the type of another; None where there is none."""
    if isinstance(like, str):
        return text
    try:
        value = read(text)
    except ValueError:
        return None
    return value if type(value) is type(like) else None
