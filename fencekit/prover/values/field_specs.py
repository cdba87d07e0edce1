"""Which values of a set make a condition on the amount, the path or a name true, as field slots.

Each is asked of Python as the engine asks it: of a constant by `float`, `str` and equality
themselves, of texts and numbers by automata and ranges that hold all that would be so. Sound
because no value that would do is left out.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.engines.native.unknown_questions import BEYOND, value_matches
from fencekit.prover import amount_regions
from fencekit.prover.payload_states import FieldSpec, Held
from fencekit.prover.rule_literals import Literal, Named
from fencekit.prover.values.form_printer import Printer
from fencekit.prover.values.number_printing import Ranges, ranges_of, ranges_read
from fencekit.prover.values.printed_forms import ANY_ARRAY, ANY_OBJECT, Form, Forms, spellings
from fencekit.prover.values.text_languages import numeral, rules_of, whole
from fencekit.prover.values.value_sets import (
    ArraySet,
    Constant,
    NumberSet,
    SimpleSet,
    TextSet,
    ValueSet,
)
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import matching, numeric
from fencekit.schema.argument_schema import is_printable

MOST_SAMPLES = 6


@dataclass(frozen=True, slots=True)
class AmountQuery:
    """The amounts that are asked for: none, NaN, beyond any float, and floats between two."""

    samples: tuple[amount_regions.Sample, ...]
    low: float
    high: float

    @classmethod
    def of(cls, literals: Iterable[Literal]) -> "AmountQuery":
        """Return the amounts that literals leave, all of which are about the amount."""
        # Each literal leaves all floats up to one or from one on, and the samples have both ends.
        found = amount_regions.possible(literals)
        floats = [one for one in found if isinstance(one, float) and not math.isnan(one)]
        return cls(tuple(found), min(floats, default=math.inf), max(floats, default=-math.inf))

    @property
    def beyond(self) -> bool:
        """Whether an integer beyond any float is one."""
        return BEYOND in self.samples

    def has(self, value: Any) -> bool:
        """Say whether a value is read as one of them, by the engine's own reading."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            return False
        except OverflowError:
            return self.beyond
        if math.isnan(number):
            return any(isinstance(one, float) and math.isnan(one) for one in self.samples)
        return self.low <= number <= self.high


def is_amount(value: Any) -> bool:
    """Say whether a value is read as an amount: the keys behind it are then not looked at."""
    try:
        return value is not None and float(value) is not None
    except (TypeError, ValueError):
        return False
    except OverflowError:
        return True


@dataclass(frozen=True, slots=True)
class NameQuery:
    """What is asked of the argument by a name: to match these, and none of those."""

    met: tuple[Named, ...]
    unwanted: tuple[Named, ...]

    def has(self, value: Any) -> bool:
        """Say whether a value, None for none at all, is so, by the engine's own reading."""
        return all(value_matches(value, one.expected) for one in self.met) and not any(
            value_matches(value, one.expected) for one in self.unwanted
        )


