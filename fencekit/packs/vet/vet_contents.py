"""The first step of vetting: what a pack says of itself, and whether all of that is there."""

from collections.abc import Iterator

from fencekit.model.capability import Capability
from fencekit.model.errors import PackError
from fencekit.model.finding import Finding
from fencekit.model.source import Place
from fencekit.packs.archive.pack_archive import files_in
from fencekit.packs.pack.pack import CASES, DESCRIPTION, GUARDRAILS, SOURCE, Pack
from fencekit.packs.pack.pack_names import VERSION, refuse_unnamed
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pack_source import SourceRule, read_source
from fencekit.packs.vet.mutation_evidence import FILE as MUTATION
from fencekit.packs.vet.vetting_step import StepResult, fault, of
from fencekit.reading.input_files import read_text
from fencekit.schema.metaschema import faults, unread

CHANGELOG = "CHANGELOG.md"
POLICIES = tuple(f"policies/{variant}.yaml" for variant in Variant)
WANTED = (CHANGELOG, "README.md", GUARDRAILS, *POLICIES)


def contents(pack: Pack) -> StepResult:
    """Return whether everything that a pack has, and should have, is there and well formed."""
    parts = (names, files, changelog, payloads, undecided_capabilities)
    found = [finding for part in parts for finding in part(pack)]
    said = f"{len(WANTED)} files, {len(pack.capabilities)} capabilities"
    words = {word for one in pack.capabilities for word in unread(one.written)}
    if words and not found:
        said += f"; proofs do not read {', '.join(f'`{word}`' for word in sorted(words))}"
    if (pack.folder / MUTATION).is_file() and MUTATION not in (it.file for it in pack.evidence):
        said += f"; `evidence` does not name `{MUTATION}`"
    return of("", said, found)


def names(pack: Pack) -> Iterator[Finding]:
    """Yield what could not stand in the name of an archive: the name, the version."""
    place = Place(str(pack.folder / DESCRIPTION))
    try:
        refuse_unnamed(pack.name, "0.0.0")
    except PackError as error:
        yield fault("manifest", error.message, place, error.hint)
    if not VERSION.fullmatch(pack.version):
        yield fault("manifest", f"`version` is `{pack.version}`: write it as 1.2.3", place)


def files(pack: Pack) -> Iterator[Finding]:
    """Yield what is missing, what is there besides, and what no archive could have."""
    place = Place(str(pack.folder / DESCRIPTION))
    for name in WANTED:
        if not (pack.folder / name).is_file():
            yield fault("manifest", f"the pack has no `{name}`", place)
    try:
        there = files_in(pack.folder)
    except PackError as error:
        yield fault("manifest", error.message, error.place or place, error.hint)
        return
    for name in there:
        if name.startswith("cases/"):
            hint = f"the cases are in `{CASES}`: take this file away"
            said = f"nothing reads `{name}`"
            yield fault("manifest", said, Place(str(pack.folder / name)), hint)
        if name.startswith("policies/") and name not in POLICIES:
            hint = f"a pack has {', '.join(f'`{known}`' for known in POLICIES)}"
            here = Place(str(pack.folder / name))
            yield fault("manifest", f"`{name}` is the policy of no variant", here, hint)
    for one in pack.evidence:
        if one.file not in there:
            said = f"`evidence` names `{one.file}`, which is no file of the pack"
            yield fault("manifest", said, one.place)


def changelog(pack: Pack) -> Iterator[Finding]:
    """Yield that the changelog cannot be read, or lacks the version."""
    file = pack.folder / CHANGELOG
    if not file.is_file():
        return
    try:
        text, _ = read_text(str(file), PackError)
    except PackError as error:
        yield fault("manifest", error.message, error.place, error.hint)
        return
    if pack.version not in text:
        said = f"the changelog does not speak of version {pack.version}"
        yield fault("manifest", said, Place(str(file)))


def payloads(pack: Pack) -> Iterator[Finding]:
    """Yield each capability that is none, and each payload that is no schema of an object."""
    if not pack.capabilities:
        place = Place(str(pack.folder / DESCRIPTION))
        yield fault("manifest", "the pack names no capability", place)
    for one in pack.capabilities:
        if Capability.parse(one.name) is None:
            yield fault("manifest", f"`{one.name}` is no capability", one.place)
        if one.payload.get("type") != "object":
            said = f"the payload of `{one.name}` is no schema of an object"
            yield fault("manifest", said, one.written.place)
        for said, place in faults(one.written):
            yield fault("manifest", f"the payload of `{one.name}`: {said}", place)


def undecided_capabilities(pack: Pack) -> Iterator[Finding]:
    """Yield each capability that is let through undeclared, and each declared that no rule decides.

    A rule that denies may be about anything.
    """
    rules = read_source(pack.folder / SOURCE, pack.name).rules
    decided = [(rule, name, Capability.parse(name)) for rule in rules for name in rule.capabilities]
    declared = [(one, Capability.parse(one.name)) for one in pack.capabilities]
    for rule, name, capability in decided:
        if rule.section == "deny" or capability is None:
            continue
        if not any(wide is not None and wide.covers(capability) for _, wide in declared):
            yield undeclared_finding(rule, name)
    for one, capability in declared:
        if capability is not None and not any(
            narrow is not None and (narrow.covers(capability) or capability.covers(narrow))
            for _, _, narrow in decided
        ):
            said = f"no rule of `{SOURCE}` decides `{one.name}`"
            hint = "a call of it is denied; write a rule that says why, or take it out"
            yield fault("manifest", said, one.place, hint)


def undeclared_finding(rule: SourceRule, name: str) -> Finding:
    """Return the finding that a rule lets through what the pack does not declare."""
    hint = f"declare it among the `capabilities` of `{DESCRIPTION}`, with its payload"
    said = f"a rule of `{rule.section}` is about `{name}`, which the pack does not declare"
    return fault("manifest", said, rule.place, hint)
