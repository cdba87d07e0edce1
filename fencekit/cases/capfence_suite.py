"""CapFence's fixture suites, `{suite, cases}`, as its `policy test` reads them.

Each case names its own policy, relative to the suite. The event is made into a question exactly as
CapFence 0.9.0 does it; what CapFence would ignore is ignored here.
"""

import os
from collections.abc import Mapping
from typing import Any

from fencekit.cases.case_file import CaseFile, Problems, beside
from fencekit.model.case import Case, Expectation
from fencekit.model.errors import CaseError
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import ALLOW, DENY, ESCALATE, WARN, Effect
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.plain_values import complaints
from fencekit.reading.yaml import Located

VERDICTS: dict[str, Effect] = {
    "allow": ALLOW,
    "warn": WARN,
    "require_approval": ESCALATE,
    "deny": DENY,
}
"""The words that an expected verdict may be, with what they mean."""


def is_suite(document: Located) -> bool:
    """Say whether a document is a suite of CapFence's: its cases have an `event`."""
    if not isinstance(document.value, dict):
        return False
    cases = document.find("cases")
    listed_cases = cases.elements if cases is not None else (document,)
    return any(case.find("event") is not None for case in listed_cases)


def read(document: Located, path: str, digest: str) -> CaseFile:
    """Return the cases that a suite spells; raise CaseError with all that is wrong with it."""
    problems = Problems()
    problems.found.extend(complaints(document, CaseError))
    problems.raise_any()
    given = document.find("cases")
    if given is not None and not isinstance(given.value, list):
        problems.add("`cases` is not a list", given.place)
    found: dict[str, Case] = {}
    for item in given.elements if given is not None else (document,):
        case = read_case(item, path, problems)
        if case is not None:
            name = unique(case.name, found)
            found[name] = Case(name, case.request, case.expected, case.place, case.policy)
    problems.raise_any()
    title = str(document.value.get("suite") or document.value.get("name") or "")
    folders = (os.path.dirname(path) or ".", ".")  # noqa: PTH120  (as its loader has them)
    return CaseFile(
        path, digest, title, "", tuple(found.values()), search_paths=folders, strict=False
    )


def read_case(item: Located, path: str, problems: Problems) -> Case | None:
    """Return a case of a suite, or None when it was refused."""
    if not isinstance(item.value, dict):
        problems.add("a case is not a mapping", item.place)
        return None
    name = str(item.value.get("name") or "unnamed")
    policy, asked, wanted = (item.value.get(key) for key in ("policy", "event", "expected"))
    if not isinstance(policy, str) or not policy:
        problems.add(f"case `{name}` has no `policy`", item.place)
        return None
    if not isinstance(asked, dict):
        problems.add(f"case `{name}` has no `event`", item.place)
        return None
    word = wanted.get("verdict") if isinstance(wanted, dict) else None
    if word not in VERDICTS:
        known = tuple(VERDICTS)
        near = nearest(str(word), known)
        hint = f"an expected verdict is one of {list_words(known)}"
        place = Place(item.place.file, item.place.line, item.place.column)
        problems.add(f"case `{name}` expects `{word}`, which no decision is{near}", place, hint)
        return None
    effect = VERDICTS[word]
    expected = Expectation(frozenset({effect.verdict}), obligations=effect.obligations)
    return Case(name, request_of(asked), expected, item.place, beside(path, policy))


def unique(name: str, taken: Mapping[str, object]) -> str:
    """Return the name, or the name with the first number that is free."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def request_of(asked: Mapping[str, Any]) -> Request:
    """Return the question that CapFence makes of an event: what is missing has its defaults."""
    action, actor = mapping(asked, "action"), mapping(asked, "actor")
    payload, metadata = mapping(asked, "payload"), mapping(asked, "metadata")
    raw_action, raw_actor = asked.get("action"), asked.get("actor")
    named = action.get("name") or (raw_action if isinstance(raw_action, str) else None)
    who = actor.get("id") or (raw_actor if isinstance(raw_actor, str) else None)
    operation = asked.get("operation", asked.get("action_name", named or "*"))
    by_default = f"{asked.get('resource', '*')}.{operation}.*"
    capability = first_said("capability", action, metadata, asked) or by_default
    environment = asked.get("environment") or metadata.get("environment") or "development"
    context = {
        **metadata,
        "actor": who or "unknown",
        "user_role": actor.get("role") or metadata.get("user_role"),
        "action": named or asked.get("action_name"),
        "resource": asked.get("resource"),
        "environment": environment,
        "tenant": first_said("tenant", asked, metadata),
        "risk_level": first_said("risk_level", asked, metadata),
        "tool_name": first_said("tool_name", asked, payload, metadata),
    }
    kept = {key: value for key, value in context.items() if value is not None}
    if isinstance(environment, str):
        del kept["environment"]
        return Request(str(capability), environment=environment, context=kept, args=payload)
    return Request(str(capability), context=kept, args=payload)


def first_said(key: str, *parts: Mapping[str, Any]) -> Any:
    """Return the first value under a key that is not empty; the last part's where all are."""
    said = [part.get(key) for part in parts]
    return next(filter(None, said), said[-1])


def mapping(asked: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return an object of the event; an empty one where it is absent or no object."""
    value = asked.get(key)
    return value if isinstance(value, dict) else {}
