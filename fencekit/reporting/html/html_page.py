"""Renders a report as one HTML document: the same report, the same bytes."""

import base64
import shlex
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fencekit.model.finding import Finding, RecordClass
from fencekit.model.report import Report, Status
from fencekit.model.request import Unknown
from fencekit.reporting.coverage_note import checked_parts
from fencekit.reporting.decision_text import alternatives
from fencekit.reporting.edit_text import author_line, instance
from fencekit.reporting.html.cost_charts import amount, costs
from fencekit.reporting.html.display_words import FAILS_ON, call_text, tallies
from fencekit.reporting.html.finding_views import FindingView, PageCommands, give_anchors, group
from fencekit.reporting.html.loosening_edits import loosening_edits
from fencekit.reporting.html.proof_view import proof
from fencekit.reporting.html.record_anchors import record_anchor
from fencekit.reporting.html.record_index import island
from fencekit.reporting.html.rule_views import responsibilities, sources_of
from fencekit.reporting.html.side_by_side import changes, edit_anchors, together
from fencekit.reporting.html.transition_matrix import Step, matrix
from fencekit.reporting.misclassified import misclassified_names
from fencekit.reporting.report_phrases import count_noun, masking_line, waived_lines, waiver_line
from fencekit.reporting.verdict_line import CHECKS_OF_CHANGES, OPEN, headline, is_found
from fencekit.reporting.visible_text import pieces, visible

HERE = Path(__file__).parent
STYLES = ("report.css", "changes.css", "print.css")
SCRIPT = "report.js"

LIMITS = {
    "groups": 100,  # shown with rules and witnesses
    "rows": 1_000,  # groups beyond those, one line each
    "edits": 200,  # rules with edits, side by side
    "kinds": 200,
    "rules": 200,
    "invalid": 100,
    "changed": 200,
    "troubles": 50,
    "named": 50,  # calls of one set that went the wrong way
}
"""How much of each kind a page shows; what is left out is counted on the page."""


def render(report: Report) -> str:
    """Return the report as one self-contained HTML document."""
    page = environment()
    style = "".join(page.get_template(name).render() for name in STYLES)
    found = contents(report)
    has_script = found["records"] is not None or bool(found["groups"])
    script = page.get_template(SCRIPT).render() if has_script else ""
    return page.get_template("page.html.j2").render(
        found, csp=policy_for(style, script), styles=STYLES, script=SCRIPT if has_script else ""
    )


def contents(report: Report) -> dict[str, Any]:
    """Return all that the templates speak of."""
    unreadable = [finding for finding in report.findings if is_unreadable(finding)]
    named = give_anchors(finding for finding in report.findings if not is_unreadable(finding))
    findings = list(named.values())
    anchors: dict[int, str] = {}
    steps: dict[Step, str] = {}
    for anchor, finding in islice(named.items(), LIMITS["groups"] + LIMITS["rows"]):
        anchors[id(finding)] = anchor
        if not is_found(finding) and finding.kind is not RecordClass.FAULT:
            steps.setdefault((finding.before, finding.after), anchor)
    sources = sources_of(report.sources)
    told = told_by(report)
    groups = [group(*entry, sources, told) for entry in islice(named.items(), LIMITS["groups"])]
    replayed = report.replay
    diff = report.diff
    partners = together(named.items()) if diff else {}
    return {
        "report": report,
        "is_change": report.check in CHECKS_OF_CHANGES,
        "masked": masking_line(report.masking),
        "headline": headline(report),
        "waived": waived_lines(report),
        "first": first_witness(report, groups),
        "loosening": loosening_edits(diff, partners, has_records=replayed is not None),
        "checked": checked_parts(report),
        "command": shlex.join(report.command),
        "tallies": tallies(report.counts, report.read),
        "matrix": matrix(replayed.transitions if replayed else (), steps),
        "changes": changes(diff, sources, named.items(), partners, has_records=replayed is not None)
        if diff
        else [],
        "proof": proof(report),
        "slipped": list(misclassified_names(report.vetting, LIMITS["named"]))
        if report.vetting
        else [],
        "costs": costs(replayed.cost if replayed else None),
        "groups": groups,
        "rest": findings[LIMITS["groups"] :],
        "anchor_of": lambda finding: anchors.get(id(finding), ""),
        "record_anchor": record_anchor,
        "first_anchors": first_anchors(groups),
        "records": island(replayed.changed, named) if replayed and replayed.changed else None,
        "rules": responsibilities(findings, sources),
        "invalid": unreadable,
        "limits": LIMITS,
        "fails_on": FAILS_ON,
        "sections": sections(report, findings),
    }


