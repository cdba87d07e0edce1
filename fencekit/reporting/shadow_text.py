"""What the policy in the shadow would have changed, as JSON and for the terminal."""

from collections.abc import Iterator
from typing import Any

from fencekit.model.change import Change
from fencekit.reporting.replay_text import Line, Table, inert

SHOWN = 20


def shadow_form(survey: Any) -> dict[str, Any]:
    """Return a survey of shadows as JSON."""
    return {
        "decided": survey.decided,
        "unchanged": survey.counts[Change.UNCHANGED],
        "looser": survey.counts[Change.LOOSER],
        "tighter": survey.counts[Change.TIGHTER],
        "without_shadow": survey.alone,
        "notes": survey.notes,
        "invalid": [str(error) for error in survey.invalid],
        "policies": [
            {"in_force": old, "shadow": new, "calls": count}
            for (old, new), count in survey.policies.most_common()
        ],
        "transitions": [
            {"before": old, "after": new, "calls": count}
            for (old, new), count in sorted(survey.transitions.items(), key=by_count)
        ],
        "changes": [
            {
                "record": str(each.place),
                "id": each.id,
                "principal": each.principal,
                "capability": each.capability,
                "change": str(each.change),
                "before": each.before,
                "after": each.after,
                "rule_before": each.rule_before,
                "rule_after": each.rule_after,
            }
            for each in survey.changes
        ],
        "changes_not_shown": survey.not_kept,
    }


def by_count(entry: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    """Order transitions: most calls first, then by their names."""
    return -entry[1], entry[0]


def headline(form: dict[str, Any]) -> Line:
    """Return the first line: how many calls were decided by both policies, or why none was."""
    if form["decided"]:
        counts = f"{form['looser']:,} looser, {form['tighter']:,} tighter"
        both = f"{form['decided']:,} calls decided by both"
        return Line(f"{both}: {counts}, {form['unchanged']:,} unchanged", "bold")
    if form["invalid"] and not form["without_shadow"]:
        return Line("no decision of a gate is in this log", "yellow")
    return Line("no record has a shadow: give the gate a second policy", "yellow")


def shadow_parts(form: dict[str, Any]) -> Iterator[Line | Table]:
    """Yield a survey of shadows for the terminal."""
    yield headline(form)
    for word, key in (("without a shadow", "without_shadow"), ("notes of the gate", "notes")):
        if form[key]:
            yield Line(f"{form[key]:,} {word}", "dim")
    for error in form["invalid"][:SHOWN]:
        yield Line(f"invalid: {inert(error)}", "yellow")
    if len(form["invalid"]) > SHOWN:
        yield Line(f"and {len(form['invalid']) - SHOWN:,} more invalid lines", "yellow")
    if len(form["policies"]) > 1:
        yield Line(f"{len(form['policies'])} pairs of policies are in this log", "yellow")
    changed = [each for each in form["transitions"] if each["before"] != each["after"]]
    if changed:
        rows = tuple(
            (f"{each['before']} -> {each['after']}", f"{each['calls']:,}") for each in changed
        )
        yield Table(("in force -> shadow", "calls"), rows, ("",) * len(rows))
    for each in form["changes"][:SHOWN]:
        who = f"{inert(each['principal'], 60)} {inert(each['capability'], 80)}"
        rules = f"{inert(each['rule_before'], 60)} -> {inert(each['rule_after'], 60)}"
        moved = f"{each['before']} -> {each['after']}"
        style = "red" if each["change"] == Change.LOOSER else ""
        yield Line(f"{inert(each['record'])}: {each['change']}: {who}: {moved} ({rules})", style)
    more = len(form["changes"]) - SHOWN + form["changes_not_shown"]
    if more > 0:
        yield Line(f"and {more:,} more", "dim")
