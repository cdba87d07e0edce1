"""The calls of an entry: one request, or a template with rows, or with values for each part."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from fencekit.cases.case_file import Problems
from fencekit.model.errors import RequestError
from fencekit.model.request import Request
from fencekit.model.request_json import KEYS, from_form
from fencekit.model.source import Place
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.yaml import Located

MAX_CALLS = 10_000
"""How many calls one entry may stand for."""

OBJECTS = ("context", "args")
"""The parts of a request that are objects; of these a single key can be given too."""


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call of an entry, with its name; the request is None where it was refused."""

    name: str
    request: Request | None
    place: Place
    expect: Located | None = None


def calls(
    entry: Located, name: str, problems: Problems, *, may_expect: bool = False
) -> Iterator[NamedCall]:
    """Yield the calls that an entry stands for; complain of what is wrong with them.

    With `may_expect`, a row may have an `expect` of its own.
    """
    template = entry.find("request")
    form: dict[str, Any] = {}
    if template is not None and not isinstance(template.value, dict):
        problems.add(f"`request` of `{name}` is not a mapping", template.place)
        return
    if template is not None:
        problems.unknown(template, KEYS, f"`request` of `{name}`")
        form = template.value
    rows, each = entry.find("rows"), entry.find("each")
    if rows is not None and each is not None:
        problems.add(f"`{name}` has both `rows` and `each`", each.place, "make two entries of it")
    elif rows is not None:
        yield from of_rows(rows, form, name, problems, may_expect=may_expect)
    elif each is not None:
        yield from of_each(each, form, name, problems)
    elif template is None:
        problems.add(f"`{name}` has no `request`", entry.place)
    else:
        place = entry.place
        yield NamedCall(name, request(form, f"`{name}`", template.place, problems), place)


def of_rows(
    rows: Located, form: dict[str, Any], name: str, problems: Problems, *, may_expect: bool
) -> Iterator[NamedCall]:
    """Yield a call for each row: the template with what the row says."""
    if not isinstance(rows.value, list) or not rows.value:
        problems.add(f"`rows` of `{name}` is not a list of rows", rows.place)
        return
    own = ("name", "expect") if may_expect else ("name",)
    for number, row in enumerate(rows.elements, 1):
        if not isinstance(row.value, dict):
            problems.add(f"row {number} of `{name}` is not a mapping", row.place)
            continue
        given = row.find("name")
        if given is not None and not (isinstance(given.value, str) and given.value.strip()):
            problems.add("`name` is no text", given.place)
            continue
        called = f"{name} [{given.value if given else number}]"
        parts = [(key, value) for key, value in row.items if key.value not in own]
        sound = [is_part(key, own, f"a row of `{name}`", problems) for key, _ in parts]
        if all(sound):
            filled = with_parts(form, [(str(key.value), value.value) for key, value in parts])
            expect = row.find("expect") if may_expect else None
            made = request(filled, f"`{called}`", row.place, problems)
            yield NamedCall(called, made, row.place, expect)


def of_each(
    each: Located, form: dict[str, Any], name: str, problems: Problems
) -> Iterator[NamedCall]:
    """Yield a call for each combination of the values that are listed for each part."""
    if not isinstance(each.value, dict) or not each.value:
        hint = "write the parts of a request, each with a list of values"
        problems.add(f"`each` of `{name}` is not a mapping", each.place, hint)
        return
    sound = [is_part(key, (), f"`each` of `{name}`", problems) for key, _ in each.items]
    for key, values in each.items:
        if not isinstance(values.value, list) or not values.value:
            problems.add(f"`{key.value}` in `each` is not a list of values", values.place)
            sound.append(False)
    if not all(sound):
        return
    count = math.prod(len(values.value) for _, values in each.items)
    if count > MAX_CALLS:
        problems.add(f"`each` of `{name}` stands for {count:,} calls", each.place, MOST)
        return
    names = [str(key.value) for key, _ in each.items]
    combinations = product(*(values.value for _, values in each.items))
    for number, combination in enumerate(combinations, 1):
        called = f"{name} [{number}]"
        place = Place(each.place.file, each.place.line, number)
        filled = with_parts(form, list(zip(names, combination, strict=True)))
        yield NamedCall(called, request(filled, f"`{called}`", place, problems), place)


MOST = f"at most {MAX_CALLS:,} calls are read of one entry"


def is_part(key: Located, own: tuple[str, ...], what: str, problems: Problems) -> bool:
    """Complain of a key that is no part of a request: `args`, say, or `args.amount`."""
    word = str(key.value)
    first, dot, rest = word.partition(".")
    if word in KEYS or (first in OBJECTS and dot and rest):
        return True
    known = [*own, *KEYS, *(f"{name}.KEY" for name in OBJECTS)]
    hint = f"there is {list_words(known)}"
    problems.add(f"unknown key in {what}: `{word}`{nearest(word, known)}", key.place, hint)
    return False


def with_parts(form: dict[str, Any], parts: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a form with other parts; objects are merged, key by key."""
    made = dict(form)
    for name, value in parts:
        first, dot, key = name.partition(".")
        if name in OBJECTS and isinstance(value, dict) and isinstance(made.get(name), dict):
            made[name] = {**made[name], **value}
        elif dot and first in OBJECTS:
            before = made.get(first)
            made[first] = {**(before if isinstance(before, dict) else {}), key: value}
        else:
            made[name] = value
    return made


def request(form: dict[str, Any], what: str, place: Place, problems: Problems) -> Request | None:
    """Return the request that a form spells, or None when it was refused."""
    try:
        return from_form(form, place)
    except RequestError as error:
        problems.add(f"{what}: {error.message}", place, error.hint)
        return None
