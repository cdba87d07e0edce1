"""How many loosening mutants the default property run finds: the sample, the judges, the runs.

A mutant counts as looser when the exact comparison has a witness for it, or, where that cannot
settle the question yet, when a long search of 10,000 aimed calls finds one.
"""

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from conformance.oracle import our_answer, real_answer, real_load
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.generation.call_search import MAX_EXAMPLES, looser, search
from fencekit.model.errors import PolicyError
from fencekit.model.mutant import Mutant
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Witness
from fencekit.model.request import Request
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.prover.prover import compare

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures/policies/capfence"
LONG = 10_000
SDIST = "capfence==0.9.0"
OUR_OWN = "fixtures/"
KEYS = ("command", "query", "path", "amount", "total", "content", "url", "environment")
"""The keys that plain strategies know of: those that calls usually have."""


@dataclass(frozen=True)
class Chosen:
    """A mutant of the sample, with the policy it was made of; `source` names that policy's file."""

    source: str
    policy: Policy
    mutant: Mutant

    @property
    def key(self) -> tuple[str, str, str]:
        """What the mutant is found again by."""
        return self.source, self.mutant.operator, self.mutant.label


def fixtures() -> Iterator[tuple[str, Path]]:
    """Yield the policies of our fixtures."""
    for path in sorted(FIXTURES.glob("*.yaml")):
        yield f"{OUR_OWN}{path.name}", path


def of_distribution(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the policies of CapFence's source distribution, which pip brings into the folder."""
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", SDIST]
    subprocess.run([*download, "--no-binary", ":all:", "-d", str(folder)], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    (root,) = (path for path in folder.iterdir() if path.is_dir())
    for part in ("policies", "examples"):
        for path in sorted((root / part).rglob("*.yaml")):
            if real_load(str(path)) is not None:
                yield f"capfence/{path.relative_to(root).as_posix()}", path


@cache
def loaded(path: Path) -> Policy:
    """Return the policy in a file."""
    return load_policy(path, strict=False, search_paths=[FIXTURES])


def sample(sources: list[tuple[str, Path]], size: int, seed: int) -> list[Chosen]:
    """Return a sample of the mutants of all sources: as many of each operator as there may be.

    Within an operator, policies take turns.
    """
    random = Random(seed)
    strata: dict[str, dict[str, list[Chosen]]] = {}
    for source, path in sources:
        for mutant in single_edits(loaded(path)):
            of_operator = strata.setdefault(mutant.operator, {})
            of_operator.setdefault(source, []).append(Chosen(source, loaded(path), mutant))
    queues = []
    for operator in sorted(strata):
        lists = [strata[operator][source] for source in sorted(strata[operator])]
        for listed in lists:
            random.shuffle(listed)
        random.shuffle(lists)
        queues.append([turn.pop() for _ in range(max(map(len, lists))) for turn in lists if turn])
    chosen: list[Chosen] = []
    for turn in range(max(map(len, queues))):
        chosen += [queue[turn] for queue in queues if turn < len(queue)]
    return chosen[:size]


def judged(chosen: Chosen) -> tuple[bool, str, Request | None]:
    """Return whether the mutant is looser, who says so, and the call that shows it."""
    exact = compare(chosen.policy, chosen.mutant.policy)
    if isinstance(exact, Proved):
        return False, "exact", None
    if isinstance(exact, Witness):
        return True, "exact", exact.request
    found = search(chosen.policy, chosen.mutant.policy, max_examples=LONG, seed="long").witness
    return found is not None, "long search", found.request if found else None


def found_by_default(chosen: Chosen) -> tuple[int | None, Request | None]:
    """Return after how many calls the default search finds a witness, and the witness."""
    found = search(chosen.policy, chosen.mutant.policy)
    return (found.tried, found.witness.request) if found.witness else (None, None)


class _FoundError(Exception):
    """Ends a run of Hypothesis at the first hit."""


def found_by_plain_text(chosen: Chosen) -> int | None:
    """Return after how many examples plain strategies find a witness, of as many as the default.

    They know the capabilities of the policies and the keys that calls usually have; values are
    Hypothesis' own texts and numbers.
    """
    before, after = NativeEvaluator(chosen.policy), NativeEvaluator(chosen.mutant.policy)
    rules = [*chosen.policy.rules, *chosen.mutant.policy.rules]
    names = sorted({str(rule.capability) for rule in rules})
    values = st.one_of(st.text(), st.integers(), st.floats(), st.booleans())
    calls = st.builds(
        Request,
        st.sampled_from(names),
        environment=st.none() | st.sampled_from(["production", "staging", "development"]),
        context=st.dictionaries(st.sampled_from(["risk_level", "user_role"]), st.text()),
        args=st.dictionaries(st.sampled_from(KEYS), values, max_size=3),
    )
    tried = 0

    @settings(
        max_examples=MAX_EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[],
    )
    @given(calls)
    def look(request: Request) -> None:
        nonlocal tried
        tried += 1
        if looser(before.decide(request).outcomes[0], after.decide(request).outcomes[0]):
            raise _FoundError

    try:
        look()
    except (_FoundError, HypothesisException, ExceptionGroup):
        return tried
    return None


def confirmed(chosen: Chosen, request: Request, folder: Path) -> bool | None:
    """Say whether the real CapFence decides a call as we do by both policies, and so is looser.

    None where the mutant cannot be written as one file for it to load.
    """
    answers: list[Any] = []
    for policy in (chosen.policy, chosen.mutant.policy):
        path = folder / "policy.yaml"
        try:
            path.write_text(write_policy(policy), encoding="utf-8")
        except PolicyError:
            return None
        real = real_load(str(path))
        assert real is not None, chosen.key
        said = real_answer(real, request)
        ours = our_answer(NativeEvaluator(policy).decide(request))
        if (said.verdict, said.raised) != (ours.verdict, ours.raised):
            return False
        answers.append(said)
    return STRICTNESS.index(answers[1].verdict) < STRICTNESS.index(answers[0].verdict)


STRICTNESS = ("allow", "warn", "require_approval", "deny", "default_deny")
