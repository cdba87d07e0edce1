"""What may stand around a part of a pattern, to make a text of the whole of one of the part."""

from collections.abc import Iterator
from itertools import islice

from fencekit.regex.derivatives.distinguishing_texts import Distinguisher, DistinguisherLimitError
from fencekit.regex.derivatives.term_parser import LOOKS, EditedPart, PatternPart

EDGES = ("", " ", "a", "/", "\n")
"""What is put around the whole, for anchors such as boundaries of words."""


def around(telling: Distinguisher, way: tuple[PatternPart, ...]) -> Iterator[tuple[str, str]]:
    """Yield what may stand before and behind the last part of a way from the root.

    First as little as may be, then each part that may be left out once. What stands behind a look
    ahead is left out, then put there.
    """
    for fuller in (False, True):
        for beyond in (False, True):
            before = after = ""
            for depth in range(len(way) - 1, 0, -1):
                child, parent = way[depth], way[depth - 1]
                if parent.kind == "branch":
                    at = next(n for n, one in enumerate(parent.inside) if one is child)
                    before = text_of(telling, parent.inside[:at], fuller=fuller) + before
                    after += text_of(telling, parent.inside[at + 1 :], fuller=fuller)
                elif parent.kind == "item":
                    if parent.opening in LOOKS and not beyond:
                        after = ""
                    more = max(parent.least - 1, 0)
                    after += telling.word(child.node) * more
            yield before, after


def text_of(telling: Distinguisher, items: list[PatternPart], *, fuller: bool) -> str:
    """Return a text of some items one after another."""
    found = []
    for item in items:
        word = telling.word(item.node)
        if fuller and not word and item.inside and item.most != 0:
            word = telling.word(item.inside[0].node)
        found.append(word)
    return "".join(found)


def candidates(telling: Distinguisher, levels: list[EditedPart], most: int) -> Iterator[str | None]:
    """Yield texts that an edit of a pattern may tell apart; None where it is shown that none does.

    The levels are those of the edit, from the inside out; of each there are `most` texts at most.
    """
    for level in levels:
        is_root = len(level.way) == 1
        old, new = level.old, level.new
        if is_root:
            old, new = telling.anywhere(old), telling.anywhere(new)
        found = 0
        try:
            for text in islice(telling.texts(old, new), most):
                found += 1
                for before, after in dict.fromkeys(around(telling, level.way)):
                    yield before + text + after
        except DistinguisherLimitError:
            found += 1
        if not found:
            yield None
            return


def plain(telling: Distinguisher, way: tuple[PatternPart, ...]) -> Iterator[str]:
    """Yield texts of the innermost part, each repeat in it some times, with something around."""
    inner = [one for part in way[-1:] for one in items_of(part)]
    texts = dict.fromkeys(
        text_of(telling, branch[:at], fuller=False)
        + telling.word(one.inside[0].node if one.inside else one.node) * times
        + text_of(telling, branch[at + 1 :], fuller=False)
        for branch in inner
        for at, one in enumerate(branch)
        for times in range(4)
    )
    words = dict.fromkeys(
        f"{before}{text}{after}"
        for before, after in dict.fromkeys(around(telling, way))
        for text in texts
    )
    for word in words:
        for edge in EDGES:
            for other in EDGES:
                yield f"{edge}{word}{other}"
        yield from (word.swapcase(), word + word)


def items_of(part: PatternPart) -> list[list[PatternPart]]:
    """Return the items of each branch of a part."""
    if part.kind == "branch":
        return [part.inside]
    return [items for one in part.inside for items in items_of(one)]
