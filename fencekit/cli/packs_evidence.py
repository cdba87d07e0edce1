"""`fencekit packs evidence`: what becomes of each edit of a pack, written to be looked at again."""

import sys
from pathlib import Path

import click


@click.command("evidence")
@click.argument("pack", type=click.Path(), metavar="PATH")
@click.option("--pin", is_flag=True, help="First pin calls that kill the surviving mutants.")
@click.option(
    "--limit",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="The time limit of one proof; 0 for none.",
)
def evidence(pack: str, *, pin: bool, limit: float) -> None:
    """Write which case of the pack in PATH notices which edit of its policies, and why none can.

    `fencekit packs vet` looks at each again, which takes less time than to find it. With `--pin`,
    calls are looked for that tell each variant from the edits of it that no written case notices;
    few that notice all are pinned in `source/edges.yaml`, with the verdicts that they have now.
    Exit code 1 where an edit is left that no case notices.

    \b
    fencekit packs evidence ./our-pack --pin
    """
    from fencekit.cli.terminal_output import show
    from fencekit.packs.pack.pack import DESCRIPTION, read_pack
    from fencekit.packs.render.write_pack_files import refuse_unwritable
    from fencekit.packs.vet.mutation_evidence import FILE
    from fencekit.packs.vet.write_evidence import pin_edges, write_fates
    from fencekit.reporting.replay_text import Line, inert

    def say(line: str) -> None:
        show([Line(inert(line, 500))])

    found = read_pack(Path(pack))
    refuse_unwritable(found.folder / FILE)
    if pin:
        pin_edges(found, limit, say)
    fates = write_fates(found, limit, say)
    if FILE not in (one.file for one in found.evidence):
        say(f"name `{FILE}` under `evidence` in `{found.folder / DESCRIPTION}`")
    sys.exit(1 if any(one.survived for one in fates.values()) else 0)
