"""The keywords of JSON Schema that are understood: what each asks, and what proofs follow of it.

The meaning is that of draft 2020-12, of which the drafts 6, 7 and 2019-09 lack some keywords. What
a keyword of this table asks of a value is asked exactly; `proof` says how much of it a proof
follows, and `docs/proofs.md` shows that. A keyword that is not in the table is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.schema.keyword_assertions import (
    Holds,
    always,
    has_no_others,
    has_so_many,
    is_multiple,
    is_unique,
    of_numbers,
    of_objects,
    of_sizes,
    same,
    then_or_else,
)
from fencekit.schema.keyword_syntax import (
    BOOLEAN,
    COUNT,
    LIMIT,
    NAMED_NAMES,
    NAMED_SCHEMAS,
    NAMES,
    PATTERN,
    PATTERN_SCHEMAS,
    SCHEMA,
    SCHEMAS,
    STEP,
    TYPE,
    TYPES,
    VALUE,
    VALUES,
    Form,
    as_list,
)


@dataclass(frozen=True, slots=True)
class Keyword:
    """What a keyword asks, how it is written, which schemas stand below, what a proof follows."""

    holds: Holds
    form: Form
    proof: str
    since: int = 6
    """The draft that has it first; 2020-12 counts as draft 9, 2019-09 as draft 8."""
    differs: str = ""
    """How the package `jsonschema` takes it otherwise, if it does."""


EXACT, NOTHING = "exactly", "nothing; a witness is held to it"
OF_ITEMS = "exactly down to four levels, and up to eight items"
OF_NUMBERS = "exactly"

KEYWORDS: dict[str, Keyword] = {
    "type": Keyword(
        lambda wanted, value, _, __: any(TYPES[name](value) for name in as_list(wanted)),
        TYPE,
        EXACT,
        differs="lets NaN and infinities be numbers, which JSON does not have",
    ),
    "properties": Keyword(
        of_objects(
            lambda wanted, value, check: all(
                check(schema, value[key]) for key, schema in wanted.items() if key in value
            )
        ),
        NAMED_SCHEMAS,
        "exactly; inside of values down to four levels",
    ),
    "required": Keyword(
        of_objects(lambda wanted, value, _: all(key in value for key in wanted)), NAMES, EXACT
    ),
    "additionalProperties": Keyword(
        has_no_others,
        SCHEMA,
        "`false` exactly, without `patternProperties`; else any other key may stand there",
    ),
    "patternProperties": Keyword(
        of_objects(
            lambda wanted, value, check: all(
                check(schema, item)
                for pattern, schema in wanted.items()
                for key, item in value.items()
                if re.search(pattern, key)
            )
        ),
        PATTERN_SCHEMAS,
        NOTHING,
    ),
    "propertyNames": Keyword(
        of_objects(lambda wanted, value, check: all(check(wanted, key) for key in value)),
        SCHEMA,
        NOTHING,
    ),
    "dependentRequired": Keyword(
        of_objects(
            lambda wanted, value, _: all(
                name in value for key, names in wanted.items() if key in value for name in names
            )
        ),
        NAMED_NAMES,
        NOTHING,
        8,
    ),
    "dependentSchemas": Keyword(
        of_objects(
            lambda wanted, value, check: all(
                check(schema, value) for key, schema in wanted.items() if key in value
            )
        ),
        NAMED_SCHEMAS,
        NOTHING,
        8,
    ),
    "enum": Keyword(
        lambda wanted, value, _, __: any(same(value, one) for one in wanted),
        VALUES,
        "exactly, with all that is the same in JSON: `1` is `1.0`, keys come in any order",
    ),
    "const": Keyword(lambda wanted, value, _, __: same(value, wanted), VALUE, "as `enum`"),
    "minimum": Keyword(of_numbers(lambda value, limit: value >= limit), LIMIT, OF_NUMBERS),
    "maximum": Keyword(of_numbers(lambda value, limit: value <= limit), LIMIT, OF_NUMBERS),
    "exclusiveMinimum": Keyword(of_numbers(lambda value, limit: value > limit), LIMIT, OF_NUMBERS),
    "exclusiveMaximum": Keyword(of_numbers(lambda value, limit: value < limit), LIMIT, OF_NUMBERS),
    "multipleOf": Keyword(
        of_numbers(is_multiple),
        STEP,
        "of up to 200 integers between two limits, exactly",
        differs="divides floats only: 0.3 is no multiple of 0.1 then; raises beyond any float",
    ),
    "minLength": Keyword(of_sizes(str, lambda size, limit: size >= limit), COUNT, "up to 500"),
    "maxLength": Keyword(of_sizes(str, lambda size, limit: size <= limit), COUNT, "up to 500"),
    "pattern": Keyword(
        lambda wanted, value, _, __: (
            not isinstance(value, str) or re.search(wanted, value) is not None
        ),
        PATTERN,
        "exactly, as Python's `re.search`, if the prover can follow it",
    ),
    "items": Keyword(
        lambda wanted, value, schema, check: (
            not isinstance(value, list)
            or all(check(wanted, item) for item in value[len(schema.get("prefixItems", ())) :])
        ),
        SCHEMA,
        OF_ITEMS,
    ),
    "prefixItems": Keyword(
        lambda wanted, value, _, check: (
            not isinstance(value, list) or all(map(check, wanted, value))
        ),
        SCHEMAS,
        "nothing, nor then of `items`; a witness is held to it",
        9,
    ),
    "minItems": Keyword(of_sizes(list, lambda size, limit: size >= limit), COUNT, OF_ITEMS),
    "maxItems": Keyword(of_sizes(list, lambda size, limit: size <= limit), COUNT, OF_ITEMS),
    "uniqueItems": Keyword(
        is_unique, BOOLEAN, NOTHING, differs="overlooks some items that are the same, sorted apart"
    ),
    "contains": Keyword(has_so_many, SCHEMA, NOTHING),
    "minContains": Keyword(always, COUNT, NOTHING, 8),
    "maxContains": Keyword(always, COUNT, NOTHING, 8),
    "minProperties": Keyword(of_sizes(dict, lambda size, limit: size >= limit), COUNT, NOTHING),
    "maxProperties": Keyword(of_sizes(dict, lambda size, limit: size <= limit), COUNT, NOTHING),
    "anyOf": Keyword(
        lambda wanted, value, _, check: any(check(one, value) for one in wanted),
        SCHEMAS,
        EXACT,
    ),
    "allOf": Keyword(
        lambda wanted, value, _, check: all(check(one, value) for one in wanted),
        SCHEMAS,
        EXACT,
    ),
    "oneOf": Keyword(
        lambda wanted, value, _, check: sum(check(one, value) for one in wanted) == 1,
        SCHEMAS,
        "as `anyOf`; of listed values exactly",
    ),
    "not": Keyword(
        lambda wanted, value, _, check: not check(wanted, value),
        SCHEMA,
        "of listed values exactly; else nothing; a witness is held to it",
    ),
    "if": Keyword(then_or_else, SCHEMA, NOTHING, 7),
    "then": Keyword(always, SCHEMA, NOTHING, 7),
    "else": Keyword(always, SCHEMA, NOTHING, 7),
}
"""The keywords that restrict values, but for `$ref`, which is put in its place first."""

NOTES = frozenset(
    (
        *("$schema", "$id", "$comment", "$anchor", "title", "description", "default", "examples"),
        *("format", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType"),
        "contentSchema",
    )
)
"""Keywords that say nothing about which values there may be."""

SCHEMA_BELOW = frozenset(word for word, keyword in KEYWORDS.items() if keyword.form is SCHEMA)
SCHEMAS_BELOW = frozenset(word for word, keyword in KEYWORDS.items() if keyword.form is SCHEMAS)
NAMED_BELOW = frozenset(
    word for word, keyword in KEYWORDS.items() if keyword.form in (NAMED_SCHEMAS, PATTERN_SCHEMAS)
)
"""Keywords with one schema below, with a list of them, and with some by name."""


def schemas_below(schema: Mapping[str, Any]) -> list[Any]:
    """Return the schemas right inside a schema; a property's name is no keyword."""
    found: list[Any] = []
    for word, value in schema.items():
        if word in SCHEMA_BELOW:
            found.append(value)
        elif word in SCHEMAS_BELOW and isinstance(value, list):
            found += value
        elif word in NAMED_BELOW and isinstance(value, Mapping):
            found += value.values()
    return found
