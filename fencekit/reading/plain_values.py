"""Values that people write in YAML and that a call could have: those that JSON has too."""

from math import isfinite

from fencekit.model.errors import FencekitError
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.yaml import Located

QUOTE = "put it in quotes"


def complaints(document: Located, kind: type[FencekitError]) -> list[FencekitError]:
    """Return an error of `kind` for each key that occurs twice and each value that JSON lacks."""
    found: list[FencekitError] = []
    for part in document.walk():
        for key, place, first in part.repeated:
            said = f"the key `{key}` occurs twice, first in line {first.line}"
            found.append(kind(said, place=place))
        found.extend(lacking_in_json(part, kind))
    if not found:
        try:
            json.refuse_lone_surrogates(document.value)
        except json.JSONError as error:
            found.append(kind(error.message, place=Place(document.place.file)))
    return found


def lacking_in_json(part: Located, kind: type[FencekitError]) -> list[FencekitError]:
    """Return an error where YAML reads a key or a value that no recorded call can have."""
    found = [
        kind(f"the key `{key.text}` is not text", place=key.place, hint=QUOTE)
        for key, _ in part.items
        if not isinstance(key.value, str)
    ]
    value = part.value
    if isinstance(value, float) and not isfinite(value):
        found.append(kind(f"`{part.text}` is no JSON number", place=part.place, hint=QUOTE))
    if value is not None and not isinstance(value, str | int | float | list | dict):
        name = type(value).__name__
        message = f"`{part.text}` is read as a {name}, which JSON does not have"
        found.append(kind(message, place=part.place, hint=QUOTE))
    return found
