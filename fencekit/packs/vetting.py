"""Vetting a pack: everything that must hold of it, checked anew, with the evidence for each thing.

A step that finds something is a finding, with its place. A step that could not be checked makes the
whole vetting one that could not check: nothing that was not looked at passes.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fencekit.model.errors import FencekitError, UsageError
from fencekit.model.finding import Class, Finding, Level
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input, Place
from fencekit.model.verdict import Verdict
from fencekit.model.vetting import MeasuredRate, State, Step, Vetted
from fencekit.packs.found import Found
from fencekit.packs.measure import Measured, Rate, measure
from fencekit.packs.pack import Pack, read_pack
from fencekit.packs.plan import PLAN
from fencekit.packs.steps import STEPS, Vet
from fencekit.packs.variants import Variant
from fencekit.reading.files import sha256_of

VERDICTS = (Verdict.ALLOW, Verdict.ESCALATE, Verdict.DENY)
MOST_SLIPPED = 10
"""The calls of a set that went the wrong way that a report names."""


@dataclass(frozen=True, slots=True)
class VetJob:
    """Everything that a vetting is told.

    `data` is a folder of recorded calls; without it, rates that need one are not measured. With a
    limit on mutants, that many are tried of each variant, spread over all. `without` names steps
    that are left out, which the report says.
    """

    folder: str
    data: str = ""
    max_mutants: int | None = None
    jobs: int = 1
    without: frozenset[str] = field(default_factory=frozenset)

    def run(self, *, progress: Callable[[str], None] | None = None) -> Report:
        """Return the report; `progress` is told the name of each step before it begins.

        Raises PackError where there is no pack to vet, and UsageError for a folder of data that is
        none.
        """
        if self.data and not Path(self.data).is_dir():
            hint = "name the folder that has the recorded calls"
            raise UsageError(f"`{self.data}` is no folder of data", hint=hint)
        pack = read_pack(Path(self.folder))
        vet = Vet(pack, max_mutants=self.max_mutants, jobs=self.jobs)
        steps: list[Step] = []
        findings: list[Finding] = []
        for name, check in STEPS.items():
            if name in self.without:
                steps.append(Step(name, "", State.LEFT_OUT, "left out, as asked"))
                continue
            if progress is not None:
                progress(name)
            for found in guarded(check, vet):
                steps.append(Step(name, found.about, found.state, found.said))
                findings.extend(found.findings)
        rates, unmeasured, missed = self.measured(pack, steps, progress)
        findings.extend(missed)
        vetted = Vetted(pack.name, pack.version, self.folder, tuple(steps), rates, unmeasured)
        return report_of(vetted, tuple(findings), inputs_of(pack))

    def measured(
        self, pack: Pack, steps: list[Step], progress: Callable[[str], None] | None
    ) -> tuple[tuple[MeasuredRate, ...], tuple[str, ...], list[Finding]]:
        """Measure the rates of the pack's plan, as far as there is data, and add the step."""
        if not (pack.folder / PLAN).is_file():
            steps.append(Step("rates", "", State.LEFT_OUT, f"the pack has no `{PLAN}`"))
            return (), (), []
        if progress is not None:
            progress("rates")
        try:
            with tempfile.TemporaryDirectory() as work:
                found = measure(pack, Path(self.data) if self.data else None, Path(work))
        except FencekitError as error:
            steps.append(Step("rates", "", State.NOT_CHECKED, str(error)))
            return (), (), []
        rates = tuple(
            rate_of(rate, variant) for variant, listed in found.rates.items() for rate in listed
        )
        missed = [miss(pack, rate) for rate in rates if rate.reached is False]
        steps.append(rates_step(found, rates, missed))
        return rates, found.missing, missed


def guarded(check: "Callable[[Vet], Iterator[Found]]", vet: Vet) -> Iterator[Found]:
    """Yield what a step finds; an error of ours is a step that could not be checked."""
    try:
        yield from check(vet)
    except FencekitError as error:
        yield Found("", State.NOT_CHECKED, str(error))


def rates_step(found: Measured, rates: tuple[MeasuredRate, ...], missed: list[Finding]) -> Step:
    """Return the step of measuring."""
    wanted = [rate for rate in rates if rate.reached is not None]
    said = f"{len(wanted) - len(missed)} of {len(wanted)} rates are reached"
    if found.missing:
        said += f"; without their data: {', '.join(found.missing)}"
    if missed:
        return Step("rates", "", State.FAILS, said)
    return Step("rates", "", State.HOLDS if wanted else State.LEFT_OUT, said)


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
        rate.reached(variant),
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
    place = Place(str(pack.policy_file(Variant[rate.variant.upper()])))
    return Finding(
        "pack-rates", Class.FAULT, "", "", "", 1, message=message, place=place, hint=hint
    )


def inputs_of(pack: Pack) -> tuple[Input, ...]:
    """Return the files of the pack, each with its digest."""
    files = (path for path in sorted(pack.folder.rglob("*")) if path.is_file())
    return tuple(Input("pack", str(path), sha256_of(str(path))) for path in files)


def report_of(vetted: Vetted, findings: tuple[Finding, ...], inputs: tuple[Input, ...]) -> Report:
    """Return the report of a vetting."""
    open_steps = [step for step in vetted.steps if step.state is State.NOT_CHECKED]
    troubles = tuple(
        f"{step.name}{f' of {step.about}' if step.about else ''}: {step.said}"
        for step in open_steps
    )
    failed = any(step.state is State.FAILS for step in vetted.steps)
    if not any(step.state is State.HOLDS for step in vetted.steps) and not failed:
        troubles = (*troubles, "no step was checked")
    status = Status.FINDINGS if failed else Status.CLEAN
    if troubles and not failed:
        status = Status.COULD_NOT_CHECK
    return Report(
        check="vet",
        status=status,
        checked=len(vetted.steps),
        counts=dict.fromkeys(Class, 0),
        findings=tuple(sorted(findings, key=lambda found: list(Level).index(found.level))),
        inputs=inputs,
        fail_on=FailOn.LOOSER,
        limits=Limits(),
        troubles=troubles,
        vetting=vetted,
    )
