r"""A rule that stops a call, and does not stop it with other upper and lower case.

Keywords are looked for whatever the case, regexes and tables are not: `\bDROP\b` does not see
`drop`, and a database runs both. Begin the regex with `(?i)`. Commands of a shell are left alone,
where another case is another command.
"""

import re
from collections.abc import Iterator
from itertools import islice

from fencekit.linter.call_rewrites import texts, with_value
from fencekit.linter.evasion_search import evaded_rules
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName, Rule
from fencekit.model.request import Request

WORD = re.compile(r"[^\W\d_]+")
CASES = (str.lower, str.upper, str.title)
MOST_WORDS = 24


def change_case(request: Request, _: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with all of its text, then with one word, in another case."""
    for key, text in texts(request):
        if key == "command":
            continue
        for change in CASES:
            if change(text) != text:
                yield f"`{change(text)}`", with_value(request, key, change(text))
        for change in CASES:
            for word in islice(WORD.finditer(text), MOST_WORDS):
                other = text[: word.start()] + change(word[0]) + text[word.end() :]
                if other != text:
                    yield f"`{change(word[0])}` for `{word[0]}`", with_value(request, key, other)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each regex and each table that another case evades."""
    hint = "begin the regex with `(?i)`; for a table, name each spelling or use a regex"
    return evaded_rules(
        subject, (ConditionName.MATCH_REGEX, ConditionName.TABLE), change_case, hint
    )


RULE = LintRule("evadable-case", Level.WARNING, "another case evades a rule", find)
