"""`fencekit packs install`: a pack into a folder, checked, filled in and locked."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fencekit.cli.packs_options import into_option, set_option, trust_options

if TYPE_CHECKING:
    from fencekit.packs.install.install_pack import InstallPlan
    from fencekit.packs.install.instantiate_pack import InstantiatedFiles

MOST_OPENED = 5
"""The calls that parameters allow which are shown."""


@click.command("install")
@click.argument("pack", metavar="PACK")
@click.option(
    "--variant",
    type=click.Choice(["strict", "baseline", "permissive"]),
    help="[default: the one that is locked, or baseline]",
)
@set_option
@into_option("The folder to install into.")
@click.option("--force", is_flag=True, help="Write over files that were edited.")
@click.option(
    "--accept-looser",
    is_flag=True,
    help="Install even if the policy in force is stricter, or may be.",
)
@click.option(
    "--accept-signer",
    is_flag=True,
    help="Install even if the locked pack was signed by another key, or is from a package.",
)
@click.option("--accept-older", is_flag=True, help="Install an older version than what is locked.")
@trust_options
def install(
    pack: str,
    *,
    variant: str | None,
    values: tuple[str, ...],
    into: str,
    force: bool,
    accept_looser: bool,
    accept_signer: bool,
    accept_older: bool,
    keys: tuple[str, ...],
    allow_unsigned: bool,
) -> None:
    """Install a variant of PACK: an installed pack by name, a folder, or an archive that verifies.

    Writes the policy, its guardrails, its cases and `fencekit.lock` into DIR. A policy that is
    replaced is compared with the new one for every possible call, and so are its guardrails; where
    either is looser, nothing is written, and the exit code is 1. The same holds where the signer of
    what is locked changes, or its version is newer. What is locked stays as it is unless it is set
    anew.

    \b
    fencekit packs install shell --variant baseline --set workspace=/srv/app
    fencekit packs install our-pack-1.1.0.zip --key team.pub
    """
    from fencekit.cli.packs_options import choose_values, trust
    from fencekit.cli.terminal_output import show
    from fencekit.packs.install.folder_transaction import exclusive
    from fencekit.packs.install.install_pack import carry_out, plan
    from fencekit.packs.install.pack_lock import read_lock
    from fencekit.packs.install.upgrade_checks import LOOSER, OLDER, SIGNER
    from fencekit.packs.pack.open_pack import open_pack
    from fencekit.packs.pack.pack_variants import VARIANTS, Variant
    from fencekit.reporting.replay_text import Line, inert

    folder = Path(into)
    accepted = {LOOSER: accept_looser, SIGNER: accept_signer, OLDER: accept_older}
    with open_pack(pack, trust(keys, allow_unsigned=allow_unsigned)) as found, exclusive(folder):
        before = read_lock(folder).packs.get(found.pack.name)
        at = VARIANTS[variant] if variant else before.variant if before else Variant.BASELINE
        given = choose_values(found.pack, values, before.parameters if before else {})
        planned = plan(found, at, given, folder, force=force)
        refuse_changes(planned, accepted)
        carry_out(planned)
    locked = planned.lock.packs[found.pack.name]
    signed = f", signed by the key `{locked.signer}`" if locked.signer else ""
    show([Line(f"{found.pack.name} {locked.version}, {at}, from {inert(locked.origin)}{signed}")])
    for name, does in planned.steps.items():
        show([Line(f"  {does:<10} {inert(str(folder / name), 500)}")])
    show_left_out(planned.filled)


def show_left_out(filled: "InstantiatedFiles") -> None:
    """Say how many cases do not hold with these parameters, and which calls they now allow."""
    from fencekit.cli.terminal_output import show
    from fencekit.model.request_json import request_to_json
    from fencekit.reading import json
    from fencekit.reporting.replay_text import Line, inert
    from fencekit.reporting.report_phrases import count_noun

    if filled.left_out:
        said = (
            f"{count_noun(filled.left_out, 'case')} left out: right for the default parameters only"
        )
        show([Line(f"  {said}", "dim")])
    if filled.opened:
        said = f"not to be allowed there, and ALLOW here: {len(filled.opened):,} of them, such as"
        show([Line(f"  {said}", "bold")])
    for case in filled.opened[:MOST_OPENED]:
        call = json.write(request_to_json(case.request))
        show([Line(f"    {case.expected} -> ALLOW  {inert(call, 300)}")])


def refuse_changes(planned: "InstallPlan", accepted: Mapping[str, bool]) -> None:
    """Show what changes about a locked pack; exit where that is not accepted.

    `accepted` says of each option whether it is given.
    """
    from fencekit.cli.terminal_output import say, show, show_error
    from fencekit.packs.install.upgrade_checks import LOOSER
    from fencekit.reporting.check_texts import lines
    from fencekit.reporting.replay_text import Line, inert

    codes: dict[str, int] = {}
    for move in planned.moves:
        show([Line(inert(move.said, 500), "bold")])
        codes[move.option] = 1
    for name, report in planned.changes.items():
        show([Line(inert(name), "bold"), *lines(report), Line()])
        codes[LOOSER] = max(codes.get(LOOSER, 0), report.exit_code)
    for error in planned.unknown:
        show_error(error)
        codes[LOOSER] = max(codes.get(LOOSER, 0), error.exit_code)
    asked = [name for name, code in codes.items() if name and code and not accepted[name]]
    if asked:
        options = " ".join(asked)
        say(f"nothing was written; `{options}` installs it all the same")
        sys.exit(max(codes[name] for name in asked))
    if planned.unknown:
        say(f"not compared, and installed all the same, as `{LOOSER}` asks")
