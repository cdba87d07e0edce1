"""What a step of vetting saw: whether it holds, and what there is to mend."""

from dataclasses import dataclass

from fencekit.model.finding import Finding, RecordClass
from fencekit.model.source import Place
from fencekit.model.vetting_result import VettingState


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step saw of a variant, or of the whole pack (`about` is empty)."""

    about: str
    state: VettingState
    said: str
    findings: tuple[Finding, ...] = ()


def fault(step: str, message: str, place: Place | None, hint: str = "") -> Finding:
    """Return what a step found, with the place to mend."""
    slug = f"pack-{step}"
    return Finding(slug, RecordClass.FAULT, "", "", "", 1, message=message, place=place, hint=hint)


def of(about: str, said: str, findings: list[Finding]) -> StepResult:
    """Return a result that fails where there is a finding."""
    return StepResult(
        about, VettingState.FAILS if findings else VettingState.HOLDS, said, tuple(findings)
    )
