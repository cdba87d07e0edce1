"""YAML exactly as PyYAML's safe loader resolves it (YAML 1.1), with a position for every value."""

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fencekit.model.errors import FencekitError
from fencekit.model.hidden_characters import HIDDEN
from fencekit.model.source import Place

MAX_NODES = 200_000
"""How many values a document may have once every alias is written out."""

UNSEEN = re.compile(f"[{HIDDEN}]")

ODD_ENDS = frozenset("\x85\u2028\u2029")
"""What ends a line, and so a comment, for YAML 1.1 and for no editor."""

# What the safe constructor raises on values that it recognises and cannot make.
CONSTRUCTOR_TROUBLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Located:
    """A value, where it is written, and its parts.

    `text` is a scalar as it is written. `items` has the pairs of a mapping, one for each key, in
    the order of the mapping; `elements` the values of a list. `repeated` has the keys that the
    mapping spells more than once, each where it is spelled again and where it is spelled first.
    """

    value: Any
    place: Place
    text: str | None = None
    items: tuple[tuple["Located", "Located"], ...] = ()
    elements: tuple["Located", ...] = ()
    repeated: tuple[tuple[str, Place, Place], ...] = ()

    def find(self, key: object) -> "Located | None":
        """Return the value of a key of the mapping."""
        return next((value for name, value in self.items if name.value == key), None)

    def walk(self) -> Iterator["Located"]:
        """Yield this value and every one inside it."""
        yield self
        for name, value in self.items:
            yield from name.walk()
            yield from value.walk()
        for element in self.elements:
            yield from element.walk()


def parse(text: str, file: str, kind: type[FencekitError]) -> Located | None:
    """Return the one document of the text, or None when there is none.

    Raises an error of `kind`, with line and column, for what the safe loader refuses, for an alias
    inside itself, and for aliases that expand to more than MAX_NODES values.
    """
    loader: yaml.SafeLoader | None = None
    try:
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        loader = yaml.SafeLoader(plain) if ODD_ENDS.isdisjoint(plain) else EditorLoader(plain)
        root = loader.get_single_node()
        if root is None:
            return None
        refuse_expansion(root, file, kind)
        repeated = {id(node): tuple(repetitions(node, file)) for node in mappings(root)}
        value = loader.construct_document(root)
        return locate(root, value, file, loader, repeated)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        parts = [part for part in (error.context, error.problem) if part]
        raise kind("not YAML: " + ": ".join(parts), place=place) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line = before.count("\n") + 1
        place = Place(file, line, len(before) - before.rfind("\n"))
        code = error.character if isinstance(error.character, int) else ord(error.character)
        raise kind(f"not YAML: the character U+{code:04X} may not occur", place=place) from error
    except RecursionError as error:
        raise kind("nested too deep", place=Place(file)) from error
    except CONSTRUCTOR_TROUBLE as error:
        raise kind(f"not YAML: a value cannot be read: {error}", place=Place(file)) from error
    finally:
        if loader is not None:
            loader.dispose()


class EditorLoader(yaml.SafeLoader):
    """Says where things are as editors and git count lines; PyYAML also ends them at ODD_ENDS."""

    def __init__(self, text: str) -> None:
        self._ends = [at for at, char in enumerate(text) if char == "\n"]
        super().__init__(text)

    def get_mark(self) -> yaml.Mark:
        """Return where the reader is."""
        mark = super().get_mark()
        mark.line = bisect_left(self._ends, mark.index)
        mark.column = mark.index - (self._ends[mark.line - 1] + 1 if mark.line else 0)
        return mark


