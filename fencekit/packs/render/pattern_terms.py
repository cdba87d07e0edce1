"""The words of a pack's source: small named patterns that are put together into one regex.

A term is one of

- text: a regex; white space in it counts for nothing, and `<name>` stands for another term;
- a list of terms, of which any may stand there;
- `words:`, a list of literal texts, escaped;
- `chars:`, what stands between the brackets of a character class;
- `parameter:`, the values of a parameter, escaped, so that a value is data and never a pattern;
- `strict:`, `baseline:` and `permissive:`, each a term: a variant has its own and those of the
  tighter ones, so that what a tighter variant lets through, a looser one lets through too.

`<space>` is a space.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.model.errors import PackError
from fencekit.packs.pack.pack_variants import VARIANTS, Variant
from fencekit.reading.yaml import Located

REFERENCE = re.compile(r"<([a-z][a-z0-9_]*)>")
WHITE = re.compile(r"\s+")
ATOM = re.compile(r"(?:[^\\\[\](){}|*+?.^$]|\\.|\.|\[(?:[^\\\]]|\\.)+\])\Z", re.DOTALL)
NOTHING = r"[^\s\S]"
"""A regex that no text matches."""
LONGEST = 200_000
"""A regex of more characters is refused: terms that double one another grow without end."""

Parameters = Mapping[str, tuple[Any, ...]]
"""The values of each parameter; one for a single value."""


@dataclass
class Terms:
    """The terms of a source, for one variant and one set of parameters."""

    definitions: Mapping[str, Located]
    parameters: Parameters
    variant: Variant
    _under_way: list[str] = field(default_factory=list)
    _done: dict[str, str] = field(default_factory=dict)

    def regex(self, term: Located) -> str:
        """Return the regex that a term stands for; raise PackError where it stands for none."""
        if isinstance(term.value, str):
            return self._text(term)
        if isinstance(term.value, list):
            return either([self.regex(item) for item in term.elements])
        if not isinstance(term.value, dict) or not term.value:
            raise PackError("a term is text, a list or a mapping", place=term.place)
        names = set(term.value)
        if names <= set(VARIANTS):
            mine = [part for name, part in term.items if VARIANTS[name.value] >= self.variant]
            return either([self.regex(part) for part in mine])
        (name, part), *more = term.items
        if more or name.value not in FORMS:
            known = ", ".join(f"`{form}`" for form in (*FORMS, *VARIANTS))
            raise PackError(f"a term has one of {known}", place=term.place)
        return FORMS[name.value](self, part)

    def _text(self, term: Located) -> str:
        text = WHITE.sub("", term.value)
        length = len(text)

        def stand_in(found: re.Match[str]) -> str:
            nonlocal length
            made = self._look_up_term(found[1], term)
            length += len(made)
            if length > LONGEST:
                said = f"the regex is longer than {LONGEST:,} characters"
                raise PackError(said, place=term.place)
            return made

        return REFERENCE.sub(stand_in, text)

    def _look_up_term(self, name: str, user: Located) -> str:
        """Return what `<name>` stands for, so that it can stand anywhere in a regex."""
        if name == "space":
            return " "
        if name not in self.definitions:
            raise PackError(f"no such term: `<{name}>`", place=user.place)
        if name in self._under_way:
            raise PackError(f"the term `<{name}>` stands for itself", place=user.place)
        if name not in self._done:
            self._under_way.append(name)
            definition = self.definitions[name]
            made = self.regex(definition)
            raw = isinstance(definition.value, dict) and "chars" in definition.value
            self._done[name] = made if raw or ATOM.match(made) else f"(?:{made})"
            self._under_way.pop()
        return self._done[name]

    def _words(self, part: Located) -> str:
        if not isinstance(part.value, list) or not part.value:
            raise PackError("`words` is a list of texts", place=part.place)
        return either([re.escape(item.text or "") for item in part.elements])

    def _chars(self, part: Located) -> str:
        if not isinstance(part.value, str):
            raise PackError("`chars` is the inside of a character class", place=part.place)
        return self._text(part)

    def _parameter(self, part: Located) -> str:
        if not isinstance(part.value, str) or part.value not in self.parameters:
            raise PackError(f"no such parameter: `{part.value}`", place=part.place)
        return either([re.escape(str(value)) for value in self.parameters[part.value]])


FORMS = {
    "words": Terms._words,  # noqa: SLF001  (the table of the class's own forms)
    "chars": Terms._chars,  # noqa: SLF001
    "parameter": Terms._parameter,  # noqa: SLF001
}


def either(regexes: list[str]) -> str:
    """Return the regex of what any of these match; of none there is nothing."""
    some = [regex for regex in regexes if regex != NOTHING]
    if not some:
        return NOTHING
    return some[0] if len(some) == 1 else "|".join(some)
