"""Names that rules carry in a comment, because CapFence refuses a key for one.

A comment alone on its line, directly above a rule, names it: `# id: refunds-small`. Other comments
may stand between, an empty line may not. Such a name is the rule's `id` from then on. Where there
is none, the id is the rule's position, such as `allow-2`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from fencekit.model.policy import Rule
from fencekit.model.source import Place
from fencekit.reading.yaml_comments import BREAK, comments

WRITTEN = re.compile(r"id\s*:\s*(?P<name>.*)")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
POSITION = re.compile(r"(?:rules|deny|require_approval|allow|risk_levels)-.*|default", re.DOTALL)
HINT = "a name has letters, digits, `-`, `_` and `.`, begins with a letter, and is no position"

Refuse = Callable[[str, Place], None]


def name_rules(rules: list[Rule], text: str, file: str, refuse: Refuse) -> list[Rule]:
    """Return the rules of one file, each that a comment names with its name.

    `refuse` is told of a name that is none, and of one that two rules have; they keep their ids.
    """
    by_line = {rule.place.line: at for at, rule in enumerate(rules)}
    made = list(rules)
    seen: dict[str, Place] = {}
    for name, place, line in written_names(text, file):
        at = by_line.get(line)
        if at is None:
            continue
        if not NAME.fullmatch(name) or POSITION.fullmatch(name):
            refuse(f"`# id: {name}` names no rule: {HINT}", place)
        elif name in seen:
            refuse(f"the name `{name}` is that of the rule at line {seen[name].line} too", place)
        else:
            seen[name] = place
            made[at] = replace(made[at], id=name, name=name)
    return made


def written_names(text: str, file: str) -> Iterator[tuple[str, Place, int]]:
    """Yield each name that a comment gives, where it stands, and the line that it stands above."""
    if not re.search(r"#\s*id\s*:", text):
        return
    lines = BREAK.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    for comment in comments(text):
        written = WRITTEN.fullmatch(comment.text)
        between = lines[comment.line : comment.covers - 1]
        if not written or not comment.alone or not all(line.strip() for line in between):
            continue
        covers = comment.covers
        while covers < len(lines) and lines[covers - 1].strip() == "-":
            covers += 1  # the rule begins below its dash
        yield written["name"].strip(), Place(file, comment.line, comment.column), covers
