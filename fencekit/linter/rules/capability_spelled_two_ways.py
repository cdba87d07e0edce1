"""Capabilities that differ in case, in a hyphen, or in a plural.

`payment.create` here and `payments.create` there are two resources, and a call is one of them:
perhaps both are meant, perhaps one of the rules has never been asked.
"""

from collections import Counter
from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.capability import Capability
from fencekit.model.finding import Level
from fencekit.model.policy import Rule
from fencekit.model.request import Request

Words = tuple[str, ...]


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule with the rarer one of two spellings."""
    spelled = [(rule, words) for rule in subject.rules for words in words_of(rule)]
    counts = Counter(words for _, words in spelled)
    common: dict[Words, Words] = {}
    for words, _ in counts.most_common():
        common.setdefault(fold_last_word(words), words)
    for rule, words in spelled:
        usual = common[fold_last_word(words)]
        if usual != words:
            one, other = ".".join(words), ".".join(usual)
            message = f"`{one}` is spelled `{other}` elsewhere in this policy"
            request = Request(str(rule.capability).replace(one, other, 1))
            call = subject.call("the other spelling", request)
            yield Violation(
                subject.places.capability(rule), message, rule, (call,), "use one of them"
            )


def words_of(rule: Rule) -> Iterator[Words]:
    """Yield the resource of a rule, and the resource with the action, where they are named."""
    capability = Capability.parse(rule.capability) if isinstance(rule.capability, str) else None
    if capability is not None and rule.section != "risk_levels" and "*" not in capability.resource:
        yield (capability.resource,)
        if "*" not in capability.action:
            yield (capability.resource, capability.action)


def fold_last_word(words: Words) -> Words:
    """Return words with the last one without what two spellings of it differ in."""
    last = words[-1].lower().replace("-", "").replace("_", "")
    return (*words[:-1], last.removesuffix("s"))


RULE = LintRule(
    "capability-spelled-two-ways", Level.NOTE, "a capability is spelled in two ways", find
)
