"""Every format that other programs read holds by its own rules, whatever the report has in it."""

import json
import re
import shutil
import subprocess
import tarfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser.sample_reports import HOSTILE, SAMPLES, hostile_report
from jsonschema import Draft7Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from fencekit.model.finding import Level
from fencekit.model.report import Report, Status
from fencekit.reporting import github, gitlab, junit, markdown, sarif
from fencekit.reporting.finding_text import fingerprints, severity
from fencekit.reporting.report_phrases import reservations

REPORTS = {**SAMPLES, "hostile": hostile_report(HOSTILE), "huge": hostile_report("`x|" * 400_000)}
SARIF_PACKAGE = "@microsoft/sarif-multitool-linux@5.7.0"


@pytest.fixture(params=REPORTS, ids=str)
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> Draft7Validator:
    """Return the schema of SARIF 2.1.0, which comes with an npm package of its makers."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm to fetch the schema of SARIF with")
    folder = tmp_path_factory.mktemp("sarif")
    done = subprocess.run(
        [npm, "pack", "--silent", SARIF_PACKAGE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm could not fetch the schema of SARIF: {done.stderr[-200:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/sarif-2.1.0.json")
        assert member is not None
        schema = json.loads(member.read().decode("utf-8-sig"))
    return Draft7Validator(schema)


def test_sarif_is_what_its_schema_says(report: Report, sarif_schema: Draft7Validator) -> None:
    sarif_schema.validate(json.loads(sarif.render(report)))


def test_the_schema_of_sarif_refuses_what_is_none(sarif_schema: Draft7Validator) -> None:
    log = json.loads(sarif.render(SAMPLES["findings"]))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif_schema.is_valid(log)


def test_sarif_points_at_the_rule_and_relates_the_calls() -> None:
    (run,) = json.loads(sarif.render(SAMPLES["findings"]))["runs"]
    first = run["results"][0]
    where = first["locations"][0]["physicalLocation"]
    assert where["artifactLocation"] == {"uri": "candidate.yaml", "uriBaseId": "%SRCROOT%"}
    assert where["region"] == {"startLine": 6, "startColumn": 5}
    assert first["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 100}
    assert first["occurrenceCount"] == 9
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"]
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}


def test_sarif_says_what_could_not_be_checked() -> None:
    (run,) = json.loads(sarif.render(SAMPLES["could not check"]))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "it is a directory" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_a_fingerprint_stays_when_counts_and_lines_change_and_no_two_are_equal(
    report: Report,
) -> None:
    digests = [digest for digest, _ in fingerprints(report)]
    assert len(set(digests)) == len(digests)
    first = SAMPLES["findings"].findings[0]
    from dataclasses import replace

    from fencekit.model.source import Place

    assert first.rule
    moved = replace(first, count=1, rule=replace(first.rule, place=Place("candidate.yaml", 99)))
    assert moved.key.digest == first.key.digest
    assert replace(first, after="ESCALATE").key.digest != first.key.digest


def test_junit_is_read_back_with_a_failure_for_each_disallowed_finding(
    report: Report, tmp_path: Path
) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(junit.render(report), encoding="utf-8")
    (suite,) = JUnitXml.fromfile(str(file))
    cases = list(suite)
    assert len(cases) == suite.tests == 1 + len(report.findings)
    assert suite.failures == sum(
        severity(finding, report) is Level.ERROR for finding in report.findings
    )
    assert suite.errors == int(report.status is Status.COULD_NOT_CHECK)
    assert len({(case.classname, case.name) for case in cases}) == len(cases)


def test_gitlab_gets_a_list_of_entries_with_fingerprints_of_their_own(report: Report) -> None:
    entries = json.loads(gitlab.render(report))
    assert isinstance(entries, list)
    could_not = report.status is Status.COULD_NOT_CHECK
    let_through = not could_not and bool(reservations(report))
    assert len(entries) == len(report.findings) + could_not + let_through
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")


COMMAND = re.compile(r"::(error|warning|notice) [^:,]+=[^:,]*(,[^:,]+=[^:,]*)*::[^\r\n]+")


def test_every_line_for_github_is_one_command(report: Report) -> None:
    lines = github.render(report).splitlines()
    assert lines
    for line in lines:
        assert COMMAND.fullmatch(line), line[:200]
    for level in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{level} ") for line in lines) <= 10


def test_a_value_cannot_end_its_command() -> None:
    text = github.render(hostile_report("a\r\n::add-mask::b,line=1::c%0A"))
    assert "\n::add-mask" not in text
    assert "%250A" in text


KEPT = {
    *("h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"),
    *("details", "summary", "code", "b", "strong", "em"),
}
"""The tags of a page; GitHub's sanitising keeps all of them."""


