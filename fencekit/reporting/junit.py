"""The report as JUnit XML: one test case for each finding, and one for the check as a whole.

What the run disallows is a failure; what could not be checked is an error. What is waived, stays
open, could not be read, or was passed over is skipped, with why: nobody takes it for a pass. Other
findings pass, with what they say as output. There is no time in it: same input, same bytes.
"""

import shlex
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fencekit.model.finding import Finding, Level
from fencekit.model.report import Report, Status
from fencekit.model.tally import Tally
from fencekit.reporting.check_texts import headline
from fencekit.reporting.coverage_note import checked_lines
from fencekit.reporting.finding_text import details, place_of, plain, severity, title
from fencekit.reporting.log_notes import kinds
from fencekit.reporting.report_phrases import SAYS_NOTHING, waived_lines, waiver_line

FORMAT = "junit"


def render(report: Report) -> str:
    """Return the XML document."""
    cases = list(test_cases(report))
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    numbers = {
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": str(skipped),
        "time": "0",
    }
    root = Element("testsuites", {"name": "fencekit", **numbers})
    suite = SubElement(root, "testsuite", {"name": f"fencekit.{report.check}", **numbers})
    properties = SubElement(suite, "properties")
    for given in report.inputs:
        value = plain(f"{given.path} sha256:{given.sha256}")
        SubElement(properties, "property", {"name": plain(given.role), "value": value})
    if report.command:
        command = plain(shlex.join(report.command), 4_000)
        SubElement(properties, "property", {"name": "command", "value": command})
    suite.extend(cases)
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def test_cases(report: Report) -> Iterator[Element]:
    """Yield the case of the check as a whole, one for each finding, one for what is not read."""
    waived = [plain(line, 2_000) for line in waived_lines(report)]
    whole = Element("testcase", {"classname": f"fencekit.{report.check}", "name": report.check})
    if report.status is Status.COULD_NOT_CHECK:
        trouble = SubElement(
            whole, "error", {"message": headline(report), "type": "could-not-check"}
        )
        trouble.text = "\n".join(plain(said, 2_000) for said in report.troubles)
    elif report.status not in (Status.CLEAN, Status.FINDINGS):
        SubElement(whole, "skipped", {"message": headline(report)})
    SubElement(whole, "system-out").text = "\n".join(
        [headline(report), *waived, *checked_lines(report)]
    )
    yield whole
    seen: dict[str, int] = {}
    for finding in report.findings:
        yield test_case(report, finding, seen)
    for tally in report.replay.passed_over if report.replay else ():
        yield passed_over(report, tally)


def passed_over(report: Report, tally: Tally) -> Element:
    """Return the case of a kind of what looks like a call and was not read: it is skipped."""
    given = {"classname": f"fencekit.{report.check}.passed-over", "name": plain(tally.kind)}
    given["file"] = plain(report.from_root(tally.first.file))
    if tally.first.line is not None:
        given["line"] = str(tally.first.line)
    case = Element("testcase", given)
    (said,) = kinds((tally,))
    SubElement(case, "skipped", {"message": plain(f"passed over: {said}", 2_000)})
    return case


def test_case(report: Report, finding: Finding, seen: dict[str, int]) -> Element:
    """Return the case of a finding, by a name that no other has."""
    name = title(finding, is_counted=False)
    seen[name] = seen.get(name, 0) + 1
    if seen[name] > 1:
        name = f"{name} #{seen[name]}"
    given = {"classname": f"fencekit.{report.check}.{plain(finding.slug)}", "name": name}
    place = place_of(finding)
    if place is not None:
        given["file"] = plain(report.from_root(place.file))
        if place.line is not None:
            given["line"] = str(place.line)
    case = Element("testcase", given)
    said = "\n".join(f"{what}: {text}" for what, text in details(finding, report))
    if severity(finding, report) is Level.ERROR:
        attributes = {"message": title(finding), "type": plain(finding.slug)}
        SubElement(case, "failure", attributes).text = said
        return case
    if finding.waiver is not None:
        message = plain(f"waived {waiver_line(finding.waiver)}", 2_000)
        SubElement(case, "skipped", {"message": message})
    elif finding.kind in SAYS_NOTHING:
        SubElement(case, "skipped", {"message": title(finding)})
    SubElement(case, "system-out").text = said
    return case
