"""Pinned calls decided again, after a policy was changed on purpose: what is so now is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.packs.pack.pack import EDGES, Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pack_scaffold import render_files
from fencekit.packs.render.pinned_calls import is_pinned, read_edges, verdicts_of, write_edges
from fencekit.packs.vet.vetting_steps import Vet


@dataclass(frozen=True, slots=True)
class Repinned:
    """A pinned call that is decided otherwise: by each such variant, the verdict before and now."""

    request: dict[str, Any]
    changes: dict[Variant, tuple[str, str]]


def repin(pack: Pack) -> Iterator[Repinned]:
    """Write the verdicts that the pinned calls have now; yield those that were decided otherwise.

    The policies are rendered before. Raises PackError where the source is
    none.
    """
    for _ in render_files(pack):
        pass
    entries = [dict(one.value) for one in read_edges(pack.folder / EDGES)]
    if not entries:
        return
    requests = [case.request for case in pack.cases(Variant.STRICT) if is_pinned(case.name)]
    vet = Vet(pack)
    evaluators = {variant: NativeEvaluator(vet.policy(variant)) for variant in Variant}
    for entry, request in zip(entries, requests, strict=True):
        before, now = entry["verdicts"], list(map(str, verdicts_of(evaluators, request)))
        entry["verdicts"] = now
        compared = zip(reversed(Variant), before, now, strict=True)
        changes = {variant: (old, new) for variant, old, new in compared if old != new}
        if changes:
            yield Repinned(entry["request"], changes)
    write_edges(pack.folder / EDGES, entries)
