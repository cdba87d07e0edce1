"""What pytest collects of a file of cases: a test for each case, and one for each claim."""

import os
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from fencekit.cases.case_file import CaseFile, Claim, beside
from fencekit.cases.case_file_formats import is_suite, read_cases
from fencekit.checks.replay.replay_records import TIMEOUT
from fencekit.checks.suite import check_claims
from fencekit.checks.suite.run_cases import results
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.engines.time_limit import time_limit
from fencekit.model.case import Case
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Policy
from fencekit.model.source import Place
from fencekit.model.suite_result import CaseStatus, ClaimStatus
from fencekit.pytest_plugin.log_items import named_outside
from fencekit.pytest_plugin.replay_arguments import seen_from_here, settings_of, words_of
from fencekit.reporting.suite_text import case_lines, claim_lines

LONGEST = 160
"""The characters of a case's name in the name of its test; a longer one ends in its digest."""

PLAIN = " !$&'()*+,;=?@[]<>\"/~{}^|`"
"""What may stand in the name of a test beside letters, digits, `_`, `.` and `-`."""


class NotMetError(Exception):
    """A policy does not make of a call what a case expects, or a claim does not hold."""


class CasesFile(pytest.File):
    """A file of cases; its policies are read when the first of its tests runs."""

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path) -> "CasesFile":
        """Return the node of a file."""
        node: CasesFile = cls.from_parent(parent, path=path, **named_outside(parent, path))
        return node

    @cached_property
    def read(self) -> CaseFile:
        """What the file says."""
        folder = self.config.invocation_params.dir
        inside = self.path.is_relative_to(folder)
        shown = str(self.path.relative_to(folder)) if inside else str(self.path)
        file = read_cases(seen_from_here(shown, folder))
        check_claims.refuse_unknown(file.claims)
        return file

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each case and each claim; a file without any is an error."""
        try:
            file = self.read
        except FencekitError as error:
            raise self.CollectError(words_of(str(error))) from None
        if not file.cases and not file.claims:
            raise self.CollectError(f"{words_of(file.path)}: there is no case in it")
        for case in file.cases:
            yield CaseItem.of(self, case)
        for claim in file.claims:
            yield ClaimItem.of(self, claim)

    def evaluator(self, path: str) -> Evaluator:
        """Return the evaluator of a policy, read once for all tests of the file."""
        if path not in self._evaluators:
            policy = load_policy(
                path,
                strict=self.read.strict,
                policy_root=self.read.policy_root or None,
                search_paths=self.read.search_paths,
            )
            self._evaluators[path] = ENGINE.compile(policy)
        return self._evaluators[path]

    @cached_property
    def _evaluators(self) -> dict[str, Evaluator]:
        return {}


class FenceItem(pytest.Item):
    """A test that fails with a message of ours and without a traceback."""

    place: Place

    @classmethod
    def from_name(cls, parent: CasesFile, name: str, place: Place) -> "FenceItem":
        """Return the test of that name at that place."""
        # The whole id as text: pytest 9.2 does not find brackets in a name that it appends.
        made: FenceItem = cls.from_parent(parent, name=name, nodeid=f"{parent.nodeid}::{name}")
        made.place = place
        return made

    @property
    def file(self) -> CasesFile:
        """The file of cases that this is of."""
        assert isinstance(self.parent, CasesFile)
        return self.parent

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Return why it failed, without a traceback."""
        if isinstance(excinfo.value, NotMetError):
            return str(excinfo.value)
        if isinstance(excinfo.value, FencekitError):
            return words_of(str(excinfo.value))
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the file, the line from 0, and a heading."""
        return self.path, max((self.place.line or 1) - 1, 0), f"case: {self.name}"


class CaseItem(FenceItem):
    """The test of a case."""

    case: Case

    @classmethod
    def of(cls, parent: CasesFile, case: Case) -> "CaseItem":
        """Return the test of a case."""
        item = cls.from_name(parent, escape_name(case.name), case.place)
        assert isinstance(item, CaseItem)
        item.case = case
        item.extra_keyword_matches.add(str(case.request.capability))
        item.user_properties.append(("fencekit_expected", str(case.expected)))
        return item

    def runtest(self) -> None:
        """Fail where the policy does not make of the call what is expected."""
        evaluator = self.file.evaluator(self.case.policy or self.file.read.policy)
        with time_limit(TIMEOUT) as progress:
            [result] = results([self.case], evaluator, progress)
        self.user_properties.append(("fencekit_actual", result.actual))
        if result.status is not CaseStatus.PASSED:
            raise NotMetError("\n".join(line.text for line in case_lines(result)))


class ClaimItem(FenceItem):
    """The test of a claim; one that only errors refute passes, unless settings say otherwise."""

    claim: Claim

    @classmethod
    def of(cls, parent: CasesFile, claim: Claim) -> "ClaimItem":
        """Return the test of a claim."""
        item = cls.from_name(parent, escape_name(f"claims: {claim.name}"), claim.place)
        assert isinstance(item, ClaimItem)
        item.claim = claim
        return item

    def runtest(self) -> None:
        """Fail where the claim is refuted, or not settled."""
        file = self.file.read

        def load(name: str) -> Policy:
            return self.file.evaluator(beside(file.path, name)).policy

        policy = self.file.evaluator(file.policy).policy
        [result] = check_claims.check_claims((self.claim,), policy, load)
        if result.status is ClaimStatus.PROVED:
            return
        said = "\n".join(line.text for line in claim_lines(result))
        fails = result.status is not ClaimStatus.EXCEPT_ERRORS
        if fails or settings_of(self.config).get("fail_on_errors"):
            raise NotMetError(said)
        self.add_report_section("call", "fencekit", said)


def escape_name(name: str) -> str:
    """Return a case's name as that of a test: what is not plain ASCII is percent-escaped.

    Names that differ stay different; so do those that are cut, by their digests.
    """
    quoted = quote(name.strip(), safe=PLAIN, errors="surrogatepass")
    if len(quoted) <= LONGEST:
        return quoted
    return f"{quoted[:LONGEST]}~{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def suite_of(parent: pytest.Collector, path: Path) -> CasesFile | None:
    """Return the node of a suite of CapFence's; None for any other file."""
    return CasesFile.of(parent, path) if is_suite(str(path)) else None
