r"""An allow regex that one argument satisfies for another.

`match_regex` searches the values of all arguments, joined with spaces. A decoy in a field that the
tool does not look at satisfies the pattern: `^select\b[^;]*$` allows
`{"note": "select", "query": "delete from accounts"}`. No anchor helps, since the joined text begins
with the decoy; only a pattern that has no room for the harm does.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from fencekit.linter.attack_payloads import harms_of
from fencekit.linter.call_rewrites import texts, with_args
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import DemonstratingCall, LintRule, Violation, short
from fencekit.model.finding import Level
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict

MOST_BASES = 12
HINT = (
    r"let the pattern name what may stand in the whole text, without room for more: "
    r"`\A(?:git status|ls)(?: [\w./-]+)*\s*\Z`; and deny harm above it, by patterns without `^`"
)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each regex of an allow rule that a decoy satisfies, with the call that shows it."""
    for rule in subject.allowing():
        for condition in rule.conditions:
            if condition.name is ConditionName.MATCH_REGEX:
                yield from looked_at(subject, rule, condition)


def looked_at(subject: LintContext, rule: Rule, condition: Condition) -> Iterator[Violation]:
    """Yield the condition where a harmful call is allowed with a decoy, and not without one."""
    for base in islice(subject.all_decided_by(rule), MOST_BASES):
        for key, text in texts(base.request):
            for harm in harms_of(key):
                alone = subject.call("without the decoy", with_args(base.request, {key: harm}))
                if alone.outcome.effect.verdict is Verdict.ALLOW:
                    continue
                decoys = calls_with_decoy(base.request, key, text, harm)
                shown = first_allowed(subject, rule, decoys)
                if shown is not None:
                    message = (
                        f"the allowed `{short(condition.value)}` of rule `{rule.id}` is satisfied "
                        f"by another argument than `{key}`"
                    )
                    place = subject.places.element(condition, 0)
                    yield Violation(place, message, rule, (alone, shown), HINT)
                    return


def calls_with_decoy(request: Request, key: str, text: str, harm: str) -> Iterator[Request]:
    """Yield the harmful call with a decoy before it, after it and around it."""
    yield with_args(request, {"note": text, key: harm})
    yield with_args(request, {key: harm, "note": text})
    yield with_args(request, {"note": text, key: harm, "comment": text})
    yield with_args(request, {"note": text, key: {"text": harm}})


def first_allowed(
    subject: LintContext, rule: Rule, requests: Iterable[Request]
) -> DemonstratingCall | None:
    """Return the first of some calls that the rule allows."""
    for request in requests:
        call = subject.call("allowed with a decoy", request)
        if call.outcome.rule is rule and call.outcome.error is None:
            return call
    return None


RULE = LintRule(
    "allow-regex-joined", Level.ERROR, "another argument satisfies an allow regex", find
)
