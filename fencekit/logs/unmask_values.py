"""Lets masked values say whether they are a given one, for those who have the key to them.

No value is ever shown: a policy asks for equality with a value of its own, and gets yes or no.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from fencekit.logs.redaction import check_key, digest_of, id_of
from fencekit.model.record import Record
from fencekit.model.request import Facts, Masked, Request, holds_unknown
from fencekit.reading import json


@dataclass
class RedactionKey:
    """The key to masked values; `others` counts those that it is not the key to."""

    secret: bytes
    others: int = 0
    _digests: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_key(self.secret)
        self._id = id_of(self.secret)

    def unmask_record(self, record: Record) -> Record:
        """Return the record with masked values that can be asked."""
        request = record.request
        if request.whole:
            return record
        asked = Request(
            self._unmask_value(request.capability),
            principal=self._unmask_value(request.principal),
            environment=self._unmask_value(request.environment),
            context=self._facts(request.context),
            args=self._facts(request.args),
        )
        return replace(record, request=asked)

    def tells(self, digest: str, value: Any) -> bool | None:
        """Say whether a digest is that of a value, or of one that is equal to it.

        None where it is the digest of another key, and where a value that is spelled in another way
        may be equal: an object, a list.
        """
        made = key_of(digest)
        if made not in ("", self._id):
            return None
        if digest in self._digests_of(value, made):
            return True
        # Without the name of its key, a digest that differs may be one of another key.
        return None if not made or isinstance(value, dict | list) else False

    def _unmask_value(self, value: Any) -> Any:
        """Return a value with the masked ones in it so that they can be asked."""
        if isinstance(value, Masked):
            self.others += key_of(value.digest) not in ("", self._id)
            return Masked(value.digest, self.tells)
        if isinstance(value, dict):
            return {key: self._unmask_value(item) for key, item in value.items()}
        return [self._unmask_value(item) for item in value] if isinstance(value, list) else value

    def _facts(self, facts: Facts) -> Facts:
        if facts.whole or not holds_unknown(facts.values):
            return facts
        return Facts(self._unmask_value(facts.values), open=facts.open, whole=False)

    def _digests_of(self, value: Any, made: str) -> Iterator[str]:
        """Yield the digests that a value can have; policies ask for the same few every time."""
        for spelled in spellings(value):
            if spelled not in self._digests:
                self._digests[spelled] = digest_of(spelled.encode(), self.secret)
            own = self._digests[spelled]
            yield own if made else own.replace(f"{self._id}:", "", 1)


def key_of(digest: str) -> str:
    """Return which key a digest was made with; empty where it does not say."""
    return digest.split(":")[1] if digest.count(":") == 2 else ""


def spellings(value: Any) -> Iterator[str]:
    """Yield each JSON text of a value that is equal to this one, as policies compare: 1 is 1.0.

    Of an object or a list there may be more than these. What no JSON can spell has none.
    """
    for equal in equals(value):
        try:
            spelled = json.write(equal)
            spelled.encode()
            if isinstance(equal, dict | list) and json.parse(spelled) != equal:
                continue  # a key that is no text, which only YAML has
        except (TypeError, ValueError, RecursionError):
            continue
        yield spelled


def equals(value: Any) -> Iterator[Any]:
    """Yield a value and, of a number, what else is equal to it: 0 is also 0.0, -0.0 and false."""
    if not isinstance(value, int | float):
        yield value
        return
    for kind in (int, float, bool):
        try:
            same = kind(value)
        except (OverflowError, ValueError):
            continue
        if same == value:
            yield same
    if value == 0:
        yield -0.0
