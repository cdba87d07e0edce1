"""TOML, for the configuration: the only door to its parser."""

import tomllib
from typing import Any

from fencekit.model.errors import UsageError
from fencekit.model.source import Place
from fencekit.reading.input_files import read_text


def read(path: str) -> dict[str, Any]:
    """Return the tables of a TOML file; raise UsageError where it cannot be read."""
    text, _ = read_text(path, UsageError)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)[:1].lower() + str(error)[1:]
        raise UsageError(f"not TOML: {said}", place=Place(path)) from error
    except RecursionError as error:
        raise UsageError("nested too deep", place=Place(path)) from error
