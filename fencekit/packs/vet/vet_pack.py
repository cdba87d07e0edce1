"""Vetting a pack: everything that must hold of it, checked anew, with the evidence for each thing.

A step that finds something is a finding, with its place. A step that could not be checked makes the
whole vetting one that could not check: nothing that was not looked at passes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fencekit.model.errors import FencekitError, UsageError
from fencekit.model.finding import Finding, Level, RecordClass
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input
from fencekit.model.vetting_result import DataFile, VettingResult, VettingState, VettingStep
from fencekit.packs.measure.measure_pack import Measured, Peers
from fencekit.packs.measure.measurement_plan import PLAN, read_plan
from fencekit.packs.pack.pack import Pack, read_pack
from fencekit.packs.vet.report_paths import of_archive, without_machine
from fencekit.packs.vet.vet_rates import measure_rates
from fencekit.packs.vet.vetting_step import StepResult
from fencekit.packs.vet.vetting_steps import STEPS, Vet
from fencekit.reading.input_files import sha256_of


@dataclass(frozen=True, slots=True)
class VetJob:
    """Everything that a vetting is told.

    `data` is a folder of recorded calls; without it, rates that need one are not measured. With a
    limit on mutants, that many are tried of each variant, spread over all. `without` names steps
    that are left out, which the report says. `peers` are policies to measure on the same calls.
    """

    folder: str
    data: str = ""
    max_mutants: int | None = None
    jobs: int = 1
    without: frozenset[str] = field(default_factory=frozenset)
    peers: Peers | None = None
    archive: str = ""
    """The archive that the folder was unpacked from, for the time being."""

    def run(
        self,
        *,
        progress: Callable[[str], None] | None = None,
        measured: Callable[[Measured], None] | None = None,
    ) -> Report:
        """Return the report; `progress` is told the name of each step before it begins.

        `measured` is given all that was measured, those of the peers beside. Raises PackError where
        there is no pack to vet, and UsageError for a folder of data that is none.
        """
        if self.data and not Path(self.data).is_dir():
            hint = "name the folder that has the recorded calls"
            raise UsageError(f"`{self.data}` is no folder of data", hint=hint)
        pack = read_pack(Path(self.folder))
        if self.peers is not None:
            refuse_no_peers(pack, self.peers)
        vet = Vet(pack, max_mutants=self.max_mutants, jobs=self.jobs)
        steps: list[VettingStep] = []
        findings: list[Finding] = []

        def take(name: str, all_found: Iterable[StepResult]) -> None:
            for found in all_found:
                steps.append(VettingStep(name, found.about, found.state, on_one_line(found.said)))
                findings.extend(found.findings)

        for name, check in STEPS.items():
            if name in self.without:
                steps.append(VettingStep(name, "", VettingState.LEFT_OUT, "left out, as asked"))
                continue
            if progress is not None:
                progress(name)
            take(name, run_step(check, vet))
        if progress is not None and (pack.folder / PLAN).is_file():
            progress("rates")
        made = measure_rates(pack, Path(self.data) if self.data else None, self.peers)
        take("rates", made.found)
        data = made.measured.data if made.measured is not None else ()
        if measured is not None and made.measured is not None:
            measured(made.measured)
        vetted = VettingResult(
            pack.name,
            pack.version,
            self.folder,
            tuple(steps),
            made.rates,
            made.sets_without_data,
            data,
        )
        report = report_of(vetted, tuple(findings), (*inputs_of(pack), *inputs_of_data(data)))
        return self.retold(report)

    def retold(self, report: Report) -> Report:
        """Return the report with the names that its user knows: of the archive, of the folders."""
        if self.archive:
            report = of_archive(report, self.folder, self.archive)
        named = (self.archive or self.folder, self.data)
        return without_machine(report, [Path(one) for one in named if one])


def refuse_no_peers(pack: Pack, peers: Peers) -> None:
    """Raise UsageError where there are no policies to measure beside the pack."""
    if not (pack.folder / PLAN).is_file():
        raise UsageError(f"the pack has no `{PLAN}`, so there is nothing to measure beside it")
    if not peers.files(read_plan(pack.folder)):
        hint = f"a folder in it that is the `peer` of `{PLAN}` may have them"
        said = f"`{peers.folder}` has no `strict.yaml`, `baseline.yaml` or `permissive.yaml`"
        raise UsageError(said, hint=hint)


def run_step(check: "Callable[[Vet], Iterator[StepResult]]", vet: Vet) -> Iterator[StepResult]:
    """Yield what a step finds; an error of ours is a step that could not be checked."""
    try:
        yield from check(vet)
    except FencekitError as error:
        yield StepResult("", VettingState.NOT_CHECKED, str(error))


def on_one_line(said: str) -> str:
    """Return what a step saw as one line; an error has its hint on a line of its own."""
    return "; ".join(line.strip() for line in said.splitlines())


def inputs_of(pack: Pack) -> tuple[Input, ...]:
    """Return the files of the pack, each with its digest."""
    files = (path for path in sorted(pack.folder.rglob("*")) if path.is_file())
    return tuple(Input("pack", str(path), sha256_of(str(path))) for path in files)


def inputs_of_data(data: tuple[DataFile, ...]) -> tuple[Input, ...]:
    """Return the files of the data, each by its name in its folder, with its digest."""
    return tuple(Input("data", file.name, file.sha256) for file in data)


def report_of(
    vetted: VettingResult, findings: tuple[Finding, ...], inputs: tuple[Input, ...]
) -> Report:
    """Return the report of a vetting."""
    open_steps = [step for step in vetted.steps if step.state is VettingState.NOT_CHECKED]
    troubles = tuple(
        f"{step.name}{f' of {step.about}' if step.about else ''}: {step.said}"
        for step in open_steps
    )
    failed = any(step.state is VettingState.FAILS for step in vetted.steps)
    if not any(step.state is VettingState.HOLDS for step in vetted.steps) and not failed:
        troubles = (*troubles, "no step was checked")
    status = Status.FINDINGS if failed else Status.CLEAN
    if troubles and not failed:
        status = Status.COULD_NOT_CHECK
    return Report(
        check="vet",
        status=status,
        checked=len(vetted.steps),
        counts=dict.fromkeys(RecordClass, 0),
        findings=tuple(sorted(findings, key=lambda found: list(Level).index(found.level))),
        inputs=inputs,
        fail_on=FailOn.LOOSER,
        limits=Limits(),
        troubles=troubles,
        vetting=vetted,
    )
