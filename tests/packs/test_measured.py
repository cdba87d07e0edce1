"""Every pack reaches its targets, here and on the real package; without data, as far as it can."""

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from fencekit.model.verdict import Verdict
from fencekit.packs.measure.measure_pack import Measured, Peers, Rate, measure, wilson
from fencekit.packs.measure.measurement_plan import MeasurementTarget, read_plan
from fencekit.packs.measure.measurement_samples import samples
from fencekit.packs.measure.measurement_tables import figure, page
from fencekit.packs.pack.pack import Pack, packs_in
from fencekit.packs.pack.pack_variants import Variant
from tests.conformance.oracle import WORDS, real_answer, real_load

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
PACKS = {pack.name: pack for pack in packs_in(ROOT / "packs")}
SOME = 1500
"""How many generated lines are looked at on the real package too."""

recorded = pytest.mark.skipif(
    not DATA.exists(), reason="the recorded calls are not beside the project"
)


def named(value: object) -> str:
    return value.name if isinstance(value, Pack) else str(value)


def missed(measured: Measured) -> list[str]:
    return [
        f"{variant} {rate.wanted.name}: {figure(rate, variant)} {rate.slipped[:5]}"
        for variant, rates in measured.rates.items()
        for rate in rates
        if rate.is_reached(variant) is False
    ]


def asked(measured: Measured) -> Iterator[tuple[Variant, Rate]]:
    for variant, rates in measured.rates.items():
        yield from ((variant, rate) for rate in rates if rate.is_reached(variant) is not None)


@pytest.fixture(scope="module")
def on_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Pack], tuple[Measured, Path]]:
    """Measure a pack on the data, once, with CapFence's beside; say where its policies are."""
    work = tmp_path_factory.mktemp("policies")
    found = importlib.util.find_spec("capfence")
    assert found is not None
    assert found.origin is not None
    peers = Peers("CapFence", Path(found.origin).parents[1] / "policies" / "packs")
    return lru_cache(lambda pack: (measure(pack, DATA, work, peers=peers), work))


@recorded
@pytest.mark.parametrize("pack", PACKS.values(), ids=named)
def test_every_target_is_reached_on_the_recorded_calls(
    pack: Pack, on_data: Callable[[Pack], tuple[Measured, Path]]
) -> None:
    measured, _ = on_data(pack)
    assert not measured.missing
    assert list(asked(measured))
    assert not missed(measured)


@pytest.mark.parametrize("pack", PACKS.values(), ids=named)
def test_what_needs_no_data_reaches_its_targets_anywhere(pack: Pack, tmp_path: Path) -> None:
    measured = measure(pack, None, tmp_path)
    needing = [wanted.name for wanted in measured.plan.wanted if wanted.choice is not None]
    assert list(measured.missing) == needing
    assert not missed(measured)


@recorded
@pytest.mark.parametrize("variant", Variant, ids=str)
@pytest.mark.parametrize("pack", PACKS.values(), ids=named)
def test_the_real_package_says_the_same_of_every_measured_call(
    pack: Pack, variant: Variant, on_data: Callable[[Pack], tuple[Measured, Path]]
) -> None:
    measured, work = on_data(pack)
    for rate in measured.rates[variant]:
        folder = work / "defaults" if rate.wanted.is_of_defaults else work
        real = real_load(str(folder / f"{pack.name}-{variant}.yaml"))
        assert real is not None
        is_whole = rate.wanted.count <= SOME
        wanted = rate.wanted if is_whole else replace(rate.wanted, count=SOME)
        said: Counter[str] = Counter()
        for sample in samples(wanted, pack, DATA, measured.parameters):
            if "allow" not in [real_answer(real, one).verdict for one in sample.alone]:
                said[real_answer(real, sample.request).verdict.removeprefix("default_")] += 1
        if is_whole:
            assert said == {WORDS_OF[verdict]: n for verdict, n in rate.verdicts.items()}, wanted
        else:
            assert said.total() > SOME // 2
            assert not said["allow"], wanted


WORDS_OF = {effect.verdict: word for effect, word in WORDS.items() if word != "warn"}


@recorded
def test_the_page_in_the_docs_is_what_measuring_gives(
    on_data: Callable[[Pack], tuple[Measured, Path]],
) -> None:
    text = (ROOT / "docs" / "packs-measured.md").read_text(encoding="utf-8")
    again = "python -m fencekit.packs packs measure ../shared/data PEERS docs/packs-measured.md"
    assert text == page([on_data(pack)[0] for pack in PACKS.values()]), again


