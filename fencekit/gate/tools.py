"""What the gate knows of tools, and the one road from a call to the request that is decided."""

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.canonical_paths import canonical, excerpt_of, is_encodable
from fencekit.model.errors import UsageError
from fencekit.model.request import NOTHING, Facts, Request
from fencekit.model.verdict import Obligation
from fencekit.reading import json

Run = Callable[[Mapping[str, Any]], Any]
"""What executes a call: it gets the arguments that were decided. It may return an awaitable."""

LONGEST_NAME = 1024
MAX_BYTES = 1 << 20
MOST_CONTEXTS = 64
"""So many contexts are kept as read: they say of a caller what hardly changes."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its name, the capability that calling it takes, and what runs it.

    `paths` names arguments that are paths, or lists of them: they are canonical before any rule
    sees them. `discharges` are the obligations that running it so discharges. `allowed` names the
    arguments that it takes; None for any. Without `run`, another process runs it.
    """

    name: str
    capability: str
    run: Run | None = None
    paths: tuple[str, ...] = ()
    discharges: frozenset[Obligation] = frozenset()
    allowed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Normalised:
    """A call as the rules see it: `call` is as it came, `request` and `decided` are canonical.

    `decided` is the arguments of the request as one text; where nothing was made canonical, it is
    the very text that came.
    """

    call: ToolCall
    request: Request
    tool: Tool
    decided: str


@dataclass(frozen=True)
class Tools:
    """The tools that there are, by name; every other one is refused.

    `root` is the folder below which paths stand; `max_bytes` bounds the arguments and the context
    of a call, each.
    """

    tools: Iterable[Tool] = ()
    root: str = "/"
    max_bytes: int = MAX_BYTES
    by_name: Mapping[str, Tool] = field(init=False)
    _contexts: Callable[[str], Facts] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named: dict[str, Tool] = {}
        for tool in self.tools:
            if tool.name in named:
                raise UsageError(f"the tool `{tool.name}` is there twice")
            named[tool.name] = tool
        if not posixpath.isabs(self.root) or posixpath.normpath(self.root) != self.root:
            hint = "name it from `/` on, without `..` or a final `/`"
            raise UsageError(f"the root `{self.root}` is no absolute path", hint=hint)
        object.__setattr__(self, "tools", tuple(named.values()))
        object.__setattr__(self, "by_name", named)
        contexts = lru_cache(maxsize=MOST_CONTEXTS)(partial(self._object, name="context"))
        object.__setattr__(self, "_contexts", contexts)

    def find(self, name: str) -> Tool:
        """Return the tool of that name; raise Refusal where there is none."""
        tool = self.by_name.get(name)
        if tool is None:
            raise Refusal("unknown_tool", f"there is no tool `{excerpt_of(name)}`")
        return tool

    def normalise(self, call: ToolCall, tool: Tool | None = None) -> Normalised:
        """Return the call as the rules see it; raise Refusal where it has not the shape of one.

        `tool` is the tool that is called, for one that is not among these.
        """
        refuse_texts(call)
        tool = tool or self.find(call.tool)
        args = self._object(call.arguments, "arguments")
        context = self._context(call.context)
        if call.environment and "environment" in context.values:
            message = "`environment` stands in the call and in its context"
            raise Refusal("invalid_context", message)
        if tool.allowed is not None and not tool.allowed.issuperset(args.values):
            extra = next(name for name in args.values if name not in tool.allowed)
            message = f"`{tool.name}` takes no argument `{excerpt_of(extra)}`"
            raise Refusal("invalid_arguments", message)
        decided = call.arguments
        if tool.paths:
            made = self._canonical(tool, args.values)
            if made != args.values:
                args, decided = Facts(made, whole=True), json.write(made)
        request = Request(
            tool.capability,
            principal=call.principal or None,
            environment=call.environment or None,
            context=context,
            args=args,
        )
        return Normalised(call, request, tool, decided)

    def _object(self, text: Any, name: str) -> Facts:
        """Return the JSON object that a text spells."""
        if text == "{}":
            return NOTHING
        if not isinstance(text, str):
            raise Refusal(f"invalid_{name}", f"the {name} are not one JSON text")
        if not text.isascii() and not is_encodable(text):
            raise Refusal(f"invalid_{name}", f"the {name} hold what is no character")
        if (len(text) if text.isascii() else len(text.encode())) > self.max_bytes:
            message = f"the {name} are longer than {self.max_bytes:,} bytes"
            raise Refusal("too_large", message)
        try:
            value = json.parse(text)
        except json.JSONError as error:
            raise Refusal(f"invalid_{name}", f"the {name} are invalid: {error.message}") from error
        if not isinstance(value, dict):
            raise Refusal(f"invalid_{name}", f"the {name} are not a JSON object")
        return Facts(value, whole=True)

    def _context(self, text: Any) -> Facts:
        """Return the context that a text spells; short ones are kept as read."""
        if isinstance(text, str) and len(text) <= LONGEST_NAME:
            return self._contexts(text)
        return self._object(text, "context")

    def _canonical(self, tool: Tool, args: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments with those that are paths made canonical."""
        made = dict(args)
        for name in tool.paths:
            value = made.get(name)
            if isinstance(value, list):
                made[name] = [canonical(item, self.root) for item in value]
            elif name in made:
                made[name] = canonical(value, self.root)
        return made


class AnyTools(Tools):
    """Tools whose names are their capabilities: the policy's default denies the unknown ones."""

    def find(self, name: str) -> Tool:
        """Return a tool of that name, one that was registered or any other."""
        if not name:
            raise Refusal("unknown_tool", "the call names no tool")
        return self.by_name.get(name) or tool_of_capability(name)


@lru_cache(maxsize=256)
def tool_of_capability(name: str) -> Tool:
    """Return a tool of which no more is known than its capability."""
    return Tool(name, name)


def refuse_texts(call: ToolCall) -> None:
    """Raise Refusal where a name in a call is no short text that can be recorded."""
    try:
        names = (call.tool, call.principal, call.environment, call.session, call.id)
        texts = "".join(names)
        if len(texts) <= LONGEST_NAME and texts.isascii() and "\0" not in texts:
            return
    except TypeError:
        pass  # it is said below which one is no text
    for key in ("tool", "principal", "environment", "session", "id"):
        refuse_text(getattr(call, key), key)


def refuse_text(value: Any, key: str) -> None:
    """Raise Refusal for what is no short text that can be recorded."""
    if not isinstance(value, str):
        raise Refusal("invalid_call", f"the `{key}` of the call is not text")
    if len(value) > LONGEST_NAME:
        message = f"the `{key}` of the call is longer than {LONGEST_NAME:,} characters"
        raise Refusal("too_large", message)
    if "\0" in value or not (value.isascii() or is_encodable(value)):
        raise Refusal("invalid_call", f"the `{key}` of the call holds what is no character")
