"""The hard set of pairs: the prover, the property search at 10,000 calls, and z3 beside them.

    python bench/opinions.py [--out FILE] [--mutants N]

z3 is asked where it is installed (`pip install '.[z3]'`): about the texts of the hard set, and
about the sub-problems that the prover settles for N mutants of the fixtures' policies.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from fencekit.dialects.dialect_registry import load_policy
from fencekit.generation.call_search import search
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Unknown, Witness
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.prover.prover import compare
from fencekit.prover.rule_literals import order

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT / "tests")

from prove.hard_set import Pair, pairs, sides  # noqa: E402  (from the tests, found above)

if TYPE_CHECKING:
    from prove.subproblems import Settled

EXAMPLES = (200, 1_000, 10_000)
SECONDS = 3
MOST_PROBLEMS = 300
FIXTURES = ROOT / "fixtures/policies/capfence"


def main() -> None:
    """Ask everyone, print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, help="also write the tables into this file")
    options.add_argument("--mutants", type=int, default=300)
    options.add_argument("--only", choices=["hard", "z3"], help="print only one of the tables")
    given = options.parse_args()
    hard = [*hard_set(), ""] if given.only != "z3" else []
    asked = second_opinion(given.mutants) if given.only != "hard" else ()
    page = "\n".join([*hard, *asked]) + "\n"
    sys.stdout.write(page)
    if given.out:
        given.out.write_text(page, encoding="utf-8")


def loaded() -> Iterator[tuple[Pair, Policy, Policy]]:
    """Yield the pairs of the hard set."""
    for pair in pairs():
        with tempfile.TemporaryDirectory() as folder:
            old, new = sides(pair, Path(folder))
        yield pair, old.ours, new.ours


def hard_set() -> Iterator[str]:
    """Yield the table of the hard set."""
    right = wrong = 0
    unknown: list[str] = []
    times: list[float] = []
    tried: list[int | None] = []
    for pair, old, new in loaded():
        began = time.process_time()
        result = compare(old, new)
        times.append((time.process_time() - began) * 1e3)
        if isinstance(result, Unknown):
            unknown.append(pair.name)
        elif isinstance(result, Witness if pair.looser else Proved):
            right += 1
        else:
            wrong += 1
        if pair.looser:
            found = search(old, new, max_examples=EXAMPLES[-1])
            tried.append(found.tried if found.witness is not None else None)
    count = right + wrong + len(unknown)
    yield f"The hard set, {count} pairs, {len(tried)} of them looser (`bench/opinions.py`):"
    yield ""
    yield "| | |"
    yield "| --- | ---: |"
    yield f"| prover: right | {right} ({right / count:.1%}) |"
    yield f"| prover: wrong | {wrong} |"
    yield f"| prover: unknown | {len(unknown)} |"
    yield f"| prover: median, 95 %, max, in CPU ms | {spread(times)} |"
    for most in EXAMPLES:
        found_by = sum(count is not None and count <= most for count in tried)
        yield (
            f"| property search: looser pairs found within {most:,} calls "
            f"| {found_by} of {len(tried)} ({found_by / len(tried):.0%}) |"
        )
    yield f"| property search: shown not to be looser | 0 of {count - len(tried)} |"
    yield ""
    yield f"Unknown: {'; '.join(unknown) or 'none'}."


def spread(times: list[float]) -> str:
    """Return the median, the 95th percentile and the greatest."""
    ordered = sorted(times)
    high = ordered[int(len(ordered) * 0.95)]
    return f"{statistics.median(ordered):.1f}, {high:.0f}, {ordered[-1]:.0f}"


def mutants(most: int) -> Iterator[tuple[str, Policy, Policy]]:
    """Yield policies of the fixtures with mutants, of each kind of edit as many as there can be.

    Kind by kind they are spread over all policies.
    """
    kinds: dict[str, list[tuple[str, Policy, Policy]]] = {}
    for path in sorted(FIXTURES.glob("*.yaml")):
        policy = load_policy(path, strict=False, policy_root=path.parent)
        for one in single_edits(policy):
            name = f"{path.name}: {one.operator}: {one.label}"
            kinds.setdefault(one.operator, []).append((name, policy, one.policy))
    each = -(-most // len(kinds))
    spread = [found[:: max(1, len(found) // each)][:each] for _, found in sorted(kinds.items())]
    yield from islice((one for row in zip_longest(*spread) for one in row if one), most)


def problems(most: int) -> list["Settled"]:
    """Return different sub-problems of text of that many mutants, at most so many."""
    from prove.subproblems import settled  # noqa: PLC0415  (z3 is installed, where it is asked)

    found = {}
    for _, old, new in mutants(most):
        for one in settled(old, new):
            found.setdefault((one.cube, one.request is None), one)
    listed = sorted(found.values(), key=lambda one: "; ".join(sorted(map(order, one.cube))))
    return listed[:: -(-len(listed) // MOST_PROBLEMS)]


def second_opinion(most: int) -> Iterator[str]:
    """Yield the tables of agreement with z3."""
    if find_spec("z3") is None:
        yield "z3 was not asked: it is not installed (`pip install '.[z3]'`)."
        return
    import z3  # noqa: PLC0415  (only where it is installed)
    from prove import questions, subproblems  # noqa: PLC0415

    of_pairs = questions.ask(((pair.name, *both) for pair, *both in loaded()), seconds=SECONDS)
    of_mutants = subproblems.ask(problems(most), seconds=SECONDS)
    yield (
        f"Second opinion of z3 {z3.get_version_string()} (MIT), {SECONDS} s of CPU a question, "
        "one field of printable ASCII. Whole questions: classes of capabilities of the hard set:"
    )
    yield ""
    yield "| | |"
    yield "| --- | ---: |"
    yield from questions.lines(of_pairs)
    yield ""
    yield (
        f"Sub-problems of keywords and regexes that the prover settled, of {most} mutants of the "
        "fixtures' policies, of each kind of edit as many:"
    )
    yield ""
    yield "| | |"
    yield "| --- | ---: |"
    yield from subproblems.rows(of_mutants)
    yield ""
    yield from (f"- {said}" for said in (*of_pairs.contradictions, *of_mutants.contradictions))


if __name__ == "__main__":
    main()
