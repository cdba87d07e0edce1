"""A sweep: generated policies and requests, decided by the real package and by ours."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from capfence.core.policy import Policy as RealPolicy

from conformance import generators
from conformance.oracle import (
    Answer,
    our_answer,
    our_load,
    our_rules,
    real_answer,
    real_load,
    real_rules,
)
from conformance.requests import request as aimed_request
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.decision import Outcome
from fencekit.model.policy import Policy
from fencekit.model.request import Request

SEARCH_PATHS = ("lib",)
SHOWN = 20


@dataclass
class Sweep:
    """What a sweep has found, and how much it has looked at."""

    pairs: int = 0
    policies: int = 0
    extending: int = 0
    refused: int = 0
    differing: int = 0
    seconds: float = 0.0
    shown: list[str] = field(default_factory=list)
    tiers: Counter[str] = field(default_factory=Counter)
    deciding: Counter[str] = field(default_factory=Counter)
    inherited: Counter[bool] = field(default_factory=Counter)
    misplaced: list[str] = field(default_factory=list)
    placed: int = 0

    def differ(self, what: str) -> None:
        """Count a difference, and keep the first ones."""
        self.differing += 1
        if len(self.shown) < SHOWN:
            self.shown.append(what)

    def count(self, outcome: Outcome) -> None:
        """Count what decided."""
        if outcome.error is not None:
            self.tiers["raised"] += 1
        elif outcome.rule is None:
            self.tiers["default"] += 1
        else:
            rule = outcome.rule
            legacy = "legacy " if rule.section == "rules" else ""
            self.tiers[f"{legacy}{'risk_levels' if rule.index is None else outcome.effect}"] += 1
            self.inherited[":" in rule.id] += 1
            self.deciding.update({str(condition.name) for condition in rule.conditions})

    def __str__(self) -> str:
        return (
            f"{self.pairs:,} pairs of {self.policies:,} policies ({self.extending:,} extend "
            f"others): {self.differing} differences in {self.seconds:.1f} s"
        )


@dataclass(frozen=True)
class Loaded:
    """A policy as both have loaded it."""

    made: generators.PolicyFiles
    real: RealPolicy
    ours: Policy


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Make the folder the working directory for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def write_files(made: generators.PolicyFiles) -> None:
    """Write the files of a policy into the working directory, and nothing else but them."""
    for path in Path().iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, text in made.files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(text.encode())


def loaded(made: generators.PolicyFiles, sweep: Sweep) -> Loaded | None:
    """Return the policy as both load it; count where only one does, or both differently."""
    write_files(made)
    real, ours = real_load(made.main, SEARCH_PATHS), our_load(made.main, SEARCH_PATHS)
    if real is None or ours is None:
        sweep.refused += 1
        if (real is None) is not (ours is None):
            refuses = "CapFence" if real is None else "fencekit"
            sweep.differ(f"only {refuses} refuses {made.files}")
        return None
    if real_rules(real) != our_rules(ours):
        sweep.differ(f"read differently: {real_rules(real)} and {our_rules(ours)}: {made.files}")
    return Loaded(made, real, ours)


def requests_for(random: Random, policy: RealPolicy, count: int) -> list[Request]:
    """Return requests that are aimed at the policy."""
    targets = [(rule.capability, rule.conditions) for rule in policy.rules]
    return [aimed_request(random, targets) for _ in range(count)]


def run(
    seed: int,
    folder: Path,
    *,
    pairs: int,
    requests: int = 20,
    each: Callable[[Loaded, list[tuple[Request, Answer]], Sweep], None] | None = None,
) -> Sweep:
    """Decide that many pairs of generated policies and requests on both sides."""
    sweep = Sweep()
    began = time.process_time()
    random = Random(seed)
    with working_in(folder):
        while sweep.pairs < pairs:
            policy = loaded(generators.policy_files(random), sweep)
            if policy is None:
                continue
            sweep.policies += 1
            sweep.extending += "extends" in policy.made.files[policy.made.main]
            asked = compare(policy, requests_for(random, policy.real, requests), sweep)
            if each is not None:
                each(policy, asked, sweep)
    sweep.seconds = time.process_time() - began
    return sweep


def compare(policy: Loaded, requests: list[Request], sweep: Sweep) -> list[tuple[Request, Answer]]:
    """Decide the requests on both sides, count what differs, and return what CapFence says."""
    evaluator = NativeEvaluator(policy.ours)
    asked = []
    for request in requests:
        decision = evaluator.decide(request)
        real, ours = real_answer(policy.real, request), our_answer(decision)
        sweep.pairs += 1
        sweep.count(decision.outcomes[0])
        asked.append((request, real))
        if real != ours:
            sweep.differ(f"{real} but {ours}: {request} by {policy.made.files}")
    return asked
