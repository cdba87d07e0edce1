"""The comments of a YAML text, which its parser drops: what they say, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.reading.yaml import scalar_spans

SIGN = re.compile(r"(?:(?<=\s)|^)#")
BREAK = re.compile("\n|\x85|\u2028|\u2029")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its `#`; line and column of the `#` count from 1.

    `alone` says that nothing stands before it on its line. `covers` is the line that it speaks of:
    its own or, where it is alone, the next one that has more than a comment.
    """

    text: str
    line: int
    column: int
    alone: bool
    covers: int


def comments(text: str) -> Iterator[Comment]:
    """Yield every comment of a YAML text that can be parsed; a `#` inside a scalar is none."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "#" not in text:
        return
    spans = sorted(scalar_spans(text))
    at = 0
    start_of_line = 0
    written = BREAK.split(text)
    breaks = [*(found.start() for found in BREAK.finditer(text)), len(text)]
    for line, content in enumerate(written):
        for found in SIGN.finditer(content):
            start = start_of_line + found.start()
            while at < len(spans) and spans[at][1] <= start:
                at += 1
            if at < len(spans) and spans[at][0] <= start:
                continue
            alone = not content[: found.start()].strip()
            covers = line
            while alone and covers + 1 < len(written) and is_idle(written[covers]):
                covers += 1
            said = content[found.end() :].strip()
            yield Comment(said, line + 1, found.start() + 1, alone, covers + 1)
            break
        start_of_line = breaks[line] + 1


def is_idle(line: str) -> bool:
    """Say whether a line is empty or has a comment alone."""
    return not line.strip() or line.lstrip().startswith("#")
