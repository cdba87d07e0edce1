"""What verifying a chain found, as lines for a terminal and as JSON, with what it does not show."""

from collections.abc import Iterator, Sequence
from typing import Any

from fencekit.model.chain_verification import BrokenChainReason, Verification
from fencekit.reporting.json_report import write_page
from fencekit.reporting.replay_text import Line, at, inert
from fencekit.reporting.report_phrases import count_noun

SCHEMA = "fencekit.verification/1"


def verification_lines(found: Verification, logs: Sequence[str]) -> Iterator[Line]:
    """Yield the result in one line, then how much is covered, and what remains open."""
    yield headline(found)
    yield Line(f"log         {', '.join(inert(log) for log in logs)} ({inert(found.kind)})")
    notes = f", {count_noun(found.notes, 'note')} of the gate among them" if found.notes else ""
    yield Line(f"chain       {found.covered:,} of {count_noun(found.records, 'record')}{notes}")
    if found.fault is None or found.anchored:
        held = f"{found.anchored:,} of {count_noun(found.covered, 'record')}"
        yield Line(f"anchor      {held if found.anchored else 'none'}")
    yield Line(f"signatures  {signatures(found)}")
    if found.head:
        yield Line(f"keep        --count {found.count} --head {inert(found.head)}")
    for open_question in limits(found):
        yield Line(f"note: {open_question}", "dim")


def headline(found: Verification) -> Line:
    """Return the result in one line."""
    if found.fault is None:
        return Line(
            f"VERIFIED: the chain holds for {count_noun(found.covered, 'record')}", "bold green"
        )
    label = "NO CHAIN" if found.why is BrokenChainReason.NO_CHAIN else f"BROKEN: {found.why}"
    where, said = at(found.fault.place), inert(found.fault.message)
    return Line(f"{label}: {where}: {said}", "bold red")


def signatures(found: Verification) -> str:
    """Say how many records a signature vouches for, and how many signatures were not checked."""
    parts = []
    if found.signed:
        parts.append(f"{count_noun(found.signed, 'record')} vouched for")
    if found.unchecked:
        parts.append(f"{found.unchecked:,} not checked: give the public key with `--key`")
    return ", ".join(parts) or "none"


def limits(found: Verification) -> Iterator[str]:
    """Yield what the result does not show, and what was put up with."""
    if found.torn:
        yield (
            f"{count_noun(found.torn, 'torn line')} left by a crash, "
            "vouched for by the record after it"
        )
    if found.partly:
        yield (
            f"of {count_noun(found.partly, 'record')} the chain covers ten fields only, as "
            "CapFence before 0.8.2 hashed them: capability, environment and outcome may have been "
            "changed"
        )
    if found.fault is not None:
        return
    if not found.anchored:
        yield (
            "without an anchor this does not rule out that records were cut off at the end, or "
            "that the whole chain was computed anew: keep `--count` and `--head` elsewhere"
        )
    elif found.anchored < found.covered:
        yield f"after record {found.anchored:,} a cut, or a chain computed anew, is not ruled out"
    elif not found.signed:
        yield "the anchor is as good as the place where it was kept"


def render(found: Verification, logs: Sequence[str]) -> str:
    """Return the result as JSON text with a final newline; pure ASCII."""
    return write_page(to_json(found, logs))


def to_json(found: Verification, logs: Sequence[str]) -> dict[str, Any]:
    """Return the result as JSON values."""
    fault = found.fault
    return {
        "schema": SCHEMA,
        "logs": list(logs),
        "kind": found.kind,
        "holds": found.holds,
        "fault": fault
        and {
            "why": str(fault.why),
            "file": fault.place.file,
            "line": fault.place.line,
            "message": fault.message,
        },
        "records": found.records,
        "covered": found.covered,
        "partly_covered": found.partly,
        "anchored": found.anchored,
        "signed": found.signed,
        "signatures_not_checked": found.unchecked,
        "torn_lines": found.torn,
        "notes": found.notes,
        "count": found.count,
        "head": found.head or None,
        "does_not_show": list(limits(found)),
    }
