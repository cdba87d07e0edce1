"""The parameters of a pack: typed data that a user may set, checked before it is filled in.

A value is escaped wherever it is used, in regexes and in keywords. The types are narrow all the
same, because a value may still be one that allows everything, or one that never matches: the text
that keywords are looked for in is lower-cased and has quotes and backslashes escaped.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.packs.pack.pack_documents import refuse_unknown
from fencekit.packs.render.pattern_terms import Parameters
from fencekit.reading.message_words import list_words
from fencekit.reading.yaml import Located

SEGMENT = r"[A-Za-z0-9_@+.-]*[A-Za-z0-9_@+-]"
TEXTS: dict[str, tuple[str, str]] = {
    "path": (rf"(?:/{SEGMENT})+", "an absolute path of plain names, without a slash at its end"),
    "names": (r"[A-Za-z0-9_@+.-]*[A-Za-z0-9_@+-]", "names of letters, digits and `_@+.-`"),
    "words": (r"[A-Za-z_][A-Za-z0-9_]*", "words of letters, digits and `_`"),
    "accounts": (r"[A-Za-z0-9_.+-]+", "account numbers of letters, digits and `_.+-`"),
    "addresses": (
        r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        "mail addresses of the usual characters",
    ),
    "people": (
        r"[A-Za-z0-9_.+@#-]+(?: [A-Za-z0-9_.+@#-]+)*",
        "names of letters, digits and spaces",
    ),
    "tools": (
        r"[A-Za-z0-9_.*-]*[A-Za-z0-9][A-Za-z0-9_.*-]*",
        "names of tools, in which `*` is any text beside a letter or a digit, and never all",
    ),
    "hosts": (
        r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}",
        "names of hosts in lower case, such as `api.example.com`; no number, no port",
    ),
}
"""The texts of each type, as a regex of one value and in words."""
SINGLE = ("path", "number")
KEYS = ("type", "default", "about", "at_least", "sample")
PARTIES = ("accounts", "addresses", "people", "hosts")
"""The types that say who is paid, written to or called: nobody else can know that, so that a
default of theirs is a sample. Of any other type a parameter may say so, with `sample: true`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, its type, its value unless set otherwise, and what it is for.

    A number may have to be `at_least` what another parameter is, which it names.
    """

    name: str
    kind: str
    default: tuple[Any, ...]
    about: str
    at_least: str = ""
    is_sample: bool = False
    """Whether its default only shows what a value is, and lets calls through: it has to be set."""

    @property
    def has_to_be_set(self) -> bool:
        """Whether nobody but the user knows its value: what stands there is a sample."""
        return self.is_sample and bool(self.default)

    @property
    def description(self) -> str:
        """What it is for, and what its value may be, in words."""
        return f"{self.about}; at least `{self.at_least}`" if self.at_least else self.about


def read_parameters(document: Located) -> tuple[Parameter, ...]:
    """Return the parameters that a mapping spells; raise PackError, with the place, for others."""
    if not isinstance(document.value, dict):
        raise PackError("`parameters` is a mapping, `{}` for none", place=document.place)
    made = tuple(read_parameter(str(key.value), given) for key, given in document.items)
    numbers = [one.name for one in made if one.kind == "number"]
    for one, (_, given) in zip(made, document.items, strict=True):
        least = given.find("at_least")
        if least is not None and (one.name not in numbers or least.value not in numbers):
            said = f"`at_least` names a number that the number `{one.name}` may not be less than"
            raise PackError(said, place=least.place)
    try:
        refuse_disorder(made, {one.name: one.default for one in made})
    except PackError as error:
        raise PackError(error.message, place=document.place) from error
    return made


def read_parameter(name: str, given: Located) -> Parameter:
    """Return the parameter that an entry spells; raise PackError where it spells none."""
    refuse_unknown(given, KEYS, "key of a parameter")
    kind, default, about = (given.find(key) for key in ("type", "default", "about"))
    if kind is None or default is None or about is None:
        wants = "a parameter has a `type`, a `default` and says what it is `about`"
        raise PackError(wants, place=given.place)
    if not isinstance(kind.value, str) or kind.value not in KINDS:
        hint = f"known: {list_words(KINDS)}"
        raise PackError(f"no such type: `{kind.value}`", place=kind.place, hint=hint)
    values = check_values(name, str(kind.value), default.value, place=default.place)
    least = given.find("at_least")
    at_least = "" if least is None else str(least.value)
    sample = given.find("sample")
    if sample is not None and not isinstance(sample.value, bool):
        raise PackError("`sample` is true or false", place=sample.place)
    is_sample = str(kind.value) in PARTIES if sample is None else bool(sample.value)
    return Parameter(name, str(kind.value), values, str(about.value), at_least, is_sample)


def unset_samples(parameters: Sequence[Parameter], chosen: Mapping[str, Any]) -> list[Parameter]:
    """Return the parameters that have only a sample value, and are not set."""
    return [one for one in parameters if one.has_to_be_set and one.name not in chosen]


def check_values(
    name: str, kind: str, value: Any, *, place: Place | None = None
) -> tuple[Any, ...]:
    """Return the values of a parameter; raise PackError where one is not of its type."""
    items = value if isinstance(value, list | tuple) else [value]
    if kind in SINGLE and len(items) != 1:
        raise PackError(f"the parameter `{name}` is one value", place=place)
    return tuple(KINDS[kind](name, kind, item, place) for item in items)


def text(name: str, kind: str, value: Any, place: Place | None) -> str:
    """Return a text of the type's form."""
    form, words = TEXTS[kind]
    if not isinstance(value, str) or not re.fullmatch(form, value):
        raise PackError(
            f"`{value}` is not a valid value for the parameter `{name}`: it takes {words}",
            place=place,
        )
    if kind in ("path", "names") and ".." in value:
        raise PackError(
            f"`{value}` is not a valid value for the parameter `{name}`: it has `..`", place=place
        )
    return value


def number(name: str, kind: str, value: Any, place: Place | None) -> int:
    """Return a whole number, which may be given as its digits."""
    digits = value if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,12}", digits):
        said = f"`{value}` is not a valid value for the parameter `{name}`: it takes a whole {kind}"
        raise PackError(said, place=place)
    return int(digits)


KINDS: dict[str, Callable[[str, str, Any, Place | None], Any]] = {
    **dict.fromkeys(TEXTS, text),
    "number": number,
}
"""The types, and how a value of each is read."""


def values_of(parameters: Sequence[Parameter], chosen: Mapping[str, Any]) -> Parameters:
    """Return the values of all parameters: those chosen, and the defaults of the others.

    Raises PackError for a name that no parameter has, for a value that is not of its type, and for
    a number that is less than the one that it must be at least.
    """
    known = {one.name for one in parameters}
    for name in chosen:
        if name not in known:
            hint = f"there is {list_words(sorted(known)) or 'none'}"
            raise PackError(f"no such parameter: `{name}`", hint=hint)
    values = {
        one.name: check_values(one.name, one.kind, chosen[one.name])
        if one.name in chosen
        else one.default
        for one in parameters
    }
    refuse_disorder(parameters, values)
    return values


def refuse_disorder(parameters: Sequence[Parameter], values: Parameters) -> None:
    """Raise PackError where a number is less than the one that it must be at least."""
    for one in parameters:
        if one.at_least and values[one.name] < values[one.at_least]:
            (less,), (least,) = values[one.name], values[one.at_least]
            said = f"`{one.name}` is {less}, which is less than `{one.at_least}`, {least}"
            raise PackError(said, hint="set both in their order")
