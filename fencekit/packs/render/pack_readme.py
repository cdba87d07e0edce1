"""The page of a pack: what `pack.yaml` says of it, for people."""

import json
import shlex
from collections.abc import Iterator

from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_variants import Variant

README = "README.md"
RENDERED = "<!-- Rendered from pack.yaml: change that, and render it again. -->"
VARIANTS = {
    Variant.STRICT: "the tightest: what baseline allows and a careful team would rather see first",
    Variant.BASELINE: "for everyday work",
    Variant.PERMISSIVE: "the loosest that keeps to the guardrails",
}


def readme(pack: Pack) -> str:
    """Return the README of a pack."""
    return "\n".join(lines(pack)) + "\n"


def install_command(pack: Pack) -> list[str]:
    """Return the command that installs a pack, with a sample of each value that has to be set."""
    samples = [f"{one.name}={one.default[0]}" for one in pack.parameters if one.has_to_be_set]
    sets = [word for sample in samples for word in ("--set", sample)]
    return ["fencekit", "packs", "install", pack.name, "--variant", "baseline", *sets]


def lines(pack: Pack) -> Iterator[str]:
    """Yield the lines of the page."""
    yield from (f"# {pack.name} {pack.version}", "", RENDERED, "", pack.purpose, "")
    yield from ("```console", f"$ {shlex.join(install_command(pack))}", "```", "")
    if any(one.has_to_be_set for one in pack.parameters):
        yield "What `--set` gives here is a sample: only you know the values, and `install` asks."
        yield ""
    yield from ("## What it stops", "", *(f"- {said}" for said in pack.stops), "")
    yield from ("## Its limits", "", *(f"- {said}" for said in pack.limits), "")
    yield from ("## Variants", "", "| variant | is |", "| --- | --- |")
    yield from (f"| [{v}](policies/{v}.yaml) | {said} |" for v, said in VARIANTS.items())
    yield ""
    yield "A tighter variant is nowhere looser than a looser one, and each keeps to the"
    yield "[guardrails](guardrails.yaml): `fencekit packs vet` proves it for every call, runs the"
    yield "cases on fencekit and on CapFence, and measures what is let through."
    yield from ("", "## Capabilities and the payload that each expects", "")
    for one in pack.capabilities:
        yield f"- `{one.name}`: `{json.dumps(one.payload, separators=(', ', ': '))}`"
    yield ""
    if pack.parameters:
        yield from ("## Parameters", "", "| parameter | type | default | about |")
        yield "| --- | --- | --- | --- |"
        for parameter in pack.parameters:
            value = ", ".join(f"`{item}`" for item in parameter.default) or "none"
            yield f"| `{parameter.name}` | {parameter.kind} | {value} | {parameter.description} |"
        yield ""
    if pack.evidence:
        named = ", ".join(f"[`{one.file}`]({one.file})" for one in pack.evidence)
        yield from (f"The evidence that it holds: {named}.", "")
    yield f"Licence: {pack.licence}. What changed is in [the changelog](CHANGELOG.md)."