class FieldSlots:
    """Makes slots of sets of values."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms

    def any_of(self, key: str, union: ValueSet, held: Held = ()) -> tuple[FieldSpec, ...]:
        """Return slots for every value of a union that is printed as the automata ask."""
        values = [one for one in plain_values(union) if is_held(one, held)]
        rest = (slot for one in union if not is_plain(one) for slot in self._of(key, one, held))
        return (*field_of_values(key, values), *rest)

    def amounts(self, key: str, union: ValueSet, asked: AmountQuery) -> tuple[FieldSpec, ...]:
        """Return slots for every value that is read as one of the amounts."""
        found = field_of_values(key, [one for one in plain_values(union) if asked.has(one)])
        numbers: tuple[FieldSpec, ...] = ()
        for member in union:
            if isinstance(member, TextSet):
                found += of_numerals(key, member, asked)
            elif isinstance(member, NumberSet):
                ranges = ranges_read(member, asked.low, asked.high, beyond=asked.beyond)
                numbers += of_ranges(key, ranges, ())
        return (*numbers, *found)

    def no_amounts(self, key: str, union: ValueSet) -> tuple[FieldSpec, ...]:
        """Return slots for every value that is not read as an amount."""
        values = [one for one in plain_values(union) if not is_amount(one)]
        texts = tuple(one for one in union if isinstance(one, TextSet))
        others = tuple(
            one for one in union if not is_plain(one) and not isinstance(one, TextSet | NumberSet)
        )
        of_texts = self.any_of(key, texts, ((numeral(), False),))
        return (*field_of_values(key, values), *of_texts, *self.any_of(key, others))

    def none(self, key: str, union: ValueSet) -> tuple[FieldSpec, ...]:
        """Return a slot for `null`, if it is in a union."""
        return field_of_values(key, [one for one in plain_values(union) if one is None])

    def paths(self, key: str, union: ValueSet, held: Held) -> tuple[FieldSpec, ...]:
        """Return slots for every value but `null` whose text is as the automata ask."""
        some = tuple(one for one in union if not (isinstance(one, Constant) and one.value is None))
        return self.any_of(key, some, held)

    def fields_named(self, key: str, union: ValueSet, asked: NameQuery) -> tuple[FieldSpec, ...]:
        """Return slots for every value that is as a name is asked for."""
        values = [one for one in plain_values(union) if asked.has(one)]
        rest = (
            slot
            for one in union
            if not is_plain(one)
            for slot in self._fields_named(key, one, asked)
        )
        return (*field_of_values(key, values), *rest)

    def _fields_named(self, key: str, member: SimpleSet, asked: NameQuery) -> tuple[FieldSpec, ...]:
        met = [atom.expected for atom in asked.met]
        if isinstance(member, TextSet):
            are_texts = all(isinstance(one, str) for one in met)
            return self._of(key, member, globs(asked)) if are_texts else ()
        if isinstance(member, Constant):
            return self._of(key, member, ()) if asked.has(member.value) else ()
        if isinstance(member, NumberSet) and met:
            # What equals a number is a number: its spellings, as far as they are in the set.
            is_number = isinstance(met[0], int | float) and asked.has(met[0])
            some = spellings(unbool(met[0])) if is_number else ()
            return field_of_values(key, [one for one in some if member.has(one)])
        if any(isinstance(one, str | int | float) or one is None for one in met):
            return ()
        return self._of(key, member, ())

    def _of(self, key: str, member: SimpleSet, held: Held) -> tuple[FieldSpec, ...]:
        """Return the slot of a set that is no plain constant."""
        if isinstance(member, TextSet):
            return (FieldSpec(key, (), (*rules_of(member), *held), printed=()),)
        if isinstance(member, NumberSet):
            return of_ranges(key, ranges_of(member), held)
        printer = printer_of(self._forms, member)
        return (FieldSpec(key, (), held, text=False, printed=(), form=printer),)


def of_numerals(key: str, text: TextSet, asked: AmountQuery) -> tuple[FieldSpec, ...]:
    """Return the slot of the texts that spell one of the amounts, and of some that spell others."""
    samples = [one for one in asked.samples if one != BEYOND]
    kinds = tuple(one for one in amount_regions.kinds(samples) if one not in ("true", "false"))
    if not kinds:
        return ()
    held = (*rules_of(text), (numeral(), True), (numeric(kinds), True))
    spelled = [str(one) for sample in samples for one in amount_regions.spell(sample)]
    spelled += amount_regions.in_other_digits(spelled)
    some = [one for one in dict.fromkeys(spelled) if asked.has(one) and is_held(one, held)]
    return (FieldSpec(key, tuple(some[:MOST_SAMPLES]), held, printed=()),)


def of_ranges(key: str, ranges: Ranges, held: Held) -> tuple[FieldSpec, ...]:
    """Return the slot of numbers; none where there are none."""
    if not ranges.integers and ranges.floats is None:
        return ()
    # Those that Python does not print are none to be shown, and no call of the domain.
    shown = filter(is_printable, ranges.samples())
    samples = {repr(one): one for one in shown if is_held(one, held)}
    values = tuple(samples.values())[:MOST_SAMPLES]
    rules = ((whole(ranges.pattern), True), *held)
    return (FieldSpec(key, values, rules, text=False, printed=("number",)),)


def printer_of(forms: Forms, member: SimpleSet) -> Printer:
    """Return the automaton of how a set is printed; of one that is too large, a wider one."""
    try:
        return Printer(forms.of(member))
    except (UnsupportedError, RecursionError):
        is_array = isinstance(member, ArraySet) or (
            isinstance(member, Constant) and isinstance(member.value, list)
        )
        wider: Form = ANY_ARRAY if is_array else ANY_OBJECT
        return Printer(wider)


def is_plain(member: SimpleSet) -> bool:
    """Say whether a set is a constant that has no values inside."""
    return isinstance(member, Constant) and not isinstance(member.value, list | dict)


def plain_values(union: ValueSet) -> Iterator[Any]:
    """Yield each value of the plain constants of a union, as often as it is printed otherwise."""
    for member in union:
        if isinstance(member, Constant) and is_plain(member):
            yield from spellings(member.value)


def field_of_values(key: str, values: Sequence[Any]) -> tuple[FieldSpec, ...]:
    """Return the slot of some values; none for none."""
    return (FieldSpec(key, tuple(values), text=False, printed=()),) if values else ()


def unbool(value: Any) -> Any:
    """Return the number that true and false are equal to."""
    return int(value) if isinstance(value, bool) else value


def globs(asked: NameQuery) -> Held:
    """Return what a text is asked for by a name; expected values that are no text match none."""
    return (*((matching(one.expected), True) for one in asked.met), *unwanted_globs(asked))


def unwanted_globs(asked: NameQuery) -> Held:
    """Return what a text must not be matched by; values that are no text match none."""
    unwanted = (one.expected for one in asked.unwanted if isinstance(one.expected, str))
    return tuple((matching(one), False) for one in unwanted)


def is_held(value: Any, held: Held) -> bool:
    """Say whether a value, as text, is as the automata ask."""
    return all(
        automaton.accepts(automaton.after(automaton.start, str(value))) is positive
        for automaton, positive in held
    )
