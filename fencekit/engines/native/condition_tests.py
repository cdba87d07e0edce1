"""The conditions of a rule, one function each, as CapFence 0.9.0 decides them.

A function takes the condition's value and gives the test of it. A test takes the view of a request
and says whether the condition holds; where the request does not hold enough to say, it returns the
questions of which one must be answered yes. A test may raise what CapFence would raise.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from fencekit.engines.native.lazy_regex import Regex
from fencekit.engines.native.request_view import View, covers, covers_itself_only
from fencekit.engines.native.unknown_questions import (
    Question,
    QuestionSubject,
    Relation,
    answer_of_masked,
    number_passes,
    value_matches,
)
from fencekit.model.policy import ConditionName
from fencekit.model.request import Unknown

IN_EVERY_TEXT = frozenset({"", "{", "}"})
"""What the text of the arguments holds whatever they are: Python prints them in braces."""

AnyOf = tuple[Question, ...]
Test = Callable[[View], bool | AnyOf]


def covering(pattern: Any) -> Test:
    """The capability, of which nothing is known or which is masked, is covered by the pattern.

    Raises for a pattern that is not text, whatever the capability is.
    """

    def test(view: View) -> bool | AnyOf:
        capability = view.request.capability
        if pattern == "*" or not isinstance(pattern, str) or isinstance(capability, str):
            return covers(pattern, capability if isinstance(capability, str) else "")
        same = capability.equals(pattern)
        if same or (same is False and covers_itself_only(pattern)):
            return same
        return (Question(QuestionSubject.CAPABILITY, Relation.COVERS, pattern),)

    return test


def match_keywords(value: Any) -> Test:
    """The text of the arguments has any of the keywords in it, whatever the case of either."""
    keywords = [str(keyword).lower() for keyword in as_list(value)]
    questions = tuple(
        Question(QuestionSubject.TEXT, Relation.CONTAINS, keyword) for keyword in keywords
    )
    is_sure = not IN_EVERY_TEXT.isdisjoint(keywords)

    def test(view: View) -> bool | AnyOf:
        text = view.text
        if isinstance(text, Unknown):
            return is_sure or questions
        for keyword in keywords:  # noqa: SIM110  (a generator costs twice as much)
            if keyword in text:
                return True
        return False

    return test


def contains(value: Any) -> Test:
    """The text of the arguments has the value in it, whatever the case of either."""
    return match_keywords([value])


def match_regex(value: Any) -> Test:
    """Any of the patterns is found in the values of the arguments."""
    patterns = [Regex(str(pattern)) for pattern in as_list(value)]
    questions = tuple(
        Question(QuestionSubject.VALUES_TEXT, Relation.SEARCH, pattern) for pattern in patterns
    )

    def test(view: View) -> bool | AnyOf:
        text = view.values_text
        if isinstance(text, Unknown):
            return questions
        for pattern in patterns:  # noqa: SIM110  (as above)
            if pattern.search(text):
                return True
        return False

    return test


def amount(comparison: Relation, value: Any) -> Test:
    """The amount passes the threshold."""
    return compare_number(QuestionSubject.AMOUNT, comparison, value, View.amount)


def caller_depth(comparison: Relation, value: Any) -> Test:
    """The depth of the caller passes the threshold."""
    return compare_number(QuestionSubject.CALLER_DEPTH, comparison, value, View.caller_depth)


def compare_number(
    subject: QuestionSubject,
    comparison: Relation,
    threshold: Any,
    read: Callable[[View], float | Unknown | None],
) -> Test:
    """The number that is read from the request passes the threshold."""
    questions = (Question(subject, comparison, threshold),)

    def test(view: View) -> bool | AnyOf:
        number = read(view)
        if isinstance(number, Unknown):
            return questions
        return number_passes(comparison, number, threshold)

    return test


def path_prefix(value: Any) -> Test:
    """The path begins with the value, as text."""
    prefix = str(value)
    questions = (Question(QuestionSubject.PATH, Relation.STARTS_WITH, prefix),)

    def test(view: View) -> bool | AnyOf:
        path = view.path()
        if isinstance(path, Unknown):
            return questions
        return path is not None and path.startswith(prefix)

    return test


def name_matches(key: str, value: Any) -> Test:
    """The value by that name, in the context or in the arguments, is this or matches its glob."""
    subjects = (QuestionSubject.CONTEXT, QuestionSubject.ARGUMENT)
    of_subject = [Question(subject, Relation.MATCHES, value, key) for subject in subjects]

    def test(view: View) -> bool | AnyOf:
        open_questions = []
        for question, actual in zip(of_subject, view.values_named(key), strict=True):
            if isinstance(actual, Unknown):
                answer = answer_of_masked(question, actual)
                if answer is None:
                    open_questions.append(question)
            else:
                answer = value_matches(actual, value)
            if answer:
                return True
        return tuple(open_questions) if open_questions else False

    return test


def risk_level_is(value: Any) -> Test:
    """The risk level of the context is text, and exactly this."""
    question = Question(QuestionSubject.CONTEXT, Relation.IS, value, "risk_level")

    def test(view: View) -> bool | AnyOf:
        actual = view.request.in_context("risk_level")
        if isinstance(actual, Unknown):
            answer = answer_of_masked(question, actual) if isinstance(value, str) else False
            return (question,) if answer is None else answer
        return isinstance(actual, str) and bool(actual == value)

    return test


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


TESTS: dict[ConditionName, Callable[[Any], Test]] = {
    ConditionName.CONTAINS: contains,
    ConditionName.MATCH_KEYWORDS: match_keywords,
    ConditionName.MATCH_REGEX: match_regex,
    ConditionName.AMOUNT_GT: partial(amount, Relation.GT),
    ConditionName.AMOUNT_GTE: partial(amount, Relation.GTE),
    ConditionName.AMOUNT_LT: partial(amount, Relation.LT),
    ConditionName.AMOUNT_LTE: partial(amount, Relation.LTE),
    ConditionName.PATH_PREFIX: path_prefix,
    ConditionName.CALLER_DEPTH_GT: partial(caller_depth, Relation.GT),
    ConditionName.CALLER_DEPTH_GTE: partial(caller_depth, Relation.GTE),
    ConditionName.CALLER_DEPTH_LT: partial(caller_depth, Relation.LT),
    ConditionName.CALLER_DEPTH_LTE: partial(caller_depth, Relation.LTE),
    ConditionName.ENVIRONMENT: partial(name_matches, "environment"),
    ConditionName.USER_ROLE: partial(name_matches, "user_role"),
    ConditionName.TENANT: partial(name_matches, "tenant"),
    ConditionName.TABLE: partial(name_matches, "table"),
    ConditionName.TOOL_NAME: partial(name_matches, "tool_name"),
    ConditionName.RISK_LEVEL: partial(name_matches, "risk_level"),
    ConditionName.RISK_LEVEL_IS: risk_level_is,
    ConditionName.PATH: partial(name_matches, "path"),
}
"""The function of each condition; one entry for each condition that there is."""
