"""A rule that stops a path, and does not stop another spelling of the same path.

The text is compared as it stands: nobody takes `..`, `.` or a second `/` out of it. `/etc/` is the
beginning of neither `//etc/passwd` nor `/workspace/../etc/passwd`, and the file system opens the
same file. Deny `..` and `//` too, or let the tool resolve the path before it asks.
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

SLASHES = {"`//` for `/`": "//", "`/./` for `/`": "/./", "a detour by `..`": "/x/../"}
SLASH = re.compile(r"(?<![:/])/(?!/)")
MOST_SLASHES = 8


def respell_paths(request: Request, letting: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with other spellings of its paths, by way of an allowed folder first."""
    for key, text in texts(request):
        if key == "query" or "/" not in text:
            continue
        for folder in allowed_folders(letting):
            if text.startswith("/") and folder.startswith("/"):
                up = "../" * folder.strip("/").count("/") + "../"
                around = folder.rstrip("/") + "/" + up + text.lstrip("/")
                yield f"the detour `{folder.rstrip('/')}/{up}`", with_value(request, key, around)
        slashes = [found.start() for found in SLASH.finditer(text)]
        for how, slash in SLASHES.items():
            for at in islice(slashes, MOST_SLASHES):
                other = text[:at] + slash + text[at + 1 :]
                yield how, with_value(request, key, other)


def allowed_folders(rule: Rule | None) -> list[str]:
    """Return the beginnings of paths that a rule asks for."""
    conditions = rule.conditions if rule is not None else ()
    return [str(c.value) for c in conditions if c.name is ConditionName.PATH_PREFIX]


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each condition on a path that another spelling of it evades."""
    names = (
        ConditionName.PATH_PREFIX,
        ConditionName.CONTAINS,
        ConditionName.MATCH_KEYWORDS,
        ConditionName.MATCH_REGEX,
    )
    hint = "deny `..`, `//` and `/./` as well, or resolve the path before the policy is asked"
    return evaded_rules(subject, names, respell_paths, hint)


RULE = LintRule("evadable-path", Level.ERROR, "another spelling of a path evades a rule", find)
