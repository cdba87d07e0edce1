"""The groups of a report: each finding with its anchor, its rules and its witnesses."""

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from fencekit.model.finding import Finding
from fencekit.model.record import Record
from fencekit.model.source import Place
from fencekit.reporting.html.requests import printed
from fencekit.reporting.html.rules import NamedRule, Sources, named

MOST_WITNESSES = 5


@dataclass(frozen=True, slots=True)
class Witness:
    """A record that shows a finding, its request as JSON, and the command that explains it."""

    record: Record
    request: str
    command: str

    @property
    def recorded(self) -> str:
        """What the log says was decided, as far as it says it."""
        if self.record.recorded is None:
            return ""
        duties = "".join(f"+{duty}" for duty in sorted(self.record.recorded.obligations or ()))
        return "|".join(f"{verdict}{duties}" for verdict in sorted(self.record.recorded.verdicts))


@dataclass(frozen=True, slots=True)
class Group:
    """A finding as the report shows it. Without a `before`, what was recorded is what counts."""

    anchor: str
    finding: Finding
    before: NamedRule | None
    after: NamedRule | None
    witnesses: tuple[Witness, ...]


def anchored(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Give each finding an anchor that depends on what it is about and on nothing else."""
    named: dict[str, Finding] = {}
    seen: Counter[str] = Counter()
    for finding in findings:
        plain = anchor(finding)
        seen[plain] += 1
        named[plain if seen[plain] == 1 else f"{plain}-{seen[plain]}"] = finding
    return named


def anchor(finding: Finding) -> str:
    """Return the anchor of a finding: a digest of capability, decisions, rules and error."""
    rules = [rule.id if rule else "" for rule in (finding.baseline_rule, finding.rule)]
    about = [
        finding.kind,
        finding.capability,
        finding.before,
        finding.after,
        *rules,
        finding.message,
    ]
    return f"g-{sha256(chr(0).join(about).encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def group(
    anchor: str,
    finding: Finding,
    candidate: str,
    sources: Sources,
    options: tuple[str, ...] = (),
) -> Group:
    """Return the finding with all that the report says of it."""
    return Group(
        anchor,
        finding,
        named(finding.baseline_rule, sources) if finding.baseline_rule else None,
        named(finding.rule, sources) if finding.rule else None,
        tuple(witness(record, candidate, options) for record in finding.witnesses[:MOST_WITNESSES]),
    )


def witness(record: Record, candidate: str, options: tuple[str, ...] = ()) -> Witness:
    """Return the record as a witness against the candidate."""
    return Witness(record, printed(record.request), command(candidate, record.place, options))


def command(candidate: str, place: Place, options: tuple[str, ...] = ()) -> str:
    """Return what to type to have the decision explained; nothing where no line is known."""
    if not candidate or place.line is None:
        return ""
    return shlex.join(["fencekit", "explain", candidate, str(place), *options])
