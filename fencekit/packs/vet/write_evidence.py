"""Writing what vetting a pack looks at again: calls at the edges, and what becomes of each edit."""

from collections.abc import Callable

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.mutation.mutant_probes import Probes
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.packs.pack.pack import EDGES, Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pack_scaffold import render_files
from fencekit.packs.render.pinned_calls import is_pinned, write_edges
from fencekit.packs.vet.mutation_evidence import Evidence, digests_of, make_evidence, write_evidence
from fencekit.packs.vet.test_suite_minimisation import Edges
from fencekit.packs.vet.vetting_steps import Vet

Say = Callable[[str], None]


def pin_edges(pack: Pack, limit: float, say: Say) -> None:
    """Pin calls at the edges of the variants, and render; those that are pinned are tried first.

    `limit` is in seconds, for a proof that an edit changes nothing; 0 for none.
    """
    refuse_stale(pack)
    trials = {variant: of_variant(pack, variant, edges=False) for variant in reversed(Variant)}
    calls = [case.request for case in pack.cases(Variant.STRICT) if is_pinned(case.name)]
    edges = Edges(trials, pack.payloads, limit, say, calls)
    edges.find()
    write_edges(pack.folder / EDGES, edges.pinned_calls())
    for _ in render_files(pack):
        pass


def write_fates(pack: Pack, limit: float, say: Say) -> dict[str, Evidence]:
    """Write what becomes of each edit of the variants, and return it; `limit` as above."""
    refuse_stale(pack)
    found: dict[str, Evidence] = {}
    for variant in reversed(Variant):
        trials = of_variant(pack, variant)
        one = found[str(variant)] = make_evidence(
            trials, pack.payloads, digests_of(pack, variant), limit
        )
        say(
            f"{variant}: {one.mutants:,} mutants, {len(one.killed):,} noticed, "
            f"{len(one.equivalent):,} equivalent, {len(one.survived):,} left"
        )
        for said in one.survived:
            say(f"  {said}")
    write_evidence(pack.folder, found)
    return found


def of_variant(pack: Pack, variant: Variant, *, edges: bool = True) -> MutantRunner:
    """Return the policy of a variant with its cases, or with those only that people wrote.

    Raises PackError where a case fails.
    """
    cases = pack.cases(variant)
    policy = Vet(pack).policy(variant)
    chosen = [one for one in cases if edges or not is_pinned(one.name)]
    trials = MutantRunner(policy, Probes.of_cases(chosen), prioritises=True)
    failing = trials.failing()
    if failing:
        more = f", and {len(failing) - 1:,} more" if len(failing) > 1 else ""
        said = f"the case `{failing[0].name}` fails{more}: what fails before an edit notices none"
        hint = f"`fencekit packs vet {pack.folder} --without mutation` shows them"
        raise PackError(said, place=failing[0].place, hint=hint)
    return trials


def refuse_stale(pack: Pack) -> None:
    """Raise PackError where a file is not what the source stands for."""
    for file, is_stale in render_files(pack, check=True):
        if is_stale:
            hint = f"render it: `fencekit packs render {pack.folder}`"
            said = "this is not what the source of the pack stands for"
            raise PackError(said, place=Place(str(file)), hint=hint)
