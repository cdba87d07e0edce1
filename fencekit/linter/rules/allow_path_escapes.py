"""An allowed folder that `..` leads out of.

`path_prefix` compares text. `/workspace/../etc/passwd` begins with `/workspace/`, and the file
system opens `/etc/passwd`. Deny paths with `..` in a rule of their own, or let the tool resolve
the path before the policy is asked.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import with_value
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each allowed prefix, with a path that begins with it and ends elsewhere."""
    for rule in subject.allowing():
        for condition in rule.conditions:
            base = subject.decided_by(rule)
            if condition.name is not ConditionName.PATH_PREFIX or base is None:
                continue
            folder = str(condition.value)
            up = "../" * (len([part for part in folder.split("/") if part not in ("", ".")]) or 1)
            joint = "" if folder.endswith("/") else "/"
            escape = f"{folder}{joint}{up}etc/passwd"
            call = subject.call("allowed", with_value(base.request, "path", escape))
            if call.outcome.rule is rule:
                message = f"`..` leads out of the allowed `{folder}`"
                hint = r"deny it: a rule with `match_regex: '(^|[/\\])\.\.([/\\]|$)'`"
                yield Violation(condition.place, message, rule, (call,), hint)


RULE = LintRule("allow-path-escapes", Level.ERROR, "an allowed folder can be left by `..`", find)
