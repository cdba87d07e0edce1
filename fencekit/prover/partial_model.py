"""What a cube asks for beside the text: values of the context, and fields of the arguments."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.engines.native.unknown_questions import BEYOND
from fencekit.prover import amount_regions, glob_solver
from fencekit.prover.payload_states import FieldSpec, Held, Required
from fencekit.prover.rule_literals import HasPrefix, Literal, Named, RiskLevelIs, order
from fencekit.prover.text_queries import Cube
from fencekit.prover.values.field_specs import AmountQuery, NameQuery
from fencekit.prover.values.schema_arguments import FieldQuery
from fencekit.regex.sublanguage import beginning, numeric


@dataclass
class PartialModel:
    """What a cube asks for beside the text: values of the context, and fields of the arguments."""

    context: dict[str, Any] = field(default_factory=dict)
    needs: list[Required] = field(default_factory=list)
    why: set[Literal] = field(default_factory=set)
    """The literals that ask for the fields."""
    amounts: AmountQuery | None = None
    path: Held | None = None
    names: dict[str, NameQuery] = field(default_factory=dict)

    @property
    def query(self) -> FieldQuery:
        """What is asked of single arguments, for a domain that says which there are."""
        return FieldQuery(self.amounts, self.path, self.names)


def about(cube: Cube, is_about: Any) -> list[Literal]:
    """Return the literals of the cube whose atom is about something."""
    return sorted((one for one in cube if is_about(one.atom)), key=order)


def name_of(literal: Literal) -> str:
    """Return the name whose value a literal is about; empty where it is about none."""
    if isinstance(literal.atom, Named):
        return literal.atom.key
    return "risk_level" if isinstance(literal.atom, RiskLevelIs) else ""


def with_names(
    common: PartialModel, chosen: Sequence[tuple[str, glob_solver.GlobChoice, list[Literal]]]
) -> PartialModel:
    """Return the parts with the chosen values by name."""
    parts = replace(
        common,
        context=dict(common.context),
        needs=list(common.needs),
        why=set(common.why),
        names=dict(common.names),
    )
    for key, choice, asked in chosen:
        if choice.value is not None:
            parts.context[key] = choice.value
        parts.names[key] = NameQuery(choice.rest, choice.unwanted)
        if choice.needs is not None:
            parts.needs.append((choice.needs,))
            parts.why.update(asked)
    return parts


def amount(samples: list[amount_regions.Sample]) -> Required:
    """Return the field that an amount is in, which is one of the samples."""
    values = [
        value
        for sample in amount_regions.telling(samples)
        for value in amount_regions.spell(sample)
    ]
    values += amount_regions.in_other_digits(values) if samples != [BEYOND] else []
    values += [bool(sample) for sample in samples if sample in (0.0, 1.0)]
    held = ((numeric(amount_regions.kinds(samples)), True),)
    if samples == [BEYOND]:  # only an integer is, and no text that spells one
        number = FieldSpec("", tuple(values), held, text=False, printed=("number",))
        return tuple(replace(number, key=key) for key in AMOUNT_KEYS)
    return tuple(FieldSpec(key, tuple(values), held) for key in AMOUNT_KEYS)


def add_path(asked: list[Literal], parts: PartialModel) -> bool:
    """Add the field that a path is in, where one is asked for; False where none can be so."""
    parts.path = tuple(
        (beginning(one.atom.prefix), one.positive)
        for one in asked
        if isinstance(one.atom, HasPrefix)
    )
    wanted = [one.atom.prefix for one in asked if one.positive and isinstance(one.atom, HasPrefix)]
    unwanted = [
        one.atom.prefix for one in asked if not one.positive and isinstance(one.atom, HasPrefix)
    ]
    if not wanted:
        return True
    longest = max(wanted, key=len)
    if not all(map(longest.startswith, wanted)) or any(map(longest.startswith, unwanted)):
        return False
    held = [(beginning(longest), True)]
    held += [(beginning(prefix), False) for prefix in unwanted if prefix.startswith(longest)]
    parts.needs.append(tuple(FieldSpec(key, (), tuple(held)) for key in PATH_KEYS))
    parts.why.update(asked)
    return True
