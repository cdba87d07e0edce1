"""Installing a pack: files filled in with parameters, what was edited kept, all of it locked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fencekit.model.errors import UsageError
from fencekit.model.policy import Policy
from fencekit.model.report import Report
from fencekit.model.source import Place
from fencekit.packs.filling import Filled, fill, guardrails_of
from fencekit.packs.lock import FILE, Lock, Locked, content, read_lock
from fencekit.packs.manifest import sha256
from fencekit.packs.opening import Opened
from fencekit.packs.parameters import values_of
from fencekit.packs.texts import compare, compare_guardrails, policy_of
from fencekit.packs.variants import Variant


class Does(StrEnum):
    """What installing does to a file."""

    WRITES = "writes"
    REPLACES = "replaces"
    LEAVES = "unchanged"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done in a folder: each file, the lock, and what changes in what is replaced.

    There is a report of the policy, and one of its guardrails, by the name of the file.
    """

    folder: Path
    filled: Filled
    lock: Lock
    steps: Mapping[str, Does]
    changes: Mapping[str, Report]

    @property
    def texts(self) -> dict[str, str]:
        """Every file to write, the lock last: without it nothing counts as installed."""
        return {**self.filled.files, FILE: self.lock.text}


def plan(
    opened: Opened,
    variant: Variant,
    chosen: Mapping[str, Any],
    folder: Path,
    *,
    force: bool = False,
) -> Plan:
    """Return what installing would do; nothing is written.

    Raises UsageError, unless forced, where a file is there that was not installed, or was edited
    since. A policy that is replaced is compared with the new one for every call; guardrails too.
    """
    lock = read_lock(folder)
    filled = fill(opened, variant, chosen)
    pack, before = opened.pack, lock.packs.get(opened.pack.name)
    steps: dict[str, Does] = {}
    kept: list[UsageError] = []
    for name, text in filled.files.items():
        there = content(folder / name)
        if there is None:
            steps[name] = Does.WRITES
            continue
        steps[name] = Does.LEAVES if there == text.encode() else Does.REPLACES
        known = before is not None and before.files.get(name) == sha256(there)
        if steps[name] is Does.REPLACES and not known and not force:
            said = "this was edited since it was installed" if before else "this is there already"
            hint = "move it away, or pass `--force` to have it written over"
            kept.append(UsageError(said, place=Place(str(folder / name)), hint=hint))
    if kept:
        raise UsageError.together(kept)
    comparisons = {filled.name: compare, guardrails_of(pack.name): compare_guardrails}
    changes = {
        name: compared(policy_there(folder / name), filled.policy(name))
        for name, compared in comparisons.items()
        if steps[name] is Does.REPLACES
    }
    values = values_of(pack.parameters, chosen)
    digests = {name: sha256(text.encode()) for name, text in filled.files.items()}
    entry = Locked(
        pack.version,
        variant,
        opened.origin,
        opened.signer,
        opened.manifest.digest,
        values,
        digests,
    )
    made = Lock({**lock.packs, pack.name: entry})
    there = content(folder / FILE)
    same = Does.LEAVES if there == made.text.encode() else Does.REPLACES
    steps[FILE] = Does.WRITES if there is None else same
    return Plan(folder, filled, made, steps, changes)


def policy_there(file: Path) -> Policy:
    """Return the policy that is in force, in a file that is to be replaced."""
    data = content(file) or b""
    shown = f"{file} (installed)"
    return policy_of(shown, data.decode("utf-8", "replace"))


def carry_out(plan: Plan) -> None:
    """Write the files, each whole or not at all; raise UsageError where one cannot be."""
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        for name, text in plan.texts.items():
            if plan.steps[name] is not Does.LEAVES:
                write_whole(plan.folder / name, text)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into `{plan.folder}`: {said}") from error


def write_whole(file: Path, text: str) -> None:
    """Write a file beside its place and move it there: a link at the place is not followed."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with beside.open("x", encoding="utf-8", newline="\n") as opened:
        opened.write(text)
    os.replace(beside, file)  # noqa: PTH105  (one step, whatever is there)
