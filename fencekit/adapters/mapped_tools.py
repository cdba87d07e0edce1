"""Tools of another program: a mapping gives their capabilities, and what it does not is unknown."""

from collections.abc import Mapping
from typing import Any

from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.canonical_paths import canonical, excerpt_of
from fencekit.gate.tools import Normalised, Tool, Tools, refuse_texts
from fencekit.logs.tool_map import ToolMap, pick_arguments
from fencekit.model.request import Facts, Request
from fencekit.reading import json


class MappedTools(Tools):
    """Tools by a mapping from their names to capabilities and arguments.

    Arguments that `paths` names are canonical by their text, from the folder `base` on, or from
    `cwd` in the context of the call; then the mapping picks arguments.
    """

    mapping: ToolMap
    paths: frozenset[str]
    base: str

    def __init__(self, mapping: ToolMap, paths: frozenset[str], base: str = "") -> None:
        super().__init__()
        for name, value in (("mapping", mapping), ("paths", paths), ("base", base)):
            object.__setattr__(self, name, value)

    def normalise(self, call: ToolCall, tool: Tool | None = None) -> Normalised:
        """Return the call as the rules see it; raise Refusal where it has not the shape of one."""
        refuse_texts(call)
        entry = self.mapping.find(call.tool)
        if entry is None:
            message = f"no tool `{excerpt_of(call.tool)}` is mapped to a capability"
            raise Refusal("unknown_tool", message, hint="map it in the file of `--tools`")
        args = self._object(call.arguments, "arguments")
        context = self._context(call.context)
        made = self.with_paths(args.values, self.base or str(context.values.get("cwd", "/")))
        picked = pick_arguments(Facts(made, whole=True), entry.args)
        request = Request(
            entry.capability,
            principal=call.principal or None,
            environment=call.environment or None,
            context=context,
            args=picked,
        )
        decided = call.arguments if picked.values == args.values else json.write(picked.values)
        return Normalised(call, request, tool or Tool(call.tool, entry.capability), decided)

    def with_paths(self, args: Mapping[str, Any], base: str) -> dict[str, Any]:
        """Return arguments with those that are paths canonical; raise Refusal for one that is none.

        What is no text is left as it is, but for lists of texts.
        """
        made = dict(args)
        for name in self.paths.intersection(made):
            value = made[name]
            if isinstance(value, str):
                made[name] = canonical_from(value, base)
            elif isinstance(value, list):
                made[name] = [
                    canonical_from(one, base) if isinstance(one, str) else one for one in value
                ]
        return made


def canonical_from(text: str, base: str) -> str:
    """Return the absolute path that a text names, from a folder on."""
    return canonical(text if text.startswith(("/", "~")) or not text else f"{base}/{text}", "/")
