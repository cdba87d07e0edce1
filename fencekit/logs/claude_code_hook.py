"""What a PreToolUse hook of Claude Code was given, a line each, with what it answered where kept.

Three shapes are read, and may be mixed: the object from the hook's standard input as it came; that
object with the keys of the hook's output beside its own; and `{"input": …, "output": …}`, where the
output is an object, a text or null. Beside them `exit_code`, `stderr` and `time` are known. Lines
of other events are passed over. An output on a line of its own does not name its call, and hooks
run side by side, so that it is invalid rather than paired by guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fencekit.logs.base import Entry, LogSample
from fencekit.logs.claude_code import TOOLS, excerpt_of, text_of
from fencekit.logs.objects import LoggedObject, objects
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Record, Recorded
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading import json
from fencekit.reading.files import Source

T = TypeVar("T")

EVENT = "hook_event_name"
BEFORE = "PreToolUse"
ANSWER = "hookSpecificOutput"
CONTEXT = ("cwd", "permission_mode", "agent_type")
BLOCKS = 2
"""The exit code that blocks the call, whatever the hook has printed; others but 0 do nothing."""

DECISIONS: dict[str, Verdict | None] = {
    "allow": Verdict.ALLOW,
    "ask": Verdict.ESCALATE,
    "deny": Verdict.DENY,
    "defer": None,
}
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
        return EVENT in sample.first or EVENT in given_to(sample.first)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call, and what is wrong with a line."""
        for found in objects(source):
            entry = found if isinstance(found, InvalidRecord) else entry_of(found)
            if entry is not None:
                yield entry


def given_to(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a line says that the hook was given; an empty object where it says nothing."""
    given = line.get("input")
    return given if isinstance(given, dict) else {}


def entry_of(found: LoggedObject) -> Entry | None:
    """Return the record of a line, what is wrong with it, or None for another event."""
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
            return None
        output = line.get("output", None if wrapped else line)
        return record_of(given, outcome_of(line, output, place), time_of(line, place), place)
    except RecordError as error:
        return InvalidRecord(error, place, excerpt_of(found))


def record_of(given: dict[str, Any], said: Recorded | None, time: str, place: Place) -> Record:
    """Return the record of what a hook was given; raise RecordError where it is no call."""
    tool = text_of(given, "tool_name", place)
    if not tool:
        raise RecordError("the call has no `tool_name`", place=place)
    asked = given.get("tool_input")
    if not isinstance(asked, dict):
        raise RecordError("`tool_input` is not an object", place=place)
    known = {key: text_of(given, key, place) for key in CONTEXT}
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
        id=text_of(given, "tool_use_id", place),
        time=time,
        session=text_of(given, "session_id", place),
        tool=tool,
        mapped=False,
    )


def time_of(line: dict[str, Any], place: Place) -> str:
    """Return the time that a recorder put on a line; Claude Code itself gives none."""
    return text_of(line, "time", place) or text_of(line, "timestamp", place)


def outcome_of(line: dict[str, Any], output: Any, place: Place) -> Recorded | None:
    """Return what came of a hook: its exit code goes before its output."""
    code = line.get("exit_code")
    if code is not None and (isinstance(code, bool) or not isinstance(code, int)):
        raise RecordError("`exit_code` is not an integer", place=place)
    if code == BLOCKS:
        reason = text_of(line, "stderr", place).strip()
        return Recorded(frozenset({Verdict.DENY}), frozenset(), reason)
    if code or output is None:
        return None
    if isinstance(output, str):
        output = printed(output, place)
    if not isinstance(output, dict):
        raise RecordError("`output` is neither an object nor text", place=place)
    return recorded_in(output, place)


def printed(text: str, place: Place) -> dict[str, Any]:
    """Return the object that a hook printed; one that printed other text has decided nothing."""
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
    verdict = meant(DECISIONS, word, place)
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
    verdict = meant(OLDER_DECISIONS, word, place)
    return Recorded(frozenset({verdict}), frozenset(), text_of(output, "reason", place))


def meant(words: Mapping[str, T], word: str, place: Place) -> T:
    """Return what a decision's word means; raise RecordError for one that hooks do not have."""
    if word not in words:
        raise RecordError(f"unknown decision: `{word}`", place=place)
    return words[word]


FORMAT = ClaudeCodeHook()
