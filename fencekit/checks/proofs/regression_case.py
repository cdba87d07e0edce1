"""A witness as a case: what the policy in force says of the call is what must stay so."""

import os
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from fencekit.cases.case_file import SUFFIXES
from fencekit.cases.case_writer import write_cases
from fencekit.model.case import Case, Expectation
from fencekit.model.errors import UsageError
from fencekit.model.proof import Witness
from fencekit.model.source import Place


def case_of(witness: Witness) -> Case | None:
    """Return the case that a policy passes which is not looser on the call of the witness.

    It asks for the verdict of the policy in force, and for its obligations where it has some; the
    rule may be another one. None where that policy raised, or where the call has a number that JSON
    lacks: no case can say so.
    """
    before, request = witness.before, witness.request
    if before.error is not None or not is_json([request.args.values, request.context.values]):
        return None
    duties = before.effect.obligations or None
    expected = Expectation(frozenset({before.effect.verdict}), obligations=duties)
    name = f"{request.capability} stays {before.effect}"
    return Case(name, request, expected, Place(""))


def case_text(witness: Witness, policy: str) -> str:
    """Return a file of cases with the one of a witness, about the policy; empty for none."""
    case = case_of(witness)
    return write_cases(policy, [case]) if case is not None else ""


def save(witness: Witness, policy: str, folder: Path) -> Path | None:
    """Write a witness as a file of cases into the folder, and return the file; None for no case.

    The name is the digest of the call and of what is expected, so that one witness is one file.
    Raises UsageError where the file cannot be written, or is there with something else in it:
    somebody may have changed it, and it is left as it is.
    """
    case = case_of(witness)
    if case is None:
        return None
    digest = sha256(write_cases("", [case]).encode("utf-8", "surrogatepass")).hexdigest()
    path = folder / f"witness-{digest[:12]}{SUFFIXES[0]}"
    text = write_cases(os.path.relpath(policy, folder), [case])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise unwritable(folder, error) from error
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        if path.read_bytes() != text.encode():
            message = f"`{path}` has something else in it: it is not written over"
            raise UsageError(message, hint="move it away, or leave it") from error
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error
    return path


def unwritable(path: Path, error: Exception) -> UsageError:
    """Return the error for a file or a folder that cannot be written."""
    said = (getattr(error, "strerror", None) or str(error)).lower()
    return UsageError(f"cannot write `{path}`: {said}")


def is_json(value: Any) -> bool:
    """Say whether a value is one that JSON has: no NaN and nothing infinite in it."""
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, Mapping):
        return all(map(is_json, value.values()))
    return all(map(is_json, value)) if isinstance(value, list | tuple) else True
