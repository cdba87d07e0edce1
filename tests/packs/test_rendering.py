"""What is checked in of a pack is what its source stands for; it loads, and its cases pass."""

from pathlib import Path

import pytest

from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.model.request import Request
from fencekit.packs.pack.pack import Pack, packs_in
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.render_pack import rendered_files
from tests.conformance.oracle import WORDS, real_answer, real_load

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parents[2] / "packs"
PACKS = list(packs_in(ROOT))
CASES = [(pack, variant) for pack in PACKS for variant in Variant]


def named(value: object) -> str:
    return value.name if isinstance(value, Pack) else str(value)


def test_there_are_packs() -> None:
    assert PACKS


@pytest.mark.parametrize("pack", PACKS, ids=named)
def test_what_is_checked_in_is_what_the_source_stands_for(pack: Pack) -> None:
    files = dict(rendered_files(pack))
    assert len(files) == 5
    for file, text in files.items():
        assert file.read_text(encoding="utf-8") == text, f"{file}: python -m fencekit.packs packs"


@pytest.mark.parametrize(("pack", "variant"), CASES, ids=named)
def test_every_case_passes_here_and_on_the_real_package(pack: Pack, variant: Variant) -> None:
    file = pack.policy_file(variant)
    ours = ENGINE.compile(load_policy(file))
    real = real_load(str(file))
    assert real is not None
    cases = pack.table()
    assert len(cases) > 20
    wrong = []
    for case in cases:
        request = Request(**case.request)
        outcome = ours.decide(request).outcomes[0]
        said = real_answer(real, request).verdict
        assert said == ("default_deny" if outcome.rule is None else WORDS[outcome.effect])
        if str(outcome.effect) != str(case.verdict(variant)):
            wrong.append(f"{case.name}: {outcome.effect} {case.request['args']}")
    assert not wrong, "\n".join(wrong)
