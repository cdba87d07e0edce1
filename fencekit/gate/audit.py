"""The record of the gate: the decision before a call runs, the outcome after, in one chained log.

A decision is a `fencekit.record/1` whose `decision` is what the *policy* said, so that it can be
replayed; its `gate` says what came of it. An outcome names its decision. A call that was refused
before the rules is no question to a policy; it is recorded as a `refusal`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from os import PathLike
from typing import Any, Self

from fencekit.gate.gate_decision import ExecutionOutcome, GateDecision
from fencekit.gate.line_templates import LineTemplates
from fencekit.gate.tools import Normalised
from fencekit.logs.disk_sync import Appended
from fencekit.logs.jsonl import SCHEMA, encode_recorded
from fencekit.logs.record_line import note_line
from fencekit.logs.redaction import check_key, digest
from fencekit.logs.writer import AuditWriter
from fencekit.model.chain_verification import Anchor
from fencekit.model.decision import Decision
from fencekit.model.record import Completeness, Record, Recorded
from fencekit.model.request import UNKNOWN, Facts, Masked, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.reading import json

NOWHERE = Place("")
LONGEST_ERROR = 500
LONGEST_REFUSED = 1 << 16
NOT_KEPT = "what went wrong is not kept"


class Keep(StrEnum):
    """What of the arguments and the context the log keeps."""

    WHOLE = "whole"
    MASKED = "masked"
    DIGESTS = "digests"


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a second policy, which is not in force, says of the same request."""

    policy: str
    decision: Decision


