"""Whether the word of the payload spells the texts that the engine reads of some arguments.

A question of the prover cannot tell all characters apart: of the text, it knows those that a
keyword has; of the values, which of its sets of characters one is in. So both are compared as far
as a question can tell, and each `Spelling` is one question, for many arguments.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from random import Random
from typing import Any

from fencekit.engines.native.request_view import View
from fencekit.engines.native.unknown_questions import QuestionSubject, Relation
from fencekit.model.request import Request
from fencekit.prover import amount_regions
from fencekit.prover.cube_solver import amount
from fencekit.prover.decode_call import arguments
from fencekit.prover.field_relevance import EVERYTHING
from fencekit.prover.keyword_automaton import CAPITAL_SIGMA, Keywords
from fencekit.prover.payload_automaton import ArgumentsAutomaton
from fencekit.prover.payload_states import FURTHER, ArgumentsState, FieldSpec, Required
from fencekit.prover.rule_literals import Compares, Literal
from fencekit.regex.compile_search import compile_search
from prove import payloads

LEAVES = (r"\w", r"\W", r"\d", r"\s", ".", "[^a]", "(?i:k)", "(?i:s)", "(?i:[^i])", r"(?a:\w)")
LEAVES += (
    r"[\x00-\x1f]",
    "[\ud800-\udfff]",
    "[^\x00-\uffff]",
    "(?i:\u03c3)",
    "['\"]",
    r"[\\nrtxu]",
)
"""Regexes of one character each."""
HIDDEN = "\0"
"""Stands for what no keyword has in it."""
Edges = dict[str, list[tuple[str, str, int]]]


class Spelling:
    """One question about the payload: keywords, regexes, and the fields that it speaks of."""

    def __init__(
        self,
        alphabet: str,
        leaves: Iterable[str],
        *,
        required: tuple[Required, ...] = (),
        optional: tuple[FieldSpec, ...] = (),
        closed: bool = False,
    ) -> None:
        self._alphabet = frozenset(alphabet)
        self._leaves = [re.compile(leaf) for leaf in leaves]
        keywords = Keywords([frozenset({char}) for char in sorted(set(alphabet))], frozenset())
        self._payload = ArgumentsAutomaton(
            keywords,
            [compile_search(leaf.pattern) for leaf in self._leaves],
            EVERYTHING,
            ("command", "a'b"),
            required,
            optional,
            is_open=not closed,
        )
        self._spots: dict[ArgumentsState, int] = {self._payload.start: 0}
        self._edges: list[Edges | None] = [None]
        self._listed = [self._payload.start]
        self._seen: dict[str, str] = {}
        self._kinds: dict[int, str] = {}

    def is_spelled(self, args: dict[str, Any]) -> bool:
        """Say whether some walk of the word spells both texts of the arguments."""
        view = View(Request("x", args=args))
        text, values = self.text(str(view.text)), self.values(str(view.values_text))
        size, long = len(text), len(values)
        left = [(0, 1, 0)]  # the word begins after the opening bracket
        seen = set(left)
        while left:
            spot, at, value_at = left.pop()
            if at == size and value_at == long and self._listed[spot].kind == "end":
                return True
            edges = self._edges[spot] or self._walked(spot)
            ways = [(one, at) for one in edges.get("", ())]
            if at < size:
                ways += [(one, at) for one in edges.get(text[at], ())]
            if text[at - 1] == HIDDEN:
                ways += [(one, at - 1) for one in edges.get(HIDDEN, ())]
            for (added, shown, then), begun in ways:
                if text.startswith(added, begun) and values.startswith(shown, value_at):
                    state = (then, begun + len(added), value_at + len(shown))
                    if state not in seen:
                        seen.add(state)
                        left.append(state)
        return False

    def text(self, text: str) -> str:
        """Return a text as far as the keywords can tell: what they do not have is one gap."""
        out: list[str] = []
        for char in text:
            if char in self._alphabet:
                out.append(char)
            elif not out or out[-1] != HIDDEN:
                out.append(HIDDEN)
        return "".join(out)

    def values(self, values: str) -> str:
        """Return the values as far as the regexes can tell, by Python's own matcher."""
        seen = self._seen
        for char in values:
            if char not in seen:
                found = sum(1 << n for n, leaf in enumerate(self._leaves) if leaf.fullmatch(char))
                seen[char] = self._kinds.setdefault(found, chr(0x100 + len(self._kinds)))
        return "".join([seen[char] for char in values])

    def word(self, random: Random, most: int = 40) -> tuple[str, str, dict[str, Any] | None]:
        """Return both texts of a random word that surely is a call, and the arguments it spells.

        None where a key stands twice, which is altered then, where a capital sigma may have become
        the small one that its neighbours do not make of it, and where the word has not ended: no
        quote may be left to end in, if the question cannot tell quotes apart.
        """
        spot, text, values, pieces = self._payload.start, "{", "", []
        while spot.kind != "end" and len(pieces) < 10 * most:
            moves = [move for move in self._payload.moves(spot) if move.level <= FURTHER]
            ends = [move for move in moves if move.piece in ((), ("end_text",), ("end_key",))]
            move = random.choice(ends if ends and len(pieces) > most else moves)
            text, values, spot = text + move.text, values + move.values, move.then
            pieces += [move.piece] if move.piece else []
        args, keys = arguments(pieces), keys_of(pieces)
        assert args is not None, pieces
        is_call = spot.kind == "end" and len(set(keys)) == len(keys)
        return text, values, args if is_call and ("char", CAPITAL_SIGMA) not in pieces else None

    def reads(self, text: str, values: str, args: dict[str, Any]) -> bool:
        """Say whether the engine reads arguments so, as far as the question can tell."""
        view = View(Request("x", args=args))
        return (self.text(text), self.values(values)) == (
            self.text(str(view.text)),
            self.values(str(view.values_text)),
        )

    def _walked(self, number: int) -> Edges:
        """Return the moves from a spot, as far as the question can tell, by their first letter."""
        edges: Edges = {}
        for move in reversed(self._payload.moves(self._listed[number])):  # the plainest last
            then = self._spots.get(move.then)
            if then is None:
                then = self._spots[move.then] = len(self._listed)
                self._listed.append(move.then)
                self._edges.append(None)
            text = self.text(move.text)
            edge = (text, self.values(move.values), then)
            known = edges.setdefault(text[:1], [])
            if edge not in known:
                known.append(edge)
        self._edges[number] = edges
        return edges


