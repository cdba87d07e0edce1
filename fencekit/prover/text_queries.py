"""What a cube asks of the text: its keywords and regexes, as questions for the product.

A wanted condition with several regexes asks for any of them, so each of them is a question of its
own. Keywords need no such split: their automaton waits for any of a clause.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from fencekit.prover.domain_protocol import Domain
from fencekit.prover.field_relevance import EVERYTHING, FieldRelevance
from fencekit.prover.keyword_automaton import Keywords
from fencekit.prover.payload_automaton import ArgumentsAutomaton
from fencekit.prover.rule_literals import ContainsKeyword, HasPrefix, Literal, MatchesRegex, order
from fencekit.prover.values.schema_arguments import FieldSet
from fencekit.regex.compile_search import compile_search
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import is_sublanguage

Cube = frozenset[Literal]

NATURAL = {
    **dict.fromkeys(("shell", "bash", "terminal", "exec", "process"), "command"),
    **dict.fromkeys(("sql", "db", "database", "postgres", "bigquery"), "query"),
    **dict.fromkeys(("http", "https", "browser", "web", "network", "api"), "url"),
    **dict.fromkeys(("file", "files", "filesystem", "fs"), "path"),
    **dict.fromkeys(("email", "mail", "slack", "message"), "body"),
}
"""The key under which a reader expects text, by the resource of the capability."""


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Wanted clauses of keywords, unwanted ones, and regexes that must be found or must not.

    All keywords are printable: the text is, so that no other is ever in it.
    """

    wanted: tuple[frozenset[str], ...]
    unwanted: frozenset[str]
    regexes: tuple[tuple[LazyDFA, bool], ...]
    core: Cube
    natural: str
    doubt: str = ""
    """Why a call that fits may still not be one: a pattern that is not followed."""

    @property
    def regex_core(self) -> Cube:
        """The literals about regexes."""
        return frozenset(one for one in self.core if isinstance(one.atom, MatchesRegex))

    def payload(self, fields: FieldSet, domain: Domain) -> ArgumentsAutomaton:
        """Return the word to ask the question about, of arguments with such fields."""
        keywords = Keywords(self.wanted, self.unwanted)
        if not fields.is_open:
            natural: tuple[str, ...] = ()
            shape = EVERYTHING
        else:
            shape = FieldRelevance.of(
                self.wanted,
                self.unwanted,
                regexes=bool(self.regexes),
                required=bool(fields.required),
            )
            named = [key for key, said in domain.properties.items() if is_free_text(said)]
            free = (*named[:3], self.natural, *neutral(keywords.alphabet, domain.keys))
            taken = {*domain.keys, *fields.declared} - {*named}
            natural = tuple(key for key in free if key not in taken)
        return ArgumentsAutomaton(
            keywords,
            [automaton for automaton, _ in self.regexes],
            shape,
            tuple(dict.fromkeys(natural)),
            fields.required,
            fields.optional,
            is_open=fields.is_open,
            in_order=len(domain.keys),
        )


def is_free_text(said: Any) -> bool:
    """Say whether a schema lets any text through."""
    return (
        isinstance(said, Mapping)
        and set(said) <= {"type", "description"}
        and (said.get("type") == "string")
    )


def neutral(alphabet: frozenset[str], taken: Collection[str] = ()) -> tuple[str, ...]:
    """Return a key that no keyword has a character of, and that is not taken."""
    chars = (char for char in "xzqkvjwyab" + NEVER_IN if char not in taken)
    return (next(char for char in chars if char not in alphabet),)


NEVER_IN = "".join(map(chr, range(0x4E00, 0x9FFF)))


