"""A call under way: what conditions wish of it is gathered, then laid out as one request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fencekit.engines.native.request_view import PATH
from fencekit.generation import glob_values, keyword_spellings, threshold_numbers
from fencekit.model.request import Request
from fencekit.regex.random_choices import Choices, menu


@dataclass(slots=True)
class Draft:
    """What is wished of a call so far.

    `texts` are to be found in the arguments, `samples` too, which patterns find; `hints` are
    characters worth trying in those; `near` names the subjects of which somebody wishes that they
    just miss.
    """

    choices: Choices
    capability: str
    hints: str = ""
    samples: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    amounts: list[threshold_numbers.Wish] = field(default_factory=list)
    depths: list[threshold_numbers.Wish] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    named: dict[str, list[Any]] = field(default_factory=dict)
    near: set[str] = field(default_factory=set)

    def request(self) -> Request:
        """Return the request that has what was wished."""
        choices = self.choices
        args: dict[str, Any] = {}
        context: dict[str, Any] = {}
        said = "\n".join(self.samples)
        texts = [*self.samples, *(text for text in self.texts if text not in said)]
        path = self.path()
        if path is not None and texts and choices.chance(40):
            path = path + choices.pick(GLUES) + choices.pick(GLUES).join(texts)
            texts = []
        if texts:
            args.update(choices.pick(LAYOUTS if len(texts) > 1 else LAYOUTS_OF_ONE)(choices, texts))
        if path is not None:
            args.update(glob_values.path_fields(choices, path, near="path" in self.near))
        args.update(self.fields)
        if self.amounts:
            args.update(
                threshold_numbers.amount_fields(choices, self.amounts, near="amount" in self.near)
            )
        self.place_names(args, context)
        if self.depths:
            context["caller_depth"] = threshold_numbers.depth(
                choices, self.depths, near="caller_depth" in self.near
            )
        if len(args) > 1 and choices.chance(15):
            args = dict(reversed(args.items()))
        environment = context.get("environment")
        if isinstance(environment, str):
            del context["environment"]
        else:
            environment = None
        return Request(self.capability, environment=environment, context=context, args=args)

    def place_names(self, args: dict[str, Any], context: dict[str, Any]) -> None:
        """Put the names that are wished for into the context, into the arguments, or into both."""
        choices = self.choices
        for key, expected in self.named.items():
            value = glob_values.choose_value(choices, expected, near=key in self.near)
            if key == PATH:  # which is an argument, whatever the context says
                args[key] = value
                continue
            for where in choices.pick(STANDS):
                (context if where == "context" else args)[key] = value
            if len(expected) > 1 and choices.chance(50):
                # Either place will do, so that a call can meet two rules that exclude each other.
                context[key], args[key] = (
                    glob_values.matching(choices, one) for one in expected[:2]
                )

    def path(self) -> str | None:
        """Return the path that the prefixes wish for; None where there is no such wish."""
        if not self.prefixes:
            return None
        longest = max(self.prefixes, key=len)
        return glob_values.path_under(self.choices, longest, near="path" in self.near)


STANDS = menu((6, ("context",)), (2, ("args",)), (1, ("context", "args")))
"""Where a name may stand: a call can bring along what belongs into its context."""

TEXT_KEYS = menu((8, "command"), (1, "query"), (1, "content"), (1, "note"))
GLUES = menu((6, " "), (3, ""), (1, "\n"), (1, "; "), (1, "\t"), (1, "/"))


def join_in_one_value(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All in one value, one after another."""
    return {choices.pick(TEXT_KEYS): " ".join(texts)}


def glue_in_one_value(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All in one value, with something else than a space between."""
    return {choices.pick(TEXT_KEYS): choices.pick(GLUES).join(texts)}


def backwards(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All in one value, the last one first."""
    return {choices.pick(TEXT_KEYS): choices.pick(GLUES).join(reversed(texts))}


def inside(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """Each put somewhere into what the ones before it have made."""
    made = ""
    for text in texts:
        at = choices.upto(len(made))
        made = made[:at] + text + made[at:]
    return {choices.pick(TEXT_KEYS): made}


def in_fields(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """Each in a field of its own."""
    first = choices.pick(TEXT_KEYS)
    others = (f"arg{number}" for number in range(1, len(texts)))
    return dict(zip((first, *others), texts, strict=True))


def as_keys(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """The first in a value; the others are keys, which keywords see and patterns do not."""
    first, *others = texts
    return {choices.pick(TEXT_KEYS): first, **dict.fromkeys(others, "")}


def rest_below(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """The first in a value, the others one level down."""
    first, *others = texts
    return {choices.pick(TEXT_KEYS): first, "data": {"note": others}}


def below(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All of them one level down."""
    return {"data": {choices.pick(TEXT_KEYS): choices.pick(GLUES).join(texts)}}


def split_into_halves(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All of it in two values, split somewhere."""
    made = " ".join(texts)
    at = choices.upto(len(made))
    return {choices.pick(TEXT_KEYS): made[:at], "arg1": made[at:]}


def in_words(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """Every word in a field of its own: patterns see a space between them, keywords do not."""
    return in_fields(choices, " ".join(texts).split(" "))


def a_key(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All of it as a key."""
    return {choices.pick(GLUES).join(texts): ""}


def in_list(choices: Choices, texts: list[str]) -> dict[str, Any]:
    """All of them in a list, as the arguments of a program come."""
    return {choices.pick(TEXT_KEYS): list(texts)}


Layout = Callable[[Choices, list[str]], dict[str, Any]]
LAYOUTS: tuple[Layout, ...] = menu(
    (6, join_in_one_value),
    (3, glue_in_one_value),
    (2, backwards),
    (5, inside),
    (4, in_fields),
    (3, as_keys),
    (1, rest_below),
    (1, below),
    (1, split_into_halves),
    (1, in_words),
    (1, a_key),
    (1, in_list),
)
LAYOUTS_OF_ONE: tuple[Layout, ...] = menu(
    (14, join_in_one_value),
    (1, below),
    (1, split_into_halves),
    (1, in_words),
    (1, a_key),
    (1, in_list),
)


def mention(draft: Draft, keyword: Any, *, near: bool) -> None:
    """Wish that the arguments hold a keyword, or with `near` that they nearly do."""
    text = str(keyword)
    as_field = keyword_spellings.as_field(text)
    if as_field is not None and draft.choices.chance(60):
        key, value = as_field
        draft.fields[key] = value[:-1] if near else value
    else:
        draft.texts.append(keyword_spellings.spell_keyword(draft.choices, text, near=near))
