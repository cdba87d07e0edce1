r"""A regex that looks for the name of an argument.

`match_regex` sees the values of the arguments, one after the other, and not their names:
`"amount":\s*[1-9]` is found in a value that is JSON text, never in the amount itself. Use
`amount_gt`, or a keyword, which sees names too.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import elements, narrow_rule, with_args
from fencekit.linter.example_calls import requests_for
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation, short
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName
from fencekit.reading import json
from fencekit.regex.matching_examples import samples


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each pattern whose samples are names with values, with a call that has just those."""
    for rule in subject.rules:
        for condition in rule.conditions:
            if condition.name is not ConditionName.MATCH_REGEX:
                continue
            for number, pattern in elements(condition):
                args = next((found for text in samples(pattern) if (found := as_args(text))), None)
                base = next(requests_for([narrow_rule(rule, condition, pattern)]), None)
                if args is None or base is None:
                    continue
                call = subject.call("has the argument, and is not seen", with_args(base, args))
                if call.outcome.rule is not rule:
                    message = f"the regex `{short(pattern)}` looks for names, and sees values only"
                    hint = "compare the value: `amount_gt`, say; keywords see names too"
                    place = subject.places.element(condition, number)
                    yield Violation(place, message, rule, (call,), hint)


def as_args(text: str) -> dict[str, object] | None:
    """Return the arguments that a text spells as members of a JSON object, if it spells any."""
    try:
        found = json.parse("{" + text.strip().strip("{},") + "}")
    except json.JSONError:
        return None
    return found or None


RULE = LintRule("regex-expects-keys", Level.WARNING, "a regex looks for an argument's name", find)