def scalar_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each scalar begins and ends, as offsets; what is written there is no comment.

    A block scalar begins after its header, which may have a comment. The text is one that `parse`
    has read, with line feeds only.
    """
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            if token.style in ("|", ">"):
                start = text.index("\n", start, end) if "\n" in text[start:end] else end
            yield start, end


def write(value: object) -> str:
    """Return the value as YAML that the safe loader reads back as the same value.

    What cannot be seen, such as a direction override, is written as an escape.
    """
    text: str = yaml.dump(value, Dumper=PlainDumper, sort_keys=False, allow_unicode=True, width=100)
    return UNSEEN.sub(lambda found: escape(found[0]), text)


def escape(char: str) -> str:
    """Return the escape of a character, for a scalar in double quotes."""
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class PlainDumper(yaml.SafeDumper):
    """Writes every value out, without aliases; text with what cannot be seen in double quotes."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Return text as a scalar."""
        style = '"' if UNSEEN.search(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  (PyYAML's signature)
        """Say that no value is written as an alias."""
        return True


PlainDumper.add_representer(str, PlainDumper.represent_str)


def locate(
    node: Node,
    value: Any,
    file: str,
    loader: yaml.SafeLoader,
    repeated: dict[int, tuple[tuple[str, Place, Place], ...]],
) -> Located:
    """Return the value that was made of the node, with the positions of all its parts."""
    place = place_of(node, file)
    if isinstance(node, ScalarNode):
        return Located(value, place, text=node.value)
    if isinstance(node, SequenceNode) and isinstance(value, list):
        parts = zip(node.value, value, strict=True)
        elements = tuple(locate(part, item, file, loader, repeated) for part, item in parts)
        return Located(value, place, elements=elements)
    if isinstance(node, MappingNode) and isinstance(value, dict):
        written: dict[Hashable, tuple[Node, Node]] = {}
        for key_node, value_node in node.value:  # the last one of a key wins, as it does in PyYAML
            written[loader.construct_object(key_node, deep=True)] = key_node, value_node
        items = tuple(
            (
                locate(written[key][0], key, file, loader, repeated),
                locate(written[key][1], item, file, loader, repeated),
            )
            for key, item in value.items()
        )
        return Located(value, place, items=items, repeated=repeated.get(id(node), ()))
    return Located(value, place)


def place_of(node: Node, file: str) -> Place:
    """Return where the node begins."""
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def children(node: Node) -> list[Node]:
    """Return the nodes right below a node."""
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def refuse_expansion(root: Node, file: str, kind: type[FencekitError]) -> None:
    """Raise an error where an alias is inside itself, or where all of them expand to too much."""
    sizes: dict[int, int] = {}
    under_way: set[int] = set()

    def size(node: Node) -> int:
        if id(node) in under_way:
            raise kind("an alias stands inside what it stands for", place=place_of(node, file))
        if id(node) not in sizes:
            under_way.add(id(node))
            sizes[id(node)] = 1 + sum(map(size, children(node)))
            under_way.discard(id(node))
        return sizes[id(node)]

    if size(root) > MAX_NODES:
        raise kind(
            f"there are more than {MAX_NODES:,} values, with all aliases written out",
            place=place_of(root, file),
        )


def mappings(root: Node) -> Iterator[MappingNode]:
    """Yield every mapping below a node, each once, however many aliases name it."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting.extend(children(node))
            if isinstance(node, MappingNode):
                yield node


def repetitions(node: MappingNode, file: str) -> Iterator[tuple[str, Place, Place]]:
    """Yield the keys that the mapping itself spells again; a key that `<<` brings is no such."""
    constructor = yaml.constructor.SafeConstructor()
    seen: dict[Hashable, Place] = {}
    for key_node, _ in node.value:
        if not isinstance(key_node, ScalarNode):
            continue
        try:
            key = constructor.construct_object(key_node) if mergeless(key_node) else "<<"
        except (yaml.constructor.ConstructorError, *CONSTRUCTOR_TROUBLE):
            continue  # the document is refused for it when it is made, if the key is looked at
        place = place_of(key_node, file)
        first = seen.setdefault(key, place)
        if first is not place:
            yield key_node.value, place, first


def mergeless(key: ScalarNode) -> bool:
    """Say whether a key is an ordinary one and not `<<`."""
    return bool(key.tag != "tag:yaml.org,2002:merge")
