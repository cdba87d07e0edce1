"""A character that ends a line for YAML, and for no editor.

YAML 1.1 ends a line at U+0085, U+2028 and U+2029 too. Behind one of them a comment is over: a rule
may stand there which editors, reviews and git show as part of the comment.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.source import Place, text_lines
from fencekit.reading.yaml import ODD_ENDS


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each line of the policy's files that has one, at the first of them."""
    for file in subject.policy.files:
        if ODD_ENDS.isdisjoint(file.text):
            continue
        for number, line in enumerate(text_lines(file.text), 1):
            odd = next((at for at, char in enumerate(line) if char in ODD_ENDS), None)
            if odd is not None:
                name = f"U+{ord(line[odd]):04X}"
                message = f"`{name}` ends this line for YAML, and for no editor"
                hint = "take it out; in a text, write its escape in double quotes"
                yield Violation(Place(file.path, number, odd + 1), message, hint=hint)


RULE = LintRule(
    "hidden-line-end", Level.ERROR, "a character ends a line, and a comment, for YAML only", find
)
