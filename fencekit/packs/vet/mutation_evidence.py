"""The evidence of a pack's mutants, `evidence/mutation.json`: what became of each edit.

For each variant it has the digests of the policy and of the cases, and of each mutant, by its own
digest, the case that notices it, or how it is shown that no call can. Vetting trusts none of that:
it makes the mutants anew and looks at each again, which takes one decision where the case is known.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.mutant import Mutant
from fencekit.model.source import Place
from fencekit.mutation.mutant_equivalence import (
    EquivalenceChecker,
    EquivalenceProof,
    EquivalentMutant,
    UndecidedMutant,
)
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.case_table import print_cases
from fencekit.packs.render.write_pack_files import write_text
from fencekit.reading import json
from fencekit.reading.input_files import read_text, sha256_of

FILE = "evidence/mutation.json"
FORMAT = 1
DIGITS = 6
"""Characters of a mutant's digest, of six bits each: enough to tell some thousands apart."""


@dataclass
class Evidence:
    """What became of the mutants of a variant, by their digests.

    `policy` and `cases` are SHA-256, in hex, of the policy and of its cases as printed.
    """

    policy: str
    cases: str
    killed: dict[str, str] = field(default_factory=dict)
    equivalent: dict[str, EquivalenceProof] = field(default_factory=dict)
    stated: int | None = None
    """How many mutants the file says that there are, where it was read from one."""
    survived: list[str] = field(default_factory=list)
    """Those that some call tells apart, or of which nothing is known, as they are described."""

    @property
    def mutants(self) -> int:
        """How many mutants there are."""
        return len(self.killed) + len(self.equivalent) + len(self.survived)


def digests_of(pack: Pack, variant: Variant) -> tuple[str, str]:
    """Return the SHA-256, in hex, of the policy of a variant, and of its cases as printed."""
    printed = print_cases(
        pack.table(), variant, suite=f"{pack.name}-{variant}", policy=f"../policies/{variant}.yaml"
    )
    return sha256_of(str(pack.policy_file(variant))), sha256(printed.encode()).hexdigest()


def digest_of(mutant: Mutant) -> str:
    """Return the digest of what an edit does."""
    said = f"{mutant.operator}\0{mutant.rule}\0{mutant.label}"
    return urlsafe_b64encode(sha256(said.encode()).digest()).decode()[:DIGITS]


def digest_mutants(mutants: Iterable[Mutant]) -> Iterator[tuple[str, Mutant]]:
    """Yield each mutant with its digest; raise PackError for two with the same."""
    seen: set[str] = set()
    for mutant in mutants:
        digest = digest_of(mutant)
        if digest in seen:
            raise PackError(f"two edits have the digest {digest}: {mutant.label}")
        seen.add(digest)
        yield digest, mutant


def make_evidence(
    runner: MutantRunner, payloads: Mapping[str, Any], digests: tuple[str, str], limit: float
) -> Evidence:
    """Return the evidence of a policy and its cases, by all the work; `limit` is of each proof."""
    found = Evidence(*digests)
    checker = EquivalenceChecker(runner, payloads, limit)
    for digest, mutant in digest_mutants(single_edits(runner.policy)):
        killer = runner.killer(mutant.policy)
        if killer is not None:
            found.killed[digest] = killer.name
            continue
        settled = checker.settle(mutant.policy)
        if isinstance(settled, EquivalentMutant):
            found.equivalent[digest] = settled.proof
        else:
            reason = (
                settled.reason if isinstance(settled, UndecidedMutant) else "no case notices it"
            )
            found.survived.append(f"{mutant.operator}, {mutant.label}: {reason}")
    return found


def write_evidence(folder: Path, evidence: Mapping[str, Evidence]) -> None:
    """Write the evidence of the variants of a pack: a line for each case."""
    lines = [f'{{"format": {FORMAT}, "digits": {DIGITS}, "variants": {{']
    for number, (name, one) in enumerate(evidence.items()):
        lines.append(f"{',' if number else ''}{json.write(name)}: {{")
        lines.append(f' "policy": "{one.policy}", "cases": "{one.cases}",')
        lines.append(f' "mutants": {one.mutants}, "killed": {{')
        lines.append(",\n".join(group_digests(one.killed)))
        lines.append(' }, "equivalent": {')
        lines.append(
            ",\n".join(group_digests({key: str(why) for key, why in one.equivalent.items()}))
        )
        lines.append(" }}")
    lines.append("}}")
    write_text(folder / FILE, "\n".join(lines) + "\n")


def group_digests(by_digest: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each value: the digests that have it, one after another."""
    groups: dict[str, list[str]] = {}
    for digest, value in by_digest.items():
        groups.setdefault(value, []).append(digest)
    for value, digests in sorted(groups.items()):
        yield f'  {json.write(value)}: "{"".join(sorted(digests))}"'


def read_evidence(folder: Path) -> dict[str, Evidence]:
    """Return the evidence of a pack's variants, by name; none where there is no file of it.

    Raises PackError where the file is no evidence.
    """
    file = folder / FILE
    if not file.exists():
        return {}
    text, _ = read_text(str(file), PackError)
    try:
        document = json.parse(text)
        if (document["format"], document["digits"]) != (FORMAT, DIGITS):
            raise ValueError(FORMAT)
        return {
            str(name): Evidence(
                str(one["policy"]),
                str(one["cases"]),
                dict(split_groups(one["killed"])),
                {digest: EquivalenceProof(why) for digest, why in split_groups(one["equivalent"])},
                int(one["mutants"]),
            )
            for name, one in document["variants"].items()
        }
    except (json.JSONError, LookupError, TypeError, AttributeError, ValueError) as error:
        hint = "write it again: `fencekit packs evidence PATH`, with `--pin` for cases too"
        raise PackError("this is no evidence of mutants", place=Place(str(file)), hint=hint) from (
            error
        )


def split_groups(groups: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each digest with the value that it has."""
    for value, digests in groups.items():
        for at in range(0, len(digests), DIGITS):
            yield digests[at : at + DIGITS], value
