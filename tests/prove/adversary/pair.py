"""A pair of policies, the domain that they are compared on, and which calls are tried on it."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Document = dict[str, Any]
OPEN = "open"


@dataclass(frozen=True)
class Call:
    """A call of the real CapFence: a capability, a context, arguments."""

    capability: str
    args: Document = field(default_factory=dict)
    context: Document = field(default_factory=dict)

    def form(self) -> Document:
        return {"capability": self.capability, "context": self.context, "args": self.args}


@dataclass(frozen=True)
class Pair:
    """Two policies as documents, a domain, and what the calls that are tried are made of.

    `letters` are parts of texts: every short text of them is tried, in every form of arguments.
    `values` are, for each key of the arguments, the values that are tried under it, or not at all.
    `args` are further arguments, as they stand.
    """

    family: str
    old: Document
    new: Document
    domain: Any = OPEN
    letters: tuple[str, ...] = ()
    values: dict[str, list[Any]] = field(default_factory=dict)
    args: tuple[Document, ...] = ()
    capabilities: tuple[str, ...] = ("pay.x",)
    contexts: tuple[Document, ...] = ({},)
    seed: str = ""
    relation: str = "not looser"

    @property
    def is_open(self) -> bool:
        return isinstance(self.domain, str)

    def with_parts(self, parts: Document) -> "Pair":
        return replace(self, **parts)


def written(pair: Pair, **more: Any) -> str:
    """Return a pair as JSON, as far as it is asked about, with what is known of it.

    One with a value that Python does not print is named by its family and its seed alone.
    """
    named = {"family": pair.family, "seed": pair.seed, "relation": pair.relation}
    asked = {"old": pair.old, "new": pair.new, "domain": pair.domain}
    try:
        return json.dumps({**named, **asked, **more}, indent=1) + "\n"
    except (ValueError, RecursionError):
        return (
            json.dumps({**named, **{key: str(more[key]) for key in more.keys() - {"call"}}}) + "\n"
        )


def read(path: Path) -> tuple[Pair, Call | None, Document]:
    """Return the pair of a file, the call that was found for it, and all that the file says."""
    said = json.loads(path.read_text("utf-8"))
    if "old" not in said:
        from prove.adversary.families import pair as drawn

        return drawn(said["family"], said["seed"]), None, said
    more = {"seed": path.stem, "relation": said.get("relation", "not looser")}
    pair = Pair(said.get("family", path.stem), said["old"], said["new"], said["domain"], **more)
    call = said.get("call")
    return pair, Call(call["capability"], call["args"], call["context"]) if call else None, said