def first_anchors(groups: list[FindingView]) -> dict[str, int]:
    """Return, for the anchor of each record shown, the witness that has it: the first one."""
    found: dict[str, int] = {}
    for one in groups:
        for witness in one.witnesses:
            if not witness.is_found:
                found.setdefault(witness.anchor, id(witness))
    return found


def told_by(report: Report) -> PageCommands:
    """Return the candidate, the options with which it explains a call, the anchors of edits."""
    edits = edit_anchors(one.edit for one in report.diff.edits) if report.diff else {}
    if report.replay is not None:
        return PageCommands(report.replay.candidate, report.replay.explain_options, edits)
    compared = report.comparison
    if compared is None:
        return PageCommands(edits=edits)
    root = ("--policy-root", compared.policy_root) if compared.policy_root else ()
    return PageCommands(compared.candidate, root, edits)


def first_witness(report: Report, groups: list[FindingView]) -> FindingView | None:
    """Return the group whose witness decides the verdict: the first, since the worst comes first.

    Where nothing is disallowed and there is no verdict, it is the riskiest that stays open.
    """
    found = [one for one in groups if report.disallows(one.finding) and one.witnesses]
    if not found and report.status is Status.COULD_NOT_CHECK:
        found = [one for one in groups if one.finding.kind in OPEN and one.witnesses]
    found.sort(key=lambda one: one.finding.kind is RecordClass.FAULT)
    return found[0] if found else None


def sections(report: Report, findings: list[Finding]) -> Mapping[str, str]:
    """Return the sections of the page by their anchors, for the way in at the top."""
    replayed, diff = report.replay, report.diff
    noun = "Groups" if report.check in CHECKS_OF_CHANGES else "Findings"
    asked = {
        **check_sections(report),
        "edits": f"Edits {len(diff.edits):,}" if diff and diff.edits else "",
        "transitions": "Decisions" if replayed and replayed.transitions else "",
        "findings": f"{noun} {len(findings):,}" if findings else "",
        "cost": "Cost" if replayed and costs(replayed.cost) else "",
        "proof": "Proof" if report.comparison or report.guardrails else "",
        "records": f"Records {len(replayed.changed) + replayed.not_kept:,}"
        if replayed and replayed.changed
        else "",
        "inputs": "Inputs",
    }
    return {anchor: name for anchor, name in asked.items() if name}


def check_sections(report: Report) -> dict[str, str]:
    """Return the sections of cases, mutants and vetting; the name is empty where there is none."""
    suite, vetting = report.suite, report.vetting
    return {
        "cases": f"Cases {len(suite.cases):,}" if suite else "",
        "coverage": "Coverage" if suite and suite.coverage else "",
        "mutation": f"Mutants {report.mutation.made:,}" if report.mutation else "",
        "steps": f"Steps {len(vetting.steps):,}" if vetting else "",
        "rates": "Rates" if vetting and vetting.rates else "",
    }


def is_unreadable(finding: Finding) -> bool:
    """Say whether the finding is of records that could not be read, and so have no decision."""
    return finding.kind is RecordClass.INVALID and not finding.witnesses


@cache
def environment() -> Environment:
    """Return the templates' environment: markup escaped, nothing undefined, nothing hidden."""
    made = Environment(
        loader=FileSystemLoader([HERE / "templates", HERE / "static"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=make_visible,
    )
    made.filters.update(
        pieces=pieces,
        number="{:,}".format,
        counted=count_noun,
        alternatives=alternatives,
        call_text=call_text,
        amount=amount,
        ident=id,
        waiver_line=waiver_line,
        author_line=author_line,
        instance=instance,
    )
    made.tests["unknown"] = lambda value: isinstance(value, Unknown)
    made.tests["change"] = lambda value: hasattr(value, "notes")
    return made


def make_visible(value: object) -> object:
    """Make every text that reaches a page visible, whatever its template forgot to ask for."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return visible(str(value)) if is_text else value


def policy_for(style: str, script: str) -> str:
    """Return the content security policy: this style, this script if any, and nothing else."""
    scripts = f"script-src {digest(script)}; " if script else ""
    return (
        f"default-src 'none'; {scripts}style-src {digest(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    """Return the source expression of a text that stands in the page itself."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
