"""Renders the sample reports of this folder from the fixtures and the packs.

    python reports/build.py            write them
    python reports/build.py --check    write nothing, exit 1 when a committed file differs

Run it from anywhere: the paths in the reports are relative to the repository.
"""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from fencekit.checks.diff.diff_job import DiffJob
from fencekit.checks.postprocess.finalise_report import finalise
from fencekit.checks.proofs.guardrails_check import GuardrailsJob
from fencekit.checks.proofs.policy_comparison import ComparisonJob
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.cli.terminal_output import in_lines
from fencekit.model.masking import Redact
from fencekit.model.report import Report
from fencekit.reporting import json_report
from fencekit.reporting.check_texts import lines
from fencekit.reporting.html import html_page

REPOSITORY = Path(__file__).resolve().parent.parent
HERE = Path("reports")
POLICIES = "fixtures/policies/capfence"
IN_FORCE = f"{POLICIES}/agents.yaml"
TRACE = "fixtures/logs/capfence_trace/agents.jsonl"
LOG = "fixtures/logs/fencekit/agents.jsonl"
DATABASE = "fixtures/logs/capfence_sqlite/agents.db"
PACK = "packs/payments/policies"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: its name, what it shows, and the check that makes it."""

    name: str
    shows: str
    job: DiffJob | ReplayJob | GuardrailsJob

    def report(self) -> Report:
        """Return the report as the command makes it, without the secrets of calls."""
        mode = Redact.SECRETS
        if isinstance(self.job, GuardrailsJob) or (
            isinstance(self.job, DiffJob) and self.job.replay is None
        ):
            mode = Redact.NONE  # the calls are made up
        return finalise(self.job.run(), mode)


def diff(new: str, *logs: str, old: str = IN_FORCE, explained: bool = False) -> DiffJob:
    """Return the comparison of two versions, on logs too where there are some.

    What is explained is measured too.
    """
    replay = ReplayJob(logs, new, old) if logs else None
    return DiffJob(ComparisonJob(old, new, explained=explained, measured=explained), replay)


SAMPLES = (
    Sample(
        "loosening",
        "a pull request that loosens: recorded calls, and every possible one",
        diff(f"{POLICIES}/agents-loosened.yaml", LOG),
    ),
    Sample(
        "tightening",
        "a pull request that means only to tighten, and what proof finds in it",
        diff(f"{POLICIES}/agents-tightened.yaml", LOG),
    ),
    Sample(
        "mixed",
        "a pull request that does both, in ten edits",
        diff(f"{POLICIES}/agents-mixed.yaml", LOG),
    ),
    Sample(
        "undecided",
        "a log without arguments: what can be said of it, and what cannot",
        ReplayJob((DATABASE,), f"{POLICIES}/agents-mixed.yaml", IN_FORCE),
    ),
    Sample(
        "recorded",
        "a candidate compared with the recorded decisions, without the policy in force",
        ReplayJob((TRACE,), f"{POLICIES}/agents-loosened.yaml"),
    ),
    Sample(
        "pack",
        "the strict and the permissive variant of a pack, on every possible call",
        diff(f"{PACK}/permissive.yaml", old=f"{PACK}/strict.yaml", explained=True),
    ),
    Sample(
        "guardrails",
        "a policy against guardrails that it does not keep to, with how each answer was come to",
        GuardrailsJob(IN_FORCE, f"{PACK.removesuffix('policies')}guardrails.yaml", explained=True),
    ),
)


def pages() -> dict[Path, str]:
    """Return the text of every file of this folder that is made here."""
    made: dict[Path, str] = {}
    rows = []
    for sample in SAMPLES:
        report = sample.report()
        made[HERE / f"{sample.name}.html"] = html_page.render(report)
        made[HERE / f"{sample.name}.json"] = json_report.render(report)
        made[HERE / f"{sample.name}.txt"] = as_text(report)
        rows.append(f"| `{sample.name}` | {sample.shows} | `{shlex.join(report.command)}` |")
    table = ["| sample | what it shows | command |", "| --- | --- | --- |", *rows]
    made[HERE / "README.md"] = "\n".join([INTRODUCTION, *table, AFTER])
    return made


def as_text(report: Report) -> str:
    """Return a report as a pipe gets it."""
    return "".join(f"{line.text}\n" for line in in_lines(lines(report)))


INTRODUCTION = """# Sample reports

Each sample is one run on the fixtures or the packs in three forms: `.html` (`--html FILE`), `.json`
(`--format json`) and `.txt`. `make reports` renders them again; a test compares every byte.
"""

AFTER = """
`bench.md` is what `make bench` printed, `sweep/` what `make sweep` found.
"""


def main() -> int:
    """Write or check the samples; return the exit code."""
    os.chdir(REPOSITORY)
    differing = []
    for path, text in pages().items():
        if "--check" in sys.argv[1:]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                differing.append(path)
        else:
            path.write_text(text, encoding="utf-8")
    for path in differing:
        sys.stderr.write(f"{path} differs: run `make reports`\n")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