def keys_of(pieces: Iterable[tuple[Any, ...]]) -> list[str]:
    """Return the keys that the pieces of a word spell, one after the other."""
    keys: list[str] = []
    spelled = ""
    for name, *rest in pieces:
        if name in ("field", "whole"):
            keys.append(rest[0])
        elif name == "key":
            spelled = ""
        elif name == "char":
            spelled += rest[0]
        elif name == "named":
            keys.append(spelled)
    return keys


def drawn(random: Random) -> Spelling:
    """Return a question of random keywords and regexes, some for fields that are known."""
    chosen = "".join(payloads.text(random, 5) for _ in range(random.randint(1, 5))).lower()
    words = "".join(filter(str.isprintable, chosen))
    optional: tuple[FieldSpec, ...] = ()
    if random.random() < 0.3:
        optional = tuple(map(FieldSpec, random.sample(payloads.KEYS, 3)))
    size = random.randint(0, 6)
    return Spelling(words, random.sample(LEAVES, size), optional=optional)


def exact() -> Spelling:
    """Return the question that tells apart all characters of the usual odd texts."""
    chars = sorted({*"".join(payloads.SOURCES), *"0123456789abcdefnrtxu"})
    words = "".join(filter(str.isprintable, "".join(chars).lower()))
    return Spelling(words, [re.escape(char) for char in chars])


THRESHOLDS = (0.0, 1.0, 12.0, 1e300, -5.0)
RELATIONS = (Relation.GT, Relation.GTE, Relation.LT, Relation.LTE)


@cache
def asking_for(facts: tuple[tuple[Relation, float, bool, bool], ...]) -> Spelling:
    """Return the question whose amount is as the facts say."""
    literals = [
        Literal(
            Compares(QuestionSubject.AMOUNT, relation, str(threshold), threshold, raises), positive
        )
        for relation, threshold, raises, positive in facts
    ]
    samples = amount_regions.possible(literals)
    assert samples, facts
    required = () if None in samples else (amount(samples),)
    return Spelling(
        "0123456789abcdefnitux.+-_':, {}[]", (r"\d", r"\s", "[^a-z]"), required=required
    )


def facts_of(args: dict[str, Any]) -> tuple[tuple[Relation, float, bool, bool], ...]:
    """Return what comparisons of the amount say, as Python itself answers them."""
    try:
        found = View(Request("x", args=args)).amount()
    except OverflowError:
        return ((Relation.GT, 0.0, True, True),)
    tests = {
        Relation.GT: lambda limit: found is not None and not found <= limit,
        Relation.GTE: lambda limit: found is not None and not found < limit,
        Relation.LT: lambda limit: found is not None and not found >= limit,
        Relation.LTE: lambda limit: found is not None and not found > limit,
    }
    return tuple(
        (relation, limit, False, tests[relation](limit))
        for limit in THRESHOLDS
        for relation in RELATIONS
    )


Missed = list[tuple[str, dict[str, Any]]]


def compared(random: Random, count: int, *, each: int = 5_000) -> tuple[dict[str, int], Missed]:
    """Compare so many arguments in each way; return how many of each kind, and what differs.

    A question of random keywords is asked about `each` arguments.
    """
    asked: Counter[str] = Counter()
    missed: Missed = []
    whole, some = exact(), drawn(random)
    for number in range(count):
        if number % each == each - 1:
            some = drawn(random)
        args, numeric = payloads.arguments(random), payloads.amounts(random)
        text, values, built = some.word(random)
        ways = {
            "arguments, odd characters told apart": (args, whole.is_spelled(args)),
            "arguments, as random keywords and regexes tell": (args, some.is_spelled(args)),
            "arguments with an amount": (
                numeric,
                asking_for(facts_of(numeric)).is_spelled(numeric),
            ),
        }
        if built is not None:
            ways["arguments built of a word"] = (built, some.reads(text, values, built))
        asked.update(ways.keys())
        missed += [(what, given) for what, (given, is_so) in ways.items() if not is_so]
    return dict(asked), missed
