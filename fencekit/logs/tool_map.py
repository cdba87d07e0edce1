"""From the name of a tool to a capability: the user's mapping file over a source's own defaults.

    tools:
      Bash: shell.exec
      "mcp__fs__read_*": file.read
      Write: {capability: file.write, args: {path: /file_path, content: /content}}
    environment: development

A name wins over a glob, an earlier glob over a later one, the file over the defaults. `args` picks
the arguments by JSON Pointer (RFC 6901); without it they stay as they are. `environment` is for
calls whose log names none. A tool that nothing maps keeps an unknown capability and is counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from fencekit.model.errors import MappingError
from fencekit.model.record import Record
from fencekit.model.request import UNKNOWN, Facts, Request, Unknown
from fencekit.model.source import Place
from fencekit.reading import yaml
from fencekit.reading.input_files import read_text

GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class MappedTool:
    """The capability of the tools that a name or glob stands for, and where its arguments are."""

    name: str
    capability: str
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolMap:
    """A mapping from tools to capabilities, in the order in which it is asked."""

    tools: tuple[MappedTool, ...] = ()
    environment: str | None = None
    sha256: str = ""
    """The digest of the file that it was read from."""

    def find(self, tool: str) -> MappedTool | None:
        """Return what a tool is mapped to, or None."""
        for entry in self.tools:
            if entry.name == tool:
                return entry
        globs = (entry for entry in self.tools if GLOB & set(entry.name))
        return next((entry for entry in globs if fnmatchcase(tool, entry.name)), None)

    def over(self, defaults: Mapping[str, str]) -> "ToolMap":
        """Return this mapping with the defaults of a source under it."""
        under = (MappedTool(name, capability) for name, capability in defaults.items())
        named = {entry.name for entry in self.tools}
        rest = tuple(entry for entry in under if entry.name not in named)
        return ToolMap((*self.tools, *rest), self.environment, self.sha256)

    def apply_to(self, record: Record) -> Record:
        """Return the record with the capability of its tool; as it is where nothing maps it."""
        if not record.tool or record.mapped:
            return record
        entry = self.find(record.tool)
        asked = record.request
        request = Request(
            asked.capability if entry is None else entry.capability,
            principal=asked.principal,
            environment=self.environment if asked.environment is None else asked.environment,
            context=asked.context,
            args=pick_arguments(asked.args, entry.args) if entry is not None else asked.args,
        )
        return replace(record, request=request, mapped=entry is not None)


def pick_arguments(args: Facts, pointers: Mapping[str, str]) -> Facts:
    """Return the arguments that the pointers lead to; what is not there is absent, or unknown."""
    if not pointers:
        return args
    found: dict[str, Any] = {}
    for name, pointer in pointers.items():
        first, *rest = parts_of(pointer)
        value = args.get(first)
        for part in rest:
            value = inside(value, part)
        if value is not None:
            found[name] = value
    return Facts(found)


def inside(value: Any, part: str) -> Any:
    """Return a part of a value: a key of an object, an element of a list; None for no such."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    return None


def parts_of(pointer: str) -> list[str]:
    """Return the parts of a JSON Pointer, unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def load_tools(path: str) -> ToolMap:
    """Return the mapping in a YAML file; raise MappingError, with the place, where it is none."""
    text, digest = read_text(path, MappingError)
    document = yaml.parse(text, path, MappingError)
    if document is None or not isinstance(document.value, dict):
        raise MappingError("a mapping file has `tools`", place=Place(path))
    for part in document.walk():
        for repeated, place, _ in part.repeated:
            raise MappingError(f"the key `{repeated}` occurs twice", place=place)
    for key, _ in document.items:
        if key.value not in ("tools", "environment"):
            raise MappingError(f"unknown key: `{key.value}`", place=key.place)
    environment = document.find("environment")
    if environment is not None and not isinstance(environment.value, str):
        raise MappingError("`environment` is not text", place=environment.place)
    tools = document.find("tools")
    if tools is None or not isinstance(tools.value, dict):
        place = tools.place if tools else document.place
        raise MappingError("`tools` is not a mapping from tools to capabilities", place=place)
    named = environment.value if environment is not None else None
    return ToolMap(tuple(entries_of(tools)), named, digest)


def entries_of(tools: yaml.Located) -> Iterator[MappedTool]:
    """Yield the entries under `tools`."""
    for key, given in tools.items:
        if not isinstance(key.value, str):
            raise MappingError(f"the tool `{key.text}` is not text", place=key.place)
        if isinstance(given.value, str) and given.value:
            yield MappedTool(key.value, given.value)
            continue
        capability, args = given.find("capability"), given.find("args")
        unknown = [name for name, _ in given.items if name.value not in ("capability", "args")]
        if unknown:
            raise MappingError(f"unknown key: `{unknown[0].value}`", place=unknown[0].place)
        if capability is None or not isinstance(capability.value, str) or not capability.value:
            raise MappingError(f"the tool `{key.value}` has no capability", place=given.place)
        pointers = dict(pointers_of(args)) if args is not None else {}
        yield MappedTool(key.value, capability.value, pointers)


def pointers_of(args: yaml.Located) -> Iterator[tuple[str, str]]:
    """Yield the names of arguments with the pointers to them."""
    if not isinstance(args.value, dict):
        raise MappingError("`args` is not a mapping from names to JSON Pointers", place=args.place)
    for name, pointer in args.items:
        ok = isinstance(pointer.value, str) and pointer.value.startswith("/")
        if not ok or not isinstance(name.value, str):
            message = f"`{pointer.text}` is no JSON Pointer: it does not begin with `/`"
            raise MappingError(message, place=pointer.place)
        yield name.value, pointer.value
