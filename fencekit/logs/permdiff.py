"""Calls as permdiff writes them, one a line, whatever it has converted them from.

An effect is what the runtime did. From a policy's answer, or where somebody else wrote it down, it
is the decision. From a transcript it only says that there was a result, and is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.claude_code import TOOLS
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_objects import entry_of, objects, read_each
from fencekit.logs.opa import pointers_of, without
from fencekit.logs.recorded_answer import read_answer
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Entry, Record, Recorded
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading.input_files import Source

NEEDED = frozenset({"id", "timestamp", "principal", "agent", "tool"})
KEYS = NEEDED | {"arguments", "resource", "context", "recorded", "source"}
EFFECTS: Mapping[str, Verdict | None] = {
    "allow": Verdict.ALLOW,
    "require_approval": Verdict.ESCALATE,
    "deny": Verdict.DENY,
    "error": None,
}
TRANSCRIPTS = frozenset({"claude-code"})
"""Sources of which permdiff knows results, and not decisions."""

REDACTED = frozenset({"custody.trace.v1"})
"""Sources that replace parts of the arguments without saying which."""


@dataclass(frozen=True)
class Permdiff:
    """Calls, with the effect where permdiff knew it."""

    name: str = "permdiff"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the objects have what permdiff requires, in the form that it requires."""
        first = sample.first
        inner = (first.get("principal"), first.get("agent"), first.get("tool"))
        return first.keys() >= NEEDED and all(isinstance(value, dict) for value in inner)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call."""
        yield from read_each(objects(source), lambda found: [entry_of(found, record_of)])


def record_of(call: dict[str, Any], place: Place) -> Record:
    """Return the record of a call; raise RecordError where it is none."""
    check(call, place)
    decided, notes = read_answer(lambda: recorded_decision(call, place))
    kept, is_masked, is_answered = as_kept(call, place)
    context = kept.get("context") or {}
    known = {} if context is UNKNOWN else context
    is_missing = any(key.endswith(".principal_missing") for key, yes in known.items() if yes)
    environment = known.get("environment")
    args, completeness = args_of(kept, source_of(call))
    tool = tool_of(kept)
    request = Request(
        UNKNOWN,
        principal=UNKNOWN if is_missing else inside(kept, "principal", "id"),
        environment=environment if isinstance(environment, str) or environment is UNKNOWN else None,
        context=Facts({k: v for k, v in known.items() if k != "environment"}, open=True),
        args=args,
    )
    session = known.get("session_id")
    return Record(
        request,
        decided if is_answered else None,
        place,
        id=call["id"],
        time=call["timestamp"],
        session=session if isinstance(session, str) else "",
        completeness=Completeness.MASKED if is_masked else completeness,
        tool=tool,
        mapped=not tool,
        notes=notes,
    )


def check(call: dict[str, Any], place: Place) -> None:
    """Raise RecordError where a call lacks what permdiff requires, or has it of another type."""
    for key in ("id", "timestamp"):
        if not isinstance(call.get(key), str):
            raise RecordError(f"`{key}` is not text", place=place)
    for key, name in (("principal", "id"), ("agent", "id"), ("tool", "name")):
        if not isinstance(call.get(key), dict):
            raise RecordError(f"`{key}` is not an object", place=place)
        if not isinstance(call[key].get(name), str) or not call[key][name]:
            raise RecordError(f"`{key}.{name}` is not text", place=place)
    if not isinstance(call["tool"].get("server"), str | None):
        raise RecordError("`tool.server` is not text", place=place)
    for key in ("arguments", "context", "recorded", "source"):
        if not isinstance(call.get(key), dict | None):
            raise RecordError(f"`{key}` is not an object", place=place)


def recorded_decision(call: dict[str, Any], place: Place) -> Recorded | None:
    """Return what was decided; None where the effect is no decision, or there is none."""
    effect = (call.get("recorded") or {}).get("effect")
    if effect is None:
        return None
    if not isinstance(effect, str) or effect not in EFFECTS:
        raise RecordError(f"unknown effect: `{effect}`", place=place)
    verdict = EFFECTS[effect]
    said = (call.get("context") or {}).get("custody.verdict")
    if verdict is None or said == "observe" or source_of(call) in TRANSCRIPTS:
        return None
    warned = frozenset({Obligation("warn")}) if said == "warn" else None
    return Recorded(frozenset({verdict}), warned)


def source_of(call: dict[str, Any]) -> str:
    """Return the format that permdiff has read the call from; empty where it does not say."""
    named = (call.get("source") or {}).get("format")
    return named if isinstance(named, str) else ""


def as_kept(call: dict[str, Any], place: Place) -> tuple[dict[str, Any], bool, bool]:
    """Return the call with UNKNOWN where OPA masked it, whether it did, and whether it answered.

    Where a pointer leads to something that calls do not have, the input had another shape, and
    everything that was made of it is unknown.
    """
    context = call.get("context") or {}
    kept, is_masked, is_answered = call, False, True
    for key in ("opa.erased", "opa.masked"):
        for removed, (part, *rest) in pointers_of(context, key, place):
            is_answered = is_answered and part != "result"
            if part != "input":
                continue
            is_masked = True
            if rest and rest[0] in KEYS:
                kept = without(kept, rest, removed=removed)
            else:
                kept = dict.fromkeys(KEYS, UNKNOWN)
    return kept, is_masked, is_answered


def inside(kept: dict[str, Any], key: str, name: str) -> Any:
    """Return a part of an object of the call; UNKNOWN where either was masked."""
    value = kept[key]
    return UNKNOWN if value is UNKNOWN else value.get(name)


def tool_of(kept: dict[str, Any]) -> str:
    """Return the name of the tool, with its server before it; empty where it was masked."""
    name, server = inside(kept, "tool", "name"), inside(kept, "tool", "server")
    if not isinstance(name, str) or server is UNKNOWN:
        return ""
    return f"mcp__{server}__{name}" if server and not name.startswith("mcp__") else name


def args_of(kept: dict[str, Any], source: str) -> tuple[Facts, Completeness]:
    """Return the arguments, and how much of them there is."""
    given = kept.get("arguments")
    if given is None:
        return ANYTHING, Completeness.ARGS_MISSING
    if given is UNKNOWN or source in REDACTED:
        return ANYTHING, Completeness.MASKED
    return Facts(given), Completeness.FULL


FORMAT = Permdiff()