class Audit:
    """An audit log that the gate writes; a context manager.

    `arguments` says what is kept of arguments and context: all, only which keys there are, or a
    digest of each value made with `key`, by which those who have it can still replay equalities.
    `fsync` waits for the disk. `options` are those of AuditWriter.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        arguments: Keep | str = Keep.WHOLE,
        key: bytes = b"",
        fsync: bool = True,
        **options: Any,
    ) -> None:
        self.keep = Keep(arguments)
        self.key = check_key(key) if self.keep is Keep.DIGESTS else b""
        self._writer = AuditWriter(path, fsync=fsync, **options)
        self._is_plain = self.keep is Keep.WHOLE and not self._writer.mask
        self._templates = LineTemplates(self._line)

    @property
    def path(self) -> str:
        """The path of the log, as given."""
        return self._writer.path

    def line(
        self,
        made: GateDecision,
        *,
        shadow: Shadow | None = None,
        action: str = "",
    ) -> str:
        """Return the line that records a decision, for `record`.

        `action` is the digest of the exact action, where one was made. Raises RecordError for what
        could not be read again: then nothing may run.
        """
        if self._is_plain and shadow is None and not action:
            line = self._templates.line(made)
            if line is not None:
                return line
        return self._line(made, shadow, action)

    def _line(self, made: GateDecision, shadow: Shadow | None = None, action: str = "") -> str:
        """Return the line of a decision, made whole and read back."""
        gate = self._gate(made, action)
        if made.normalised is None or made.rules is None:
            form = {"schema": SCHEMA, "id": made.id, "time": made.time}
            return note_line({**form, "refusal": gate})
        also: dict[str, Any] = {"gate": gate}
        if shadow is not None:
            said = encode_recorded(
                recorded_decision(shadow.decision, escalates=made.call.escalates)
            )
            also["shadow"] = {"policy": shadow.policy, "decision": said}
        return self._writer.line(self._record(made, made.normalised, made.rules), also)

    def record(self, lines: Sequence[str]) -> Appended:
        """Record decisions in one write, and wait for the disk once; nothing may run before.

        What is returned says how many there was room for. Raises LogError where no decision can be
        written, UnsyncedError where the disk does not confirm them.
        """
        return self._writer.extend(lines)

    def outcome(self, of: str, outcome: ExecutionOutcome, *, id: str, time: str) -> Anchor:
        """Record how the execution ended that the decision `of` allowed."""
        ended: dict[str, Any] = {"of": of, "status": str(outcome.status)}
        if outcome.error:
            said = outcome.error if self.keep is Keep.WHOLE else outcome.error.partition(":")[0]
            ended["error"] = printable(said)[:LONGEST_ERROR]
        form = {"schema": SCHEMA, "id": id, "time": time, "outcome": ended}
        return self._writer.append_note(form)

    def close(self) -> None:
        """Close the log."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _record(self, made: GateDecision, normalised: Normalised, rules: Decision) -> Record:
        """Return the record of a decision, with as much of the request as is to be kept."""
        said = replace(
            recorded_decision(rules, escalates=made.call.escalates),
            reason=made.reason,
            approval=(made.approval and made.authorized and made.reason) or "",
        )
        if said.errors and self.keep is not Keep.WHOLE:
            said = replace(said, errors=(NOT_KEPT,))  # it may tell an argument
        request, completeness = normalised.request, Completeness.FULL
        if self.keep is not Keep.WHOLE and (request.args.values or request.context.values):
            request, completeness = self._mask_request(request), Completeness.MASKED
        return Record(
            request,
            said,
            NOWHERE,
            id=made.id,
            time=made.time,
            session=made.call.session,
            completeness=completeness,
            tool=made.call.tool if made.call.tool != request.capability else "",
            policy=made.policy,
            engine="native",
        )

    def _mask_request(self, request: Request) -> Request:
        """Return a request whose arguments and context are unknown, but for their keys."""
        return Request(
            request.capability,
            principal=request.principal,
            environment=request.environment,
            context=Facts(
                {key: self._mask(value) for key, value in request.context.values.items()}
            ),
            args=Facts({key: self._mask(value) for key, value in request.args.values.items()}),
        )

    def _mask(self, value: Any) -> Any:
        """Return what stands for a value in the log."""
        if self.keep is Keep.MASKED or value is None:
            return UNKNOWN
        return Masked(digest(value, self.key))

    def _gate(self, made: GateDecision, action: str) -> dict[str, Any]:
        """Return what came of a call, beyond what the policy said."""
        gate: dict[str, Any] = {"decision": made.word, "reason": made.reason}
        if made.obligations:
            gate["obligations"] = sorted(duty.name for duty in made.obligations)
        for key in ("approval", "approver"):
            if getattr(made, key):
                gate[key] = getattr(made, key)
        if made.assessment.reason or made.assessment.verdict is not Verdict.ALLOW:
            said = made.assessment
            gate["assessor"] = {"verdict": said.verdict.name}
            if self.keep is Keep.WHOLE:
                gate["assessor"]["reason"] = printable(said.reason)[:LONGEST_ERROR]
        if made.errors and self.keep is Keep.WHOLE:
            gate["errors"] = [printable(error)[:LONGEST_ERROR] for error in made.errors]
        if action and self.keep is Keep.WHOLE:
            gate["action"] = action
        return {**gate, **self._raw(made)}

    def _raw(self, made: GateDecision) -> dict[str, Any]:
        """Return the call as it came, as far as the record does not say it already."""
        call, raw = made.call, {}
        if made.normalised is None:
            for key in ("tool", "principal", "environment", "session", "id"):
                value = getattr(call, key)
                if value:
                    raw[key] = printable(value)[:LONGEST_REFUSED]
        elif call.id:
            raw["id"] = call.id
        if self.keep is Keep.WHOLE:
            request = made.request
            for key in ("arguments", "context"):
                text = getattr(call, key)
                facts = None
                if request is not None:
                    facts = request.args if key == "arguments" else request.context
                if facts is None or json.write(facts.values) != text:
                    raw[key] = printable(text)[:LONGEST_REFUSED] if facts is None else text
        return {"call": raw} if raw else {}


def recorded_decision(rules: Decision, *, escalates: bool) -> Recorded:
    """Return what a policy said as a log keeps it.

    A call that `escalates` asks for approval where the policy denies by default.
    """
    outcome = rules.outcomes[0]
    asks = escalates and outcome.by_default
    return Recorded(
        frozenset({Verdict.ESCALATE}) if asks else rules.verdicts,
        outcome.effect.obligations,
        escalates_default=asks,
        rules=(outcome.rule.id,) if outcome.rule else (),
        errors=(printable(outcome.error.message)[:LONGEST_ERROR],) if outcome.error else (),
    )


def printable(value: Any) -> str:
    """Return a text that can be recorded: halves of characters as escapes, other things as repr."""
    text = value if isinstance(value, str) else repr(value)
    return text.encode("utf-8", "backslashreplace").decode()


def utc(seconds: float) -> str:
    """Return a time in seconds since 1970 as ISO 8601 in UTC, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def decision_of(line: Mapping[str, Any]) -> str:
    """Return the id of the decision that a line of the log is about."""
    ended = line.get("outcome")
    return str(ended.get("of", "")) if isinstance(ended, dict) else str(line.get("id", ""))
