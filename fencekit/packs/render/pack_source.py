"""The source of a pack's policies: rules, each with the variants that have it, over named terms.

A variant is made so that it can only be tighter than a looser one. Of every capability

- a call that a `deny` rule matches is denied; a variant has the deny rules of the looser ones too,
- else one that an `escalate` rule matches is escalated; of these the same holds,
- else one that an `allow` rule matches whole is allowed; a variant has those of the tighter ones,
- and every other call is escalated.

Where an allow rule does not match whole, the rest is not escalated by itself: it is denied, unless
an `escalate` rule says otherwise.

`guardrails` has `deny` and `escalate` rules, and `only` rules that say what may be allowed at most.

What a rule may say: its `capability`, one or several; `why`; `from` or `to`, a variant; `whole`, a
term that is all of the text of the values, or `unless`, one that it is not; `match_regex`, terms;
`match_keywords`, texts, or a text `before` and `after` each value of a `parameter`; and any other
condition of the language, with a value, a list of values, a `parameter`, or a value by variant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.packs.pack.pack_documents import read_document, refuse_unknown
from fencekit.packs.pack.pack_variants import VARIANTS, Variant
from fencekit.reading.yaml import Located

SECTIONS = ("deny", "escalate", "allow", "only")


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A rule as the source has it: its capabilities, its conditions, and the variants of it."""

    section: str
    capabilities: tuple[str, ...]
    why: str
    limit: Variant
    conditions: tuple[tuple[str, Located], ...]
    place: Place

    def is_in(self, variant: Variant) -> bool:
        """Say whether a variant has the rule."""
        return variant <= self.limit if self.section == "allow" else variant >= self.limit

    def find(self, name: str) -> Located | None:
        """Return what the rule says under a name."""
        return next((value for key, value in self.conditions if key == name), None)


@dataclass(frozen=True, slots=True)
class PackSource:
    """The source of a pack: its terms, the rules of its variants, and those of its guardrails."""

    name: str
    terms: dict[str, Located]
    rules: tuple[SourceRule, ...]
    guardrails: tuple[SourceRule, ...]
    file: str

    def of(self, section: str, variant: Variant) -> list[SourceRule]:
        """Return the rules of one section that a variant has."""
        return [rule for rule in self.rules if rule.section == section and rule.is_in(variant)]


def read_source(file: Path, name: str) -> PackSource:
    """Return the source in a file; raise PackError, with line and column, where it is none."""
    document = read_document(file)
    if document is None or not isinstance(document.value, dict):
        raise PackError("the source of a pack is a mapping", place=Place(str(file)))
    known = {"terms", "guardrails", *SECTIONS[:3]}
    refuse_unknown(document, known)
    terms = document.find("terms")
    guardrails = document.find("guardrails")
    if guardrails is not None:
        refuse_unknown(guardrails, {"deny", "escalate", "only"})
    return PackSource(
        name,
        {} if terms is None else {str(key.value): value for key, value in terms.items},
        tuple(rules_of(document)),
        tuple(rules_of(guardrails) if guardrails is not None else ()),
        str(file),
    )


def rules_of(document: Located) -> Iterator[SourceRule]:
    """Yield the rules of every section of a document."""
    for section in SECTIONS:
        given = document.find(section)
        if given is None:
            continue
        if not isinstance(given.value, list):
            raise PackError(f"`{section}` is not a list of rules", place=given.place)
        for item in given.elements:
            yield read_rule(item, section)


def read_rule(item: Located, section: str) -> SourceRule:
    """Return one rule; raise PackError where it lacks what every rule has."""
    if not isinstance(item.value, dict):
        raise PackError("a rule is a mapping", place=item.place)
    capability = item.find("capability")
    why = item.find("why")
    if capability is None or why is None:
        raise PackError("a rule has a `capability`, and says `why`", place=item.place)
    names = capability.value if isinstance(capability.value, list) else [capability.value]
    allows = section == "allow"
    limit = item.find("to" if allows else "from")
    wrong = item.find("from" if allows else "to")
    if wrong is not None:
        side = "`to` the tightest" if allows else "`from` the loosest"
        raise PackError(f"a rule of `{section}` goes {side} variant that has it", place=wrong.place)
    chosen = (Variant.STRICT if allows else Variant.PERMISSIVE) if limit is None else None
    if limit is not None:
        if not isinstance(limit.value, str) or limit.value not in VARIANTS:
            raise PackError(f"no such variant: `{limit.value}`", place=limit.place)
        chosen = VARIANTS[limit.value]
    assert chosen is not None
    conditions = tuple(
        (str(key.value), value)
        for key, value in item.items
        if key.value not in ("capability", "why", "from", "to")
    )
    texts = tuple(str(name) for name in names)
    return SourceRule(section, texts, str(why.value), chosen, conditions, item.place)
