"""The section of the edits between two versions of a policy in the JSON report."""

from typing import Any

from fencekit.model.change_cost import Cost
from fencekit.model.diff_result import Consequence, DiffResult
from fencekit.model.edit import Edit
from fencekit.model.finding import RuleRef
from fencekit.model.policy import Condition, Rule
from fencekit.reporting.json_values import rule_of, witness_of


def diff_of(diff: DiffResult) -> dict[str, Any]:
    """Return the section of the edits as JSON values."""
    return {
        "old": diff.old,
        "new": diff.new,
        "edits": [consequence_of(consequence) for consequence in diff.edits],
        **({} if diff.unsettled is None else {"unsettled": list(diff.unsettled)}),
    }


def consequence_of(caused: Consequence) -> dict[str, Any]:
    """Return an edit with what it caused as JSON values."""
    made: dict[str, Any] = {
        **edit_of(caused.edit),
        "transitions": [
            {"before": t.before, "after": t.after, "class": str(t.kind), "count": t.count}
            for t in caused.transitions
        ],
        "capabilities": list(caused.capabilities),
        "with_others": caused.with_others,
        "found_by_proof": {"looser": caused.found_looser, "tighter": caused.found_tighter},
    }
    if caused.witness is not None:
        made["witness"] = witness_of(caused.witness.record)
    if caused.author is not None:
        author = caused.author
        made["author"] = {
            "name": author.name,
            "commit": author.commit,
            "date": author.date,
            "summary": author.summary,
            "did": author.deed.name.lower(),
        }
    return made


def edit_of(edit: Edit) -> dict[str, Any]:
    """Return an edit as JSON values."""
    made: dict[str, Any] = {
        "number": edit.number,
        "kind": str(edit.kind),
        "old": rule_of(ref_to(edit.old)),
        "new": rule_of(ref_to(edit.new)),
    }
    condition = edit.now or edit.was
    if condition:
        made["condition"] = str(condition.name)
        made["was"] = value_of(edit.was)
        made["now"] = value_of(edit.now)
    if edit.inside:
        made["inside"] = list(edit.inside)
    return made


def ref_to(rule: Rule | None) -> RuleRef | None:
    """Return the reference to a rule, where there is one."""
    return RuleRef.to(rule) if rule else None


def value_of(condition: Condition | None) -> Any:
    """Return the value of a condition, where there is one."""
    return condition.value if condition else None


def cost_of(cost: Cost) -> dict[str, Any]:
    """Return what a change costs people as JSON values."""
    return {
        "days": cost.days,
        "first": cost.first or None,
        "last": cost.last or None,
        "approvals": {"before": cost.before, "after": cost.after, "open": cost.open},
        "capabilities": [
            {"capability": of.name, "before": of.before, "after": of.after}
            for of in cost.capabilities
        ],
        "principals": [
            {"principal": of.name, "before": of.before, "after": of.after} for of in cost.principals
        ],
        "newly_allowed_amounts": [
            {
                "capability": of.capability,
                "currency": of.currency or None,
                "calls": of.calls,
                "total": of.total,
                "largest": of.largest,
            }
            for of in cost.amounts
        ],
    }
