"""The pytest plugin: recorded calls as tests, one for each group of calls decided alike.

`pytest --capfence-replay LOG --capfence-policy P` replays the log against the candidate and makes
one test of each group of records: those of one log with the same capability, the same decision
before and after, and the same responsible rule. `audit.jsonl::shell.exec[DENY->ALLOW,allow-2]` is
the name of one; with a baseline the rule that decided before is named too. What a name cannot hold
is percent-escaped, so a name can be given back to pytest to run that test alone. A group passes
where its change is allowed:

- a looser group fails under `--capfence-fail-on looser` (the default) and `changed`, a tighter one
  under `changed`, neither under `never`;
- undecided groups fail, all of them, when there are more undecided records in the whole run than
  `--capfence-max-undecided` (0); otherwise they pass, with a note that `-rP` shows;
- records that could not be read (`LOG::invalid-records`) or decided fail likewise when there are
  more of them than `--capfence-max-invalid` (0);
- what looks like a call and was not read (`LOG::passed-over`) fails likewise, beyond
  `--capfence-max-passed-over` (0);
- a log that fails as a whole, or of which nothing was checked, has a failing test of its own,
  `LOG::could-not-check`, whatever `--capfence-fail-on` says; a policy that cannot be read ends the
  session as a usage error.

Without a LOG, everything is read from `[tool.fencekit]` in `pyproject.toml`; the command line comes
first. The word after the flag is a LOG unless it begins with `-`, ends in `.py`, contains `::` or
is a directory; `--capfence-replay=LOG` always is one. With no path on the command line the replay
takes the place of `testpaths`; with paths both run; the name of a log or of a test in one selects.

`pytest --capfence-properties --capfence-policy P --capfence-baseline B` makes one test of each
capability: calls aimed at both policies are tried until one is decided looser by the candidate.
`P::not-looser[shell.exec.*]` is the name of one. Both flags together run both.

Files of cases, `*.fence.yaml`, are collected by themselves: a test for each case.

pytest imports this module at every start, so it imports nothing but pytest.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

FLAG = "--capfence-replay"

CASES = (".fence.yaml", ".fence.yml")
SUITES = (".yaml", ".yml")

OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "policy": ("the candidate policy", {"metavar": "P"}),
    "baseline": ("compare with this policy, not with what was recorded", {"metavar": "B"}),
    "no-baseline": (
        "compare with what was recorded, whatever the configuration says",
        {"action": "store_const", "const": True},
    ),
    "policy-root": ("where names in `extends` are looked for", {"metavar": "DIR"}),
    "baseline-root": ("the same for the baseline", {"metavar": "DIR"}),
    "log-format": ("read the logs in this format, not the one seen", {"metavar": "F"}),
    "max-line": ("the longest line that is read, as 16MiB (default: 8MiB)", {"metavar": "SIZE"}),
    "tools": ("the capability of each tool, for logs that hold tools", {"metavar": "FILE"}),
    "redaction-key": ("the key that values of the logs were masked with", {"metavar": "FILE"}),
    "report": ("write the report as HTML", {"metavar": "FILE"}),
    "fail-on": (
        "which findings fail (default: looser)",
        {"choices": ("looser", "changed", "never")},
    ),
    "max-invalid": ("records that may be unreadable, or `all` (default: 0)", {"metavar": "N"}),
    "max-undecided": ("records whose change may stay open (default: 0)", {"metavar": "N"}),
    "max-passed-over": (
        "parts of logs that look like calls and are not read, or `all` (default: 0)",
        {"metavar": "N"},
    ),
    "timeout": ("time limit for one record (default: 5)", {"metavar": "SECONDS", "type": float}),
    "require-chain": (
        "refuse records that no verified chain covers",
        {"action": "store_const", "const": True},
    ),
    "waivers": ("what is allowed for a time (default: fencekit.waivers.yaml)", {"metavar": "FILE"}),
    "today": ("the day on which waivers have to hold (default: now)", {"metavar": "DATE"}),
    "redact": (
        "what is hidden of the calls that are shown (default: secrets)",
        {"choices": ("secrets", "all", "none")},
    ),
    "keep-records": (
        "changed records that the report holds one by one (default: 100000)",
        {"metavar": "N", "type": int},
    ),
}
"""The options beside the flag: `--capfence-NAME`, its help, and how it is parsed."""

PROPERTIES = "--capfence-properties"
PROPERTY_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "examples": ("calls to try for each property (default: 1000)", {"metavar": "N", "type": int}),
    "seed": ("try the same calls again (default: fixed in CI, else another)", {"metavar": "SEED"}),
    "save-witness": ("write each witness as a file of cases", {"metavar": "DIR"}),
}
PROVE = "--capfence-prove"
PROOF_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "proof-memory": (
        "memory that one question to the prover may take (default: 512MB)",
        {"metavar": "SIZE"},
    ),
    "guardrails": ("a policy that the candidate must be at least as strict as", {"metavar": "G"}),
    "domain": ("a JSON Schema of the arguments (default: any JSON object)", {"metavar": "FILE"}),
    "allow-unknown": (
        "let pass what could not be settled",
        {"action": "store_const", "const": True},
    ),
    "fail-on-errors": (
        "fail on what is looser only where the policy in force raises, too",
        {"action": "store_const", "const": True},
    ),
}
FOR_PROOFS = ("policy", "baseline", "policy-root", "baseline-root", "waivers", "today")
"""The options of the replay that the proofs have too."""
FOR_BOTH = ("policy", "baseline", "policy-root", "baseline-root", "timeout")
"""The options of the replay that the properties have too."""
PROOF_AND_PROPERTIES = ("fail-on-errors",)
"""The options of the proofs that the properties have too."""
PROOF_AND_REPLAY = ("proof-memory",)
"""The options of the proofs that the replay has too: it proves what the log leaves open."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, all of them named `--capfence-…`."""
    group = parser.getgroup("capfence", "replay of recorded agent calls (fencekit)")
    said = "replay this audit log; several times for several; bare: as `[tool.fencekit]` says"
    group.addoption(FLAG, nargs="?", const="", action="append", metavar="LOG", help=said)
    said = "search each capability for calls that the candidate decides looser than the baseline"
    group.addoption(PROPERTIES, action="store_true", help=said)
    said = "prove that the candidate is nowhere looser than the baseline, and keeps to guardrails"
    group.addoption(PROVE, action="store_true", help=said)
    for name, (text, parsed) in {**OPTIONS, **PROPERTY_OPTIONS, **PROOF_OPTIONS}.items():
        group.addoption(f"--capfence-{name}", help=text, **parsed)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Settle which word after the flag is a log, before pytest takes it for a path."""
    if any(arg == FLAG or arg.startswith(f"{FLAG}=") for arg in args):
        from fencekit.pytest_plugin.arguments import settle

        settle(early_config, parser, args)


def pytest_configure(config: pytest.Config) -> None:
    """Start what is asked for; an option without its flag is an error."""
    if config.getoption("help") or config.getoption("version"):
        return
    replays = config.getoption("capfence_replay") is not None
    searches = config.getoption("capfence_properties")
    proves = config.getoption("capfence_prove")
    refuse_idle(config, replays=replays, searches=searches, proves=proves)
    if replays:
        from fencekit.pytest_plugin.session import start

        start(config)
    if searches:
        from fencekit.pytest_plugin.properties import start as start_properties

        start_properties(config)
    if proves:
        from fencekit.pytest_plugin.proofs import start as start_proofs

        start_proofs(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect files of cases: `*.fence.yaml` wherever, CapFence's suites where they are named."""
    if file_path.name.lower().endswith(CASES):
        from fencekit.pytest_plugin.cases import CasesFile

        return CasesFile.of(parent, file_path)
    if file_path.suffix in SUITES and parent.session.isinitpath(file_path):
        from fencekit.pytest_plugin.cases import suite_of

        return suite_of(parent, file_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Add the files of cases of a folder that pytest does not see: links that lead nowhere."""
    report = yield
    if isinstance(collector, pytest.Directory) and report.passed:
        dangling = [
            path
            for path in sorted(collector.path.iterdir())
            if path.name.lower().endswith(CASES) and path.is_symlink() and not path.exists()
        ]
        if dangling:
            from fencekit.pytest_plugin.cases import CasesFile

            report.result.extend(CasesFile.of(collector, path) for path in dangling)
    return report


def refuse_idle(config: pytest.Config, *, replays: bool, searches: bool, proves: bool) -> None:
    """Raise UsageError for an option without a flag that it belongs to."""
    for names, flag, used, also in (
        (OPTIONS, FLAG, replays, {*(FOR_BOTH * searches), *(FOR_PROOFS * proves)}),
        (PROPERTY_OPTIONS, PROPERTIES, searches, set[str]()),
        (
            PROOF_OPTIONS,
            PROVE,
            proves,
            {*(PROOF_AND_PROPERTIES * searches), *(PROOF_AND_REPLAY * replays)},
        ),
    ):
        for name in names:
            given = config.getoption(f"capfence_{name.replace('-', '_')}")
            if given is not None and not used and name not in also:
                raise pytest.UsageError(f"`--capfence-{name}` does nothing without `{flag}`")
