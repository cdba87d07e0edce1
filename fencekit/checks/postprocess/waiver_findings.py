"""The findings that waivers are themselves: unused, expired, too broad, exceeded."""

from collections.abc import Mapping
from datetime import date

from fencekit.model.finding import Finding, Level, RecordClass
from fencekit.model.finding_key import SHORT
from fencekit.model.waiver import Waiver, WaiverState, WaiverUse

SLUGS: dict[WaiverState, tuple[str, Level]] = {
    WaiverState.UNUSED: ("waiver-unused", Level.WARNING),
    WaiverState.EXPIRED: ("waiver-expired", Level.WARNING),
    WaiverState.TOO_BROAD: ("waiver-too-broad", Level.ERROR),
    WaiverState.EXCEEDED: ("waiver-exceeded", Level.ERROR),
}
"""The finding that a waiver is when it does not simply apply."""


def complaint(use: WaiverUse, today: date) -> Finding:
    """Return the finding that a waiver is."""
    slug, level = SLUGS[use.state]
    waiver = use.waiver
    said, hint = {
        WaiverState.UNUSED: (
            f"nothing needs this waiver{f': {use.note}' if use.note else ''}",
            "take it out; what is loosened now has to be looked at, and waived, anew"
            if use.note
            else "take it out",
        ),
        WaiverState.EXPIRED: (
            f"the waiver expired on {waiver.expires}, and today is {today}",
            "mend the policy, or have it renewed",
        ),
        WaiverState.TOO_BROAD: (
            f"the waiver covers nearly any call, so it waives nothing: {use.note}",
            "waive one finding with `fencekit waive FINDING`, or name a capability or a `rule`",
        ),
        WaiverState.EXCEEDED: (
            f"the waiver may cover {waiver.max_count} calls, not the {use.calls} in its scope",
            "mend the policy, or have a greater `max_count` approved",
        ),
    }[use.state]
    return Finding(
        slug,
        RecordClass.FAULT,
        waiver.capability,
        "",
        "",
        1,
        message=said,
        level=level,
        place=waiver.place,
        hint=hint,
    )


def changed_content(waiver: Waiver, digests: Mapping[str, str], keys: frozenset[str]) -> str:
    """Say what became of the content that an unused waiver names; empty where it is still there.

    `digests` are those of the candidate's rules by their ids, `keys` those of the findings.
    """
    if waiver.rule_digest and not any(d.startswith(waiver.rule_digest) for d in digests.values()):
        short = waiver.rule_digest[:SHORT]
        now = digests.get(waiver.rule)
        there = f"; `{waiver.rule}` is `{waiver.rule}@{now[:SHORT]}` now" if now else ""
        return f"the policy has no rule `{waiver.rule}@{short}` any more{there}"
    if waiver.finding and not any(key.startswith(waiver.finding) for key in keys):
        return f"there is no finding `{waiver.finding[:SHORT]}` any more, or it is another one now"
    return ""
