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

pytest imports this module at every start, so it imports pytest and the table of options only.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from fencekit.config.options import (
    FLAGS,
    PROPERTIES,
    PROVE,
    PYTEST,
    REPLAY,
    Kind,
    Option,
    options_of,
)

FLAG = FLAGS[REPLAY]

CASES = (".fence.yaml", ".fence.yml")
SUITES = (".yaml", ".yml")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, all of them named `--capfence-…`."""
    group = parser.getgroup("capfence", "replay of recorded agent calls (fencekit)")
    said = "replay this audit log; several times for several; bare: as `[tool.fencekit]` says"
    group.addoption(FLAG, nargs="?", const="", action="append", metavar="LOG", help=said)
    said = "search each capability for calls that the candidate decides looser than the baseline"
    group.addoption(FLAGS[PROPERTIES], action="store_true", help=said)
    said = "prove that the candidate is nowhere looser than the baseline, and keeps to guardrails"
    group.addoption(FLAGS[PROVE], action="store_true", help=said)
    for option in options_of(PYTEST).values():
        said = option.help + (f" (default: {option.default})" if option.default else "")
        group.addoption(f"--{option_name(option)}", help=said, **argument_of(option))


def option_name(option: Option) -> str:
    """Return the name of an option here; what is on unless it is switched off is `no-NAME`."""
    is_on = option.kind is Kind.SWITCH and option.default
    return f"capfence-no-{option.name}" if is_on else f"capfence-{option.name}"


def argument_of(option: Option) -> dict[str, Any]:
    """Return how pytest parses an option; None is one that is not given."""
    if option.kind is Kind.SWITCH:
        const = not option.default
        return {"action": "store_const", "const": const, "dest": f"capfence_{option.key}"}
    kinds = {Kind.SECONDS: float, Kind.COUNT: int}
    of_kind = {"type": kinds[option.kind]} if option.kind in kinds else {}
    choices = {"choices": option.choices} if option.choices else {"metavar": option.metavar}
    return {**choices, **of_kind}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Settle which word after the flag is a log, before pytest takes it for a path."""
    if any(arg == FLAG or arg.startswith(f"{FLAG}=") for arg in args):
        from fencekit.pytest_plugin.replay_arguments import settle

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
        from fencekit.pytest_plugin.replay_session import start

        start(config)
    if searches:
        from fencekit.pytest_plugin.property_items import start as start_properties

        start_properties(config)
    if proves:
        from fencekit.pytest_plugin.proof_items import start as start_proofs

        start_proofs(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect files of cases: `*.fence.yaml` wherever, CapFence's suites where they are named."""
    if file_path.name.lower().endswith(CASES):
        from fencekit.pytest_plugin.case_items import CasesFile

        return CasesFile.of(parent, file_path)
    if file_path.suffix in SUITES and parent.session.isinitpath(file_path):
        from fencekit.pytest_plugin.case_items import suite_of

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
            from fencekit.pytest_plugin.case_items import CasesFile

            report.result.extend(CasesFile.of(collector, path) for path in dangling)
    return report


def refuse_idle(config: pytest.Config, *, replays: bool, searches: bool, proves: bool) -> None:
    """Raise UsageError for an option without a flag that it belongs to."""
    used = {"replay": replays, "properties": searches, "prove": proves}
    for option in options_of(PYTEST).values():
        given = config.getoption(f"capfence_{option.key}")
        if given is not None and not any(used[flag] for flag in option.flags):
            flags = " or ".join(f"`{FLAGS[flag]}`" for flag in option.flags)
            raise pytest.UsageError(f"`--{option_name(option)}` does nothing without {flags}")
