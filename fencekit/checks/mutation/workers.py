"""Mutants judged in one process or in several: the same results, in the same order.

Every process makes all mutants by itself, which takes less time than to send them; what it is given
is a stretch of their numbers.
"""

import multiprocessing
from collections.abc import Callable
from itertools import islice

from fencekit.checks.mutation.judging import Judge
from fencekit.checks.mutation.probes import Probes
from fencekit.engines.timelimit import time_limit
from fencekit.model.mutation import MutantResult
from fencekit.model.policy import Policy
from fencekit.strategies.mutations import single_edits

STRETCH = 20
"""How many mutants a process is given at a time."""


class Worker:
    """A judge with all mutants of its policy."""

    def __init__(self, policy: Policy, probes: Probes, timeout: float, limit: int | None) -> None:
        self.judge = Judge(policy, probes)
        self.mutants = list(islice(single_edits(policy), limit))
        self.timeout = timeout

    def results(self, start: int) -> list[MutantResult]:
        """Return the results of a stretch of the mutants."""
        with time_limit(self.timeout) as progress:
            return [
                self.judge.result(mutant, progress)
                for mutant in self.mutants[start : start + STRETCH]
            ]


def judged(
    policy: Policy,
    probes: Probes,
    *,
    timeout: float,
    jobs: int = 1,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[MutantResult, ...]:
    """Return all mutants of a policy with their fates.

    `limit` is the number of mutants that are made, all of them unless given; `progress` is told how
    many were judged, and how many there are.
    """
    worker = Worker(policy, probes, timeout, limit)
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
        return tuple(found)
    # Spawned, not forked: a fork of a process with threads, as a progress bar has, may hang.
    context = multiprocessing.get_context("spawn")
    given = (policy, probes, timeout, limit)
    with context.Pool(min(jobs, len(starts)), initializer=begin, initargs=given) as pool:
        for results in pool.imap(stretch, starts):
            take(results)
    return tuple(found)


WORKERS: list[Worker] = []
"""The worker of a process that was begun for one."""


def begin(policy: Policy, probes: Probes, timeout: float, limit: int | None) -> None:
    """Make the worker of this process."""
    WORKERS.append(Worker(policy, probes, timeout, limit))


def stretch(start: int) -> list[MutantResult]:
    """Return the results of a stretch, from this process's worker."""
    return WORKERS[0].results(start)
