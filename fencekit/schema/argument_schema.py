"""The calls that are meant: any at all, or those whose arguments a JSON Schema describes.

What is not understood of a schema is an error rather than ignored, because a domain that is too
wide finds witnesses that cannot happen, and one that is too narrow proves what is not so.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.errors import UnsupportedSchemaError, UsageError
from fencekit.model.request import Request
from fencekit.regex.random_choices import Choices
from fencekit.schema.keyword_assertions import same
from fencekit.schema.keyword_syntax import TYPES, is_number
from fencekit.schema.schema_evaluation import valid
from fencekit.schema.schema_keywords import KEYWORDS, NOTES, schemas_below
from fencekit.schema.schema_references import resolve_references
from fencekit.schema.schema_samples import LIMITS, sample_value

__all__ = [
    "KEYWORDS",
    "LIMITS",
    "NOTES",
    "OPEN",
    "TYPES",
    "Domain",
    "Schema",
    "domain_of",
    "is_number",
    "same",
    "sample_value",
    "valid",
]

Domain = Literal["open"] | Mapping[str, Any]
OPEN: Final = "open"
TOO_DEEP = "the domain is nested too deep"


def domain_of(domain: Domain) -> "Schema | None":
    """Return the schema that a domain is, None for `open`; raise UsageError for what is neither."""
    if domain == OPEN:
        return None
    if not isinstance(domain, Mapping):
        message = f"`domain` is `{domain}`, which is neither `open` nor a JSON Schema"
        raise UsageError(message)
    return Schema(domain)


class Schema:
    """A JSON Schema for the arguments of a call.

    Raises UsageError for what is no JSON Schema, and UnsupportedSchemaError for what is not
    understood.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        try:
            found = resolve_references(schema)
        except RecursionError as error:
            raise UnsupportedSchemaError(TOO_DEEP) from error
        self.schema = {
            "type": "object",
            **(found if isinstance(found, Mapping) else {"allOf": [found]}),
        }
        refuse_unknown(self.schema)

    def valid(self, args: Any) -> bool:
        """Say whether the arguments are as the schema says."""
        return valid(self.schema, args)

    def fit(self, choices: Choices, request: Request) -> Request:
        """Return the request with arguments that the schema allows, as like to its own as may be.

        A value whose key is not allowed moves to a property that can hold it.
        """
        args = self.rearrange(choices, request.args.values)
        for key in self.schema.get("required", ()):
            if key not in args:
                args[key] = sample_value(choices, self.schema.get("properties", {}).get(key, {}))
        if not self.valid(args):
            args = sample_value(choices, self.schema)
        return Request(
            request.capability,
            principal=request.principal,
            environment=request.environment,
            context=request.context,
            args=args,
        )

    def rearrange(self, choices: Choices, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments that are allowed, some of them under another name."""
        properties: Mapping[str, Any] = self.schema.get("properties", {})
        others = self.schema.get("additionalProperties", True)
        args: dict[str, Any] = {}
        for key, value in given.items():
            own = properties.get(key, others)
            if own is not False and valid(own, value):
                args[key] = value
                continue
            rooms = [
                name
                for name, schema in properties.items()
                if name not in args and name not in given and valid(schema, value)
            ]
            alike = next((keys for keys in (AMOUNT_KEYS, PATH_KEYS) if key in keys), ())
            rooms = [name for name in rooms if name in alike] or rooms
            if rooms:
                args[choices.pick(rooms)] = value
        return args


def refuse_unknown(schema: Any) -> None:
    """Raise an error for a keyword that is not understood, or is not written as it must be.

    Each schema is looked at once, however often it is referred to.
    """
    seen: set[int] = set()
    left = [schema]
    for one in left:
        if isinstance(one, bool) or id(one) in seen:
            continue
        if not isinstance(one, Mapping):
            raise UsageError(f"`{one}` in the domain is no JSON Schema")
        seen.add(id(one))
        for word, value in one.items():
            refuse_keyword(word, value)
        left += schemas_below(one)


def refuse_keyword(word: str, value: Any) -> None:
    """Raise an error for a keyword that is not understood, or with a value that it cannot have."""
    if word in NOTES:
        return
    if word not in KEYWORDS:
        known = ", ".join(f"`{name}`" for name in KEYWORDS)
        raise UnsupportedSchemaError(f"the domain says `{word}`", hint=f"understood are {known}")
    form = KEYWORDS[word].form
    if not form.fits(value):
        raise UsageError(
            f"the domain says `{word}: {shorten_value(value)}`, which must be {form.wanted}"
        )
    if word in ("const", "enum") and not is_printable(value):
        raise UnsupportedSchemaError(
            f"the domain has a value under `{word}` that Python does not print: an integer of more "
            "than 4,300 digits, or one nested too deep"
        )


def is_printable(value: Any) -> bool:
    """Say whether Python prints a value; CapFence raises on a call with one that it does not.

    It prints no integer of more than 4,300 digits, and nothing that is nested very deep.
    """
    try:
        return isinstance(str(value), str)
    except (ValueError, RecursionError):
        return False


def shorten_value(value: Any) -> str:
    """Return the beginning of a value as it is printed."""
    text = repr(value) if is_printable(value) else "…"
    return text if len(text) <= 40 else f"{text[:40]}…"
