"""The one written form of a request, for logs, cases, witnesses and `explain`.

`{capability, principal?, environment?, context?, args?}`: absent is empty, `{"$unknown": true}` is
unknown. An object with `"$unknown": true` beside other keys is one of which only those keys are
known. A masked value, `{"$unknown": true, "$digest": "hmac-sha256:…"}`, is unknown too, but those
who have the key can tell whether it was a given one. A key that is really called `$unknown` is
written with one more `$`.
"""

import re
from collections.abc import Mapping
from typing import Any

from fencekit.model.errors import RequestError
from fencekit.model.request import ANYTHING, NOTHING, UNKNOWN, Facts, Masked, Request, Unknown
from fencekit.model.source import Place

MARK = "$unknown"
DIGEST = "$digest"
ESCAPED = re.compile(r"\$+unknown")
KEYS = ("capability", "principal", "environment", "context", "args")


def request_to_json(request: Request, *, digests: bool = False) -> dict[str, Any]:
    """Return the written form of a request: plain JSON values, without what is absent.

    `digests` keeps those of masked values, for logs; a reader of a report has no use for them.
    """
    form: dict[str, Any] = {"capability": mark_unknown(request.capability, digests=digests)}
    for key in ("principal", "environment"):
        value = getattr(request, key)
        if value is not None:
            form[key] = mark_unknown(value, digests=digests)
    for key in ("context", "args"):
        facts: Facts = getattr(request, key)
        if facts.values or facts.open:
            form[key] = {MARK: True} if facts.open else {}
            form[key].update(mark_unknown(facts.values, digests=digests))
    return form


def mark_unknown(value: Any, *, digests: bool) -> Any:
    """Return a value with what is unknown in it marked."""
    if isinstance(value, Unknown):
        kept = {DIGEST: value.digest} if digests and isinstance(value, Masked) else {}
        return {MARK: True, **kept}
    if isinstance(value, Mapping):
        return {escape_key(key): mark_unknown(item, digests=digests) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mark_unknown(item, digests=digests) for item in value]
    return value


def escape_key(key: str) -> str:
    """Return a key so that it is not taken for the mark."""
    return f"${key}" if key.endswith(MARK) and ESCAPED.fullmatch(key) else key


def from_form(form: Any, place: Place | None = None, *, marked: bool = True) -> Request:
    """Return the request that the form spells; raise RequestError where it is none.

    `marked=False` promises that the form holds no mark and no escaped key, and saves the search.
    """
    if not isinstance(form, dict):
        raise RequestError("a request is an object with a `capability`", place=place)
    unknown = [key for key in form if key not in KEYS]
    if unknown:
        hint = "a request has " + ", ".join(f"`{key}`" for key in KEYS)
        raise RequestError(f"unknown key in a request: `{unknown[0]}`", place=place, hint=hint)
    if "capability" not in form:
        raise RequestError("the request has no `capability`", place=place)
    capability = word(form, "capability", place)
    if capability is None:
        raise RequestError("`capability` is empty", place=place)
    context = facts(form, "context", place, marked=marked)
    environment = word(form, "environment", place)
    if environment is not None and "environment" in context.values:
        raise RequestError("`environment` stands in the request and in its context", place=place)
    return Request(
        capability,
        principal=word(form, "principal", place),
        environment=environment,
        context=context,
        args=facts(form, "args", place, marked=marked),
    )


def word(form: dict[str, Any], key: str, place: Place | None) -> str | Unknown | None:
    """Return a text of the form, None where it is absent, an Unknown where it is marked so."""
    value = form.get(key)
    if value is None or isinstance(value, str):
        return value
    if is_mark(value, place):
        return unknown(value)
    raise RequestError(f"`{key}` is not text", place=place)


def facts(form: dict[str, Any], key: str, place: Place | None, *, marked: bool) -> Facts:
    """Return an object of the form."""
    value = form.get(key)
    if value is None:
        return NOTHING
    if not isinstance(value, dict):
        raise RequestError(f"`{key}` is not an object", place=place)
    if not marked:
        return Facts(value, whole=True)
    rest = {name: item for name, item in value.items() if name != MARK}
    is_open = len(rest) < len(value)
    if is_open and value[MARK] is not True:
        raise RequestError(f"`{MARK}` is `true` or absent", place=place)
    if is_open and not rest:
        return ANYTHING
    read = {unescape_key(name): unmark_unknown(item, place) for name, item in rest.items()}
    return Facts(read, open=is_open)


def unmark_unknown(value: Any, place: Place | None) -> Any:
    """Return a written value as it is meant: marks become what they stand for."""
    if isinstance(value, list):
        return [unmark_unknown(item, place) for item in value]
    if not isinstance(value, dict):
        return value
    if is_mark(value, place):
        return unknown(value)
    return {unescape_key(key): unmark_unknown(item, place) for key, item in value.items()}


def is_mark(value: Any, place: Place | None) -> bool:
    """Say whether the value is the mark; raise RequestError where it only looks like one."""
    if not isinstance(value, dict) or MARK not in value:
        return False
    is_masked = len(value) == 2 and isinstance(value.get(DIGEST), str)
    if value[MARK] is not True or not (len(value) == 1 or is_masked):
        message = f"`{MARK}` beside other keys is read at the top of `args` and `context` only"
        raise RequestError(message, place=place)
    return True


def unknown(mark: dict[str, Any]) -> Unknown:
    """Return what a mark stands for."""
    return Masked(mark[DIGEST]) if DIGEST in mark else UNKNOWN


def unescape_key(key: Any) -> Any:
    """Return the key as it is meant."""
    if isinstance(key, str) and key.startswith("$$") and ESCAPED.fullmatch(key):
        return key[1:]
    return key
