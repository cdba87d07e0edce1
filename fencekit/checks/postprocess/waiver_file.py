"""`fencekit.waivers.yaml`: read strictly, because a waiver that is misread lets calls through."""

from datetime import date, datetime
from typing import Any

from fencekit.dialects.capfence.layer import read_conditions
from fencekit.dialects.capfence.strictness import CHECKS, wrong
from fencekit.dialects.capfence.words import CONDITIONS
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Condition
from fencekit.model.source import Input, Place
from fencekit.model.waiver import Waiver
from fencekit.reading import yaml
from fencekit.reading.files import read_text
from fencekit.reading.suggest import nearest

FILE = "fencekit.waivers.yaml"
"""The name under which waivers are looked for in the working directory."""

REQUIRED = ("capability", "reason", "approver", "expires")
KEYS = frozenset({*REQUIRED, "rule", "when", "max_count"})


class WaiverError(FencekitError):
    """A file of waivers that cannot be read."""

    slug = "waivers-invalid"


def load_waivers(path: str) -> tuple[tuple[Waiver, ...], Input]:
    """Return the waivers in a file, in their order, and the file with its digest.

    Raises WaiverError, with file, line and column, for what is not exactly a file of waivers.
    """
    text, digest = read_text(path, WaiverError)
    document = yaml.parse(text, path, WaiverError)
    if document is None or not isinstance(document.value, dict):
        hint = "write `waivers: []` for none"
        raise WaiverError("a file of waivers is a mapping", place=Place(path), hint=hint)
    refuse_repeated(document)
    refuse_unknown(document, frozenset({"waivers"}))
    listed = document.find("waivers")
    if listed is None or not isinstance(listed.value, list):
        place = listed.place if listed else document.place
        raise WaiverError("`waivers` is not a list", place=place)
    waivers = tuple(read_waiver(item) for item in listed.elements)
    return waivers, Input("waivers", path, digest)


def refuse_repeated(document: yaml.Located) -> None:
    """Raise WaiverError where a key occurs twice."""
    for part in document.walk():
        for key, place, _ in part.repeated:
            raise WaiverError(f"the key `{key}` occurs twice", place=place)


def refuse_unknown(item: yaml.Located, known: frozenset[str]) -> None:
    """Raise WaiverError for a key that is not among the known ones."""
    for key, _ in item.items:
        if key.value not in known:
            near = nearest(str(key.value), sorted(known))
            raise WaiverError(f"unknown key: `{key.value}`{near}", place=key.place)


def read_waiver(item: yaml.Located) -> Waiver:
    """Return the waiver that a mapping spells."""
    if not isinstance(item.value, dict):
        raise WaiverError("a waiver is a mapping", place=item.place)
    refuse_unknown(item, KEYS)
    for key in REQUIRED:
        if item.find(key) is None:
            raise WaiverError(f"the waiver has no `{key}`", place=item.place)
    return Waiver(
        capability=text_of(item, "capability"),
        rule=text_of(item, "rule"),
        conditions=conditions_of(item.find("when")),
        reason=text_of(item, "reason"),
        approver=text_of(item, "approver"),
        expires=day_of(item),
        max_count=count_of(item),
        place=item.place,
    )


def text_of(item: yaml.Located, key: str) -> str:
    """Return a text of the waiver; empty where it is absent."""
    found = item.find(key)
    if found is None:
        return ""
    if not isinstance(found.value, str) or not found.value.strip():
        raise WaiverError(f"`{key}` is not text", place=found.place)
    return found.value


def day_of(item: yaml.Located) -> date:
    """Return the last day on which the waiver holds."""
    found = item.find("expires")
    assert found is not None
    value: Any = found.value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        message = f"`expires` is `{found.text or found.value}`, which is no day"
        raise WaiverError(message, place=found.place, hint="write it as 2026-12-31") from error


def count_of(item: yaml.Located) -> int | None:
    """Return how many calls the waiver may cover; None for any number."""
    found = item.find("max_count")
    if found is None:
        return None
    if not isinstance(found.value, int) or isinstance(found.value, bool) or found.value < 1:
        raise WaiverError("`max_count` is not a number from 1", place=found.place)
    return found.value


def conditions_of(given: yaml.Located | None) -> tuple[Condition, ...]:
    """Return the conditions that each call has to meet, in the policy's own language."""
    if given is None:
        return ()
    if not isinstance(given.value, dict) or not given.value:
        hint = "write conditions as in a rule: `when: {amount_lte: 500}`"
        raise WaiverError("`when` is not a mapping of conditions", place=given.place, hint=hint)
    refuse_unknown(given, frozenset(CONDITIONS))
    for key, value in given.items:
        for problem in wrong(value, CHECKS[CONDITIONS[key.value]](value), f"`{key.value}`"):
            raise WaiverError(problem.message, place=problem.place)
    return read_conditions(given, tuple(CONDITIONS))
