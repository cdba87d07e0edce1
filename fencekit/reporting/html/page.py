"""Renders a report as one HTML document: the same report, the same bytes."""

import base64
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fencekit.model.finding import Class, Finding
from fencekit.model.report import Report
from fencekit.model.request import Unknown
from fencekit.reporting.characters import pieces, visible
from fencekit.reporting.html.groups import anchored, group
from fencekit.reporting.html.headline import headline
from fencekit.reporting.html.matrix import Step, matrix
from fencekit.reporting.html.rules import responsibilities, sources_of
from fencekit.reporting.html.words import FAILS_ON, alternatives, call_text, tallies
from fencekit.reporting.words import counted, masking_line, waiver_line

HERE = Path(__file__).parent
STYLE = "report.css"

LIMITS = {
    "groups": 100,  # shown with rules and witnesses
    "rows": 1_000,  # groups beyond those, one line each
    "rules": 200,
    "invalid": 100,
    "changed": 200,
    "troubles": 50,
}
"""How much of each kind a page shows; what is left out is counted on the page."""


def render(report: Report) -> str:
    """Return the report as one self-contained HTML document."""
    page = environment()
    style = page.get_template(STYLE).render()
    return page.get_template("page.html.j2").render(contents(report), csp=policy_for(style))


def contents(report: Report) -> dict[str, Any]:
    """Return all that the templates speak of."""
    unreadable = [finding for finding in report.findings if is_unreadable(finding)]
    named = anchored(finding for finding in report.findings if not is_unreadable(finding))
    changes = list(named.values())
    anchors: dict[int, str] = {}
    steps: dict[Step, str] = {}
    for anchor, finding in islice(named.items(), LIMITS["groups"] + LIMITS["rows"]):
        anchors[id(finding)] = anchor
        steps.setdefault((finding.before, finding.after), anchor)
    sources = sources_of(report.sources)
    candidate = report.replay.candidate if report.replay else ""
    options = report.replay.explain_options if report.replay else ()
    detailed = islice(named.items(), LIMITS["groups"])
    return {
        "report": report,
        "masked": masking_line(report.masking),
        "headline": headline(report),
        "tallies": tallies(report.counts, report.read),
        "matrix": matrix(report.replay.transitions if report.replay else (), steps),
        "groups": [group(*entry, candidate, sources, options) for entry in detailed],
        "rest": changes[LIMITS["groups"] :],
        "anchor_of": lambda finding: anchors.get(id(finding), ""),
        "rules": responsibilities(changes, sources),
        "invalid": unreadable,
        "limits": LIMITS,
        "fails_on": FAILS_ON,
    }


def is_unreadable(finding: Finding) -> bool:
    """Say whether the finding is of records that could not be read, and so have no decision."""
    return finding.kind is Class.INVALID and not finding.witnesses


@cache
def environment() -> Environment:
    """Return the templates' environment: markup escaped, nothing undefined, nothing hidden."""
    made = Environment(
        loader=FileSystemLoader([HERE / "templates", HERE / "static"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    made.filters.update(
        pieces=pieces,
        number="{:,}".format,
        counted=counted,
        alternatives=alternatives,
        call_text=call_text,
        waiver_line=waiver_line,
    )
    made.tests["unknown"] = lambda value: isinstance(value, Unknown)
    return made


def shown(value: object) -> object:
    """Make every text that reaches a page visible, whatever its template forgot to ask for."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return visible(str(value)) if is_text else value


def policy_for(style: str) -> str:
    """Return the content security policy that lets this style through, and nothing else."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
