r"""A keyword that no call can have in it.

Keywords are looked for in the arguments as Python prints them, in lower case: a line feed is the
two characters `\n` there, a tab `\t`, and a backslash stands twice. A keyword with a real line
feed is found in no call. An empty list of keywords is found in none either.
"""

from collections.abc import Iterator

from fencekit.engines.native.request_view import View
from fencekit.linter.call_rewrites import elements
from fencekit.linter.example_calls import KEYWORDS
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName
from fencekit.model.request import Request


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each keyword that cannot occur in the text of any arguments."""
    for rule in subject.rules:
        for condition in rule.conditions:
            if condition.name not in KEYWORDS:
                continue
            if condition.name is ConditionName.MATCH_KEYWORDS and condition.value == []:
                message = f"rule `{rule.id}` has no keyword, and so never holds"
                yield Violation(
                    condition.place, message, rule, hint="name one, or take the rule out"
                )
            for number, keyword in elements(condition):
                printed = str({"text": keyword}).lower()
                if keyword.lower() in printed:
                    continue
                never = subject.exact.never_met
                if keyword.lower().isprintable() and not never(rule, condition, keyword):
                    continue
                request = with_text(rule.capability, keyword)
                call = subject.call("has it, and it is not found", request)
                seen = str(View(call.request).text)
                message = f"the keyword {keyword!r} is found in no call"
                hint = f"the text of such a call reads {seen}"
                yield Violation(
                    subject.places.element(condition, number), message, rule, (call,), hint
                )


def with_text(capability: object, keyword: str) -> Request:
    """Return a call that has the keyword in it as a person would think."""
    name = capability if isinstance(capability, str) else "resource.action"
    return Request(name.replace("*", "any"), args={"text": keyword})


RULE = LintRule("keyword-never-matches", Level.WARNING, "a keyword is found in no call", find)
