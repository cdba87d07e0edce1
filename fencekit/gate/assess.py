"""The assessor: an adviser that may only tighten what the rules say.

What it says is joined by `max`, so it cannot loosen; when it crashes, hangs or says nonsense, the
call is escalated.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from fencekit.gate.call import shown_type
from fencekit.model.request import Request
from fencekit.model.verdict import Effect, Obligation, Verdict
from fencekit.reading import json

MOST_HANGING = 8
"""So many assessments may hang at once; from then on none is begun, and every call escalates."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessor says of a call: how tight it would be, why, and duties to add."""

    verdict: Verdict
    reason: str = ""
    obligations: frozenset[Obligation] = frozenset()


AGREES = Assessment(Verdict.ALLOW)


class Assessor(Protocol):
    """An adviser. It sees the request that the rules decided, and what they said."""

    def assess(self, request: Request, effect: Effect) -> Assessment:
        """Return how tight it would be; ALLOW says nothing."""
        ...


@dataclass(frozen=True)
class KeywordAssessor:
    """An example: it escalates calls that name a keyword, in any case, or are large.

    `max_bytes` bounds the arguments as compact JSON.
    """

    keywords: Iterable[str] = ()
    max_bytes: int = 1 << 16

    def __post_init__(self) -> None:
        folded = tuple(word.casefold() for word in self.keywords)
        object.__setattr__(self, "keywords", folded)

    def assess(self, request: Request, effect: Effect) -> Assessment:  # noqa: ARG002  (protocol)
        """Return ESCALATE for a call that names a keyword or is large."""
        text = json.write(request.args.values)
        if len(text.encode()) > self.max_bytes:
            return Assessment(Verdict.ESCALATE, "large")
        folded = text.casefold()
        found = next((word for word in self.keywords if word in folded), None)
        return AGREES if found is None else Assessment(Verdict.ESCALATE, f"keyword `{found}`")


@dataclass
class Advice:
    """An assessor with its time limit, in seconds; 0 runs it without one, in the same thread."""

    assessor: Assessor
    seconds: float = 1.0
    _hanging: list[threading.Thread] = field(default_factory=list)

    def ask(self, request: Request, effect: Effect) -> Assessment:
        """Return what the assessor says; trouble is an ESCALATE that says which."""
        if self.seconds <= 0:
            return self._ask_assessor(request, effect)
        self._hanging = [thread for thread in self._hanging if thread.is_alive()]
        if len(self._hanging) >= MOST_HANGING:
            return trouble("it does not answer any more")
        said: list[Assessment] = []
        thread = threading.Thread(
            target=lambda: said.append(self._ask_assessor(request, effect)),
            name="fencekit-assessor",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError as error:
            return trouble(f"it could not be asked: {error}")
        thread.join(self.seconds)
        if said:
            return said[0]
        self._hanging.append(thread)
        return trouble(f"no answer within {self.seconds:g} s")

    def _ask_assessor(self, request: Request, effect: Effect) -> Assessment:
        try:
            return sensible(self.assessor.assess(request, effect))
        # Whatever an adviser raises, the call is escalated.
        except BaseException as error:  # noqa: BLE001
            return trouble(f"{type(error).__name__}: {error}")


def sensible(said: Any) -> Assessment:
    """Return what an assessor said where it is an assessment; an ESCALATE otherwise."""
    if (
        isinstance(said, Assessment)
        and isinstance(said.verdict, Verdict)
        and isinstance(said.reason, str)
        and isinstance(said.obligations, frozenset)
        and all(isinstance(duty, Obligation) for duty in said.obligations)
    ):
        return said
    return trouble(f"it said {shown_type(said)}, which is no assessment")


def trouble(what: str) -> Assessment:
    """Return the assessment that trouble with the assessor makes."""
    return Assessment(Verdict.ESCALATE, f"assessor: {what}")
