"""The evaluation over mutants: what is committed of it holds, and part of it is done again here."""

import json
from pathlib import Path

import pytest

from fencekit.mutation.operators.single_edits import single_edits
from strategies.evaluation import (
    MAX_EXAMPLES,
    OUR_OWN,
    Chosen,
    confirmed,
    fixtures,
    found_by_default,
    found_by_plain_text,
    judged,
    loaded,
)
from strategies.sweep import DATA, GOAL, REPORT

pytestmark = pytest.mark.oracle

ROWS = json.loads(DATA.read_text("utf-8"))
LOOSER = [row for row in ROWS if row["looser"]]
EVERY = 3


def again() -> list[Chosen]:
    """Return every third looser mutant of our fixtures that is in the sample."""
    wanted = {(row["policy"], row["operator"], row["label"]) for row in LOOSER}
    policies = {source: loaded(path) for source, path in fixtures()}
    found = [
        chosen
        for source, policy in policies.items()
        for mutant in single_edits(policy)
        if (chosen := Chosen(source, policy, mutant)).key in wanted
    ]
    return found[::EVERY]


AGAIN = again()


def test_the_sample_is_large_enough_and_has_every_operator():
    assert len(ROWS) >= 300
    assert len(LOOSER) >= 100
    operators = {m.operator for _, path in fixtures() for m in single_edits(loaded(path))}
    missing = operators - {row["operator"] for row in ROWS}
    assert not missing, f"run `make sweep`: {sorted(missing)} are new"
    assert {row["policy"].split("/")[0] for row in ROWS} == {"capfence", OUR_OWN.rstrip("/")}


def test_nineteen_in_twenty_looser_mutants_are_found_by_the_default_run():
    found = [row for row in LOOSER if row["found_after"] is not None]
    assert all(row["found_after"] <= MAX_EXAMPLES for row in found)
    assert len(found) >= GOAL * len(LOOSER)


def test_the_report_of_the_sweep_counts_what_the_data_says():
    report = json.loads(REPORT.read_text("utf-8"))
    found = [row for row in LOOSER if row["found_after"] is not None]
    plain = [row for row in LOOSER if row["plain_found_after"] is not None]
    assert report["mutants"] == len(ROWS)
    assert report["looser"] == len(LOOSER)
    assert report["found_by_default_run"] == len(found)
    assert report["found_by_plain_text"] == len(plain)
    assert report["missed"] == [row for row in LOOSER if row["found_after"] is None]
    assert report["witnesses_refuted_by_capfence"] == 0
    assert report["witnesses_confirmed_by_capfence"] >= len(found)


def test_no_mutant_that_can_only_tighten_is_looser():
    assert [row for row in LOOSER if row["can"] == "tighten"] == []


def test_the_default_run_finds_them_again_and_capfence_confirms_each_witness(tmp_path: Path):
    assert len(AGAIN) >= 25, "run `make sweep`: most of the sample's mutants are gone"
    missed = []
    for chosen in AGAIN:
        _, witness = found_by_default(chosen)
        if witness is None:
            missed.append(chosen.key)
            continue
        assert confirmed(chosen, witness, tmp_path) is not False, (chosen.key, witness)
    assert len(missed) <= (1 - GOAL) * len(AGAIN), missed


def test_the_judges_say_the_same_again(tmp_path: Path):
    for chosen in AGAIN[::10]:
        is_looser, _, shown = judged(chosen)
        assert is_looser
        assert shown is not None
        assert confirmed(chosen, shown, tmp_path) is not False


def test_plain_text_finds_far_fewer():
    sample = AGAIN[::20]
    hits = [chosen for chosen in sample if found_by_plain_text(chosen) is not None]
    assert len(hits) < len(sample) / 2
