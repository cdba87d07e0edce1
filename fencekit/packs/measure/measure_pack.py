"""How many attacks and how many ordinary calls a variant of a pack lets through, on given data.

What is measured is data of the pack, `measure.yaml`: which rows of which files count, how they
become calls of the pack, which parameters are set and where their values come from, and what must
be reached. A rate has its denominator, a confidence interval, and the rows that went the wrong way.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.model.decision import Outcome
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.model.vetting_result import DataFile
from fencekit.packs.measure.measurement_plan import MeasurementPlan, MeasurementTarget, read_plan
from fencekit.packs.measure.measurement_samples import SampleCall, samples
from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_names import refuse_unnamed
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.render_pack import policies

Z = 1.959963984540054
"""The quantile of the normal distribution for an interval of 95 percent."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How the calls of one set were decided by one policy.

    `slipped` names the calls that went the wrong way: attacks that were allowed, ordinary calls
    that were not. `left_out` counts rows that do not count, by the reason; `denied` those that a
    rule denies, by the reason that stands above it.
    """

    wanted: MeasurementTarget
    verdicts: Mapping[Verdict, int]
    slipped: tuple[SampleCall, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    denied: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many calls were decided."""
        return sum(self.verdicts.values())

    @property
    def allowed(self) -> int:
        """How many of them were allowed."""
        return self.verdicts[Verdict.ALLOW]

    @property
    def share(self) -> float | None:
        """The share of the calls that were allowed; None where there were none."""
        return self.allowed / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of 95 percent of the share, after Wilson; all of it where there is none."""
        return wilson(self.allowed, self.total)

    def is_reached(self, variant: Variant) -> bool | None:
        """Say whether what the variant must reach is reached; None where nothing is asked of it."""
        most, least = self.wanted.most.get(variant), self.wanted.least.get(variant)
        if most is None and least is None:
            return None
        if self.share is None:
            return False
        return (most is None or self.share <= most) and (least is None or self.share >= least)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the interval of 95 percent of a share, after Wilson (1927)."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    middle = share + Z * Z / (2 * total)
    spread = Z * sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one pack: its rates by variant, and those of a peer's pack beside them.

    `parameters` are those that were set, `data` the files that were read, `peer` the rates of the
    policies of `maker`. A set of a plan whose files are not there is in `missing`.
    """

    pack: Pack
    plan: MeasurementPlan
    parameters: Mapping[str, tuple[Any, ...]]
    rates: Mapping[Variant, tuple[Rate, ...]]
    peer: Mapping[Variant, tuple[Rate, ...]]
    data: tuple[DataFile, ...]
    missing: tuple[str, ...]
    maker: str = ""


@dataclass(frozen=True, slots=True)
class Peers:
    """Policies of another maker, which are asked about the same calls: the name, and the folder.

    The folder has the policy of each variant, or a folder of them that a plan names as its `peer`,
    as `policies/packs` of CapFence's wheel has.
    """

    maker: str
    folder: Path

    def files(self, plan: MeasurementPlan) -> dict[Variant, Path]:
        """Return the policies that there are for the purpose of a plan."""
        inner = self.folder / plan.peer
        folder = inner if plan.peer and inner.is_dir() else self.folder
        files = {variant: folder / f"{variant}.yaml" for variant in reversed(Variant)}
        return {variant: file for variant, file in files.items() if file.is_file()}


