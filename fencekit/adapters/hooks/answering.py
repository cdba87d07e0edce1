"""One event answered by the gate: decided and recorded, or its outcome recorded; never raised.

Whatever is wrong is a block, in the way that every host honours: the exit code 2, with a text on
the standard error, and the denial in the host's own shape.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from fencekit.adapters.hooks.events import HookEvent, read_event
from fencekit.adapters.hooks.forms import FORMS, PATHS, HostForm
from fencekit.adapters.hooks.open_calls import find_open_call
from fencekit.adapters.mapped_tools import MappedTools
from fencekit.adapters.telling import explain_denial
from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.approvals.keys import KeyRing
from fencekit.gate.approvals.store import open_store
from fencekit.gate.audit import Audit, utc
from fencekit.gate.gate import Gate
from fencekit.logs.tool_map import ToolMap, load_tools
from fencekit.model.errors import FencekitError
from fencekit.model.verdict import Verdict
from fencekit.reading import json

BLOCKED = 2
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class HookSettings:
    """How a hook decides: by which policy, under which names, and where it records."""

    host: str
    policy: str
    audit: str = ""
    tools: str = ""
    principal: str = ""
    environment: str = ""
    approvals: str = ""
    keys: str = ""
    policy_root: str = ""


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What a hook says: its exit code, and the text on both outputs."""

    code: int = 0
    out: str = ""
    err: str = ""


class HookGate:
    """The gate of one hook, for any number of events. Raises where it cannot be made."""

    def __init__(self, settings: HookSettings) -> None:
        self.settings = settings
        self.form = FORMS[settings.host]
        mapping = load_tools(settings.tools) if settings.tools else ToolMap()
        self._environment = settings.environment or mapping.environment or ""
        policy = load_policy(settings.policy, policy_root=settings.policy_root or None)
        self._files = [file.path for file in policy.files] + [settings.tools or settings.policy]
        self._seen = states_of(self._files)
        desk = None
        if settings.approvals:
            desk = Desk(open_store(settings.approvals), KeyRing(settings.keys))
        self.audit = Audit(settings.audit) if settings.audit else None
        self._gate = Gate(
            policy,
            tools=MappedTools(mapping.over(self.form.tools), PATHS),
            audit=self.audit,
            approvals=desk,
        )

    @property
    def is_current(self) -> bool:
        """Whether the files of policy and mapping are those that were read."""
        return states_of(self._files) == self._seen

    def answer(self, data: bytes) -> HookAnswer:
        """Return the answer to an event; raise nothing."""
        try:
            event = read_event(
                data,
                self.form,
                principal=self.settings.principal or self.form.name,
                environment=self._environment,
            )
            if event is None:
                return HookAnswer()
            if event.outcome is not None:
                return self._record_outcome(event)
            return self._decide(event)
        # Whatever is wrong, nothing was allowed.
        except Exception as error:  # noqa: BLE001
            return blocked_by(error, self.form)

    def close(self) -> None:
        """Close the log and the store of this thread."""
        self._gate.close()

    def _decide(self, event: HookEvent) -> HookAnswer:
        """Decide and record a call."""
        made = self._gate.decide(event.call)
        if made.authorized:
            return HookAnswer()  # in silence: what the host itself forbids or asks stays so
        reason = explain_denial(made)
        if made.verdict is Verdict.ESCALATE and self._gate.approvals is None and self.form.asks:
            return HookAnswer(0, json.write(self.form.answer("ask", reason)) + "\n")
        return HookAnswer(0, json.write(self.form.answer("deny", reason)) + "\n")

    def _record_outcome(self, event: HookEvent) -> HookAnswer:
        """Record how a call ended, linked to its decision; it has run, and cannot be blocked."""
        if self.audit is None or event.outcome is None:
            return HookAnswer()
        decision = find_open_call(self.audit.path, event.call)
        if not decision:
            return HookAnswer(1, err="fencekit: no decision of this call waits for its outcome\n")
        try:
            now = utc(time.time())
            self.audit.outcome(decision, event.outcome, id=os.urandom(16).hex(), time=now)
        except FencekitError as error:
            return HookAnswer(
                1, err=f"fencekit: the outcome could not be recorded: {error.message}\n"
            )
        return HookAnswer()


def blocked_by(error: Exception, form: HostForm | None) -> HookAnswer:
    """Return the block that trouble is; every host honours one of its three signs."""
    said = str(error) if isinstance(error, FencekitError) else f"{type(error).__name__}: {error}"
    said = f"fencekit: blocked, the hook could not decide: {said}"[:LONGEST]
    out = "" if form is None else json.write(form.answer("deny", printable(said))) + "\n"
    return HookAnswer(BLOCKED, out, printable(said) + "\n")


def printable(text: str) -> str:
    """Return a text without halves of characters."""
    return text.encode("utf-8", "backslashreplace").decode()


def answer_once(settings: HookSettings, data: bytes) -> HookAnswer:
    """Return the answer of a gate that is made for this event only."""
    try:
        gate = HookGate(settings)
    # A policy that does not load, a store that is gone: nothing is allowed.
    except Exception as error:  # noqa: BLE001
        return blocked_by(error, FORMS[settings.host])
    try:
        return gate.answer(data)
    finally:
        gate.close()


def states_of(paths: list[str]) -> list[tuple[int, ...]]:
    """Return what tells whether files are still the ones that they were."""
    found: list[tuple[int, ...]] = []
    for path in paths:
        try:
            state = Path(path).stat()
            found.append((state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns))
        except OSError:
            found.append(())
    return found
