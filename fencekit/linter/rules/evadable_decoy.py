"""A rule that stops a value, and does not stop it behind a decoy.

The amount is the first of seven keys, the path the first of seven others: `{"amount": 1, "total":
9000}` is an amount of 1. A regex that begins with `^` sees the first argument only:
`{"note": "x", "command": "rm -rf /"}` does not begin with `rm`.
"""

from collections.abc import Iterator
from itertools import islice

from fencekit.linter.amount_arguments import AMOUNTS, amounts
from fencekit.linter.call_rewrites import with_args
from fencekit.linter.evasion_search import evaded_rules
from fencekit.linter.example_calls import numbers, sorted_out
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation, short
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName, Rule
from fencekit.model.request import Request

MOST_DECOYS = 6
"""The texts that satisfy the letting rule which are tried as decoys."""


def behind_a_decoy(request: Request, letting: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with a harmless value in front of the one that counts."""
    values = request.args.values
    wanted = sorted_out(iter(letting.conditions if letting is not None else ()))
    for key, number in amounts(request):
        rest = {name: value for name, value in values.items() if name != key}
        small = next((n for n in numbers(wanted.amounts) if n is not None), 1)
        yield (
            f"the decoy `amount: {small}`",
            with_args(request, {**rest, "amount": small, "total": number}),
        )
    if isinstance(values.get("path"), str):
        rest = {name: value for name, value in values.items() if name != "path"}
        harmless = f"{(wanted.prefixes or ['./'])[0]}notes.txt"
        yield (
            f"the decoy `path: {harmless}`",
            with_args(request, {**rest, "path": harmless, "file": values["path"]}),
        )
    if values:
        yield "an argument in front", with_args(request, {"note": "x", **values})
    for text in islice((text for listed in wanted.texts for text in listed if text), MOST_DECOYS):
        said = f"the decoy `note: {short(text)}`"
        yield said, with_args(request, {"note": text, **values})
        yield said, with_args(request, {**values, "note": text})
        yield said, with_args(request, {"note": text, **values, "comment": text})


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each condition that looks at a decoy instead of the value."""
    names = (*AMOUNTS, ConditionName.PATH_PREFIX, ConditionName.MATCH_REGEX)
    hint = (
        "deny the other keys by name above it, such as "
        "`match_keywords: [\"'total':\", \"'value':\"]`; begin no pattern that stops with `^`"
    )
    return evaded_rules(subject, names, behind_a_decoy, hint)


RULE = LintRule("evadable-decoy", Level.ERROR, "a decoy evades a rule", find)
