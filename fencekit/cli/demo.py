"""`fencekit demo`: the main job, on a log and two policies that ship with fencekit."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click

FILES = ("audit.jsonl", "policy.yaml", "candidate.yaml", "policy.fence.yaml")
PAGE = "report.html"


@click.command("demo")
@click.argument("folder", type=click.Path(file_okay=False), default="fencekit-demo")
def command(folder: str) -> None:
    """Replay a recorded log against a pull request's policy, and write the HTML report.

    Puts a log that the real CapFence runtime recorded, the policy in force with its cases, and the
    candidate of a pull request into FOLDER (`fencekit-demo` by default), replays, and writes the
    report beside them. Then two calls are gated live by the policy in force, recorded, and
    replayed. The candidate loosens more than it says: exit code 0 means that the demo showed it.
    """
    from fencekit.checks.postprocess.finalise_report import finalise
    from fencekit.checks.postprocess.output_files import write_report
    from fencekit.checks.replay.replay_job import ReplayJob
    from fencekit.cli.demo_gate import gate_calls
    from fencekit.cli.terminal_output import show
    from fencekit.model.report import Status
    from fencekit.reporting.html.html_page import render
    from fencekit.reporting.replay_text import LONGEST_COMMAND, Line, inert, lines

    log, policy, candidate, _ = unpack_demo(Path(folder))
    report = finalise(ReplayJob((log,), candidate, policy, authors=True).run())
    page = str(Path(folder) / PAGE)
    write_report(page, render(report))
    options = ["--policy", candidate, "--baseline", policy, "--html", page]
    again = shlex.join(["fencekit", "replay", log, *options])
    show([Line(f"$ {inert(again, LONGEST_COMMAND)}", "dim"), Line(), *lines(report), Line()])
    show([Line(f"report: {inert(page, LONGEST_COMMAND)}", "bold"), Line()])
    show(gate_calls(Path(folder), policy, candidate))
    sys.exit(0 if report.status is Status.FINDINGS else 3)


def refuse_foreign(path: Path, packed: Any) -> None:
    """Raise UsageError where a file of the demo would be written over one that is not the demo's.

    The report and the log of the gate have no packed twin: one is taken for the demo's where the
    demo's log lies beside it.
    """
    from fencekit.model.errors import UsageError

    if not path.exists():
        return
    ours = (
        path.with_name(FILES[0]).exists()
        if packed is None
        else packed.read_bytes() == (path.read_bytes())
    )
    if not ours:
        hint = "name an empty folder: `fencekit demo FOLDER`"
        raise UsageError(f"`{path}` is there already, and is not the demo's", hint=hint)


def unpack_demo(folder: Path) -> tuple[str, ...]:
    """Write the files of the demo into the folder and return their paths."""
    from importlib.resources import files

    from fencekit.cli.demo_gate import LOG
    from fencekit.model.errors import UsageError

    packed = files("fencekit") / "_demo"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*FILES, PAGE, LOG):
            refuse_foreign(folder / name, packed / name if name in FILES else None)
        for name in FILES:
            (folder / name).write_bytes((packed / name).read_bytes())
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into `{folder}`: {said}") from error
    return tuple(str(folder / name) for name in FILES)
