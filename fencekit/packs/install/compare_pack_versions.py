"""Two versions of a pack compared: whether a variant, or the guardrails, are anywhere looser."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.report import Report
from fencekit.model.source import Place
from fencekit.packs.archive.archive_manifest import sha256
from fencekit.packs.install.instantiate_pack import guardrails_of
from fencekit.packs.install.pack_lock import FILE, Locked, content, read_lock
from fencekit.packs.install.policies_in_memory import compare, compare_guardrails, policy_of
from fencekit.packs.pack.open_pack import Trust, open_pack
from fencekit.packs.pack.pack import DESCRIPTION, Pack
from fencekit.packs.pack.pack_names import PACK
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.render_pack import policies

LOCKED, INSTALLED = "locked", "installed"
NUMBER = re.compile(r"v?[0-9]+(?:[.][0-9]+)*")
GUARDRAILS = "guardrails"
PARTS = (*map(str, Variant), GUARDRAILS)
"""What of two versions is compared."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Where the versions of a pack are looked for, and what they are filled in with.

    `named` is the pack's name, a folder or an archive. A version is an archive, a folder,
    `installed` (what `named` stands for), or `locked` (what is installed in the folder `into`).
    """

    named: str
    into: Path
    trust: Trust
    chosen: Mapping[str, Any]

    def compare_versions(
        self, old: str, new: str, asked: Sequence[str], *, allow_unknown: bool = False
    ) -> Iterator[tuple[str, Report]]:
        """Yield the report of each part that is asked for: variants, and the guardrails.

        Where one version is locked, that is the variant that is locked. Both versions get the
        parameters of the lock then, and those that are chosen. Raises UsageError for the version of
        another pack, and where no part is left to compare.
        """
        name = self.name()
        locked = self.locked_pack(name) if LOCKED in (old, new) else None
        before, after = (self.policies(version, name, locked) for version in (old, new))
        common = [part for part in asked if part in before and part in after]
        if not common:
            raise UsageError(f"the variant that is locked is `{locked.variant if locked else ''}`")
        for part in common:
            compared = compare_guardrails if part == GUARDRAILS else compare
            yield part, compared(before[part], after[part], allow_unknown=allow_unknown)

    def name(self) -> str:
        """Return the name of the pack."""
        if PACK.fullmatch(self.named) and not Path(self.named, DESCRIPTION).exists():
            return self.named
        with open_pack(self.named, self.trust) as found:
            return found.pack.name

    def locked_pack(self, name: str) -> Locked:
        """Return what is locked of the pack; raise PackError where it is not."""
        found = read_lock(self.into).packs.get(name)
        if found is None:
            place = Place(str(self.into / FILE))
            raise PackError(f"the pack `{name}` is not locked here", place=place)
        return found

    def policies(self, version: str, name: str, locked: Locked | None) -> Mapping[str, Policy]:
        """Return the policy of each variant of a version, and its guardrails."""
        if version == LOCKED and locked is not None:
            files = {str(locked.variant): f"{name}.yaml", GUARDRAILS: guardrails_of(name)}
            return {part: self.policy_there(file, locked) for part, file in files.items()}
        refuse_number(version)
        with open_pack(self.named if version == INSTALLED else version, self.trust) as found:
            pack = found.pack
            if pack.name != name:
                raise UsageError(f"`{version}` is the pack `{pack.name}`, not `{name}`")
            texts = {
                file.relative_to(pack.folder): text
                for file, text in policies(pack, self.values(pack, locked))
            }
        return {
            file.stem: policy_of(f"{version}/{file.as_posix()}", text)
            for file, text in texts.items()
        }

    def values(self, pack: Pack, locked: Locked | None) -> dict[str, Any]:
        """Return the values to fill in: those locked that the pack still has, and those chosen."""
        known = {one.name for one in pack.parameters}
        kept = locked.parameters if locked else {}
        return {**{key: kept[key] for key in kept if key in known}, **self.chosen}

    def policy_there(self, name: str, locked: Locked) -> Policy:
        """Return the policy in a file that is installed; raise PackError where it was edited."""
        file = self.into / name
        data = content(file)
        if data is None or sha256(data) != locked.files.get(file.name):
            hint = "compare the file itself: `fencekit diff OLD NEW`"
            raise PackError("this is not what was installed", place=Place(str(file)), hint=hint)
        return policy_of(str(file), data.decode())


def refuse_number(version: str) -> None:
    """Raise UsageError for a number: nobody but the user knows where that version is."""
    if NUMBER.fullmatch(version) and not Path(version).exists():
        hint = f"name an archive of it, a folder, `{INSTALLED}` or `{LOCKED}`"
        raise UsageError(f"`{version}` is the number of a version", hint=hint)
