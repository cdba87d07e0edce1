"""`fencekit.waivers.yaml`: read strictly, because a waiver that is misread lets calls through."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from fencekit.dialects.capfence.capfence_vocabulary import CONDITIONS
from fencekit.dialects.capfence.policy_layer import read_conditions
from fencekit.dialects.capfence.strict_checks import CHECKS, wrong
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Condition, Policy
from fencekit.model.source import Input, Place
from fencekit.model.waiver import Waiver
from fencekit.reading import yaml
from fencekit.reading.input_files import read_text
from fencekit.reading.message_words import nearest
from fencekit.reporting.visible_text import IN_LINES, visible

FILE = "fencekit.waivers.yaml"
"""The name under which waivers are looked for in the working directory."""

REQUIRED = ("reason", "approver", "expires")
KEYS = frozenset({*REQUIRED, "finding", "capability", "rule", "when", "max_count"})

WRITTEN_DIGITS = 32
"""The hexadecimal digits of a digest that a waiver is written with."""
DIGEST = re.compile(r"[0-9a-f]{16,64}")
"""What stands for a finding or a rule; a shorter beginning could be met on purpose."""


class WaiverError(FencekitError):
    """A file of waivers that cannot be read."""

    slug = "waivers-invalid"


def load_waivers(path: str, policies: Sequence[Policy] = ()) -> tuple[tuple[Waiver, ...], Input]:
    """Return the waivers in a file, in their order, and the file with its digest.

    `policies` have the rules that a waiver by position may mean: its new form is in the error.
    Raises WaiverError, with file, line and column, for what is not exactly a file of waivers.
    """
    text, digest = read_text(path, WaiverError)
    return waivers_in(text, path, policies), Input("waivers", path, digest)


def waivers_in(text: str, path: str, policies: Sequence[Policy] = ()) -> tuple[Waiver, ...]:
    """Return the waivers that the text of a file spells; see `load_waivers`."""
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
    refuse_positions(listed.elements, policies)
    return tuple(read_waiver(item) for item in listed.elements)


def refuse_positions(items: Iterable[yaml.Located], policies: Sequence[Policy]) -> None:
    """Raise WaiverError for every waiver that names its rule by position, with the new form."""
    digests = {rule.id: rule.digest for policy in policies for rule in policy.rules}
    errors = []
    for item in items:
        found = item.find("rule")
        if found is None or not isinstance(found.value, str) or "@" in found.value:
            continue
        message = (
            f"`rule: {found.value}` does not say what the rule says, and would cover whatever "
            f"rule comes to be called so"
        )
        hint = "`fencekit waive --migrate` rewrites the file"
        if found.value in digests:
            new = f"{found.value}@{digests[found.value][:WRITTEN_DIGITS]}"
            hint = f"write `rule: {new}` if the rule is still the one that was meant; {hint}"
        errors.append(WaiverError(message, place=found.place, hint=hint))
    if errors:
        raise WaiverError.together(errors)


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
    finding = text_of(item, "finding")
    if finding and not DIGEST.fullmatch(finding):
        refuse_digest(item, "finding", finding)
    rule, at, digest = text_of(item, "rule").rpartition("@")
    if at and (not rule or not DIGEST.fullmatch(digest)):
        refuse_digest(item, "rule", digest)
    capability = text_of(item, "capability")
    if not capability and not finding:
        hint = "`fencekit waive FINDING` writes a waiver from a report"
        raise WaiverError(
            "the waiver has no `capability` and no `finding`", place=item.place, hint=hint
        )
    return Waiver(
        capability=capability or "*",
        rule=rule,
        conditions=conditions_of(item.find("when")),
        reason=visible_text(item, "reason"),
        approver=visible_text(item, "approver"),
        expires=day_of(item),
        max_count=count_of(item),
        place=item.place,
        rule_digest=digest,
        finding=finding,
    )


def refuse_digest(item: yaml.Located, key: str, digest: str) -> None:
    """Raise WaiverError for what stands for a digest and is none."""
    found = item.find(key)
    form = "NAME@DIGEST" if key == "rule" else "DIGEST"
    raise WaiverError(
        f"`{key}` has the digest `{digest}`, which is not 16 to 64 hexadecimal digits",
        place=found.place if found else item.place,
        hint=f"write it as `{key}: {form}`; reports show both, and `fencekit waive` writes them",
    )


def visible_text(item: yaml.Located, key: str) -> str:
    """Return a text that a person has to be able to read: the reason, or who approves."""
    found = item.find(key)
    text = text_of(item, key)
    assert found is not None
    if IN_LINES.search(text):
        message = f"`{key}` has characters that cannot be seen: `{visible(text)}`"
        raise WaiverError(message, place=found.place, hint="write it in plain text")
    if not any(char.isalnum() for char in text):
        raise WaiverError(f"`{key}` says nothing: `{text}`", place=found.place)
    return text


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
