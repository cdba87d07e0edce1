"""The step of vetting that measures: what the plan of a pack promises is reached on the data.

Nothing measured reaches nothing: with data given, a set of calls whose files are not there, or that
has no call, was not checked. Without data, what needs some is named.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fencekit.model.errors import FencekitError
from fencekit.model.finding import Finding
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.model.vetting_result import MeasuredRate, VettingState
from fencekit.packs.measure.measure_pack import Measured, Peers, Rate, measure
from fencekit.packs.measure.measurement_plan import PLAN, MeasurementTarget
from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.vet.vetting_step import StepResult, fault

VERDICTS = (Verdict.ALLOW, Verdict.ESCALATE, Verdict.DENY)
MOST_SLIPPED = 1_000
"""The calls of a set that went the wrong way that a report names."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What the step saw, and all that was measured; nothing where that could not be done."""

    found: tuple[StepResult, ...]
    rates: tuple[MeasuredRate, ...] = ()
    measured: Measured | None = None

    @property
    def sets_without_data(self) -> tuple[str, ...]:
        """The sets of calls that no variant was asked about."""
        if self.measured is None:
            return ()
        asked = {rate.set for rate in self.rates}
        return tuple(one.name for one in self.measured.plan.wanted if one.name not in asked)


def measure_rates(pack: Pack, data: Path | None, peers: Peers | None = None) -> Rated:
    """Measure the sets of the pack's plan, as far as there is data."""
    if not (pack.folder / PLAN).is_file():
        return Rated((without_plan(data),))
    with tempfile.TemporaryDirectory() as work:
        try:
            measured = measure(pack, data, Path(work), peers=peers)
            lacking = tuple(missing_data(measured, data))
        except FencekitError as error:
            said = str(error).replace(f"{work}/", "")
            return Rated((StepResult("", VettingState.NOT_CHECKED, said),))
    rates = tuple(
        rate_of(rate, variant)
        for variant, listed in measured.rates.items()
        for rate in listed
        if rate.total
    )
    if lacking and all(rate.reached is None for rate in rates):
        return Rated(lacking, rates, measured)
    found = count_reached(pack, rates, () if data is not None else measured.missing)
    return Rated((found, *lacking), rates, measured)


def without_plan(data: Path | None) -> StepResult:
    """Return what there is to say of a pack that promises nothing."""
    if data is None:
        return StepResult("", VettingState.LEFT_OUT, f"the pack has no `{PLAN}`")
    said = f"there is data, and the pack has no `{PLAN}` that says what to measure on it"
    return StepResult("", VettingState.NOT_CHECKED, said)


def count_reached(
    pack: Pack, rates: tuple[MeasuredRate, ...], missing: tuple[str, ...]
) -> StepResult:
    """Return how many of the rates that are asked for are reached, and which sets need data."""
    wanted = [rate for rate in rates if rate.reached is not None]
    missed = tuple(miss(pack, rate) for rate in wanted if rate.reached is False)
    said = f"{len(wanted) - len(missed)} of {len(wanted)} rates are reached"
    if missing:
        said += f"; without their data: {', '.join(missing)}"
    if missed:
        return StepResult("", VettingState.FAILS, said, missed)
    return StepResult("", VettingState.HOLDS if wanted else VettingState.LEFT_OUT, said)


def missing_data(measured: Measured, data: Path | None) -> Iterator[StepResult]:
    """Yield each parameter that the data lacks, and each set of calls that was not all asked."""
    for name, setting in measured.plan.settings.items():
        lack = setting.choice.lack(data) if data is not None else ""
        if data is not None and name not in measured.parameters:
            lack = lack or "no row has one"
        if lack:
            said = f"{lack}, and its values come from there"
            yield StepResult(f"parameter {name}", VettingState.NOT_CHECKED, said)
    for wanted in measured.plan.wanted:
        lack = wanted.choice.lack(data) if wanted.choice is not None and data is not None else ""
        said = lack or "; ".join(nothing_asked(measured, wanted))
        if said:
            yield StepResult(wanted.name, VettingState.NOT_CHECKED, said)


def nothing_asked(measured: Measured, wanted: MeasurementTarget) -> Iterator[str]:
    """Yield why a set has no call that a variant was asked about, where that is so."""
    for variant, rates in measured.rates.items():
        for rate in rates:
            if rate.wanted.name == wanted.name and not rate.total:
                reasons = [f"{why}: {count:,}" for why, count in sorted(rate.left_out.items())]
                said = f"none counts, {', '.join(reasons)}" if reasons else "there is no such call"
                yield f"{variant}: {said}"


def rate_of(rate: Rate, variant: Variant) -> MeasuredRate:
    """Return a rate as the report has it."""
    allow, escalate, deny = (rate.verdicts.get(verdict, 0) for verdict in VERDICTS)
    low, high = rate.interval
    parts = [
        f"at {word} {100 * shares[variant]:g} %"
        for word, shares in (("most", rate.wanted.most), ("least", rate.wanted.least))
        if variant in shares
    ]
    return MeasuredRate(
        str(variant),
        rate.wanted.name,
        "attack" if rate.wanted.is_attack else "ordinary",
        allow,
        escalate,
        deny,
        low,
        high,
        " and ".join(parts),
        rate.is_reached(variant),
        tuple(sample.name for sample in rate.slipped[:MOST_SLIPPED]),
        len(rate.slipped),
        dict(sorted(rate.left_out.items())),
    )


def miss(pack: Pack, rate: MeasuredRate) -> Finding:
    """Return the finding that a rate is not reached."""
    message = (
        f"{rate.variant}: {rate.allowed:,} of {rate.total:,} calls of `{rate.set}` are allowed, "
        f"and {rate.wanted} may be or must be"
    )
    hint = "such as " + ", ".join(f"`{name}`" for name in rate.slipped[:3]) if rate.slipped else ""
    return fault(
        "rates", message, Place(str(pack.policy_file(Variant[rate.variant.upper()]))), hint
    )
