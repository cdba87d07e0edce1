"""Mutants judged in one process or in several: the same results, in the same order.

Every process makes all mutants by itself, which takes less time than to send them; what it is given
is a stretch of their numbers.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from fencekit.engines.time_limit import time_limit
from fencekit.model.mutant import Mutant
from fencekit.model.mutation_result import Difference, MutantResult, MutantStatus
from fencekit.model.policy import Policy
from fencekit.mutation.mutant_equivalence import (
    EquivalenceChecker,
    EquivalentMutant,
    Tries,
    UndecidedMutant,
)
from fencekit.mutation.mutant_probes import Probes
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.mutation.operators.single_edits import single_edits

STRETCH = 20
"""How many mutants a process is given at a time."""


class Worker:
    """A judge with all mutants of its policy."""

    def __init__(self, policy: Policy, probes: Probes, timeout: float, sample: int | None) -> None:
        self.runner = MutantRunner(policy, probes)
        tries = Tries(first=300, before_proof=0, after_proof=1_000)
        self.checker = EquivalenceChecker(self.runner, tries=tries, as_cases=False)
        made = list(single_edits(policy))
        self.made = len(made)
        self.mutants = sample_mutants(made, sample)
        self.timeout = timeout

    def results(self, start: int) -> list[MutantResult]:
        """Return the results of a stretch of the mutants."""
        with time_limit(self.timeout) as progress:
            self.runner.progress = progress
            return list(map(self.result, self.mutants[start : start + STRETCH]))

    def result(self, mutant: Mutant) -> MutantResult:
        """Return a mutant with its status."""
        probe = self.runner.killer(mutant.policy)
        if probe is not None:
            before, after = (
                side.decide(probe.request)
                for side in (self.runner.original, self.runner.evaluator(mutant.policy))
            )
            shown = Difference(probe.request, str(before), str(after))
            by, place = probe.label, probe.place
            return mutant_result(
                mutant, MutantStatus.KILLED, by=by, by_place=place, difference=shown
            )
        answer = self.checker.settle(mutant.policy)
        if isinstance(answer, EquivalentMutant):
            return mutant_result(mutant, MutantStatus.EQUIVALENT, note=answer.note)
        if isinstance(answer, UndecidedMutant):
            return mutant_result(mutant, MutantStatus.SURVIVED, note=answer.reason)
        call = self.runner.difference(self.runner.evaluator(mutant.policy), answer)
        return mutant_result(mutant, MutantStatus.SURVIVED, difference=call)


def mutant_result(mutant: Mutant, status: MutantStatus, **more: Any) -> MutantResult:
    """Return what is reported of a mutant."""
    return MutantResult(
        mutant.operator, mutant.label, mutant.can, mutant.rule, mutant.place, status, **more
    )


def judge_mutants(
    policy: Policy,
    probes: Probes,
    *,
    timeout: float,
    jobs: int = 1,
    sample: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[MutantResult, ...], int]:
    """Return the mutants of a policy with their fates, and how many there are.

    With `sample`, no more than so many are judged. `progress` is told how many were judged, and how
    many there are to judge.
    """
    worker = Worker(policy, probes, timeout, sample)
    total = len(worker.mutants)
    starts = range(0, total, STRETCH)
    found: list[MutantResult] = []

    def take(results: list[MutantResult]) -> None:
        found.extend(results)
        if progress is not None:
            progress(len(results), total)

    if jobs <= 1 or len(starts) <= 1:
        for start in starts:
            take(worker.results(start))
        return tuple(found), worker.made
    # Spawned, not forked: a fork of a process with threads, as a progress bar has, may hang.
    context = multiprocessing.get_context("spawn")
    given = (policy, probes, timeout, sample)
    with context.Pool(min(jobs, len(starts)), initializer=begin, initargs=given) as pool:
        for results in pool.imap(stretch, starts):
            take(results)
    return tuple(found), worker.made


def sample_mutants(mutants: Sequence[Mutant], size: int | None) -> list[Mutant]:
    """Return so many of the mutants, in their order: of each kind of edit in turn, spread out.

    The same policy has the same sample.
    """
    if size is None or size >= len(mutants):
        return list(mutants)
    kinds: dict[str, list[int]] = {}
    for number, mutant in enumerate(mutants):
        kinds.setdefault(mutant.operator, []).append(number)
    in_turn = zip_longest(*(spread_numbers(numbers) for numbers in kinds.values()))
    chosen = [number for turn in in_turn for number in turn if number is not None]
    return [mutants[number] for number in sorted(chosen[:size])]


def spread_numbers(numbers: Sequence[int]) -> list[int]:
    """Return numbers so that each beginning of them is spread over all: halves, then quarters."""
    found: dict[int, None] = {}
    parts = 1
    while len(found) < len(numbers):
        found.update((numbers[len(numbers) * part // parts], None) for part in range(parts))
        parts *= 2
    return list(found)


WORKERS: list[Worker] = []
"""The worker of a process that was begun for one."""


def begin(policy: Policy, probes: Probes, timeout: float, sample: int | None) -> None:
    """Make the worker of this process."""
    WORKERS.append(Worker(policy, probes, timeout, sample))


def stretch(start: int) -> list[MutantResult]:
    """Return the results of a stretch, from this process's worker."""
    return WORKERS[0].results(start)
