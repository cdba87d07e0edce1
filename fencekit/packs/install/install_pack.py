"""Installing a pack: files filled in with parameters, what was edited kept, all of it locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fencekit.model.errors import FencekitError, PackError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.report import Report
from fencekit.model.source import Place
from fencekit.packs.archive.archive_manifest import sha256
from fencekit.packs.install.folder_transaction import commit
from fencekit.packs.install.instantiate_pack import InstantiatedFiles, fill, guardrails_of
from fencekit.packs.install.pack_lock import FILE, Lock, Locked, content, read_lock
from fencekit.packs.install.policies_in_memory import compare, compare_guardrails, policy_of
from fencekit.packs.install.upgrade_checks import UpgradeChange, moves
from fencekit.packs.pack.open_pack import Opened
from fencekit.packs.pack.pack_parameters import SINGLE, unset_samples, values_of
from fencekit.packs.pack.pack_variants import Variant


class InstallAction(StrEnum):
    """What installing does to a file."""

    WRITES = "writes"
    REPLACES = "replaces"
    LEAVES = "unchanged"


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What is to be done in a folder: each file, the lock, and what changes in what is replaced.

    There is a report of the policy, and one of its guardrails, by the name of the file. `unknown`
    says of which file it is not known whether the new one is looser, and why; `moves` is what else
    changes about a pack that is locked.
    """

    folder: Path
    filled: InstantiatedFiles
    lock: Lock
    steps: Mapping[str, InstallAction]
    changes: Mapping[str, Report]
    unknown: tuple[FencekitError, ...]
    moves: tuple[UpgradeChange, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Every file to write, the lock last: without it nothing counts as installed."""
        return {**self.filled.files, FILE: self.lock.text}

    def leaves(self, name: str) -> bool:
        """Say whether a file is to stay as it is."""
        return self.steps[name] is InstallAction.LEAVES


def plan(
    opened: Opened,
    variant: Variant,
    chosen: Mapping[str, Any],
    folder: Path,
    *,
    force: bool = False,
) -> InstallPlan:
    """Return what installing would do; nothing is written.

    Raises UsageError where a parameter that lets calls through is not set and has a sample value
    only; unless forced, also where a file is there that was not installed, or was edited since. A
    policy that is replaced is compared with the new one for every call; guardrails too.
    """
    refuse_samples(opened, chosen)
    lock = read_lock(folder)
    filled = fill(opened, variant, chosen)
    pack, before = opened.pack, lock.packs.get(opened.pack.name)
    entry = Locked(
        pack.version,
        variant,
        opened.origin,
        opened.signer,
        opened.manifest.digest,
        values_of(pack.parameters, chosen),
        {name: sha256(text.encode()) for name, text in filled.files.items()},
    )
    made = Lock({**lock.packs, pack.name: entry})
    texts = {**filled.files, FILE: made.text}
    steps = {name: step(content(folder / name), text) for name, text in texts.items()}
    if not force:
        refuse_foreign(folder, {name: steps[name] for name in filled.files}, before)
    changes, unknown = compare_policies(folder, filled, steps, before)
    moved = tuple(moves(before, entry)) if before else ()
    return InstallPlan(folder, filled, made, steps, changes, unknown, moved)


def refuse_samples(opened: Opened, chosen: Mapping[str, Any]) -> None:
    """Raise UsageError where a parameter would let calls through by a value that is a sample."""
    errors = []
    for one in unset_samples(opened.pack.parameters, chosen):
        shown = ", ".join(map(str, one.default[:3]))
        said = f"`{one.name}` lets calls through, and has a sample value only, such as `{shown}`"
        none = "" if one.kind in SINGLE else f", or allow none with `--set {one.name}=`"
        hint = f"set it, `--set {one.name}=…` ({one.about}){none}"
        errors.append(UsageError(said, hint=hint))
    if errors:
        raise UsageError.together(errors)


def step(there: bytes | None, text: str) -> InstallAction:
    """Return what is to be done to a file, given what it has."""
    if there is None:
        return InstallAction.WRITES
    return InstallAction.LEAVES if there == text.encode() else InstallAction.REPLACES


def refuse_foreign(folder: Path, steps: Mapping[str, InstallAction], before: Locked | None) -> None:
    """Raise UsageError where a file is to be replaced that is not as it was installed."""
    said = "this was edited since it was installed" if before else "this is there already"
    hint = "move it away, or pass `--force` to have it written over"
    errors = [
        UsageError(said, place=Place(str(folder / name)), hint=hint)
        for name, does in steps.items()
        if does is InstallAction.REPLACES and not is_as_locked(folder, name, before)
    ]
    if errors:
        raise UsageError.together(errors)


def is_as_locked(folder: Path, name: str, before: Locked | None) -> bool:
    """Say whether a file is as it was installed."""
    there = content(folder / name)
    return before is not None and there is not None and before.files.get(name) == sha256(there)


def compare_policies(
    folder: Path,
    filled: InstantiatedFiles,
    steps: Mapping[str, InstallAction],
    before: Locked | None,
) -> tuple[dict[str, Report], tuple[FencekitError, ...]]:
    """Return how the policy and the guardrails change, and where that is not known."""
    comparisons = {filled.name: compare, guardrails_of(Path(filled.name).stem): compare_guardrails}
    changes: dict[str, Report] = {}
    unknown: list[FencekitError] = []
    for name, comparison in comparisons.items():
        file = folder / name
        digest = sha256(filled.files[name].encode())
        if steps[name] is InstallAction.WRITES and before and before.files.get(name) != digest:
            said = "this is locked and not there: it is not known whether the new one is looser"
            hint = "take it back from version control, or install again what is locked, first"
            unknown.append(PackError(said, place=Place(str(file)), hint=hint))
        if steps[name] is InstallAction.REPLACES:
            try:
                old = policy_there(file)
            except FencekitError as error:
                unknown.append(error)
                continue
            changes[name] = comparison(old, filled.policy(name))
    return changes, tuple(unknown)


def policy_there(file: Path) -> Policy:
    """Return the policy that is in force, in a file that is to be replaced."""
    data = content(file) or b""
    shown = f"{file} (installed)"
    return policy_of(shown, data.decode("utf-8", "replace"))


def carry_out(plan: InstallPlan) -> None:
    """Write the files, all of them or none, the lock last; raise UsageError where they cannot be.

    The folder has to be held, by `exclusive`, since before the plan was made.
    """
    texts = {name: text for name, text in plan.texts.items() if not plan.leaves(name)}
    try:
        for name in texts:
            content(plan.folder / name)
        plan.folder.mkdir(parents=True, exist_ok=True)
        commit(plan.folder, {name: text.encode() for name, text in texts.items()})
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        hint = f"all files are as they were; nothing is installed without its `{FILE}`"
        raise UsageError(f"cannot write into `{plan.folder}`: {said}", hint=hint) from error