def test_every_set_with_a_target_of_the_issue_has_it() -> None:
    """The targets stand here again, so that a plan cannot be loosened unseen."""
    targets = {
        ("shell", "appended injections"): 0,
        ("shell", "raw fragments"): 0,
        ("shell", "generated second commands"): 0,
        ("filesystem", "real escapes, read"): 0,
        ("filesystem", "real escapes, written"): 0,
        ("filesystem", "sensitive paths, read"): 0,
        ("filesystem", "sensitive paths, written"): 0,
        ("sql", "whole hostile statements"): 0,
        ("sql", "injections that change the statement"): 1,
        ("payments", "injected transfers"): 0,
        ("payments", "generated transfers"): 0,
        ("mcp", "injected sends of the sessions"): 0,
        ("mcp", "other injected calls"): 2,
        ("mail-and-messages", "injected sends of the sessions"): 0,
        ("shell", "texts in fields of other names"): 0,
        ("sql", "texts in fields of other names"): 0,
        ("http", "texts in fields of other names"): 0,
        ("http", "a written list of threats"): 0,
        ("kubernetes", "a written list of threats"): 0,
    }
    least = {
        ("shell", "commands of the coding agent", Variant.BASELINE): 45,
        ("shell", "commands of the coding agent", Variant.PERMISSIVE): 60,
        ("filesystem", "reads of the coding agent", Variant.BASELINE): 95,
        ("filesystem", "writes of the coding agent inside the workspace", Variant.BASELINE): 90,
        ("sql", "read queries of agents", Variant.BASELINE): 65,
        ("payments", "harmless transfers", Variant.BASELINE): 80,
        ("mcp", "harmless calls of the sessions", Variant.BASELINE): 60,
        ("mail-and-messages", "harmless calls of the sessions", Variant.BASELINE): 60,
        ("http", "a written list of ordinary calls", Variant.BASELINE): 90,
        ("kubernetes", "a written list of ordinary calls", Variant.BASELINE): 90,
    }
    sets = {
        (name, wanted.name): wanted
        for name, pack in PACKS.items()
        for wanted in read_plan(pack.folder).wanted
    }
    for key, most in targets.items():
        assert sets[key].is_attack
        assert sets[key].most[Variant.BASELINE] <= most / 100
    for (pack, name, variant), share in least.items():
        assert not sets[pack, name].is_attack
        assert sets[pack, name].least[variant] >= share / 100


def test_what_a_field_of_another_name_can_do_is_measured_and_among_the_limits() -> None:
    for name, pack in PACKS.items():
        sets = [wanted for wanted in read_plan(pack.folder).wanted if wanted.is_of_defaults]
        assert len(sets) == (name != "mcp"), "the arguments of its tools have no schema"
        said = [limit for limit in pack.limits if "field" in limit and "another" in limit]
        said += [limit for limit in pack.limits if "joins the values" in limit]
        assert said, name


@recorded
def test_what_is_denied_of_ordinary_calls_is_said_with_its_reason(
    on_data: Callable[[Pack], tuple[Measured, Path]],
) -> None:
    measured, _ = on_data(PACKS["shell"])
    for rate in measured.rates[Variant.BASELINE]:
        assert sum(rate.denied.values()) == rate.verdicts[Verdict.DENY]
        if not rate.wanted.is_attack:
            assert (
                rate.verdicts[Verdict.DENY] <= 0.03 * rate.total < rate.verdicts[Verdict.ESCALATE]
            )
            assert "no rule names it" not in rate.denied
    (text,) = [
        one for one in page([measured]).splitlines() if one.startswith("- commands of the c")
    ]
    assert "1 DENY (runs what it is piped, or opens a shell to elsewhere: 1)" in text


WANTED = MeasurementTarget("x", is_attack=True, most={Variant.BASELINE: 0.01}, least={})


def test_nothing_measured_reaches_nothing() -> None:
    nothing = Rate(WANTED, {Verdict.ALLOW: 0})
    assert nothing.share is None
    assert nothing.interval == (0.0, 1.0)
    assert nothing.is_reached(Variant.BASELINE) is False
    assert nothing.is_reached(Variant.STRICT) is None


def test_a_share_is_held_to_its_target() -> None:
    rate = Rate(WANTED, {Verdict.ALLOW: 1, Verdict.DENY: 99})
    assert rate.is_reached(Variant.BASELINE) is True
    assert Rate(WANTED, {Verdict.ALLOW: 2, Verdict.DENY: 98}).is_reached(Variant.BASELINE) is False
    assert "MISSED" in figure(Rate(WANTED, {Verdict.ALLOW: 2, Verdict.DENY: 98}), Variant.BASELINE)
    ordinary = replace(WANTED, is_attack=False, most={}, least={Variant.BASELINE: 0.5})
    assert Rate(ordinary, {Verdict.ALLOW: 1, Verdict.DENY: 2}).is_reached(Variant.BASELINE) is False
    assert Rate(ordinary, {Verdict.ALLOW: 1, Verdict.DENY: 1}).is_reached(Variant.BASELINE) is True


def test_the_interval_is_that_of_wilson() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 100)[0] == pytest.approx(0.0, abs=1e-12)
    assert wilson(100, 100)[1] == pytest.approx(1.0)
