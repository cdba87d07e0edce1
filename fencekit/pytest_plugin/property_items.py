"""Property tests: one for each capability, that the candidate is not looser than the baseline.

Every process of xdist makes the same tests and runs its share of them; a search depends on nothing
but the policies and the seed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from _pytest.terminal import TerminalReporter

from fencekit.checks.proofs.regression_case import case_text, save
from fencekit.config.options import PROPERTIES
from fencekit.config.property_settings import property_job
from fencekit.model.errors import FencekitError
from fencekit.model.proof import Witness
from fencekit.model.search_result import SearchResult
from fencekit.pytest_plugin.log_items import CheckItem, Collecting, DisallowedError, named_outside
from fencekit.pytest_plugin.replay_arguments import (
    absolute,
    given_for,
    seen_from_here,
    settings_of,
    usage_error,
    words_of,
)
from fencekit.pytest_plugin.replay_groups import escape_name
from fencekit.reporting.loosening_text import loosening_text
from fencekit.reporting.replay_text import inert
from fencekit.reporting.report_phrases import count_noun
from fencekit.reporting.witness_text import Sides
from fencekit.strategies.property_search import Properties, PropertyJob

TRIED = "capfence_tried"
NO = ("", "0", "false", "no")
FIXED_SEED = "0"


def start(config: pytest.Config) -> None:
    """Register the plugin for this process; without paths for pytest the properties are all."""
    if config.args_source is not config.ArgsSource.ARGS:
        config.args = []
        config.args_source = config.ArgsSource.ARGS
    try:
        properties = job_of(config).load()
    except FencekitError as error:
        raise usage_error(error) from error
    folder = witness_folder(config)
    config.pluginmanager.register(PropertySession(properties, folder), "capfence-properties")


def job_of(config: pytest.Config) -> PropertyJob:
    """Return the run that is asked for; raise FencekitError where it cannot be.

    In CI, and with `--capfence-seed`, the calls are the same every time. Elsewhere each run tries
    others, and those on which a property failed are kept in pytest's cache and tried first.
    """
    given = given_for(PROPERTIES, config)
    given.pop("save_witness")
    in_ci = os.environ.get("CI", "").lower() not in NO
    settings, database = settings_of(config), ""
    seed = settings.pick(given, "seed")
    if seed is None:
        seed = FIXED_SEED if in_ci else token_hex(4)
        cache = None if in_ci else getattr(config, "cache", None)
        database = "" if cache is None else str(cache.mkdir("capfence"))
    return property_job(settings, **{**given, "seed": seed, "database": database})


def witness_folder(config: pytest.Config) -> Path | None:
    """Return the folder that witnesses are written to, as files of cases; None for none."""
    given = config.getoption("capfence_save_witness")
    if given is None:
        kept = settings_of(config).get("save_witness")
        return Path(kept) if kept else None
    if not given:
        raise pytest.UsageError("`--capfence-save-witness` is empty")
    return Path(seen_from_here(given, config.invocation_params.dir))


class PropertyFile(pytest.File):
    """The candidate, whose tests are the properties."""

    session_of: "PropertySession"

    @classmethod
    def of(cls, parent: pytest.Collector, session: "PropertySession") -> "PropertyFile":
        """Return the node of the candidate."""
        path = Path(session.path)
        node: PropertyFile = cls.from_parent(parent, path=path, **named_outside(parent, path))
        node.session_of = session
        return node

    def collect(self) -> Iterator["PropertyItem"]:
        """Yield a test for each capability."""
        for capability in self.session_of.properties.capabilities():
            name = f"not-looser[{escape_name(capability)}]"
            yield PropertyItem.of(self, name, capability)


class PropertyItem(CheckItem):
    """The test that the candidate is not looser on the calls of a capability."""

    capability: str
    session_of: "PropertySession"

    @classmethod
    def of(cls, parent: PropertyFile, name: str, capability: str) -> "PropertyItem":
        """Return the test of a capability."""
        nodeid = f"{parent.nodeid}::{name}"
        item: PropertyItem = cls.from_parent(parent, name=name, nodeid=nodeid)
        item.capability = capability
        item.session_of = parent.session_of
        item.extra_keyword_matches.add("property")
        return item

    def runtest(self) -> None:
        """Fail where a call is decided looser, or where the search did not come to its end."""
        properties = self.session_of.properties
        found = properties.search(self.capability)
        self.user_properties.append((TRIED, found.tried))
        if found.error is not None:
            raise DisallowedError(f"could not be checked: {inert(str(found.error))}")
        if found.witness is not None:
            raise DisallowedError(self.session_of.failure_text(found.witness, found))

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the candidate, the line of the first rule of the capability, and a heading."""
        new = self.session_of.properties.new
        places = [rule.place for rule in new.rules if rule.capability == self.capability]
        line = next((place.line for place in places if place.file == new.file), None)
        return self.path, None if line is None else line - 1, f"property: {self.name}"


class PropertySession(Collecting):
    """The hooks that make tests of the properties, and sum up."""

    kinds = (PropertyFile, PropertyItem)

    def __init__(self, properties: Properties, folder: Path | None) -> None:
        self.properties = properties
        self.folder = folder
        self.path = absolute(properties.new.file)

    def failure_text(self, witness: Witness, found: SearchResult) -> str:
        """Return what a failing test says, with where its witness was written."""
        job, policy = self.properties.job, self.properties.new.file
        sides = Sides("before", "after", policy, job.policy_root)
        again = f"--capfence-seed={job.seed} --capfence-examples={job.max_examples}"
        how = f"found after {count_noun(found.tried, 'call')}: `{again}` tries the same"
        if found.was_given:
            how = "kept from an earlier run"
        case = case_text(witness, policy)
        said = loosening_text(witness, sides, self.properties, found=how, case=case)
        return "\n".join([said, *self.write_witness(witness)])

    def write_witness(self, witness: Witness) -> Iterator[str]:
        """Write a witness where that is asked for, and yield a line on what became of it."""
        if self.folder is None:
            return
        try:
            path = save(witness, self.properties.new.file, self.folder)
        except FencekitError as error:
            yield words_of(str(error))
        else:
            if path is not None:
                yield f"written to {inert(str(path), 500)}"

    def files(self, parent: pytest.Collector) -> Iterator[pytest.File]:
        """Yield the node of the candidate."""
        yield PropertyFile.of(parent, self)

    def pytest_terminal_summary(
        self, terminalreporter: TerminalReporter, config: pytest.Config
    ) -> None:
        """Write how many calls were tried for how many properties."""
        if config.getoption("collectonly"):
            return
        reports = [
            (report.outcome, dict(report.user_properties)[TRIED])
            for outcome in ("passed", "failed")
            for report in terminalreporter.stats.get(outcome, ())
            if report.when == "call" and TRIED in dict(report.user_properties)
        ]
        failed = sum(outcome == "failed" for outcome, _ in reports)
        tried = sum(calls for _, calls in reports)
        names = [inert(policy.file, 500) for policy in (self.properties.old, self.properties.new)]
        terminalreporter.section("capfence properties")
        terminalreporter.write_line(f"policies   {names[0]} -> {names[1]}")
        of_all = f"{len(reports):,} of {len(self.properties.capabilities()):,} properties"
        calls = count_noun(tried, "call")
        terminalreporter.write_line(f"searched   {of_all}, {calls} tried: {failed:,} failed")
        terminalreporter.write_line(f"seed       {self.properties.job.seed}")
