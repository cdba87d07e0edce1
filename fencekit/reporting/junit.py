"""The report as JUnit XML: one test case for each finding, and one for the check as a whole.

What the run disallows is a failure; what could not be checked is an error; other findings pass,
with what they say as output. There is no time in it: same input, same bytes.
"""

import shlex
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fencekit.model.finding import Finding, Level
from fencekit.model.report import Report, Status
from fencekit.reporting.coverage_note import checked_lines
from fencekit.reporting.finding_text import details, place_of, plain, severity, title
from fencekit.reporting.texts import headline
from fencekit.reporting.words import waived_lines

FORMAT = "junit"


def render(report: Report) -> str:
    """Return the XML document."""
    cases = list(test_cases(report))
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    numbers = {
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": "0",
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
    """Yield the case of the check as a whole, then one for each finding."""
    waived = [plain(line, 2_000) for line in waived_lines(report)]
    whole = Element("testcase", {"classname": f"fencekit.{report.check}", "name": report.check})
    if report.status is Status.COULD_NOT_CHECK:
        trouble = SubElement(
            whole, "error", {"message": headline(report), "type": "could-not-check"}
        )
        trouble.text = "\n".join(plain(said, 2_000) for said in report.troubles)
    SubElement(whole, "system-out").text = "\n".join(
        [headline(report), *waived, *checked_lines(report)]
    )
    yield whole
    seen: dict[str, int] = {}
    for finding in report.findings:
        yield test_case(report, finding, seen)


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
    else:
        SubElement(case, "system-out").text = said
    return case