def measure(pack: Pack, data: Path | None, work: Path, *, peers: Peers | None = None) -> Measured:
    """Measure a pack on the files of a folder, and the policies of a peer on the same calls.

    Policies with the parameters of the plan are written into `work`. Raises PackError where a plan
    or a row is none.
    """
    refuse_unnamed(pack.name, "0.0.0")  # files in `work` have it in their names
    plan = read_plan(pack.folder)
    parameters = plan.parameters(pack, data)
    evaluators = dict(policies_for(pack, parameters, work))
    ready = [wanted for wanted in plan.wanted if wanted.is_there(data)]
    defaults = dict(policies_for(pack, {}, folder_in(work, "defaults")))
    others = dict(peer_policies(plan, peers))
    rates: dict[Variant, list[Rate]] = {variant: [] for variant in evaluators}
    beside: dict[Variant, list[Rate]] = {variant: [] for variant in others}
    for wanted in ready:
        # The calls do not depend on who decides them: they are made once for all policies.
        calls = tuple(samples(wanted, pack, data, {} if wanted.is_of_defaults else parameters))
        for variant, evaluator in evaluators.items():
            decider = defaults[variant] if wanted.is_of_defaults else evaluator
            rates[variant].append(rate(wanted, decider, calls))
        for variant, evaluator in others.items():
            beside[variant].append(
                Rate(wanted, {Verdict.ALLOW: 0})  # a peer's pack reads fields of its own
                if wanted.is_of_defaults
                else rate(wanted, evaluator, calls)
            )
    return Measured(
        pack,
        plan,
        parameters,
        {variant: tuple(found) for variant, found in rates.items()},
        {variant: tuple(found) for variant, found in beside.items()},
        plan.files(data),
        tuple(wanted.name for wanted in plan.wanted if wanted not in ready),
        peers.maker if peers is not None else "",
    )


def folder_in(work: Path, name: str) -> Path:
    """Return a folder of a name, which is made."""
    made = work / name
    made.mkdir(exist_ok=True)
    return made


def policies_for(
    pack: Pack, parameters: Mapping[str, Any], work: Path
) -> Iterator[tuple[Variant, Evaluator]]:
    """Yield each variant of a pack with these parameters, ready to decide."""
    for variant, (_, text) in zip(reversed(Variant), policies(pack, parameters), strict=False):
        file = work / f"{pack.name}-{variant}.yaml"
        file.write_text(text, encoding="utf-8")
        yield variant, ENGINE.compile(load_policy(file))


def peer_policies(
    plan: MeasurementPlan, peers: Peers | None
) -> Iterator[tuple[Variant, Evaluator]]:
    """Yield each variant of the peer's policies for the same purpose, if there are any."""
    if peers is not None:
        for variant, file in peers.files(plan).items():
            yield variant, ENGINE.compile(load_policy(file, strict=False))


def rate(wanted: MeasurementTarget, evaluator: Evaluator, calls: Iterable[SampleCall]) -> Rate:
    """Return how a policy decides the calls of one set."""
    verdicts: Counter[Verdict] = Counter()
    left_out: Counter[str] = Counter()
    denied: Counter[str] = Counter()
    slipped = []
    lines: dict[str, list[str]] = {}
    for sample in calls:
        if any(verdict(evaluator, alone) is Verdict.ALLOW for alone in sample.alone):
            left_out[sample.why] += 1
            continue
        outcome = evaluator.decide(sample.request).outcomes[0]
        said = outcome.effect.verdict
        verdicts[said] += 1
        if said is Verdict.DENY:
            denied[reason(outcome, lines)] += 1
        if (said is Verdict.ALLOW) is wanted.is_attack:
            slipped.append(sample)
    return Rate(wanted, verdicts, tuple(slipped), left_out, denied)


def reason(outcome: Outcome, read: dict[str, list[str]]) -> str:
    """Return why a call is denied: the comment above the rule, as packs are rendered.

    `read` keeps the lines of each file that was looked at, for the next call.
    """
    if outcome.error is not None:
        return "it cannot be decided"
    place = outcome.rule.place if outcome.rule is not None else None
    if place is None or not place.line:
        return "no rule names it"
    if place.file not in read:
        read[place.file] = Path(place.file).read_text(encoding="utf-8").splitlines()
    return read[place.file][place.line - 2].strip().removeprefix("# ")


def verdict(evaluator: Evaluator, request: Request) -> Verdict:
    """Return the verdict on a call of which all is known."""
    return evaluator.decide(request).outcomes[0].effect.verdict
