r"""A rule that stops a call, and does not stop it with other white space.

`rm -rf` is found in neither `rm  -rf` nor `rm<TAB>-rf`, and a shell runs all three. SQL takes a
line feed for a space too. A regex with `\s+` sees them; better, allow what is known and deny the
rest.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import texts, with_value
from fencekit.linter.evasion_search import evaded_rules
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName, Rule
from fencekit.model.request import Request

SPACES = {"two spaces": "  ", "a tab": "\t"}
IN_QUERIES = {"a line feed": "\n", "a comment": "/**/"}


def change_spacing(request: Request, _: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with other white space: in one place, then everywhere."""
    for key, text in texts(request):
        spaces = SPACES | (IN_QUERIES if key == "query" else {})
        for how, space in spaces.items():
            parts = text.split(" ")
            for at in range(1, len(parts)):
                other = " ".join(parts[:at]) + space + " ".join(parts[at:])
                yield f"{how} for a space", with_value(request, key, other)
            if len(parts) > 2:
                yield f"{how} for each space", with_value(request, key, space.join(parts))


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each condition on text that other white space evades."""
    names = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS, ConditionName.MATCH_REGEX)
    hint = r"use a regex with `\s+`, or allow what is known and deny the rest"
    return evaded_rules(subject, names, change_spacing, hint)


RULE = LintRule("evadable-spacing", Level.ERROR, "other white space evades a rule", find)
