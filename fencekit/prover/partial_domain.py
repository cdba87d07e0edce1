"""The arguments of a record as a domain: known keys in their order, with gaps to be filled.

A value may be known, unknown, or an object or list with something unknown inside; where the record
lacks keys too, there may be others anywhere between. Sound because each field asks for no more than
the record says: of what is inside of a value, only how it is printed is followed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.request import Facts, Unknown, holds_unknown
from fencekit.prover.amount_regions import Sample
from fencekit.prover.argument_domains import is_read_as
from fencekit.prover.glob_solver import excluded_texts
from fencekit.prover.partial_request import all_fit, fits, within
from fencekit.prover.payload_states import FieldSpec, Held, Required
from fencekit.prover.values.field_specs import is_held, unwanted_globs
from fencekit.prover.values.schema_arguments import FieldQuery, FieldSet
from fencekit.regex.nfa import UnsupportedError

Way = tuple[tuple[int | None, Required], ...]
"""Fields by their number among those that are known, or further ones; what cannot be is `()`."""


@dataclass(frozen=True)
class PartialArgumentsDomain:
    """Arguments of which a part is known."""

    args: Facts
    paths: Held = ()
    """What the path must not be, and the values by a name."""
    names: Mapping[str, Held] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    follows = True

    @property
    def is_open(self) -> bool:
        """Whether there may be other keys."""
        return self.args.open

    @property
    def keys(self) -> Collection[str]:
        """The keys that there are, in their order."""
        return self.args.values.keys()

    def accepts(self, args: Mapping[str, Any]) -> bool:
        """Say whether the record may be of these arguments."""
        return all_fit(self.args, args)

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart."""
        numbers = (self.args.values.get(key) for key in AMOUNT_KEYS)
        return tuple(one for one in map(as_number, numbers) if one is not None)

    def reads(self, sample: Sample) -> bool:
        """Say whether the amount of some such arguments can be read as the sample."""
        for key in AMOUNT_KEYS:
            known = within(self.args, key)
            if isinstance(known, Unknown):
                if sample is not None:
                    return True
            elif not holds_unknown(known) and is_number(known):
                return is_read_as(known, sample)
        return sample is None

    def fields(self, asked: FieldQuery, needs: Sequence[Required]) -> Iterator[FieldSet]:
        """Yield the fields that there are, in each way in which they can meet the needs."""
        names = {key: unwanted_globs(name) for key, name in asked.names.items()}
        paths = tuple((one, positive) for one, positive in asked.path or () if not positive)
        within = replace(self, paths=paths, names=names)
        for found in within.ways(needs):
            yield FieldSet(tuple(found), (), self.is_open)

    def ways(self, needs: Sequence[Required]) -> Iterator[list[Required]]:
        """Yield the fields that there are, in each way in which they can meet the needs.

        Those of the keys that are known come first. A need is met by one of them, or by a further
        one where there may be others. No two needs are of the same key.
        """
        fields = [self.field(key) for key in self.args.values]
        met = [
            list(
                self._paths(need[0].held) if need[0].key in PATH_KEYS else self._ways_to_meet(need)
            )
            for need in needs
        ]
        if self.paths and not any(need[0].key in PATH_KEYS for need in needs):
            met.append([*self._paths(self.paths), self._without_path()])
        for chosen in product(*met):
            found, more = list(fields), []
            for way in chosen:
                for at, slots in way:
                    if at is None:
                        more.append(slots)
                    else:
                        found[at] = slots
            if all(found):
                yield [*found, *more]

    def _paths(self, held: Held) -> Iterator[Way]:
        """Yield the ways in which there is a path that is held so: each key that it may be of."""
        before: Way = ()
        for key in PATH_KEYS:
            known = within(self.args, key)
            if known is None:
                continue
            slot = FieldSpec(key, (), held)
            if key not in self.args.values:
                yield (*before, (None, (slot,)))
                continue
            at = list(self.args.values).index(key)
            yield (*before, (at, self._both(known, self.field(key), slot)))
            if not fits(known, None):
                return
            before = (*before, (at, (FieldSpec(key, (None,), text=False, printed=()),)))

    def _without_path(self) -> Way:
        """Return the way in which there is no path; one that cannot be if there surely is one."""
        found: list[tuple[int | None, Required]] = []
        for at, (key, known) in enumerate(self.args.values.items()):
            if key in PATH_KEYS and known is not None:
                none = (FieldSpec(key, (None,), text=False, printed=()),)
                found.append((at, none if fits(known, None) else ()))
        return tuple(found)

    def _ways_to_meet(self, need: Required) -> Iterator[Way]:
        """Yield the ways in which a need is met that is not of a path."""
        for slot in need:
            if slot.key in self.args.values:
                at = list(self.args.values).index(slot.key)
                yield ((at, self._both(self.args.values[slot.key], self.field(slot.key), slot)),)
        others = tuple(slot for slot in need if slot.key not in self.args.values)
        if others and self.is_open:
            yield ((None, others),)

    def field(self, key: str) -> Required:
        """Return what the field of a known key can be."""
        known = self.args.values[key]
        if not holds_unknown(known):
            return (FieldSpec(key, (known,), text=False, printed=()),)
        if isinstance(known, tuple):
            raise UnsupportedError(f"sees what is no JSON in `{key}`")
        if not isinstance(known, Unknown):
            kind = "object" if isinstance(known, dict) else "list"
            parts = tuple(parts_of(known))
            return (FieldSpec(key, text=False, printed=(kind,), parts=parts),)
        held = (*self.names.get(key, ()), *excluded_texts(known))
        if not held:
            return (FieldSpec(key),)
        return (FieldSpec(key, (), held, printed=()), FieldSpec(key, text=False))

    def _both(self, known: Any, fields: Required, slot: FieldSpec) -> Required:
        """Return what a field can be that meets a need too."""
        if not holds_unknown(known):
            return fields if known in slot.values or is_held(known, slot.held) else ()
        values = tuple(value for value in slot.values if fits(known, value))
        found = [replace(slot, values=values, text=False, printed=())] if values else []
        for one in fields:
            kinds = tuple(kind for kind in one.printed if kind in slot.printed)
            text = one.text and slot.text
            if text or kinds:
                held = (*one.held, *slot.held)
                found.append(replace(one, values=(), held=held, text=text, printed=kinds))
        return tuple(found)


def as_number(value: Any) -> float | None:
    """Return a value as CapFence reads an amount; None for none, and for what no float holds."""
    try:
        return None if value is None or holds_unknown(value) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def is_number(value: Any) -> bool:
    """Say whether CapFence reads a value as an amount, or raises because it is too large a one."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    except OverflowError:
        return True
    return True


def parts_of(known: Any) -> list[str]:
    """Return what is printed of an object or a list before, between and behind what is unknown."""
    if isinstance(known, Unknown):
        return ["", ""]
    if isinstance(known, dict):
        items = [(f"{key!r}: ", item) for key, item in known.items()]
    elif isinstance(known, list):
        items = [("", item) for item in known]
    else:
        return [repr(known)]
    opening, closing = "{}" if isinstance(known, dict) else "[]"
    parts = [opening]
    for number, (name, item) in enumerate(items):
        first, *rest = parts_of(item)
        parts[-1] += (", " if number else "") + name + first
        parts.extend(rest)
    parts[-1] += closing
    return parts
