"""`fencekit packs render`, `build`, `verify`: from a source of a pack to a signed archive."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fencekit.cli.packs_options import trust_options

if TYPE_CHECKING:
    from fencekit.packs.archive.build_archive import Verified

LOCK = "fencekit.lock"


@click.command("render")
@click.argument("pack", type=click.Path(), metavar="PATH")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a file is stale.")
@click.option(
    "--repin", is_flag=True, help="Decide the pinned calls again and write the new decisions."
)
def render(pack: str, *, check: bool, repin: bool) -> None:
    """Write the policies, guardrails and cases that the source of a pack stands for.

    A change that is meant may be one for pinned calls, `source/edges.yaml`: with `--repin` each of
    them that is decided otherwise now is shown, and its verdicts are written anew.

    \b
    fencekit packs render ./our-pack
    fencekit packs render ./our-pack --repin
    fencekit packs render ./our-pack --check
    """
    from fencekit.cli.terminal_output import show
    from fencekit.model.errors import UsageError
    from fencekit.packs.pack.pack import read_pack
    from fencekit.packs.render.pack_scaffold import render_files
    from fencekit.packs.render.repin_calls import repin as repinned
    from fencekit.reading import json
    from fencekit.reporting.replay_text import Line, inert

    if check and repin:
        raise UsageError("`--check` writes nothing, and `--repin` does", hint="give one of them")
    found = read_pack(Path(pack))
    for one in repinned(found) if repin else ():
        ways = (f"{variant} {old} -> {new}" for variant, (old, new) in one.changes.items())
        show([Line(f"repinned   {', '.join(ways)}  {inert(json.write(one.request), 500)}")])
    stale = 0
    for file, is_stale in render_files(found, check=check):
        stale += is_stale
        words = ("stale" if check else "written") if is_stale else "unchanged"
        show([Line(f"{words:<10} {inert(str(file), 500)}", "" if is_stale else "dim")])
    sys.exit(1 if check and stale else 0)


@click.command("build")
@click.argument("pack", metavar="PATH")
@click.option(
    "--sign", type=click.Path(), metavar="KEY", help="Sign with this private Ed25519 key."
)
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="[default: NAME-VERSION.zip]"
)
def build(pack: str, *, sign: str | None, output: str | None) -> None:
    """Build an archive of the pack in PATH, with a digest of every file: the same bytes every time.

    Refuses a pack that is not rendered from its source, and files that no pack has: links, hidden
    ones, names that mean another thing on another system. It does not vet: `fencekit packs vet`.

    \b
    fencekit packs build ./our-pack --sign team.key
    fencekit packs build ./our-pack -o dist/our-pack.zip
    """
    from fencekit.cli.terminal_output import show
    from fencekit.packs.archive.archive_manifest import sha256
    from fencekit.packs.archive.build_archive import build as built
    from fencekit.packs.archive.build_archive import write_beside
    from fencekit.packs.pack.pack_discovery import find_pack
    from fencekit.reading.signatures import read_private
    from fencekit.reporting.replay_text import Line, inert

    found = find_pack(pack)
    key = read_private(sign) if sign else None
    data = built(found, key)
    target = output or f"{found.name}-{found.version}.zip"
    write_beside(found, target, data)
    signed = f"signed by the key `{key.public.id}`" if key else "unsigned"
    show(
        [Line(f"{inert(target, 500)}: {found.name} {found.version}, {len(data):,} bytes, {signed}")]
    )
    show([Line(f"sha256 {sha256(data)}", "dim")])


@click.command("verify")
@click.argument("archive", type=click.Path(), metavar="FILE")
@trust_options
def verify(archive: str, *, keys: tuple[str, ...], allow_unsigned: bool) -> None:
    """Verify an archive: every byte is as it was built, and a trusted key signed it.

    Exit code 3 where it does not verify, and where it is intact but nobody signed it. Nothing is
    unpacked. Of a `fencekit.lock`, or of the folder that has it, verify that the files beside it
    are as they were installed, and that a trusted key signed their archive, as the lock says.

    \b
    fencekit packs verify our-pack-1.0.0.zip --key team.pub
    fencekit packs verify policies/fencekit.lock
    """
    lock = Path(archive, LOCK) if Path(archive).is_dir() else Path(archive)
    if lock.name == LOCK:
        verify_lock(lock, keys, allow_unsigned=allow_unsigned)
        return
    from fencekit.cli.packs_options import trusted_keys
    from fencekit.cli.terminal_output import show
    from fencekit.packs.archive.build_archive import refuse_unsigned
    from fencekit.packs.archive.build_archive import verify as verified
    from fencekit.packs.archive.pack_archive import load
    from fencekit.packs.pack.open_pack import naming
    from fencekit.reporting.replay_text import Line, inert

    with naming(archive):
        found = verified(load(archive), trusted_keys(keys))
        show([Line(f"{inert(archive, 500)}: {words_for(found)}")])
        refuse_unsigned(found, allow_unsigned=allow_unsigned)


def verify_lock(lock: Path, keys: tuple[str, ...], *, allow_unsigned: bool) -> None:
    """Say of each pack of a lock what is installed; raise PackError where a file was edited.

    Who signed an archive, only the lock says: where keys are trusted, it has to name one of them.
    """
    from fencekit.cli.packs_options import trusted_keys
    from fencekit.cli.terminal_output import show
    from fencekit.packs.install.folder_transaction import exclusive
    from fencekit.packs.install.pack_lock import refuse_edited, refuse_untrusted
    from fencekit.packs.pack.pack_discovery import ARCHIVE
    from fencekit.reporting.replay_text import Line, inert

    with exclusive(lock.parent) if lock.parent.is_dir() else nullcontext():
        packs = refuse_edited(lock.parent).packs
    for name, one in packs.items():
        signed = f", signed by the key `{inert(one.signer)}`" if one.signer else ""
        said = f"as installed; the lock says: from {inert(one.origin)}{signed}"
        show([Line(f"{name} {one.version}, {one.variant}: {said}")])
    if archived := {
        name: one for name, one in packs.items() if one.origin == ARCHIVE or one.signer
    }:
        ids = {key.id for key in trusted_keys(keys)}
        refuse_untrusted(archived, ids, lock, allow_unsigned=allow_unsigned)


def words_for(found: "Verified") -> str:
    """Return what an archive is, and who signed it."""
    manifest = found.manifest
    signed = f"signed by the key `{found.signer.id}`" if found.signer else "unsigned"
    return f"{manifest.name} {manifest.version}, {len(manifest.files)} files, intact, {signed}"
