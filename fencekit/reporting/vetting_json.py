"""The section of a vetting in the JSON report."""

from typing import Any

from fencekit.model.vetting_result import MeasuredRate, VettingResult


def vetting_of(vetted: VettingResult) -> dict[str, Any]:
    """Return a vetting as JSON values."""
    return {
        "pack": vetted.pack,
        "version": vetted.version,
        "folder": vetted.folder,
        "steps": [
            {"name": step.name, "about": step.about, "state": str(step.state), "said": step.said}
            for step in vetted.steps
        ],
        "rates": [rate_of(rate) for rate in vetted.rates],
        "unmeasured": list(vetted.unmeasured),
        "data": [
            {"name": file.name, "sha256": file.sha256, "calls": file.calls} for file in vetted.data
        ],
    }


def rate_of(rate: MeasuredRate) -> dict[str, Any]:
    """Return a rate as JSON values; shares are from 0 to 1."""
    return {
        "variant": rate.variant,
        "set": rate.set,
        "kind": rate.kind,
        "calls": rate.total,
        "allowed": rate.allowed,
        "escalated": rate.escalated,
        "denied": rate.denied,
        "share": rate.allowed / rate.total if rate.total else None,
        "interval": [rate.low, rate.high],
        "wanted": rate.wanted,
        "reached": rate.reached,
        "slipped": list(rate.slipped),
        "slipped_count": rate.slipped_count,
        "left_out": dict(rate.left_out or {}),
    }
