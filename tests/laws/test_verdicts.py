"""Laws of verdicts and effects."""

from hypothesis import given
from hypothesis import strategies as st

from fencekit.model.change import Change, compare_effects, summarise
from fencekit.model.verdict import Effect, Obligation, Verdict, combine

verdicts = st.sampled_from(Verdict)
duties = st.frozensets(st.sampled_from([Obligation("warn"), Obligation("log"), Obligation("tell")]))
effects = st.builds(Effect, verdicts, duties)


def test_allow_is_below_escalate_and_escalate_below_deny():
    assert Verdict.ALLOW < Verdict.ESCALATE < Verdict.DENY


@given(st.lists(verdicts), st.randoms())
def test_combine_is_commutative(several, random):
    assert combine(random.sample(several, len(several))) is combine(several)


@given(st.lists(verdicts), st.lists(verdicts))
def test_combine_is_associative(some, others):
    assert combine([combine(some), combine(others)]) is max(combine(some), combine(others))
    if some and others:
        assert combine([combine(some), combine(others)]) is combine([*some, *others])


@given(verdicts, st.integers(1, 5))
def test_combine_is_idempotent(verdict, times):
    assert combine([verdict] * times) is verdict


def test_combine_is_deny_on_nothing():
    assert combine([]) is Verdict.DENY


@given(st.lists(verdicts, min_size=1), verdicts)
def test_combining_with_one_more_never_loosens(several, one):
    assert combine([*several, one]) >= combine(several)


@given(effects)
def test_an_effect_is_unchanged_from_itself(effect):
    assert compare_effects(effect, effect) is Change.UNCHANGED


@given(effects, effects)
def test_only_equal_effects_are_unchanged(one, other):
    assert (compare_effects(one, other) is Change.UNCHANGED) == (one == other)


@given(effects, effects)
def test_looser_one_way_is_tighter_the_other_unless_an_obligation_replaces_another(one, other):
    there, back = compare_effects(one, other), compare_effects(other, one)
    added, dropped = other.obligations - one.obligations, one.obligations - other.obligations
    if one.verdict == other.verdict and added and dropped:
        assert (there, back) == (Change.LOOSER, Change.LOOSER)
    else:
        opposite = {Change.LOOSER: Change.TIGHTER, Change.TIGHTER: Change.LOOSER}
        assert back is opposite.get(there, there)


@given(effects, effects, effects)
def test_looser_than_looser_is_looser(one, other, third):
    steps = {compare_effects(one, other), compare_effects(other, third)}
    if steps == {Change.TIGHTER}:
        assert compare_effects(one, third) is Change.TIGHTER


@given(st.lists(st.sampled_from([Change.UNCHANGED, Change.LOOSER, Change.TIGHTER])))
def test_a_summary_contradicts_none_of_what_it_sums_up(changes):
    found = summarise(changes)
    if found in (Change.UNCHANGED, Change.LOOSER, Change.TIGHTER):
        assert set(changes) == {found}
    if found is Change.MAYBE_LOOSER:
        assert set(changes) == {Change.UNCHANGED, Change.LOOSER}
    if found is Change.MAYBE_TIGHTER:
        assert set(changes) == {Change.UNCHANGED, Change.TIGHTER}
    assert changes or found is Change.CANNOT_TELL
