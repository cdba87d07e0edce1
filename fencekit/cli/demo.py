"""`fencekit demo`: the main job, on a log and two policies that ship with fencekit."""

import shlex
import sys
from pathlib import Path

import click

FILES = ("audit.jsonl", "policy.yaml", "candidate.yaml")


@click.command("demo")
@click.argument("folder", type=click.Path(file_okay=False), default="fencekit-demo")
def command(folder: str) -> None:
    """Replay a recorded log against a pull request's policy, and write the HTML report.

    Puts a log that the real CapFence runtime recorded, the policy in force and the candidate of a
    pull request into FOLDER (`fencekit-demo` by default), replays, and writes the report beside
    them. The candidate loosens more than it says: exit code 0 means that the demo showed it.
    """
    from fencekit.checks.job import ReplayJob
    from fencekit.cli.show import show, write_file
    from fencekit.model.report import Status
    from fencekit.reporting.html.page import render
    from fencekit.reporting.terminal import LONGEST_COMMAND, Line, inert, lines

    log, policy, candidate = unpacked(Path(folder))
    report = ReplayJob((log,), candidate, policy).run()
    page = str(Path(folder) / "report.html")
    write_file(page, render(report))
    options = ["--policy", candidate, "--baseline", policy, "--html", page]
    again = shlex.join(["fencekit", "replay", log, *options])
    show([Line(f"$ {inert(again, LONGEST_COMMAND)}", "dim"), Line(), *lines(report), Line()])
    show([Line(f"report: {inert(page, LONGEST_COMMAND)}", "bold")])
    sys.exit(0 if report.status is Status.FINDINGS else 3)


def unpacked(folder: Path) -> tuple[str, ...]:
    """Write the files of the demo into the folder and return their paths."""
    from importlib.resources import files

    from fencekit.model.errors import UsageError

    packed = files("fencekit") / "_demo"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).write_bytes((packed / name).read_bytes())
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into `{folder}`: {said}") from error
    return tuple(str(folder / name) for name in FILES)
