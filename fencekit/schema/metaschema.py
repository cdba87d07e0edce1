"""Whether the payload that a pack declares is a JSON Schema, word by word.

The words are those of JSON Schema, draft 2020-12. A word that it has not is wrong here too: it is
one misspelled, and asks for nothing. Proofs that need the payload read `KEYWORDS` only.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fencekit.model.errors import UsageError
from fencekit.model.source import Place
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.yaml import Located
from fencekit.schema.argument_schema import KEYWORDS, NOTES, TYPES, is_number
from fencekit.schema.schema_references import resolve_references

Fault = tuple[str, Place]
"""What is wrong, and where."""


def faults(schema: Located) -> Iterator[Fault]:
    """Yield what is wrong with a schema, and in those inside it."""
    found = list(faults_within(schema))
    yield from found
    if not found:
        try:
            resolve_references(schema.value)
        except UsageError as error:
            yield error.message.replace("the domain", "the payload"), schema.place


def faults_within(schema: Located) -> Iterator[Fault]:
    """Yield what is wrong, apart from what references lead to."""
    for key, given in schema.items:
        word = str(key.value)
        if word not in WORDS:
            yield f"JSON Schema has no word `{word}`{nearest(word, WORDS)}", key.place
            continue
        fits, wanted = WORDS[word]
        if not fits(given.value):
            yield f"`{word}` is {wanted}", given.place
            continue
        for inside in schemas_in(word, given):
            yield from faults_within(inside)


def schemas_in(word: str, given: Located) -> tuple[Located, ...]:
    """Return the schemas right under a word."""
    if word in SCHEMAS:
        return (given,)
    if word in LISTS:
        return given.elements
    return tuple(part for _, part in given.items) if word in NAMED else ()


def unread(schema: Located) -> tuple[str, ...]:
    """Return the words of a schema that no proof reads though they restrict a payload, by name."""
    found: set[str] = set()
    for key, given in schema.items:
        word = str(key.value)
        if word not in READ:
            found.add(word)
        for inside in schemas_in(word, given):
            found.update(unread(inside))
    return tuple(sorted(found))


def is_text(value: Any) -> bool:
    """Say whether a value is text."""
    return isinstance(value, str)


def is_bool(value: Any) -> bool:
    """Say whether a value is true or false."""
    return isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Say whether a value is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_schema(value: Any) -> bool:
    """Say whether a value may be a schema."""
    return isinstance(value, dict | bool)


def is_regex(value: Any) -> bool:
    """Say whether a value is a regex that compiles."""
    try:
        return is_text(value) and re.compile(value) is not None
    except (re.error, OverflowError, RecursionError):
        return False


def are_texts(value: Any) -> bool:
    """Say whether a value is a list of texts, none of them twice."""
    return isinstance(value, list) and all(map(is_text, value)) and len(set(value)) == len(value)


def are_types(value: Any) -> bool:
    """Say whether a value is a type, or a list of some."""
    named = value if isinstance(value, list) else [value]
    return are_texts(named) and bool(named) and TYPES.keys() >= set(named)


def are_schemas(value: Any) -> bool:
    """Say whether a value may be a list of schemas."""
    return isinstance(value, list) and bool(value) and all(map(is_schema, value))


def are_named(value: Any) -> bool:
    """Say whether a value may be schemas by name."""
    return isinstance(value, dict) and all(map(is_schema, value.values()))


def are_named_texts(value: Any) -> bool:
    """Say whether a value is lists of texts by name."""
    return isinstance(value, dict) and all(map(are_texts, value.values()))


SCHEMAS = frozenset(
    (
        *("items", "additionalProperties", "not", "if", "then", "else", "contains"),
        *("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"),
    )
)
"""The words with a schema under them."""
LISTS = frozenset(("anyOf", "allOf", "oneOf", "prefixItems"))
"""The words with a list of schemas under them."""
PLACED = frozenset(("$ref", "$defs", "definitions"))
"""The words of references, which are put in their places before anything is read."""
NAMED = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"))
"""The words with schemas by name under them."""
TEXTS = ("$schema", "$comment", "title", "description", "format")
READ = frozenset((*KEYWORDS, *(NOTES - {"format"}), *PLACED))
"""The words that proofs read, and those that restrict nothing."""

ANCHOR = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")

Fits = Callable[[Any], bool]
WORDS: dict[str, tuple[Fits, str]] = {
    **dict.fromkeys(SCHEMAS, (is_schema, "a schema, or true or false")),
    **dict.fromkeys(LISTS, (are_schemas, "a list of schemas")),
    **dict.fromkeys(NAMED, (are_named, "schemas by name")),
    **dict.fromkeys(TEXTS, (is_text, "text")),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), (is_text, "text")),
    **dict.fromkeys(
        ("deprecated", "readOnly", "writeOnly", "uniqueItems"), (is_bool, "true or false")
    ),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (is_number, "a number")
    ),
    **dict.fromkeys(
        (
            *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
            *("minContains", "maxContains"),
        ),
        (is_count, "a whole number from 0"),
    ),
    "multipleOf": (lambda value: is_number(value) and value > 0, "a number over 0"),
    "type": (are_types, f"one or several of {list_words(TYPES)}"),
    "required": (are_texts, "a list of names, none of them twice"),
    "dependentRequired": (are_named_texts, "lists of names, by name"),
    "enum": (lambda value: isinstance(value, list) and bool(value), "a list of values"),
    "examples": (lambda value: isinstance(value, list), "a list of values"),
    "const": (lambda _: True, "a value"),
    "default": (lambda _: True, "a value"),
    "pattern": (is_regex, "a regex that compiles"),
    "$id": (lambda value: is_text(value) and "#" not in value, "text without `#`"),
    "$anchor": (
        lambda value: is_text(value) and ANCHOR.fullmatch(value) is not None,
        "a word of letters, digits and `_.-`",
    ),
    "$ref": (
        lambda value: is_text(value) and value.startswith("#/"),
        "a place in the same payload, `#/$defs/NAME`: nothing else is looked up",
    ),
}
"""Each word of JSON Schema: what may stand under it, and that in words."""
