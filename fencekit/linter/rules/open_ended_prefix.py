r"""An allowed path that does not end at a folder.

`path_prefix: /workspace` is also the beginning of `/workspace-backup/keys`. End the folder with
`/`; a single file is better named by a regex that ends with `\Z`.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import with_value
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each allowed prefix that another name goes on from."""
    for rule in subject.allowing():
        for condition in rule.conditions:
            prefix = str(condition.value)
            if condition.name is not ConditionName.PATH_PREFIX or prefix.endswith("/"):
                continue
            base = subject.decided_by(rule)
            if base is None:
                continue
            call = subject.call("allowed", with_value(base.request, "path", f"{prefix}-other"))
            if call.outcome.rule is rule:
                message = f"the allowed `{prefix}` is the beginning of other names too"
                yield Violation(condition.place, message, rule, (call,), "end a folder with `/`")


RULE = LintRule("open-ended-prefix", Level.NOTE, "an allowed path does not end at a folder", find)
