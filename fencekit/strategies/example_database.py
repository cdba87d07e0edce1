"""Calls that made a property fail, kept between runs in Hypothesis' database of examples."""

import json
from hashlib import sha256
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase

from fencekit.model.errors import RequestError
from fencekit.model.request import Request
from fencekit.model.request_json import from_form, request_to_json
from fencekit.reading import json as strict_json

VERSION = "fencekit.request/1"


class Remembered:
    """The calls that are kept for one property; `name` tells properties of a folder apart."""

    def __init__(self, folder: Path, name: str) -> None:
        self._database = DirectoryBasedExampleDatabase(folder)
        self._key = sha256(f"{VERSION}\n{name}".encode("utf-8", "surrogatepass")).digest()

    def requests(self) -> list[Request]:
        """Return the calls, in an order that does not change; what cannot be read is left out."""
        found: list[Request] = []
        for data in sorted(self._database.fetch(self._key)):
            try:
                found.append(from_form(strict_json.parse_bytes(data)))
            except (strict_json.JSONError, RequestError):
                self._database.delete(self._key, data)
        return found

    def keep(self, request: Request) -> None:
        """Keep a call for the next run."""
        self._database.save(self._key, serialise_call(request))

    def forget(self, request: Request) -> None:
        """Forget a call that shows nothing any more."""
        self._database.delete(self._key, serialise_call(request))


def serialise_call(request: Request) -> bytes:
    """Return a call as it is kept."""
    return json.dumps(request_to_json(request)).encode()
