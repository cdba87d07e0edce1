"""A report with the secrets of its calls masked: in every section, before anything is written."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from fencekit.checks.postprocess.secret_detection import Masker
from fencekit.model.edit import Blame, Edit, Pair
from fencekit.model.explanation import Trace
from fencekit.model.finding import ChangedRecord, Finding
from fencekit.model.masking import Masking, Redact
from fencekit.model.policy import Policy, Rule
from fencekit.model.report import Report
from fencekit.model.request import Facts, Request

T = TypeVar("T")

WHOLE = (str, int, float, bool, type(None), bytes, Policy, Rule, Pair, Edit, Blame, Trace)
"""What is kept as it is: plain values, and the policies, which are no secret of a call."""


def without_secrets(report: Report, mode: Redact = Redact.SECRETS) -> Report:
    """Return the report with its calls masked, and how many values were.

    Every request in it, at whatever depth, is masked, and so is what is shown of records that could
    not be read. Decisions, rules and counts stay: they were made of the calls as they are.
    """
    redaction = Redaction(mode)
    made = redaction.of(report)
    counts = dict(sorted(redaction.masker.counts.items(), key=lambda item: item[0].name))
    return replace(made, masking=Masking(mode, counts))


class Redaction:
    """One redaction: a request that occurs several times is masked, and counted, once."""

    def __init__(self, mode: Redact = Redact.SECRETS) -> None:
        self.mode = mode
        self.masker = Masker(everything=mode is Redact.ALL)
        self.seen: dict[int, tuple[Any, Any]] = {}

    def of(self, value: T) -> T:
        """Return a value of a report with every request in it masked."""
        return cast("T", value if self.mode is Redact.NONE else self._of(value))

    def _of(self, value: Any) -> Any:
        if isinstance(value, WHOLE):
            return value
        if isinstance(value, tuple):
            if value and all(part.__class__ is ChangedRecord for part in value):
                return self.mask_changed_records(value)
            parts = tuple(map(self._of, value))
            return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, Request):
            return self.request(value)
        known = self.seen.get(id(value))
        if known is None:
            known = self.seen[id(value)] = (self._mask_computed(value), value)
        return known[0]

    def _mask_computed(self, value: Any) -> Any:
        changed = {}
        for entry in fields(value):
            before = getattr(value, entry.name)
            after = self._of(before)
            if after is not before:
                changed[entry.name] = after
        if isinstance(value, Finding) and value.invalid:
            changed["invalid"] = tuple(
                (place, message, self.masker.text(excerpt))
                for place, message, excerpt in value.invalid
            )
        return replace(value, **changed) if changed else value

    def mask_changed_records(self, values: tuple[ChangedRecord, ...]) -> tuple[ChangedRecord, ...]:
        """Return changed records with their requests masked; there may be 100,000 of them."""
        made: dict[int, ChangedRecord] = {}
        request_of = self.request
        for at, one in enumerate(values):
            request = one.record.request
            masked = request_of(request)
            if masked is not request:
                made[at] = replace(one, record=replace(one.record, request=masked))
        return tuple(made.get(at, one) for at, one in enumerate(values)) if made else values

    def request(self, request: Request) -> Request:
        """Return a request with what is secret in its arguments and its context masked.

        One with nothing to mask is returned as it is; one that was masked before, as it was then.
        """
        known = self.seen.get(id(request))
        if known is not None:
            masked: Request = known[0]
            return masked
        args, context = request.args, request.context
        args_made = self.masker.object(args.values)
        context_made = self.masker.object(context.values)
        if args_made is args.values and context_made is context.values:
            return request
        made = Request(
            request.capability,
            principal=request.principal,
            environment=request.environment,
            context=Facts(context_made, open=context.open, whole=context.whole),
            args=Facts(args_made, open=args.open, whole=args.whole),
        )
        self.seen[id(request)] = (made, request)
        return made
