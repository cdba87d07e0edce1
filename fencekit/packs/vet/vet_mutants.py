"""The step of vetting that mutates each variant: every edit that changes a decision is noticed.

With evidence, each mutant is looked at again: the case that is said to notice it is decided, what
is said to be equivalent is shown to be so anew. Without, all the work is done.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from multiprocessing import get_context

from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.time_limit import time_limit
from fencekit.model.case import Case
from fencekit.model.finding import Finding
from fencekit.model.mutant import Mutant
from fencekit.model.mutation_result import Mutation
from fencekit.model.source import Place
from fencekit.model.vetting_result import VettingState
from fencekit.mutation.mutant_equivalence import EquivalenceChecker, EquivalenceProof
from fencekit.mutation.mutant_pool import judge_mutants, sample_mutants
from fencekit.mutation.mutant_probes import Probes
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.packs.pack.pack import Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.vet.mutation_evidence import FILE, Evidence, digest_mutants, digests_of
from fencekit.packs.vet.vetting_step import StepResult, fault, of

TIMEOUT = 5.0
MOST_SHOWN = 20
"""The findings of one variant that are shown."""


@dataclass(frozen=True, slots=True)
class Mutating:
    """What the step is told: the pack, how many mutants of each variant, in how many processes."""

    pack: Pack
    most: int | None
    jobs: int
    cases: Mapping[Variant, Sequence[Case]]

    def without_evidence(self, variant: Variant) -> StepResult:
        """Return what comes of all the work on a variant."""
        name, cases = str(variant), self.cases[variant]
        policy = load_policy(str(self.pack.policy_file(variant)))
        probes = Probes.of_cases(cases)
        failing = MutantRunner(policy, probes).failing()
        if failing:
            said = f"{len(failing)} of {len(cases)} cases do not pass on the policy itself"
            return StepResult(
                name, VettingState.NOT_CHECKED, f"{said}, such as `{failing[0].name}`"
            )
        mutants, _ = judge_mutants(
            policy, probes, timeout=TIMEOUT, jobs=self.jobs, sample=self.most
        )
        made = Mutation(policy.file, len(cases), 0, mutants)
        if made.score is None:
            said = "the policy has no mutant that decides any call otherwise"
            return StepResult(name, VettingState.NOT_CHECKED, said)
        limit = f", a sample of at most {self.most}" if self.most else ""
        said = f"{made.killed} of {made.scored} mutants are noticed{limit}"
        return of(name, said, [unnoticed_finding(one.label, one.place) for one in made.survivors])

    def with_evidence(self, variant: Variant, evidence: Evidence) -> StepResult:
        """Return what comes of looking at each mutant of a variant again."""
        name, cases = str(variant), self.cases[variant]
        policy = load_policy(str(self.pack.policy_file(variant)))
        place = Place(str(self.pack.folder / FILE))
        if digests_of(self.pack, variant) != (evidence.policy, evidence.cases):
            said = f"{name}: the evidence is of another policy or other cases"
            return of(name, "the evidence is stale", [fault("mutation", said, place, HINT)])
        digests = {
            id(mutant): (digest, mutant) for digest, mutant in digest_mutants(single_edits(policy))
        }
        chosen = sample_mutants([mutant for _, mutant in digests.values()], self.most)
        with time_limit(TIMEOUT) as progress:
            runner = MutantRunner(policy, Probes.of_cases(cases), progress)
            looking = MutantReview(runner, EquivalenceChecker(runner, self.pack.payloads), evidence)
            findings = [*failing(runner), *check_counts(name, place, evidence, digests.values())]
            held = []
            for digest, mutant in (digests[id(one)] for one in chosen):
                wrong = looking.wrong(digest, mutant)
                if wrong:
                    said = f"{wrong}: {mutant.label}"
                    findings.append(fault("mutation", said, mutant.place, HINT))
                else:
                    held.append(digest)
        noticed = sum(digest in evidence.killed for digest in held)
        equivalent = len(held) - noticed
        limit = f", of a sample of at most {self.most}" if self.most else ""
        said = (
            f"{noticed:,} of {len(chosen) - equivalent:,} mutants are noticed, "
            f"{equivalent:,} more are equivalent, all looked at again{limit}"
        )
        if not noticed and not findings:
            return StepResult(
                name, VettingState.NOT_CHECKED, "the policy has no mutant that a case notices"
            )
        return of(name, said, findings[:MOST_SHOWN])


def failing(runner: MutantRunner) -> Iterator[Finding]:
    """Yield a finding for each case that fails before any edit."""
    for case in runner.failing():
        said = f"the case `{case.name}` fails on the policy itself, and notices no edit"
        yield fault("mutation", said, case.place)


def check_counts(
    name: str, place: Place, evidence: Evidence, made: Collection[tuple[str, Mutant]]
) -> Iterator[Finding]:
    """Yield what does not hold of how many edits the evidence speaks of."""
    if evidence.stated != len(made):
        said = f"{name}: the evidence says {evidence.stated:,} edits, and there are {len(made):,}"
        yield fault("mutation", said, place, HINT)
    gone = {*evidence.killed, *evidence.equivalent} - {digest for digest, _ in made}
    if gone:
        said = f"{name}: the evidence speaks of {len(gone)} edits that there are not"
        yield fault("mutation", said, place, HINT)


HINT = "write it again: `fencekit packs evidence PATH`, with `--pin` for cases too"


@dataclass
class MutantReview:
    """Looks at mutants again, one by one."""

    runner: MutantRunner
    checker: EquivalenceChecker
    evidence: Evidence

    def __post_init__(self) -> None:
        self.by_name = {probe.name: probe for probe in self.runner.probes.all()}

    def wrong(self, digest: str, mutant: Mutant) -> str:
        """Return what does not hold of the evidence of a mutant; nothing where it holds."""
        case = self.evidence.killed.get(digest)
        if case is not None:
            probe = self.by_name.get(case)
            if probe is None:
                return f"the case `{case}` is gone, which noticed"
            is_noticed = self.runner.notices(mutant.policy, probe)
            return "" if is_noticed else f"the case `{case}` does not notice"
        why: EquivalenceProof | None = self.evidence.equivalent.get(digest)
        if why is None:
            return "no case notices, as far as the evidence says"
        is_same = self.checker.is_same(mutant.policy, why)
        return "" if is_same else "it is not shown that this changes no decision"


def check_variants(mutating: Mutating, known: dict[str, Evidence]) -> Iterator[StepResult]:
    """Yield what comes of each variant's mutants; with evidence, of several variants at a time."""
    tasks = []
    for variant in sorted(Variant, key=str):
        if str(variant) in known:
            tasks.append((variant, known[str(variant)]))
        else:
            yield mutating.without_evidence(variant)
    if min(mutating.jobs, len(tasks)) > 1:
        # Spawned, not forked: a fork of a process with threads, as a progress bar has, may hang.
        with get_context("spawn").Pool(min(mutating.jobs, len(tasks))) as pool:
            yield from pool.starmap(mutating.with_evidence, tasks, chunksize=1)
    else:
        yield from starmap(mutating.with_evidence, tasks)


def unnoticed_finding(label: str, place: Place | None) -> Finding:
    """Return the finding that no case notices a mutant."""
    return fault("mutation", f"no case notices: {label}", place)
