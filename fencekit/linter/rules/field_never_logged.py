"""A condition on a field that no call of the logs has.

A rule that asks for `tenant` never holds where no gateway ever sends one; a deny rule of that kind
protects nothing. Looked for with `--log` only, and only of fields that the log would show.
"""

from collections.abc import Iterator

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS
from fencekit.linter.amount_arguments import AMOUNTS, DEPTHS
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.linter.recorded_fields import RecordedFields
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName

IN_ARGS = {
    **dict.fromkeys(AMOUNTS, AMOUNT_KEYS),
    ConditionName.PATH_PREFIX: PATH_KEYS,
}
IN_CONTEXT = {
    **dict.fromkeys(DEPTHS, ("caller_depth",)),
    ConditionName.RISK_LEVEL_IS: ("risk_level",),
}
ANYWHERE = (
    ConditionName.ENVIRONMENT,
    ConditionName.USER_ROLE,
    ConditionName.TENANT,
    ConditionName.TABLE,
    ConditionName.TOOL_NAME,
    ConditionName.RISK_LEVEL,
    ConditionName.PATH,
)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each condition on a field that is in no record, where records would show it."""
    seen = subject.seen
    for rule in subject.rules if seen is not None else ():
        for condition in rule.conditions:
            fields = fields_of(condition.name)
            if seen is None or not fields or hides(seen, condition.name):
                continue
            if not any(seen.fields[field] for field in fields):
                named = ", ".join(f"`{field}`" for field in fields[:3])
                more = ", …" if len(fields) > 3 else ""
                message = f"`{condition.name}` asks for {named}{more}, which none of "
                message += f"{seen.records:,} logged calls has"
                yield Violation(condition.place, message, rule, hint="let the gateway send it")


def fields_of(name: ConditionName) -> tuple[str, ...]:
    """Return the fields that a condition reads; none for one on text."""
    by_name = {**IN_ARGS, **IN_CONTEXT, **{each: (str(each),) for each in ANYWHERE}}
    return by_name.get(name, ())


def hides(seen: RecordedFields, name: ConditionName) -> bool:
    """Say whether a record may have the field and not show it."""
    args = name in IN_ARGS or name in ANYWHERE
    context = name in IN_CONTEXT or name in ANYWHERE
    return bool((args and seen.hidden_args) or (context and seen.hidden_context))


RULE = LintRule(
    "field-never-logged",
    Level.WARNING,
    "a condition asks for a field that no logged call has",
    find,
    needs_log=True,
)