class Outside(HTMLParser):
    """Gathers the tags, the attributes and the text outside of code of a rendered page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" not in self.open:
            self.text.append(data)


def rendered(report: Report) -> str:
    """Return the page of a report as GitHub makes HTML of it, but for its sanitising."""
    page = markdown.render(report)
    mark = f"<!-- fencekit:{report.check} -->\n"
    assert page.startswith(mark)
    made: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(page)
    return made.replace(mark, "")


def test_markdown_holds_nothing_of_a_log_outside_code(report: Report) -> None:
    outside = Outside()
    outside.feed(rendered(report))
    assert not outside.open
    assert outside.tags <= KEPT
    assert {name for name, _ in outside.attributes} <= {"open", "style"}
    assert {value for name, value in outside.attributes if name == "style"} <= {"text-align:right"}
    text = "".join(outside.text)
    for sign in ("alert(1)", "\x1b", "@", "http", "`", "<", "["):
        assert sign not in text, sign


def test_markdown_fits_a_comment_and_a_step_summary(report: Report) -> None:
    page = markdown.render(report)
    assert len(page) <= 65_536
    assert len(page.encode()) <= 1 << 20


def test_markdown_says_first_whether_it_may_merge_and_shows_a_call() -> None:
    html = rendered(SAMPLES["findings"])
    assert html.startswith("<h3>❌ Must not merge: ")
    assert "<b>looser</b> <code>shell.exec.production</code>" in html
    assert "allow-1 (candidate.yaml:6:5)" in html
    assert html.index("cat /etc/passwd") < html.index("Inputs, and the command")
    assert html.count("<details open>") == 1


def test_markdown_counts_what_does_not_fit() -> None:
    from browser.sample_reports import finding
    from browser.sample_reports import report as report_of

    from fencekit.model.finding import RecordClass

    many = report_of(
        *(finding(RecordClass.LOOSER, "DENY", "ALLOW", 2, capability=f"a.b{n}") for n in range(300))
    )
    page = markdown.render(many)
    assert re.search(r"and \d+ more findings \(\d+ calls\)", page)


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    made: dict[str, Any] = {}
    for module in (sarif, junit, gitlab, github, markdown):
        made[module.FORMAT] = module.render(report)
        assert module.render(report) == made[module.FORMAT]


def test_the_place_of_a_finding_is_the_edit_to_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from running import fencekit

    monkeypatch.chdir(tmp_path)
    deny = "deny:\n  - capability: pay.out\n    amount_gte: {}\n"
    rest = "require_approval:\n  - pay.out\nallow:\n  - pay.*\n"
    Path("old.yaml").write_text(deny.format(500) + rest, encoding="utf-8")
    Path("new.yaml").write_text(deny.format(900) + rest, encoding="utf-8")
    done = fencekit("diff", "old.yaml", "new.yaml", "--format", "sarif")
    (result,) = json.loads(done.out)["runs"][0]["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == 3
    assert "(new.yaml:5" in result["message"]["text"]
    assert "rule: require_approval-1@" in result["message"]["text"]
    assert (
        "file=new.yaml,line=3," in fencekit("diff", "old.yaml", "new.yaml", "--format=github").out
    )
