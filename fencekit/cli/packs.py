"""`fencekit packs`: policies that ship with the evidence that they hold, and how to vet others."""

from functools import partial
from typing import TYPE_CHECKING

import click

from fencekit.cli.packs_archives import build, render, verify
from fencekit.cli.packs_diff import diff
from fencekit.cli.packs_evidence import evidence
from fencekit.cli.packs_init import init
from fencekit.cli.packs_install import install
from fencekit.cli.packs_options import trust_options
from fencekit.cli.packs_vet import vet

if TYPE_CHECKING:
    from fencekit.packs.pack.pack import Pack


@click.group("packs", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """List, vet, build and install packs: policies with their guardrails, cases and evidence."""


for part in (vet, init, render, evidence, build, verify, install, diff):
    command.add_command(part)


@command.command("list")
def list_() -> None:
    """List the packs that are installed.

    Exit code 3 where a package brings what is no pack; the others are listed all the same.
    """
    from fencekit.cli.terminal_output import show
    from fencekit.model.errors import PackError
    from fencekit.packs.pack.pack_discovery import packs
    from fencekit.reporting.replay_text import Line, inert

    wrong: list[PackError] = []
    for origin, pack in packs():
        if isinstance(pack, PackError):
            wrong.append(pack)
            continue
        foreign = "" if origin == "fencekit" else f"  (from {inert(origin)})"
        show([Line(f"{pack.name:<18}{pack.version:<8}{inert(pack.purpose)}{foreign}")])
    if wrong:
        raise PackError.together(wrong)


@command.command("show")
@click.argument("pack", metavar="PACK")
@trust_options
def show_(pack: str, *, keys: tuple[str, ...], allow_unsigned: bool) -> None:
    """Show what a pack is for, what it stops, its limits, payloads, parameters and licence.

    PACK is the name of an installed pack, a folder, or an archive that verifies.
    """
    from fencekit.cli.packs_options import trust
    from fencekit.packs.pack.open_pack import looked_at

    with looked_at(pack, partial(trust, keys, allow_unsigned=allow_unsigned)) as found:
        show_pack(found)


def show_pack(found: "Pack") -> None:
    """Show what a pack says of itself."""
    from fencekit.cli.terminal_output import show
    from fencekit.reading import json
    from fencekit.reporting.replay_text import Line, inert

    show([Line(inert(f"{found.name} {found.version}"), "bold"), Line(inert(found.purpose)), Line()])
    for title, said in (("stops", found.stops), ("limits", found.limits)):
        show([Line(title, "bold"), *(Line(f"  - {inert(text, 500)}") for text in said), Line()])
    show([Line("capabilities, each with its payload", "bold")])
    for one in found.capabilities:
        payload = inert(json.write(one.payload), 2000)
        show([Line(f"  {inert(one.name)}"), Line(f"    {payload}", "dim")])
    show([Line(), Line("parameters", "bold")])
    for parameter in found.parameters:
        value = ", ".join(map(str, parameter.default)) or "none"
        about = inert(parameter.description, 300)
        show([Line(f"  {parameter.name} ({parameter.kind}): {about}")])
        show([Line(f"    {inert(value, 300)}", "dim")])
    evidence = ", ".join(one.file for one in found.evidence) or "none is named"
    show([Line(), Line("evidence", "bold"), Line(f"  {inert(evidence, 500)}")])
    show([Line(), Line("licence", "bold"), Line(f"  {inert(found.licence)}")])
