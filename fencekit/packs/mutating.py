"""The step of vetting that mutates each variant: every edit that changes a decision is noticed.

With evidence, each mutant is looked at again: the case that is said to notice it is decided, what
is said to be equivalent is shown to be so anew. Without, all the work is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap
from multiprocessing import get_context
from pathlib import Path

from fencekit.cases.registry import read_cases
from fencekit.checks.mutation.job import MutationJob
from fencekit.checks.mutation.settling import Settling, Why
from fencekit.checks.mutation.trials import Trials
from fencekit.checks.mutation.workers import sampled
from fencekit.dialects.registry import load_policy
from fencekit.engines.timelimit import time_limit
from fencekit.model.finding import Finding
from fencekit.model.mutant import Mutant
from fencekit.model.report import Status
from fencekit.model.source import Place
from fencekit.model.vetting import State
from fencekit.packs.evidence import FILE, Evidence, numbered
from fencekit.packs.found import Found, fault, of
from fencekit.packs.pack import Pack
from fencekit.reading.files import sha256_of
from fencekit.strategies.mutations import single_edits

TIMEOUT = 5.0
MOST_SHOWN = 20
"""The findings of one variant that are shown."""


@dataclass(frozen=True, slots=True)
class Mutating:
    """What the step is told: the pack, how many mutants of each variant, in how many processes."""

    pack: Pack
    most: int | None
    jobs: int

    def without_evidence(self, path: Path, name: str) -> Found:
        """Return what comes of all the work on a variant."""
        file = read_cases(str(path))
        job = MutationJob(
            file.policy, (str(path),), sample=self.most, jobs=self.jobs, timeout=TIMEOUT
        )
        report = job.run()
        made = report.mutation
        if report.status is Status.COULD_NOT_CHECK or made is None or made.score is None:
            return Found(name, State.NOT_CHECKED, "; ".join(report.troubles))
        killed = made.told - len(made.survivors)
        limit = f", a sample of at most {self.most}" if self.most else ""
        said = f"{killed} of {made.told} mutants are noticed{limit}"
        return of(name, said, [unnoticed(one.label, one.place) for one in made.survivors])

    def with_evidence(self, path: Path, name: str, evidence: Evidence) -> Found:
        """Return what comes of looking at each mutant of a variant again."""
        file = read_cases(str(path))
        policy = load_policy(file.policy)
        findings: list[Finding] = []
        tally = dict.fromkeys(("noticed", "equivalent"), 0)
        with time_limit(TIMEOUT) as progress:
            trials = Trials(policy, file.cases, progress)
            looking = Looking(trials, Settling(trials, self.pack.payloads), evidence)
            made = list(numbered(single_edits(policy)))
            chosen = {id(one) for one in sampled([one for _, one in made], self.most)}
            for digest, mutant in made:
                if id(mutant) not in chosen:
                    continue
                wrong = looking.wrong(digest, mutant)
                if wrong:
                    findings.append(self.stale(path, policy.file, evidence, wrong, mutant))
                elif digest in evidence.killed:
                    tally["noticed"] += 1
                else:
                    tally["equivalent"] += 1
        gone = {*evidence.killed, *evidence.equivalent} - {digest for digest, _ in made}
        if gone:
            place = Place(str(self.pack.folder / FILE))
            said = f"{name}: the evidence speaks of {len(gone)} edits that there are not"
            findings.append(fault("mutation", said, place, HINT))
        limit = f", of a sample of at most {self.most}" if self.most else ""
        equivalent = tally["equivalent"]
        said = (
            f"{tally['noticed']:,} of {len(chosen) - equivalent:,} mutants are noticed, "
            f"{equivalent:,} more are equivalent, all looked at again{limit}"
        )
        if not tally["noticed"] and not findings:
            return Found(name, State.NOT_CHECKED, "the policy has no mutant that a case notices")
        return of(name, said, findings[:MOST_SHOWN])

    def stale(
        self, cases: Path, policy: str, evidence: Evidence, wrong: str, mutant: Mutant
    ) -> Finding:
        """Return the finding of a mutant that the evidence does not hold for."""
        digests = sha256_of(policy), sha256_of(str(cases))
        is_other = digests != (evidence.policy, evidence.cases)
        hint = f"the evidence is of another policy or other cases: {HINT}" if is_other else HINT
        return fault("mutation", f"{wrong}: {mutant.label}", mutant.place, hint)


HINT = "write it again: `fencekit packs evidence PATH`, with `--pin` for cases too"


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks at mutants again, one by one."""

    trials: Trials
    settling: Settling
    evidence: Evidence

    def wrong(self, digest: str, mutant: Mutant) -> str:
        """Return what does not hold of the evidence of a mutant; nothing where it holds."""
        by_name = {case.name: number for number, case in enumerate(self.trials.cases)}
        case = self.evidence.killed.get(digest)
        if case is not None:
            number = by_name.get(case)
            if number is None:
                return f"the case `{case}` is gone, which noticed"
            is_noticed = self.trials.notices(mutant.policy, number)
            return "" if is_noticed else f"the case `{case}` does not notice"
        why: Why | None = self.evidence.equivalent.get(digest)
        if why is None:
            return "no case notices, as far as the evidence says"
        is_same = self.settling.is_same(mutant.policy, why)
        return "" if is_same else "it is not shown that this changes no decision"


def mutated(mutating: Mutating, files: list[Path], known: dict[str, Evidence]) -> Iterator[Found]:
    """Yield what comes of each variant's mutants; with evidence, of several variants at a time."""
    tasks = []
    for path in files:
        name = path.name.split(".", maxsplit=1)[0]
        if name in known:
            tasks.append((path, name, known[name]))
        else:
            yield mutating.without_evidence(path, name)
    if min(mutating.jobs, len(tasks)) > 1:
        # Spawned, not forked: a fork of a process with threads, as a progress bar has, may hang.
        with get_context("spawn").Pool(min(mutating.jobs, len(tasks))) as pool:
            yield from pool.starmap(mutating.with_evidence, tasks, chunksize=1)
    else:
        yield from starmap(mutating.with_evidence, tasks)


def unnoticed(label: str, place: Place | None) -> Finding:
    """Return the finding that no case notices a mutant."""
    return fault("mutation", f"no case notices: {label}", place)
