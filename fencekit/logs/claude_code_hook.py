"""What a PreToolUse hook of Claude Code was given, a line each, with what it answered where kept.

Three shapes are read, and may be mixed: the object from the hook's standard input as it came; that
object with the keys of the hook's output beside its own; and `{"input": …, "output": …}`, where the
output is an object, a text or null. Beside them `exit_code`, `stderr` and `time` are known. Lines
of other events are passed over. An output on a line of its own does not name its call, and hooks
run side by side, so that it is invalid rather than paired by guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar

from fencekit.logs.claude_code import TOOLS, Envelope, excerpt_of, text_of
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import LENIENT, LoggedObject
from fencekit.logs.log_objects import objects, read_each
from fencekit.logs.mentioned_calls import Mentions
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord, Record, Recorded
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading import json
from fencekit.reading.input_files import Source

T = TypeVar("T")

EVENT = "hook_event_name"
BEFORE = "PreToolUse"
ANSWER = "hookSpecificOutput"
CONTEXT = ("cwd", "permission_mode", "agent_type")
BLOCKS = 2
"""The exit code that blocks the call, whatever the hook has printed; others but 0 allow nothing."""

DECISIONS: dict[str, Verdict | None] = {
    "allow": Verdict.ALLOW,
    "ask": Verdict.ESCALATE,
    "deny": Verdict.DENY,
    "defer": None,
}
DENIED = frozenset({Verdict.DENY})
OLDER_DECISIONS = {"approve": Verdict.ALLOW, "block": Verdict.DENY}
REWRITTEN = Obligation("rewrite-input")
"""The call may run with the input that the hook put in the place of the one asked for."""


@dataclass(frozen=True)
class ClaudeCodeHook:
    """Calls with all of their arguments, and the decision of the hook where it was kept."""

    name: str = "claude-code-hook"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the objects, or their `input`, name the event of a hook."""
        return any(EVENT in value or EVENT in given_to(value) for value in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call, and what is wrong with a line."""
        mentions = Mentions()
        yield from read_each(objects(source, LENIENT), lambda found: entries_of(found, mentions))
        yield from mentions.calls_never_made()


def given_to(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a line says that the hook was given; an empty object where it says nothing."""
    given = line.get("input")
    return given if isinstance(given, dict) else {}


def entries_of(found: LoggedObject, mentions: Mentions) -> Iterator[Entry]:
    """Yield the record of a line, or what is wrong with it.

    Lines of other events speak of calls: one whose own line is not there is passed over.
    """
    line, place = found.value, found.place
    wrapped = EVENT not in line
    try:
        given = given_to(line) if wrapped else line
        if wrapped and not given:
            lone = "a hook's output without its input" if ANSWER in line else f"no `{EVENT}`"
            raise RecordError(lone, place=place)
        if EVENT not in given or not text_of(given, EVENT, place):
            raise RecordError(f"no `{EVENT}`", place=place)
        if given[EVENT] != BEFORE:
            if "tool_name" in given:
                kind = f"a call in a `{given[EVENT][:40]}` line, without its `{BEFORE}` line"
                yield from mentions.mention(key_of(given), kind, place)
            return
        output = line.get("output", None if wrapped else line)
        said, notes = outcome_of(line, output, place)
        record = record_of(given, said, time_of(line), place)
    except RecordError as error:
        yield InvalidRecord(error, place, excerpt_of(found))
        return
    mentions.call(key_of(given))
    yield replace(record, notes=(*record.notes, *notes))


def key_of(given: dict[str, Any]) -> str:
    """Return by what a call is known in the lines of several events."""
    name = given.get("tool_use_id")
    if isinstance(name, str) and name:
        return name
    parts = (given.get("session_id"), given.get("tool_name"), given.get("tool_input"))
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def record_of(given: dict[str, Any], said: Recorded | None, time: str, place: Place) -> Record:
    """Return the record of what a hook was given; raise RecordError where it is no call."""
    tool = text_of(given, "tool_name", place)
    if not tool:
        raise RecordError("the call has no `tool_name`", place=place)
    asked = given.get("tool_input")
    if not isinstance(asked, dict):
        raise RecordError("`tool_input` is not an object", place=place)
    around = Envelope(given)
    known = {key: around.text(key) for key in CONTEXT}
    request = Request(
        UNKNOWN,
        principal=UNKNOWN,
        context=Facts({key: value for key, value in known.items() if value}, open=True),
        args=Facts(asked, whole=True),
    )
    return Record(
        request,
        said,
        place,
        id=around.text("tool_use_id"),
        time=time,
        session=around.text("session_id"),
        tool=tool,
        mapped=False,
        notes=tuple(around.notes),
    )


def time_of(line: dict[str, Any]) -> str:
    """Return the time that a recorder put on a line; Claude Code itself gives none."""
    found = (line.get(key) for key in ("time", "timestamp"))
    return next((value for value in found if isinstance(value, str) and value), "")


def outcome_of(
    line: dict[str, Any], output: Any, place: Place
) -> tuple[Recorded | None, tuple[str, ...]]:
    """Return what came of a hook, and what of it is not understood: then nothing is recorded.

    The exit code goes before the output, but for a denial: that holds whatever the code is.
    """
    code = line.get("exit_code")
    try:
        if code is not None and (isinstance(code, bool) or not isinstance(code, int)):
            raise RecordError("`exit_code` is not an integer", place=place)
        if code == BLOCKS:
            stderr = line.get("stderr")
            reason = stderr.strip() if isinstance(stderr, str) else ""
            return Recorded(DENIED, frozenset(), reason), ()
        said = None if output is None else recorded_in(parse_hook_output(output, place), place)
    except RecordError as error:
        return None, (f"the decision is not recorded: {error.message}",)
    if code and (said is None or said.verdicts != DENIED):
        return None, ()
    return said, ()


def parse_hook_output(text: Any, place: Place) -> dict[str, Any]:
    """Return the object that a hook printed; one that printed other text has decided nothing."""
    if isinstance(text, dict):
        return text
    if not isinstance(text, str):
        raise RecordError("`output` is neither an object nor text", place=place)
    if not text.lstrip().startswith("{"):
        return {}
    try:
        value = json.parse(text.strip())
    except json.JSONError as error:
        raise RecordError(f"`output`: {error.message}", place=place) from error
    return value if isinstance(value, dict) else {}


def recorded_in(output: dict[str, Any], place: Place) -> Recorded | None:
    """Return what an output decides, or None where it leaves the call to the usual rules."""
    answer = output.get(ANSWER)
    if answer is None:
        answer = {}
    if not isinstance(answer, dict):
        raise RecordError(f"`{ANSWER}` is not an object", place=place)
    event = text_of(answer, "hookEventName", place) or BEFORE
    if event != BEFORE:
        raise RecordError(f"the output is for `{event}`, not for `{BEFORE}`", place=place)
    word = text_of(answer, "permissionDecision", place)
    if not word:
        return older(output, place)
    verdict = look_up_word(DECISIONS, word, place)
    if verdict is None:
        return None
    changed = answer.get("updatedInput")
    if changed is not None and not isinstance(changed, dict):
        raise RecordError("`updatedInput` is not an object", place=place)
    runs_changed = changed is not None and verdict is not Verdict.DENY
    return Recorded(
        frozenset({verdict}),
        frozenset({REWRITTEN}) if runs_changed else frozenset(),
        text_of(answer, "permissionDecisionReason", place),
    )


def older(output: dict[str, Any], place: Place) -> Recorded | None:
    """Return what an output decides in the way that hooks had before `permissionDecision`."""
    word = text_of(output, "decision", place)
    if not word:
        return None
    verdict = look_up_word(OLDER_DECISIONS, word, place)
    return Recorded(frozenset({verdict}), frozenset(), text_of(output, "reason", place))


def look_up_word(words: Mapping[str, T], word: str, place: Place) -> T:
    """Return what a decision's word means; raise RecordError for one that hooks do not have."""
    if word not in words:
        raise RecordError(f"unknown decision: `{word}`", place=place)
    return words[word]


FORMAT = ClaudeCodeHook()
