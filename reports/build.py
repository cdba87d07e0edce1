"""Renders the sample reports of this folder from the fixtures.

    python reports/build.py            write them
    python reports/build.py --check    write nothing, exit 1 when a committed file differs

Run it from anywhere: the paths in the reports are relative to the repository.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from fencekit.checks.job import ReplayJob
from fencekit.cli.show import in_lines
from fencekit.model.report import Report
from fencekit.reporting import json, terminal
from fencekit.reporting.html import page

REPOSITORY = Path(__file__).resolve().parent.parent
HERE = Path("reports")
POLICIES = "fixtures/policies/capfence"
TRACE = "fixtures/logs/capfence_trace/agents.jsonl"
DATABASE = "fixtures/logs/capfence_sqlite/agents.db"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: its name, what it shows, and the replay that makes it."""

    name: str
    shows: str
    job: ReplayJob

    @property
    def command(self) -> str:
        """The command that prints the same report."""
        baseline = f" --baseline {self.job.baseline}" if self.job.baseline else ""
        return f"fencekit replay {' '.join(self.job.logs)} --policy {self.job.policy}{baseline}"


SAMPLES = (
    Sample(
        "loosening",
        "a pull request that loosens, compared with the recorded decisions",
        ReplayJob((TRACE,), f"{POLICIES}/agents-loosened.yaml"),
    ),
    Sample(
        "tightening",
        "a pull request that only tightens",
        ReplayJob((TRACE,), f"{POLICIES}/agents-tightened.yaml"),
    ),
    Sample(
        "mixed",
        "a pull request that does both, compared with the policy in force",
        ReplayJob((TRACE,), f"{POLICIES}/agents-mixed.yaml", f"{POLICIES}/agents.yaml"),
    ),
    Sample(
        "undecided",
        "a log without arguments: what can be said of it, and what cannot",
        ReplayJob((DATABASE,), f"{POLICIES}/agents-mixed.yaml", f"{POLICIES}/agents.yaml"),
    ),
)


def pages() -> dict[Path, str]:
    """Return the text of every file of this folder that is made here."""
    made: dict[Path, str] = {HERE / "README.md": readme()}
    for sample in SAMPLES:
        report = sample.job.run()
        made[HERE / f"{sample.name}.html"] = page.render(report)
        made[HERE / f"{sample.name}.json"] = json.render(report)
        made[HERE / f"{sample.name}.txt"] = as_text(report)
    return made


def as_text(report: Report) -> str:
    """Return a report as a pipe gets it."""
    return "".join(f"{line.text}\n" for line in in_lines(terminal.lines(report)))


def readme() -> str:
    """Return the page that says which command made which report."""
    rows = [f"| `{s.name}` | {s.shows} | `{s.command}` |" for s in SAMPLES]
    table = ["| sample | what it shows | command |", "| --- | --- | --- |", *rows]
    return "\n".join([INTRODUCTION, *table, AFTER])


INTRODUCTION = """# Sample reports

Each sample is one replay of the fixtures in three forms: `.html` (`--html FILE`), `.json` (with
`--format json`) and `.txt`. `make reports` renders them again; a test compares every byte.
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
