"""The files of YAML in a pack, read strictly: no key twice, and none that nobody reads."""

from collections.abc import Iterable
from pathlib import Path

from fencekit.model.errors import PackError
from fencekit.reading import yaml
from fencekit.reading.input_files import read_text
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.plain_values import complaints
from fencekit.reading.yaml import Located


def read_document(file: Path) -> Located | None:
    """Return what the file says, None where it says nothing.

    Raises PackError, with every place, for a key that occurs twice, of which the last one would
    win, and for a value that JSON has not.
    """
    text, _ = read_text(str(file), PackError)
    document = yaml.parse(text, str(file), PackError)
    if document is not None and (wrong := complaints(document, PackError)):
        raise PackError.together(wrong)
    return document


def refuse_unknown(document: Located, known: Iterable[str], what: str = "key") -> None:
    """Raise PackError for a key of a mapping that is none of the known ones."""
    words = sorted(known)
    for key, _ in document.items:
        if key.value not in words:
            hint = f"known: {list_words(words)}"
            said = f"unknown {what}: `{key.value}`{nearest(str(key.value), words)}"
            raise PackError(said, place=key.place, hint=hint)
