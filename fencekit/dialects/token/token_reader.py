"""The words of a token file, read strictly into frozen types.

A token is JSON: who holds it, until when, in which workspace, and what each tool may do there. What
narrows it comes after it, block by block; a block can take away, and never add.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fencekit.model.errors import PolicyError
from fencekit.model.source import Place
from fencekit.reading import json, yaml
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.plain_values import complaints
from fencekit.reading.yaml import Located

SCHEMA = "fencekit.token/1"
CAPABILITIES = {
    "read_file": "file.read",
    "write_file": "file.write",
    "list_dir": "file.list",
    "delete_file": "file.delete",
}
"""The capability of each built-in tool; a tool of another name says its own."""

BLOCK = ("expires", "tools", "next", "signature")
ROOT = ("schema", "holder", "workspace", *BLOCK, "narrowed", "proof", "seal")
TOOL = ("name", "capability", "paths", "except", "max_bytes", "guardrails", "approval")
MOST_BYTES = 1 << 40
LONGEST = 4096
GUARDRAIL = re.compile(r"[a-z][a-z0-9_.-]{0,63}\Z")
SETTLED = ("expires", "holder", "max_bytes")
"""Names that stand before `=` in the obligations that a token makes of its own fields."""


@dataclass(frozen=True, slots=True)
class ToolGrant:
    """What a block lets one tool do: on which paths, up to how many bytes, with what duties.

    `paths` and `exceptions` are patterns below the workspace in which `**` is any text. Without
    `paths` the tool is granted whatever its arguments are.
    """

    name: str
    capability: str
    paths: tuple[str, ...] | None
    exceptions: tuple[str, ...]
    max_bytes: int | None
    guardrails: tuple[str, ...]
    approval: bool
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a token: the token itself, or what narrows it; `body` is what is signed."""

    expires: datetime | None
    tools: tuple[ToolGrant, ...]
    next: str
    signature: str
    body: dict[str, Any] = field(compare=False)
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as read: its holder and workspace, its own block first, then what narrows it."""

    holder: str
    workspace: str
    blocks: tuple[Block, ...]
    proof: str
    seal: str

    @property
    def expires(self) -> datetime:
        """The earliest moment, in UTC, from which on the token is void."""
        return min(block.expires for block in self.blocks if block.expires is not None)

    def is_void(self, seconds: float) -> bool:
        """Say whether the token is void at a time, in seconds since 1970."""
        return seconds >= self.expires.timestamp()


def read_token(text: str, file: str) -> Token:
    """Return the token that a text spells; raise PolicyError, with places, where it is none."""
    try:
        json.parse(text)
    except json.JSONError as error:
        raise PolicyError(error.message, place=Place(file, error.line, error.column)) from error
    # JSON is YAML too, but for a tab between values; the places are those of the YAML reader.
    document = yaml.parse(text.replace("\t", " "), file, PolicyError)
    if document is None or not isinstance(document.value, dict):
        raise PolicyError("a token is a JSON object", place=Place(file, 1, 1))
    problems = complaints(document, PolicyError)
    if problems:
        raise PolicyError.together(problems)
    reader = TokenReader()
    token = reader.token(document)
    if reader.problems or token is None:
        raise PolicyError.together(reader.problems)
    return token


class TokenReader:
    """Reads one token, and gathers all that is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[PolicyError] = []

    def wrong(self, message: str, place: Place, hint: str = "") -> None:
        """Keep a complaint."""
        self.problems.append(PolicyError(message, place=place, hint=hint))

    def token(self, document: Located) -> Token | None:
        """Return the token of a document; None where something is wrong."""
        self.check_keys(document, ROOT, "a token")
        schema = document.find("schema")
        if schema is None or schema.value != SCHEMA:
            self.wrong(f"`schema` must be `{SCHEMA}`", (schema or document).place)
        holder = self.text(document, "holder", needed=True)
        workspace = self.text(document, "workspace", needed=True)
        if workspace and (
            not posixpath.isabs(workspace) or posixpath.normpath(workspace) != workspace
        ):
            at = document.find("workspace") or document
            hint = "name it from `/` on, without `..` or a final `/`"
            self.wrong(f"the workspace `{workspace}` is no absolute path", at.place, hint)
        blocks = [self.block(document, is_root=True)]
        narrowed = document.find("narrowed")
        if narrowed is not None and not isinstance(narrowed.value, list):
            self.wrong("`narrowed` must be a list of blocks", narrowed.place)
        for each in narrowed.elements if narrowed is not None else ():
            if isinstance(each.value, dict):
                self.check_keys(each, BLOCK, "a block of `narrowed`")
                blocks.append(self.block(each, is_root=False))
            else:
                self.wrong("a block of `narrowed` must be an object", each.place)
        proof, seal = self.text(document, "proof"), self.text(document, "seal")
        if self.problems:
            return None
        return Token(holder, workspace, tuple(blocks), proof, seal)

    def block(self, part: Located, *, is_root: bool) -> Block:
        """Return one of the signed parts of a token, with its place."""
        tools = part.find("tools")
        if tools is None or not isinstance(tools.value, list):
            self.wrong("`tools` must be a list of tools", (tools or part).place)
        grants = [self.tool(each) for each in (tools.elements if tools is not None else ())]
        names: set[str] = set()
        for grant in filter(None, grants):
            if grant.name in names:
                self.wrong(f"the tool `{grant.name}` is there twice", grant.place)
            names.add(grant.name)
        left_out = ("signature", "narrowed", "proof", "seal") if is_root else ("signature",)
        body = {key: value for key, value in part.value.items() if key not in left_out}
        return Block(
            self.moment(part, needed=is_root),
            tuple(filter(None, grants)),
            self.text(part, "next"),
            self.text(part, "signature"),
            body,
            part.place,
        )

    def tool(self, part: Located) -> ToolGrant | None:
        """Return what a tool is granted."""
        if not isinstance(part.value, dict):
            self.wrong("a tool must be an object", part.place)
            return None
        self.check_keys(part, TOOL, "a tool")
        name = self.text(part, "name", needed=True)
        own = self.text(part, "capability", needed=bool(name) and name not in CAPABILITIES)
        capability = CAPABILITIES.get(name, own)
        if own and own != capability:
            self.wrong(f"the capability of `{name}` is `{capability}`", part.place)
        paths = self.patterns(part, "paths")
        if paths is None and name in CAPABILITIES:
            hint = 'write `"paths": ["**"]` for the whole workspace'
            self.wrong(f"`{name}` needs `paths`", part.place, hint)
        exceptions = self.patterns(part, "except") or ()
        guardrails = tuple(self.words(part, "guardrails"))
        approval = part.find("approval")
        if approval is not None and not isinstance(approval.value, bool):
            self.wrong("`approval` must be true or false", approval.place)
        return ToolGrant(
            name,
            capability,
            paths,
            exceptions,
            self.size(part),
            guardrails,
            approval is not None and approval.value is True,
            part.place,
        )

    def check_keys(self, part: Located, words: tuple[str, ...], what: str) -> None:
        """Complain of keys that mean nothing."""
        for key, _ in part.items:
            if key.value not in words:
                near = nearest(str(key.value), words)
                hint = f"there is {list_words(words)}"
                self.wrong(f"unknown key in {what}: `{key.value}`{near}", key.place, hint)

    def text(self, part: Located, key: str, *, needed: bool = False) -> str:
        """Return a text; empty where there is none."""
        found = part.find(key)
        if found is None:
            if needed:
                self.wrong(f"`{key}` is missing", part.place)
            return ""
        if not isinstance(found.value, str) or not 0 < len(found.value) <= LONGEST:
            self.wrong(f"`{key}` must be text, of {LONGEST} characters at most", found.place)
            return ""
        return found.value

    def moment(self, part: Located, *, needed: bool) -> datetime | None:
        """Return when a block expires, in UTC."""
        said = self.text(part, "expires", needed=needed)
        if not said:
            return None
        place = (part.find("expires") or part).place
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            self.wrong(f"`{said}` is no time", place, "write it as `2027-01-31T12:00:00Z`")
            return None
        if moment.tzinfo is None:
            self.wrong(f"`{said}` names no time zone", place, f"write `{said}Z` for UTC")
            return None
        return moment.astimezone(UTC)

    def size(self, part: Located) -> int | None:
        """Return the most bytes that a tool may read or write; None where nothing is said."""
        found = part.find("max_bytes")
        if found is None:
            return None
        value = found.value
        if type(value) is not int or not 0 <= value <= MOST_BYTES:
            self.wrong(f"`max_bytes` must be a number of bytes, {MOST_BYTES} at most", found.place)
            return None
        return int(value)

    def patterns(self, part: Located, key: str) -> tuple[str, ...] | None:
        """Return patterns of paths; None where the key is not there."""
        found = part.find(key)
        if found is None:
            return None
        if not isinstance(found.value, list) or (key == "paths" and not found.value):
            self.wrong(f"`{key}` must be a list of patterns", found.place)
            return ()
        for each in found.elements:
            self.pattern(each)
        return tuple(str(each.value) for each in found.elements)

    def pattern(self, each: Located) -> None:
        """Complain of a pattern that is none."""
        said, place = each.value, each.place
        if not isinstance(said, str) or not 0 < len(said) <= LONGEST:
            self.wrong("a pattern must be text", place)
        elif "*" in said.replace("**", ""):
            hint = "write `**`, which is any text, `/` included"
            self.wrong(f"a single `*` in the pattern `{said}`", place, hint)
        elif said.startswith("/") or {"..", ".", ""} & set(said.split("/")):
            hint = "write it from the workspace on, as in `docs/**`"
            self.wrong(f"the pattern `{said}` is not one below the workspace", place, hint)

    def words(self, part: Located, key: str) -> Iterator[str]:
        """Yield the names of guardrails."""
        found = part.find(key)
        if found is None:
            return
        if not isinstance(found.value, list):
            self.wrong(f"`{key}` must be a list of names", found.place)
        for each in found.elements:
            if not isinstance(each.value, str) or not GUARDRAIL.match(each.value):
                hint = "lower-case letters, digits, `_`, `.` and `-`"
                self.wrong(f"`{each.text}` is no name of a guardrail", each.place, hint)
            else:
                yield each.value
