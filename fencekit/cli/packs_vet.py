"""`fencekit packs vet`: everything that must hold of a pack, and the evidence for each thing."""

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click

from fencekit.cli.packs_options import trust_options
from fencekit.cli.report_options import report_options


@click.command("vet")
@click.argument("pack", metavar="PACK")
@click.option(
    "--data",
    type=click.Path(),
    default="",
    metavar="DIR",
    help="A folder of recorded calls to measure on, as the pack's `measure.yaml` names them.",
)
@click.option(
    "--page",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="Also write the measurements as Markdown: figures and digests, not the data.",
)
@click.option(
    "--beside",
    default="",
    metavar="[NAME=]FOLDER",
    help="Policies of another maker, to ask about the same calls for the page: strict.yaml, "
    "baseline.yaml or permissive.yaml, or a folder of them that is the `peer` in `measure.yaml`.",
)
@click.option(
    "--max-mutants",
    type=click.IntRange(min=1),
    metavar="N",
    help="Run at most N mutants of each variant, spread over all.  [default: all]",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, help="Processes that run the mutants."
)
@click.option(
    "--without",
    multiple=True,
    metavar="STEP",
    help="Skip a step; the report names it; may be repeated.",
)
@trust_options
@report_options
def vet(
    pack: str,
    *,
    data: str,
    page: str,
    beside: str,
    max_mutants: int | None,
    jobs: int,
    without: tuple[str, ...],
    keys: tuple[str, ...],
    allow_unsigned: bool,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
) -> None:
    """Check everything that must hold of a pack, and show the evidence.

    The files are there and rendered from their source; lint is clean and no regex can run away; the
    cases pass on fencekit and on the real CapFence; the guardrails and the order of the variants
    are proved for every call; the cases notice every mutant; the rates that the pack promises are
    reached on the data, where there is any. PACK is the name of an installed pack, a folder, or an
    archive that verifies.

    \b
    fencekit packs vet shell
    fencekit packs vet ./our-pack --data recorded/
    fencekit packs vet ./our-pack --data recorded/ --page docs/measured.md
    """
    from fencekit.checks.postprocess.output_files import write_report
    from fencekit.cli.finish_check import finish
    from fencekit.cli.packs_options import trust
    from fencekit.cli.terminal_output import say
    from fencekit.model.errors import UsageError
    from fencekit.packs.measure.measure_pack import Measured, Peers
    from fencekit.packs.measure.measurement_tables import page as page_of
    from fencekit.packs.pack.open_pack import is_archive, looked_at
    from fencekit.packs.vet.vet_pack import VetJob
    from fencekit.packs.vet.vetting_steps import STEPS

    for name in without:
        if name not in STEPS:
            hint = f"there is {', '.join(STEPS)}"
            raise UsageError(f"there is no step `{name}`", hint=hint)
    if beside and not page:
        hint = "name the page too: `--page FILE`"
        raise UsageError("what is measured with `--beside` is shown on the page", hint=hint)
    maker, _, there = beside.rpartition("=")
    peers = Peers(maker or Path(there).name, Path(there)) if beside else None
    quiet = not sys.stderr.isatty()
    kept: list[Measured] = []
    with looked_at(pack, partial(trust, keys, allow_unsigned=allow_unsigned)) as found:
        read = [Path(pack), found.folder, *([Path(data)] if data else [])]
        refuse_overwriting_what_is_read(html, out, page, read)
        job = VetJob(
            str(found.folder),
            data,
            max_mutants=max_mutants,
            jobs=jobs,
            without=frozenset(without),
            peers=peers,
            archive=pack if is_archive(pack) else "",
        )
        told = None if quiet else lambda name: say(f"{name} ...")
        report = job.run(progress=told, measured=kept.append)
    if page and kept:
        write_report(page, page_of(kept))
        say(f"page: {page}")
    elif page:
        say(f"no page: nothing could be measured for `{page}`")
    finish(report, output, html, out, redact or "none")


def refuse_overwriting_what_is_read(
    html: str | None, out: Iterable[str], page: str, folders: Iterable[Path]
) -> None:
    """Raise UsageError where a file to write is one of the folders' files, or is named twice."""
    from fencekit.checks.postprocess.output_files import refuse_overwriting
    from fencekit.cli.report_options import targets
    from fencekit.model.errors import UsageError

    files = (file for one in folders for file in (one, *one.rglob("*")))
    read = [str(file) for file in files if file.is_file()]
    written = [file for _, file in targets(html, out, read)]
    refuse_overwriting(page, read)
    if page in written:
        raise UsageError(f"`{page}` is named for the page and for a report")
