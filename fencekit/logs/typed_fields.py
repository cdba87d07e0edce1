"""The fields of a recorded object, each of the type that its source documents."""

from typing import Any

from fencekit.model.errors import RecordError
from fencekit.model.source import Place


def object_of(given: dict[str, Any], key: str, place: Place) -> dict[str, Any]:
    """Return an object, empty where it is absent; raise RecordError for anything else."""
    value = given.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RecordError(f"`{key}` is not an object", place=place)
    return value


def text_of(given: dict[str, Any], key: str, place: Place) -> str:
    """Return a text, empty where it is absent; raise RecordError for anything else."""
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RecordError(f"`{key}` is not text", place=place)
    return value
