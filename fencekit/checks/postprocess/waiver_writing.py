"""Waivers written for people: one for a finding of a report, and old ones in their new form.

Nobody copies a digest by hand. What is written is read again before a file is replaced.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from fencekit.checks.postprocess.waiver_file import (
    WRITTEN_DIGITS,
    WaiverError,
    load_waivers,
    waivers_in,
)
from fencekit.model.errors import UsageError
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.finding_key import SHORT
from fencekit.model.policy import Policy
from fencekit.model.report import Report
from fencekit.model.source import text_lines
from fencekit.reading import yaml
from fencekit.reading.input_files import read_text
from fencekit.reporting.visible_text import shorten, visible

FEWEST_DIGITS = 6
MOST_LISTED = 20
NEW_FILE = "waivers:\n"
EMPTY_LIST = re.compile(r"(?m)^waivers:[ \t]*(?:\[\s*\])?[ \t]*(?=#|$)")


@dataclass(frozen=True, slots=True)
class Leave:
    """What a person says about a finding: why it may pass, who says so, until when, how often."""

    reason: str
    approver: str
    expires: date
    max_count: int | None = None


def finding_named(report: Report, named: str) -> Finding:
    """Return the finding of a report whose key begins so; raise UsageError where it is not one."""
    wanted = named.removeprefix("g-").lower()
    found = {one.key.digest: one for one in report.findings if one.kind is not RecordClass.FAULT}
    matching = [one for digest, one in found.items() if digest.startswith(wanted)]
    if len(wanted) < FEWEST_DIGITS or not re.fullmatch(r"[0-9a-f]+", wanted) or not matching:
        listed = [f"{one.key.short} ({one.calls})" for one in found.values()][:MOST_LISTED]
        hint = f"the report has {', '.join(listed)}" if listed else "the report has no finding"
        raise UsageError(f"the report has no finding `{named}`", hint=visible(hint))
    if len(matching) > 1:
        listed = [one.key.digest[: SHORT + 8] for one in matching]
        raise UsageError(f"`{named}` is several findings", hint=f"name one of {', '.join(listed)}")
    (finding,) = matching
    if finding.waiver is not None and all(one.waiver for one in parts_of(report, finding)):
        raise UsageError(f"`{named}` is waived already", hint=f"at {finding.waiver.place}")
    if finding.kind not in (RecordClass.LOOSER, RecordClass.TIGHTER):
        words = finding.kind.words
        raise UsageError(
            f"`{named}` is no change that a waiver allows: it is `{words}`",
            hint="a waiver never covers what could not be checked",
        )
    return finding


def parts_of(report: Report, finding: Finding) -> list[Finding]:
    """Return the parts of a finding: what is waived of it, and the rest."""
    return [one for one in report.findings if one.key == finding.key]


def entry(report: Report, finding: Finding, leave: Leave) -> str:
    """Return the waiver of a finding as YAML, a list with one entry and a comment above it.

    Compared with recorded decisions only, a finding does not say which edit loosened. So there the
    waiver covers as many calls as there are now, and one more exceeds it.
    """
    count = sum(one.count for one in parts_of(report, finding))
    is_open = report.replay is not None and report.replay.against == "recorded"
    written: dict[str, Any] = {"finding": finding.key.digest[:WRITTEN_DIGITS]}
    if finding.names_capability:
        written["capability"] = glob_of(finding.capability)
    if finding.rule is not None and finding.rule.digest:
        written["rule"] = f"{finding.rule.id}@{finding.rule.digest[:WRITTEN_DIGITS]}"
    written |= {"reason": leave.reason, "approver": leave.approver, "expires": leave.expires}
    most = leave.max_count or (count if is_open else None)
    if most is not None:
        written["max_count"] = most
    step = f"{finding.before} -> {finding.after}"
    about = f"{finding.kind.words} {finding.calls} {step}"
    said = visible(shorten(about, 160)).replace("\n", " ")
    return f"# {said}\n{yaml.write([written])}"


def glob_of(capability: str) -> str:
    """Return the glob that matches this capability only."""
    return re.sub(r"([*?\[])", r"[\1]", capability)


def append_waiver(path: str, lines: str) -> None:
    """Write a waiver at the end of a file of waivers, which is made where there is none.

    Raises WaiverError where the file is none, or has its list in brackets: nothing is written then.
    """
    text = read_text(path, WaiverError)[0] if os.path.lexists(path) else NEW_FILE
    made = with_entry(text, lines, path)
    waivers_in(made, path)
    replace_file(path, made)


def with_entry(text: str, lines: str, path: str) -> str:
    """Return the text of a file of waivers with one more."""
    if text != NEW_FILE:
        waivers_in(text, path)
    document = yaml.parse(text, path, WaiverError)
    listed = document.find("waivers") if document is not None else None
    ending = "" if text.endswith("\n") else "\n"
    if not listed or not listed.elements:
        kept, is_made = EMPTY_LIST.subn("waivers: ", text, count=1)
        if not is_made:
            refuse_brackets(lines, listed)
        return f"{kept}{ending}{indent_lines(lines, 2)}"
    first = listed.elements[0].place
    dash = text_lines(text)[(first.line or 1) - 1][: (first.column or 1) - 1]
    if not re.fullmatch(r"\s*-\s+", dash):
        refuse_brackets(lines, listed)
    return f"{text}{ending}{indent_lines(lines, len(dash) - len(dash.lstrip()))}"


def refuse_brackets(lines: str, listed: yaml.Located | None) -> NoReturn:
    """Raise WaiverError: nothing can be added at the end of a list in brackets."""
    place = listed.place if listed else None
    hint = f"write one waiver a line, or add this yourself:\n{lines}"
    raise WaiverError("the list of waivers is in brackets", place=place, hint=hint)


def indent_lines(lines: str, by: int) -> str:
    """Return lines moved to the right."""
    return "".join(f"{' ' * by}{line}\n" for line in lines.splitlines())


def migrate_waivers(path: str, policies: Sequence[Policy]) -> int:
    """Rewrite each waiver by position so that it names what the rule says now; return how many.

    Everything else of the file stays as it is. Raises WaiverError, and writes nothing, where the
    policy has no rule of an id: what it named cannot be known any more.
    """
    text, _ = read_text(path, WaiverError)
    ends = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    digests = {rule.id: rule.digest for policy in policies for rule in policy.rules}
    document = yaml.parse(plain, path, WaiverError)
    listed = document.find("waivers") if document is not None else None
    errors: list[WaiverError] = []
    edits: list[tuple[int, str]] = []
    for item in listed.elements if listed is not None else ():
        found = item.find("rule")
        if found is None or not isinstance(found.value, str) or "@" in found.value:
            continue
        digest = digests.get(found.value)
        if digest is None:
            message = f"the policy has no rule `{found.value}`, so what was waived is not known"
            errors.append(WaiverError(message, place=found.place))
            continue
        edits.append((offset(plain, found), f"{found.value}@{digest[:WRITTEN_DIGITS]}"))
    if errors:
        raise WaiverError.together(errors)
    spans = dict(yaml.scalar_spans(plain))
    for start, new in sorted(edits, reverse=True):
        plain = plain[:start] + new + plain[spans[start] :]
    if edits:
        waivers_in(plain, path)
        replace_file(path, plain.replace("\n", ends))
    else:
        load_waivers(path)
    return len(edits)


def offset(text: str, found: yaml.Located) -> int:
    """Return where a value begins in a text, as an offset."""
    lines = re.split("\n|\x85|\u2028|\u2029", text)
    line, column = found.place.line or 1, found.place.column or 1
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1


def replace_file(path: str, text: str) -> None:
    """Write a file whole: beside its place first, then moved there."""
    beside = Path(f"{path}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(os.path.realpath(path))
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{path}`: {said}") from error
