"""Lines of decisions that differ in id, time and arguments only: written whole once, then filled.

What a line says beside those is the same for every call of one kind. It is made and read back once,
as every record is; the others get their own id, time and arguments in its places. That is done only
for arguments whose text is exactly what the record would hold, so that the line is the same.
"""

from collections.abc import Callable
from dataclasses import replace

from fencekit.gate.assess import AGREES
from fencekit.gate.call import ToolCall
from fencekit.gate.gate_decision import GateDecision
from fencekit.gate.tools import Normalised
from fencekit.model.request import Facts, Request
from fencekit.reading import json

MOST_TEMPLATES = 512
LONGEST_ARGUMENTS = 1 << 14
LONGEST_CONTEXT = 1 << 10
MOST_BRACKETS = 100
ID = "3b9f0c6e5d814a27a1f6c2e84d7b0935"
TIME = "7c52e1d09a3b4f688e0d5a1bc3f94e26"
ARGUMENTS = '{"e4d1a7306c9b4b52":"9f27c85e0b1d4a63"}'
"""What stands in a template where a line has its own."""
MARKS = ("unknown", "\\u")
"""What a text of arguments holds whose record may be spelled otherwise."""


Template = tuple[str, ...]
"""A line in four parts, between which stand id, time and arguments."""


class LineTemplates:
    """The lines of one log by kind; `whole` makes the line of a decision, and reads it back."""

    def __init__(self, whole: Callable[[GateDecision], str]) -> None:
        self._whole = whole
        self._kept: dict[tuple[object, ...], Template | None] = {}

    def line(self, made: GateDecision) -> str | None:
        """Return the line of a decision; None for one that has to be made whole.

        Raises what `whole` raises.
        """
        call, normalised, rules = made.call, made.normalised, made.rules
        if normalised is None or rules is None or made.approval or made.errors or call.id:
            return None
        if made.assessment is not AGREES or len(call.context) > LONGEST_CONTEXT:
            return None
        if not rules.certain:
            return None
        text = normalised.decided
        if not is_plain(text) or text != call.arguments:
            return None
        if json.write(normalised.request.args.values) != text:
            return None
        outcome = rules.outcomes[0]
        key = (
            outcome.rule and outcome.rule.id,
            outcome.effect.verdict,
            outcome.effect.obligations,
            made.verdict,
            made.reason,
            made.obligations,
            made.policy,
            normalised.request.capability,
            call.tool,
            call.principal,
            call.environment,
            call.session,
            call.context,
            call.escalates,
        )
        try:
            template = self._kept[key]
        except KeyError:
            if len(self._kept) >= MOST_TEMPLATES:
                self._kept.clear()
            template = self._kept[key] = self._template(made, normalised)
        if template is None:
            return None
        before, to_time, to_arguments, after = template
        return f"{before}{made.id}{to_time}{made.time}{to_arguments}{text}{after}"

    def _template(self, made: GateDecision, normalised: Normalised) -> Template | None:
        """Return the line of this kind of decision in parts; None where it cannot be told apart."""
        call: ToolCall = replace(made.call, arguments=ARGUMENTS)
        request = normalised.request
        stands = Request(
            request.capability,
            principal=request.principal,
            environment=request.environment,
            context=request.context,
            args=Facts(json.parse(ARGUMENTS), whole=True),
        )
        filled = replace(normalised, call=call, request=stands, decided=ARGUMENTS)
        rest, parts = self._whole(replace(made, call=call, normalised=filled, id=ID, time=TIME)), []
        for mark in (ID, TIME, ARGUMENTS):
            before, found, rest = rest.partition(mark)
            if not found or mark in rest:
                return None
            parts.append(before)
        return (*parts, rest)


def is_plain(text: str) -> bool:
    """Say whether a JSON text is short, flat and free of what a record spells in its own way."""
    return (
        2 < len(text) <= LONGEST_ARGUMENTS
        and not any(mark in text for mark in MARKS)
        and text.count("{") + text.count("[") <= MOST_BRACKETS
    )
