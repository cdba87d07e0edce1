"""The arguments that a schema describes: which keys there are, and the ways to answer a question.

A *record* is one kind of object: declared keys, each with the values that it may have, and whether
there may be others. A condition on the amount reads the first key of its family whose value is a
number, one on the path the first key whose value is not null. So for each key of a family there is
a way in which that one decides and those before it are absent or are not read; and one in which
none is. Sound because the arguments of a call are of some way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.prover.payload_states import FieldSpec, Held, Required
from fencekit.prover.values.field_specs import AmountQuery, FieldSlots, NameQuery
from fencekit.prover.values.printed_forms import Forms
from fencekit.prover.values.schema_sets import MOST_DEPTH, SchemaValues
from fencekit.prover.values.value_sets import ANYTHING, Constant, ObjectSet, ValueSet, meet

MOST_SHOWN = 2
"""How many fields that may be are walked where any others may be, too."""


@dataclass(frozen=True, slots=True)
class FieldQuery:
    """What a cube asks of single arguments: of the amount, of the path, and of those by a name."""

    amounts: AmountQuery | None = None
    path: Held | None = None
    """What the path is asked for, by automata; it may be absent where none of them is wanted."""
    names: Mapping[str, NameQuery] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldSet:
    """The fields that arguments have in one way: those that are there, and those that may be."""

    required: tuple[Required, ...]
    optional: tuple[FieldSpec, ...]
    is_open: bool
    declared: frozenset[str] = frozenset()
    """The keys of which more is said than of any other."""


@dataclass(frozen=True, slots=True)
class Way:
    """What fields must be in one way to meet a question.

    `slots` has what some keys must be if they are there, `present` those of them that must be, and
    `further` the field, of one of several keys, that there must be beside.
    """

    slots: Mapping[str, tuple[FieldSpec, ...]] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    further: Required = ()


class ArgumentRecord:
    """One kind of object that a schema describes."""

    def __init__(
        self,
        make: FieldSlots,
        unions: Mapping[str, ValueSet],
        others: ValueSet,
        required: Sequence[str],
    ) -> None:
        """Take the values of the declared keys and of all others, and the keys that must be."""
        self._make = make
        self._others = others
        self._unions = dict(unions)
        self.is_open = bool(others)
        self.required = tuple(dict.fromkeys(required))
        self._slots: dict[str, tuple[FieldSpec, ...]] = {}

    def union(self, key: str) -> ValueSet:
        """Return the values that may stand under a key; none where there can be no such key."""
        return self._unions.get(key, self._others)

    def slots(self, key: str) -> tuple[FieldSpec, ...]:
        """Return the slots for any value under a key."""
        if key not in self._slots:
            self._slots[key] = self._make.any_of(key, self.union(key))
        return self._slots[key]

    def fields(self, asked: FieldQuery) -> Iterator[FieldSet]:
        """Yield the fields that the arguments can have, in each way in which they answer."""
        families: list[list[Way]] = []
        if asked.amounts is not None:
            families.append(list(self._amounts(asked.amounts)))
        if asked.path is not None:
            families.append(list(self._paths(asked.path)))
        families += [list(self._fields_named(key, name)) for key, name in asked.names.items()]
        for ways in product(*families):
            found = self._together(ways)
            if found is not None:
                yield found

    def _together(self, ways: Sequence[Way]) -> FieldSet | None:
        """Return the fields of several ways at once; None where a key that must be cannot be."""
        given = {key: slots for way in ways for key, slots in way.slots.items()}
        present = dict.fromkeys((*self.required, *(key for way in ways for key in way.present)))
        required = [given[key] if key in given else self.slots(key) for key in present]
        required += [way.further for way in ways if way.further]
        if not all(required):
            return None
        left = [key for key in self._unions if key not in present]
        slots = [given[key] if key in given else self.slots(key) for key in left]
        slots.sort(key=lambda some: any(slot.text for slot in some), reverse=True)
        if self.is_open:
            # Any other field stands for these too; they are there for calls to be built from.
            slots = slots[:MOST_SHOWN]
        optional = tuple(slot for some in slots for slot in some)
        return FieldSet(tuple(required), optional, self.is_open, frozenset(self._unions))

    def _amounts(self, asked: AmountQuery) -> Iterator[Way]:
        yield from self._first_of(
            AMOUNT_KEYS,
            lambda key: self._make.amounts(key, self.union(key), asked),
            lambda key: self._make.no_amounts(key, self.union(key)),
            may_be_none=None in asked.samples,
        )

    def _paths(self, held: Held) -> Iterator[Way]:
        yield from self._first_of(
            PATH_KEYS,
            lambda key: self._make.paths(key, self.union(key), held),
            lambda key: self._make.none(key, self.union(key)),
            may_be_none=not any(positive for _, positive in held),
        )

    def _fields_named(self, key: str, name: NameQuery) -> Iterator[Way]:
        slots = self._make.fields_named(key, self.union(key), name)
        if name.has(None):
            yield Way({key: slots})
        elif slots:
            yield Way({key: slots}, frozenset({key}))

    def _first_of(
        self,
        family: Sequence[str],
        decides: Callable[[str], tuple[FieldSpec, ...]],
        passes: Callable[[str], tuple[FieldSpec, ...]],
        *,
        may_be_none: bool,
    ) -> Iterator[Way]:
        """Yield the ways in which the first key of a family that is read decides, or none is."""
        before: dict[str, tuple[FieldSpec, ...]] = {}
        further: list[FieldSpec] = []
        for key in family:
            if not self.union(key):
                continue
            slots, passed = decides(key), passes(key)
            if not self.is_open or key in self.required:
                if further:
                    yield Way(dict(before), further=tuple(further))
                    further = []
                if slots:
                    yield Way({**before, key: slots}, frozenset({key}))
                before[key] = passed
                if key in self.required and not passed:
                    return
            else:
                # Where there may be any other fields, those before it are not asked for more.
                further += slots
        if further:
            yield Way(dict(before), further=tuple(further))
        if may_be_none:
            yield Way(before)


def records_of(schema: Any) -> Iterator[ArgumentRecord]:
    """Yield records of which every object of a schema is one."""
    reader = SchemaValues()
    make = FieldSlots(Forms(reader))
    for member in reader.of(schema, MOST_DEPTH + 1):
        if isinstance(member, Constant) and isinstance(member.value, dict):
            fields = {key: (Constant(value),) for key, value in member.value.items()}
            yield ArgumentRecord(make, fields, (), tuple(member.value))
        elif isinstance(member, ObjectSet):
            keys = dict.fromkeys(key for shape in member.shapes for key in shape.properties)
            unions: dict[str, ValueSet] = {key: reader.field(member, key) for key in keys}
            depth = max(member.depth - 1, 0)
            said = (reader.of(shape.others, depth) for shape in member.shapes)
            others = reduce(meet, said, ANYTHING)
            required = [key for shape in member.shapes for key in shape.required]
            yield ArgumentRecord(make, unions, others, required)
