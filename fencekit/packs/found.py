"""What a step of vetting saw: whether it holds, and what there is to mend."""

from dataclasses import dataclass

from fencekit.model.finding import Class, Finding
from fencekit.model.source import Place
from fencekit.model.vetting import State


@dataclass(frozen=True, slots=True)
class Found:
    """What a step saw of a variant, or of the whole pack (`about` is empty)."""

    about: str
    state: State
    said: str
    findings: tuple[Finding, ...] = ()


def fault(step: str, message: str, place: Place | None, hint: str = "") -> Finding:
    """Return what a step found, with the place to mend."""
    slug = f"pack-{step}"
    return Finding(slug, Class.FAULT, "", "", "", 1, message=message, place=place, hint=hint)


def of(about: str, said: str, findings: list[Finding]) -> Found:
    """Return a result that fails where there is a finding."""
    return Found(about, State.FAILS if findings else State.HOLDS, said, tuple(findings))
