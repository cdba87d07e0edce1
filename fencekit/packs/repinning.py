"""Pinned calls decided again, after a policy was changed on purpose: what is so now is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fencekit.cases.registry import read_cases
from fencekit.engines.native.evaluator import NativeEvaluator
from fencekit.model.request import Request
from fencekit.packs.pack import EDGES, Pack
from fencekit.packs.pinned import is_pinned, read_edges, write_edges
from fencekit.packs.starting import render_files
from fencekit.packs.steps import Vet
from fencekit.packs.variants import Variant

TIGHTEST_FIRST = tuple(reversed(Variant))


@dataclass(frozen=True, slots=True)
class Repinned:
    """A pinned call that is decided otherwise: by each such variant, the verdict before and now."""

    request: dict[str, Any]
    changes: dict[Variant, tuple[str, str]]


def repin(pack: Pack) -> Iterator[Repinned]:
    """Write the verdicts that the pinned calls have now; yield those that were decided otherwise.

    The policies are rendered before, and the cases after it. Raises PackError where the source is
    none.
    """
    for _ in render_files(pack):
        pass
    entries = read_edges(pack.folder / EDGES)
    if not entries:
        return
    cases = read_cases(str(pack.cases_file(Variant.STRICT))).cases
    requests = [case.request for case in cases if is_pinned(case.name)]
    evaluators = {variant: NativeEvaluator(Vet(pack).policy(variant)) for variant in Variant}
    for entry, request in zip(entries, requests, strict=True):
        before, now = entry["verdicts"], verdicts(evaluators, request)
        entry["verdicts"] = now
        compared = zip(TIGHTEST_FIRST, before, now, strict=True)
        changes = {variant: (old, new) for variant, old, new in compared if old != new}
        if changes:
            yield Repinned(entry["request"], changes)
    write_edges(pack.folder / EDGES, entries)


def verdicts(evaluators: dict[Variant, NativeEvaluator], request: Request) -> list[str]:
    """Return what each variant says of a call, the strict one first."""
    outcomes = (evaluators[variant].decide(request).outcomes[0] for variant in TIGHTEST_FIRST)
    return [str(outcome.effect.verdict) for outcome in outcomes]