def contradiction(cube: Cube) -> Cube | None:
    """Return literals of the text that cannot all be true, where two by two show it; else None."""
    literals = sorted(cube, key=order)
    unwanted: dict[str, Literal] = {}
    refused: dict[str, Literal] = {}
    for one in literals:
        if not one.positive and isinstance(one.atom, ContainsKeyword):
            unwanted.update(dict.fromkeys(one.atom.keywords, one))
        elif not one.positive and isinstance(one.atom, MatchesRegex):
            refused.update(dict.fromkeys(one.atom.patterns, one))
    for one in literals:
        hit = _contradicting(one, unwanted, refused) if one.positive else None
        if hit is not None and all(other is not None for other in hit):
            return frozenset({one, *(other for other in hit if other is not None)})
    return None


def _contradicting(
    one: Literal, unwanted: dict[str, Literal], refused: dict[str, Literal]
) -> list[Literal | None] | None:
    """Return, for each way in which a literal is true, one that contradicts it; None of others."""
    if isinstance(one.atom, ContainsKeyword):
        return [_inside(word, unwanted) for word in one.atom.keywords if word.isprintable()]
    if not isinstance(one.atom, MatchesRegex):
        return None
    hit = [refused.get(pattern) for pattern in one.atom.patterns]
    return hit if all(hit) else [_around(pattern, refused) for pattern in one.atom.patterns]


def _around(pattern: str, refused: dict[str, Literal]) -> Literal | None:
    return refused.get(pattern) or next(
        (one for other, one in refused.items() if is_sublanguage(pattern, other)), None
    )


def _inside(word: str, unwanted: dict[str, Literal]) -> Literal | None:
    return next((one for other, one in unwanted.items() if other in word), None)


@dataclass
class TextLiterals:
    """What the literals of a cube's text ask for, together."""

    wanted: list[frozenset[str]] = field(default_factory=list)
    unwanted: set[str] = field(default_factory=set)
    choices: list[tuple[str, ...]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    core: set[Literal] = field(default_factory=set)

    def add(self, literal: Literal) -> None:
        """Add a literal; one that is not about the text adds nothing."""
        atom = literal.atom
        if isinstance(atom, ContainsKeyword):
            self.core.add(literal)
            if literal.positive:
                self.wanted.append(atom.keywords)
            else:
                self.unwanted.update(filter(str.isprintable, atom.keywords))
        elif isinstance(atom, MatchesRegex):
            self.core.add(literal)
            if literal.positive:
                self.choices.append(atom.patterns)
            else:
                self.refused.extend(atom.patterns)

    def possible(self) -> tuple[frozenset[str], ...]:
        """Return the wanted clauses without keywords that are never met.

        The text is printable, and has nothing unwanted in it.
        """
        return tuple(
            frozenset(
                word
                for word in clause
                if word.isprintable() and not any(other in word for other in self.unwanted)
            )
            for clause in self.wanted
        )


def questions(cube: Cube, capability: str) -> Iterator[TextQuery]:
    """Yield the questions of which one must be answered yes for the cube's text to be possible."""
    asked = TextLiterals()
    for one in sorted(cube, key=order):
        asked.add(one)
    natural = NATURAL.get(capability.partition(".")[0].lower(), "text")
    if natural == "path" and any(isinstance(one.atom, HasPrefix) for one in cube):
        natural = "content"
    wanted, unwanted, core = asked.possible(), frozenset(asked.unwanted), frozenset(asked.core)
    for chosen in product(*asked.choices):
        if set(chosen) & set(asked.refused):
            continue
        regexes, doubt = compile_automata([*chosen], asked.refused)
        yield TextQuery(wanted, unwanted, regexes, core, natural, doubt)


def compile_automata(
    found: list[str], refused: list[str]
) -> tuple[tuple[tuple[LazyDFA, bool], ...], str]:
    """Return the automata of patterns that must be found or must not, and why some have none."""
    automata: dict[LazyDFA, bool] = {}
    doubt = ""
    for pattern in dict.fromkeys((*found, *refused)):
        try:
            automata[compile_search(pattern)] = pattern in found
        except UnsupportedError as error:
            doubt = f"the regex `{pattern}` {error}"
    return tuple(automata.items()), doubt
