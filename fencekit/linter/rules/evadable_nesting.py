"""A rule that stops a value, and does not stop it one level deeper.

Amounts, paths and names are looked for at the top of the arguments only. A tool that takes
`{"payment": {"amount": 9000}}` or a list of paths shows the policy nothing it could compare, and
a regex that begins with `^` sees the brace of the nested object first.
"""

from collections.abc import Iterator

from fencekit.linter.amount_arguments import AMOUNTS
from fencekit.linter.call_rewrites import with_args, with_value
from fencekit.linter.evasion_search import evaded_rules
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName, Rule
from fencekit.model.request import Request


def nest_arguments(request: Request, _: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with all arguments in an object, then with each value in a list."""
    values = request.args.values
    if values:
        yield "an object around it", with_args(request, {"input": dict(values)})
    for key, value in values.items():
        yield f"a list around `{key}`", with_value(request, key, [value])


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each condition that does not see a nested value."""
    names = (
        *AMOUNTS,
        ConditionName.PATH_PREFIX,
        ConditionName.MATCH_REGEX,
        ConditionName.TABLE,
        ConditionName.TOOL_NAME,
    )
    hint = "allow the flat form alone: give the rule that allows it a condition on the same value"
    return evaded_rules(subject, names, nest_arguments, hint)


RULE = LintRule("evadable-nesting", Level.ERROR, "a nested value evades a rule", find)
