"""`fencekit packs init`: the beginning of a pack of one's own."""

from pathlib import Path

import click

from fencekit.cli.packs_options import trust_options


@click.command("init")
@click.argument("name", metavar="NAME")
@click.option("--from", "origin", metavar="PACK", help="Begin with a copy of this pack.")
@click.option(
    "--into",
    default=".",
    type=click.Path(),
    metavar="DIR",
    show_default=True,
    help="The folder in which the folder NAME is made.",
)
@trust_options
def init(
    name: str, *, origin: str | None, into: str, keys: tuple[str, ...], allow_unsigned: bool
) -> None:
    """Make a folder NAME with a small pack in it that vets clean, to be changed from there.

    With `--from` it is a copy of another pack, by its name, a folder or an archive that verifies.

    \b
    fencekit packs init our-pack
    fencekit packs init our-shell --from shell
    """
    from fencekit.cli.packs_options import trust
    from fencekit.cli.terminal_output import show
    from fencekit.packs.archive.pack_archive import files_in
    from fencekit.packs.pack.open_pack import open_pack
    from fencekit.packs.render.pack_scaffold import begin, first_files
    from fencekit.reporting.replay_text import Line, inert

    folder = Path(into) / name
    if origin is None:
        made = begin(name, folder, first_files())
    else:
        with open_pack(origin, trust(keys, allow_unsigned=allow_unsigned)) as found:
            made = begin(name, folder, files_in(found.pack.folder))
    show([Line(f"writes {inert(str(file), 500)}", "green") for file in made])
    at = inert(str(folder), 500)
    show([Line(), Line(f"next: change `{at}/source`, then `fencekit packs render {at}`")])
    show([Line(f"and `fencekit packs vet {at}`")])
