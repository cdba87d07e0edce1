"""What an edit of a policy is and what it caused, in plain words that every report shares."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from fencekit.model.diff_result import Author, Consequence
from fencekit.model.edit import Blame, Edit, EditKind
from fencekit.model.finding import Finding, RecordClass, Transition
from fencekit.model.policy import ConditionName, Rule
from fencekit.model.request_json import request_to_json
from fencekit.model.verdict import Verdict
from fencekit.reporting.report_phrases import count_noun
from fencekit.reporting.text_excerpts import excerpts

SPARED = "no call gets looser by it, proved"
SILENT = "allow (decides nothing)"
"""The effect of a risk level that says nothing, so that the allow rules are asked."""


def name_of(edit: Edit) -> str:
    """Return what an edit is of: its rule by id, or its risk level."""
    rule = edit.rule
    if rule is None:
        return "the policy"
    for condition in rule.conditions:
        if condition.name is ConditionName.RISK_LEVEL_IS:
            return f"risk level {spell_value(condition.value)}"
    return rule.id


def what(edit: Edit) -> str:
    """Return what an edit does, without the name of its rule."""
    return WHAT[edit.kind](edit)


def of_condition(edit: Edit) -> str:
    """Return what became of a condition."""
    condition = edit.now or edit.was
    assert condition is not None
    name = str(condition.name)
    if edit.was is None:
        return f"now asks {name}: {spell_value(condition.value)}"
    if edit.now is None:
        return f"no longer asks {name}: {spell_value(condition.value)}"
    if edit.inside:
        return f"{name} {', '.join(edit.inside)}"
    values = edit.was.value, edit.now.value
    if isinstance(values[0], str) and isinstance(values[1], str):
        values = excerpts(*values)
    was, now = map(spell_value, values)
    if edit.was.name != edit.now.name:
        now = f"{name}: {now}"
    return f"{edit.was.name}: {was} → {now}"


def of_effect(edit: Edit) -> str:
    """Return which effect became which."""
    return f"{effect_of(edit.old)} → {effect_of(edit.new)}"


def of_rule(edit: Edit) -> str:
    """Return a rule that was added or removed."""
    rule = edit.rule
    assert rule is not None
    asked = [f"{c.name}: {spell_value(c.value)}" for c in rule.conditions]
    verb = "added" if edit.old is None else "removed"
    return f"{verb}: {effect_of(rule)} {'; '.join([str(rule.capability), *asked])}"


def of_capability(edit: Edit) -> str:
    """Return which capability became which."""
    assert edit.old is not None
    assert edit.new is not None
    return f"capability: {edit.old.capability} → {edit.new.capability}"


WHAT: dict[EditKind, Callable[[Edit], str]] = {
    EditKind.ADDED: of_rule,
    EditKind.REMOVED: of_rule,
    EditKind.EFFECT: of_effect,
    EditKind.LEVEL: of_effect,
    EditKind.CAPABILITY: of_capability,
    EditKind.CONDITION_ADDED: of_condition,
    EditKind.CONDITION_REMOVED: of_condition,
    EditKind.CONDITION_CHANGED: of_condition,
    EditKind.CONDITIONS_REORDERED: lambda _: "asks its conditions in another order",
    EditKind.MOVED: lambda _: "moved among the rules of its section",
    EditKind.REPLACED: lambda _: "replaced as a whole: the versions have other tiers",
}


def effect_of(rule: Rule | None) -> str:
    """Return the effect of a rule as text."""
    return str(rule.effect) if rule and rule.effect else SILENT


def author_line(author: Author) -> str:
    """Return who is behind an edit, with the commit, in one line."""
    said = f"{author.name} {author.deed}"
    if not author.commit:
        return f"{said}, not committed yet"
    return f"{said} in {author.commit[:10]} on {author.date}: {author.summary}"


def spell_value(value: Any) -> str:
    """Return a value of a policy near to how it was written: as JSON, a regex in single quotes."""
    if isinstance(value, list) and any(is_regex(one) for one in value):
        return f"[{', '.join(map(spell_value, value))}]"
    if is_regex(value):
        return f"'{value}'"
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError):
        return repr(type(value).__name__)


def is_regex(value: Any) -> bool:
    """Say whether JSON would double the backslashes of a value that YAML can quote as it is."""
    return isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable()


def consequences(caused: Consequence) -> str:
    """Return what an edit caused, in one sentence without a full stop."""
    said = "; ".join(filter(None, [recorded_effect(caused), proved_effect(caused)]))
    if said:
        return said
    return SPARED if caused.spared else "no effect on any call that was looked at"


def count_loosened(caused: Consequence) -> int:
    """Return how many recorded calls an edit loosens."""
    return sum(step.count for step in loosenings(caused))


def count_allowed(caused: Consequence) -> int:
    """Return how many recorded calls an edit newly allows."""
    return sum(step.count for step in loosenings(caused) if happening(step) == 0)


def loosenings(caused: Consequence) -> tuple[Transition, ...]:
    """Return what an edit does to the recorded calls that it loosens."""
    return tuple(step for step in caused.transitions if step.kind is RecordClass.LOOSER)


def is_loosening(caused: Consequence) -> bool:
    """Say whether an edit is to blame for a looser call, recorded or found by proof."""
    return bool(count_loosened(caused) or caused.found_looser)


def recorded_effect(caused: Consequence) -> str:
    """Return what an edit caused of recorded calls; empty for nothing."""
    parts = list(phrases(caused.transitions))
    kinds = count_noun(len(caused.capabilities), "capability", "capabilities")
    return f"{'; '.join(parts)} ({kinds})" if parts else ""


def proved_effect(caused: Consequence) -> str:
    """Return what proof found an edit to cause beside; empty for nothing."""
    parts = []
    for count, verb in ((caused.found_looser, "loosens"), (caused.found_tighter, "tightens")):
        if count:
            kinds = count_noun(count, "kind of capability", "kinds of capability")
            parts.append(f"{verb} calls of {kinds}")
    return f"by proof it {' and '.join(parts)}" if parts else ""


def instance(caused: Consequence) -> str:
    """Return the riskiest call that an edit is to blame for, in one line; empty for none."""
    if caused.witness is None:
        return ""
    record = caused.witness.record
    where = f" at {record.place}" if record.place.file else ""
    return f"{json.dumps(request_to_json(record.request), ensure_ascii=False, default=repr)}{where}"


PHRASES = (
    ("newly allows", ""),
    ("asks a person about", "until now denied"),
    ("drops an obligation of", ""),
    ("may loosen", ""),
    ("leaves open", ""),
    ("newly denies", ""),
    ("asks a person about", "until now run without one"),
    ("adds an obligation to", ""),
    ("may tighten", ""),
)
"""What can happen to calls, riskiest first: what stands before the count, and what after it."""


def phrases(transitions: tuple[Transition, ...]) -> Iterator[str]:
    """Yield what happened to how many calls, riskiest first."""
    counts = [0] * len(PHRASES)
    for step in transitions:
        counts[happening(step)] += step.count
    for (before, after), count in zip(PHRASES, counts, strict=True):
        if count:
            yield " ".join(filter(None, [before, count_noun(count, "call"), after]))


def happening(step: Transition) -> int:
    """Return which of the phrases says what a transition is."""
    if step.kind in OPEN:
        return OPEN[step.kind]
    before, after = (text.split("+")[0] for text in (step.before, step.after))
    if before == after:
        return 2 if step.kind is RecordClass.LOOSER else 7
    if step.kind is RecordClass.LOOSER:
        return 0 if after == str(Verdict.ALLOW) else 1
    return 5 if after == str(Verdict.DENY) else 6


OPEN = {RecordClass.MAYBE_LOOSER: 3, RecordClass.CANNOT_TELL: 4, RecordClass.MAYBE_TIGHTER: 8}


def blame_sentence(blame: Blame) -> str:
    """Return which edits are to blame, by their numbers, in one sentence without a full stop."""
    if not blame.undo:
        return "" if blame.exact else "cause not searched: too many combinations of edits"
    sets = [numbers(edits) for edits in blame.undo]
    said = " or ".join(sets)
    said = f"reverting {said} restores the old decision"
    others = tuple(edit for edit in blame.alone if (edit,) not in blame.undo)
    if others:
        verb = "causes" if len(others) == 1 else "cause"
        each = "alone" if len(others) == 1 else "each alone"
        said += f"; {numbers(others)} {verb} the change {each}"
    return said if blame.exact else f"{said} (the search hit its limit; a smaller set may exist)"


MOST_BLAMES = 3
"""The different blames of one finding that a report in lines shows."""


def blames(finding: Finding) -> Iterator[str]:
    """Yield which edits are to blame for the calls of a finding, for how many of them each."""
    for blame, count in finding.blames[:MOST_BLAMES]:
        calls = f"{count_noun(count, 'call')}: " if len(finding.blames) > 1 else ""
        if said := blame_sentence(blame):
            yield f"{calls}{said}"
    if len(finding.blames) > MOST_BLAMES:
        yield f"{len(finding.blames) - MOST_BLAMES:,} more sets of edits"


def numbers(edits: tuple[Edit, ...]) -> str:
    """Return edits by their numbers: `edit 4`, `edits 5 and 10 together`."""
    named = [str(edit.number) for edit in edits]
    if len(named) == 1:
        return f"edit {named[0]}"
    return f"edits {', '.join(named[:-1])} and {named[-1]}"
