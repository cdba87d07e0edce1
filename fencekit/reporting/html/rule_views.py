"""The rules that a report names: where each is written, its lines, and what it decided."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from fencekit.model.finding import DEFAULT_RULE, Finding, RuleRef
from fencekit.model.source import Place, SourceFile, text_lines

MOST_LINES = 8

Sources = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line of a policy, with its number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class NamedRule:
    """A rule as the report shows it."""

    anchor: str
    ref: RuleRef
    lines: tuple[NumberedLine, ...]

    @property
    def is_default(self) -> bool:
        """Whether it is no rule but the default."""
        return self.ref == DEFAULT_RULE


@dataclass(slots=True)
class Responsibility:
    """A rule with the calls that it decided before, and those that it decides now."""

    rule: NamedRule
    before: int = 0
    after: int = 0
    findings: list[Finding] = field(default_factory=list)


def sources_of(files: Iterable[SourceFile]) -> Sources:
    """Return the lines of every policy file, by its path."""
    return {file.path: text_lines(file.text) for file in files}


def rule_view(ref: RuleRef, sources: Sources) -> NamedRule:
    """Return the rule with its anchor and its lines."""
    return NamedRule(anchor(ref), ref, tuple(rule_lines(ref.place, sources)) if ref.place else ())


def anchor(ref: RuleRef) -> str:
    """Return the id of a rule on the page: the same as long as the rule keeps its file and id."""
    name = "\0".join([ref.place.file if ref.place else "", ref.id])
    return f"rule-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def rule_lines(place: Place, sources: Sources, most: int = MOST_LINES) -> Iterator[NumberedLine]:
    """Yield the line at the place and those below that are indented deeper, up to a few."""
    lines = sources.get(place.file, [])
    at = (place.line or 0) - 1
    if not 0 <= at < len(lines):
        return
    yield NumberedLine(at + 1, lines[at])
    for number, line in enumerate(lines[at + 1 : at + most], at + 2):
        if indent(line) <= indent(lines[at]):
            return
        yield NumberedLine(number, line)


def indent(line: str) -> int:
    """Return how deep a line is indented; an empty one is not."""
    return len(line) - len(line.lstrip())


def responsibilities(findings: Iterable[Finding], sources: Sources) -> list[Responsibility]:
    """Return every rule that a finding names, in the order of the findings."""
    found: dict[RuleRef, Responsibility] = {}

    def share_of(ref: RuleRef, finding: Finding) -> Responsibility:
        share = found.setdefault(ref, Responsibility(rule_view(ref, sources)))
        if finding not in share.findings[-1:]:
            share.findings.append(finding)
        return share

    for finding in findings:
        if finding.rule:
            share_of(finding.rule, finding).after += finding.count
        if finding.baseline_rule:
            share_of(finding.baseline_rule, finding).before += finding.count
    return list(found.values())
