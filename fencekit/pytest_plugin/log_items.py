"""What pytest collects of a log: a file node, and a test for each of its results.

With what the tests of properties and of proofs have in common with these.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from fencekit.model.errors import FencekitError
from fencekit.pytest_plugin.replay_groups import LogResults, Result


class DisallowedError(Exception):
    """Calls are decided in a way that the run does not allow, or could not be checked."""


class Collecting:
    """The hooks that add files to a session, or those of them that are among pytest's paths.

    `files` makes their nodes, and `kinds` are the classes of these and of the tests in them.
    """

    kinds: tuple[type[pytest.Collector | pytest.Item], ...]

    def files(self, parent: pytest.Collector) -> Iterator[pytest.File]:
        """Yield the node of each file."""
        raise NotImplementedError

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """Collect a file that is among pytest's paths itself, not one found in a folder."""
        if not parent.session.isinitpath(file_path):
            return None
        return next((file for file in self.files(parent) if file.path == file_path), None)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add all files to the session, unless one of them or a test in one was named."""
        report = yield
        whole = isinstance(collector, pytest.Session) and report.passed
        if whole and not any(isinstance(node, self.kinds) for node in report.result):
            report.result.extend(self.files(collector))
        return report


class CheckItem(pytest.Item):
    """A test that fails with a message of ours, and without a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Return why it failed."""
        if isinstance(excinfo.value, DisallowedError | FencekitError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)


def named_outside(parent: pytest.Collector, path: Path) -> dict[str, Any]:
    """Return the name of a file's node where pytest's own would not do.

    Outside of the root, pytest would name it by its last part, which two files may share; by the
    absolute path, `--lf` and a rerun find it.
    """
    inside = path.is_relative_to(parent.config.rootpath)
    return {} if inside else {"nodeid": path.as_posix()}


class LogFile(pytest.File):
    """A log, in the order of whose records its tests come."""

    log: LogResults

    @classmethod
    def of(cls, parent: pytest.Collector, log: LogResults) -> "LogFile":
        """Return the node of a log."""
        path = Path(log.path)
        node: LogFile = cls.from_parent(parent, path=path, **named_outside(parent, path))
        node.log = log
        return node

    def collect(self) -> Iterator["LogItem"]:
        """Yield a test for each result."""
        for result in self.log.results:
            # The whole id as text: pytest 9.2 does not find brackets in a name that it appends.
            nodeid = f"{self.nodeid}::{result.name}"
            yield LogItem.of(self, result, nodeid)


class LogItem(CheckItem):
    """The test of a group of records."""

    result: Result

    @classmethod
    def of(cls, parent: LogFile, result: Result, nodeid: str) -> "LogItem":
        """Return the test of a result."""
        item: LogItem = cls.from_parent(parent, name=result.name, nodeid=nodeid)
        item.result = result
        item.extra_keyword_matches.update(result.classes)
        item.user_properties.append(("capfence_class", ", ".join(result.classes)))
        item.user_properties.append(("capfence_calls", str(result.calls)))
        return item

    def runtest(self) -> None:
        """Fail where the result does."""
        if self.result.note:
            self.add_report_section("call", "capfence", self.result.note)
        if self.result.failure:
            raise DisallowedError(self.result.failure)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the log, the line of the first record, from 0, and a heading.

        The heading is not just the name: of that, `-v` would print the dots as colons.
        """
        line = None if self.result.line is None else max(self.result.line - 1, 0)
        return self.path, line, f"replay: {self.name}"
