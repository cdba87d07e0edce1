"""The objects in documents of any size: arrays, and lists inside the objects around them.

A document is never held whole. A tree of keys says which lists hold what the format looks for, as
`resourceSpans` -> `scopeSpans` -> `spans`; each of their elements is yielded with what the objects
around it say. Where a document is damaged, what follows up to the next object at the margin of a
line is lost, and counted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from fencekit.logs.call_shapes import MARK, calls_in
from fencekit.logs.log_layout import (
    LENIENT,
    Item,
    Layout,
    LoggedObject,
    beside_lists,
    count_lost,
    excerpt_of_value,
    invalid,
    text_of_value,
)
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Notice, PassedOver
from fencekit.model.source import Place
from fencekit.reading.input_files import (
    BOM,
    CHUNK,
    Overlong,
    Source,
    bounded_lines,
    name_read_errors,
)
from fencekit.reading.json import JSONError, has_flaw
from fencekit.reading.json_stream import JSONCursor, TooLongError

Tree = Mapping[str, "Tree"]
"""The keys of lists that lead to what is looked for; one without keys below is the last."""

SMALL = 1 << 20
"""The characters up to which an object is decoded whole, though it is a container."""

T = TypeVar("T")


def elements(source: Source, layout: Layout = LENIENT) -> Iterator[Item]:
    """Yield the objects of a log that is one array; the line of a place is the element."""
    yield from leaves(source, {}, layout)


def leaves(source: Source, tree: Tree, layout: Layout = LENIENT) -> Iterator[Item]:
    """Yield every object that the lists of the tree lead to, and those that stand by themselves.

    They may be in one document, or in several one after another, on lines of their own or not. A
    place is the line of the document, with the number of the object where a list led to it.
    """
    with name_read_errors(source.path):
        yield from Walk(source, tree, layout).items()


OBJECTS = frozenset({"trace"})
"""Keys under which one object leads on, and not a list of them."""

LEAF = ""
"""A key of a tree that says: an object here without any of the lists is itself looked for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a walk is: the tree from here, the keys that led here, and what is above."""

    tree: Tree
    path: tuple[str, ...] = ()
    above: tuple[dict[str, Any], ...] = ()

    @property
    def may_be_leaf(self) -> bool:
        """Whether an object here, without any of the lists, is itself what is looked for."""
        return not self.path or not self.tree or LEAF in self.tree

    def below(self, key: str, about: dict[str, Any]) -> "Spot | None":
        """Return where a key leads; None where it leads nowhere."""
        if key not in self.tree or key == LEAF:
            return None
        return Spot(self.tree[key], (*self.path, key), (*self.above, about))


def parts_of(key: str, value: Any) -> list[Any] | None:
    """Return the elements of a list; an object that leads on is one by itself; None for others."""
    if isinstance(value, list):
        return value
    return [value] if key in OBJECTS and isinstance(value, dict) else None


@dataclass
class Walk:
    """A walk through the documents of a log."""

    source: Source
    tree: Tree
    layout: Layout
    cursor: JSONCursor = field(init=False)
    base: Place = field(init=False)
    number: int = 0
    array: int = 0
    """The elements of an array at the top that have gone by."""
    is_array: bool = False
    is_mended: bool = False
    """Whether something was damaged, so that brackets and commas may stand alone."""

    def __post_init__(self) -> None:
        self.cursor = JSONCursor(reader(self.source))
        self.base = Place(self.source.path)

    def items(self) -> Iterator[Item]:
        """Yield everything."""
        while (sign := self.cursor.peek()) != "":
            line = self.cursor.line
            try:
                if sign == "{":
                    yield from self.document(line)
                elif sign == "[":
                    self.is_array = True
                    for _ in self.cursor.elements():
                        yield from self.document(self.cursor.line)
                elif sign in ",]}" and self.is_mended:
                    self.cursor.take(sign)
                else:
                    yield self.line_of_text(line)
            except JSONError as error:
                self.is_mended = True
                lost = self.cursor.skip_to_margin(text_mark(self.layout.mark))
                wrong = RecordError(error.message, place=Place(self.source.path, error.line))
                yield InvalidRecord(wrong, Place(self.source.path, line), "", max(1, lost))

    def document(self, line: int) -> Iterator[Item]:
        """Yield what is in an object at the top, or in an element of an array there."""
        if self.is_array:
            self.array += 1
        self.base = Place(self.source.path, self.array if self.is_array else line)
        self.number = 0
        yield from self.container(Spot(self.tree))

    def container(self, spot: "Spot") -> Iterator[Item]:
        """Yield what is in the object at the cursor: decoded whole, or walked where it is large."""
        if self.cursor.peek() == "{" and spot.tree:
            try:
                value, flaws = self.cursor.value(SMALL)
            except TooLongError:
                yield from self.walk_members(spot)
                return
        else:
            value, flaws = self.cursor.value()
        yield from self.walk_decoded(value, spot, flaws)

    def walk_members(self, spot: "Spot") -> Iterator[Item]:
        """Yield what is in a large object, member by member."""
        about: dict[str, Any] = {}
        flaws: tuple[str, ...] = ()
        led = False
        for key in self.cursor.members():
            below = spot.below(key, about)
            sign = self.cursor.peek()
            if below is not None and sign == "[":
                led = True
                for _ in self.cursor.elements():
                    yield from self.element(below)
            elif below is not None and key in OBJECTS and sign == "{":
                led = True
                yield from self.container(below)
            else:
                about[key], found = self.cursor.value()
                flaws += found
        if spot.may_be_leaf and not led:
            yield self.leaf(about, spot, flaws)
        elif not led:
            yield from self.without_lists(about)
        else:
            yield from self.beside(about)

    def element(self, spot: "Spot") -> Iterator[Item]:
        """Yield what is in the element at the cursor."""
        if spot.tree:
            yield from self.container(spot)
        else:
            value, flaws = self.cursor.value()
            yield self.leaf(value, spot, flaws)

    def walk_decoded(self, value: Any, spot: "Spot", flaws: tuple[str, ...]) -> Iterator[Item]:
        """Yield what is in an object that is decoded."""
        if not isinstance(value, dict):
            yield self.no_object(value)
            return
        lists = {key: parts_of(key, value[key]) for key in spot.tree if key in value}
        if spot.may_be_leaf and not any(found is not None for found in lists.values()):
            yield self.leaf(value, spot, flaws)
            return
        if not lists:
            yield from self.without_lists(value)
            return
        if flaws and not spot.path:
            yield Notice(f"{flaws[0]}, in a document of several records", self.base)
        about = beside_lists(value, lists)
        for key, listed in lists.items():
            below = spot.below(key, about)
            assert below is not None
            yield from self.walk_items(listed or (), below, flaws)
            if listed is None and value[key] is not None:
                message = f"`{key}` is not a list"
                lost = count_lost(value[key], self.layout)
                yield invalid(message, self.base, excerpt_of_value(value), lost)
        yield from self.beside({key: about[key] for key in about if key not in spot.tree})

    def without_lists(self, value: dict[str, Any]) -> Iterator[InvalidRecord | PassedOver]:
        """Yield what is lost with a container that has none of the lists: records, where it should.

        A bracket that is lost or one too many puts records where the lists are that hold them.
        """
        mark = self.layout.mark or MARK
        if mark.search(text_of_value(value).encode("utf-8", "surrogatepass")):
            lost = count_lost(value, self.layout)
            yield invalid("a record where lists of them stand", self.base, "", lost)
        else:
            yield from self.beside(value)

    def beside(self, about: dict[str, Any]) -> Iterator[PassedOver]:
        """Yield what looks like a call in a container, beside the lists that are read."""
        for kind in calls_in(list(about.values())):
            yield PassedOver(f"{kind}, beside the lists of a container", self.base)

    def leaf(
        self, value: Any, spot: "Spot", flaws: tuple[str, ...]
    ) -> LoggedObject | InvalidRecord:
        """Return an object that was looked for, with its place."""
        place = self.base
        if spot.path:
            self.number += 1
            place = Place(place.file, place.line, self.number)
        if not isinstance(value, dict):
            return invalid("not a JSON object", place, excerpt_of_value(value))
        flaws = flaws if flaws and (not spot.path or has_flaw(value)) else ()
        if flaws and not self.layout.is_lenient:
            return InvalidRecord(RecordError(flaws[0], place=place), place, excerpt_of_value(value))
        return LoggedObject(value, place, None, flaws, spot.above, spot.path)

    def no_object(self, value: Any) -> InvalidRecord:
        """Return that something which should be an object is none."""
        lost = count_lost(value, self.layout)
        return invalid("not a JSON object", self.base, excerpt_of_value(value), lost)

    def walk_items(self, items: Any, below: "Spot", flaws: tuple[str, ...]) -> Iterator[Item]:
        """Yield what is in the elements of a list that is decoded."""
        for item in items:
            if below.tree:
                yield from self.walk_decoded(item, below, flaws)
            else:
                yield self.leaf(item, below, flaws)

    def line_of_text(self, line: int) -> InvalidRecord | Notice:
        """Return what text beside the documents is: invalid, unless a container prints it."""
        text = self.cursor.rest_of_line()
        place = Place(self.source.path, line)
        data = text.encode("utf-8", "surrogateescape")
        calls = len((self.layout.mark or MARK).findall(data))
        if self.source.unwrap is not None and not calls:
            return Notice("a line of text, which holds no JSON and no call", place)
        return invalid("not a JSON object", place, text[:120], max(1, calls))


def reader(source: Source) -> Callable[[], bytes]:
    """Return what gives the bytes of a source piece by piece, as its lines have them."""
    if source.unwrap is not None:
        pieces = (
            b"\n" if isinstance(line, Overlong) else line + b"\n"
            for _, line in bounded_lines(source)
        )
        return lambda: next(pieces, b"")
    is_first = True

    def read_chunk() -> bytes:
        nonlocal is_first
        data = source.stream.read(CHUNK)
        if is_first:
            is_first = False
            return data.removeprefix(BOM) or (source.stream.read(CHUNK) if data else b"")
        return data

    return read_chunk


@cache
def text_mark(mark: re.Pattern[bytes] | None) -> re.Pattern[str] | None:
    """Return a mark as it is looked for in text."""
    return None if mark is None else re.compile(mark.pattern.decode("ascii"), mark.flags | re.ASCII)
