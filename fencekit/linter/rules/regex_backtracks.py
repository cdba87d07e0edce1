r"""A regex that backtracks without end.

`^(\w+\s?)*$` can take a run of letters in very many ways. Where no way leads to the end, Python
tries all of them: a short text keeps the gate busy for minutes, and a gate that waits is one that
is down. What looks suspicious is measured with the matcher itself before it is a finding. Write
each loop so that only one way through it takes a text: `^\w+(\s\w+)*$`.
"""

from collections.abc import Iterator
from functools import lru_cache

from fencekit.linter.call_rewrites import elements, narrow_rule, with_args
from fencekit.linter.example_calls import requests_for, word_for
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import DemonstratingCall, LintRule, Violation, short
from fencekit.model.decision import Outcome
from fencekit.model.errors import TimeLimitError
from fencekit.model.finding import Level
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.request import Request
from fencekit.model.verdict import DENY
from fencekit.regex.redos.match_timing import LENGTHS, SLOW, first_slow
from fencekit.regex.redos.slow_texts import suspicions


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each pattern that a text of some length keeps busy, with a call that has it."""
    for rule in subject.rules:
        for condition in rule.conditions:
            if condition.name is not ConditionName.MATCH_REGEX:
                continue
            for number, pattern in elements(condition):
                text = slow_text(pattern)
                if text:
                    message = f"the regex `{short(pattern)}` takes more than {SLOW:g} s of "
                    message += f"processor time for a text of at most {LENGTHS[-1]:,} characters"
                    call = slow_call(rule, condition, pattern, text)
                    hint = "let only one way through each loop take a text"
                    place = subject.places.element(condition, number)
                    yield Violation(place, message, rule, (call,), hint, slow=True)


@lru_cache(maxsize=1024)
def slow_text(pattern: str) -> str:
    """Return a text that the pattern is slow for, as measured; empty where there is none."""
    for suspicion in suspicions(pattern):
        texts = list(dict.fromkeys(map(suspicion.text, LENGTHS)))
        number = first_slow(pattern, texts)
        if number is not None:
            return texts[number]
    return ""


def slow_call(rule: Rule, condition: Condition, pattern: str, text: str) -> DemonstratingCall:
    """Return the call with the text; nobody decides it, because that is what takes for ever."""
    base = next(requests_for([narrow_rule(rule, condition, pattern)]), Request("resource.action"))
    request = with_args(base, {word_for(str(base.capability)): text})
    error = TimeLimitError(f"rule `{rule.id}`: still undecided", place=rule.place)
    return DemonstratingCall("keeps the gate busy", request, Outcome(DENY, rule, error))


RULE = LintRule("regex-backtracks", Level.ERROR, "a regex backtracks without end", find)
