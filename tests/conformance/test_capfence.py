"""The `capfence` dialect decides exactly as the real package, on all that can be thought of.

`FENCEKIT_SWEEP=300000 pytest tests/conformance` looks at that many pairs, as `make sweep` does,
from the seed in `FENCEKIT_SWEEP_SEED`.
"""

import json
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import yaml

from conformance.broken import DOCUMENTS, OTHER_FILES, broken_files
from conformance.comparison import (
    SEARCH_PATHS,
    Loaded,
    Sweep,
    compare,
    requests_for,
    run,
    working_in,
)
from conformance.faults import EDITS, PLANTS, Edit, no_change, nothing
from conformance.oracle import (
    Answer,
    our_answer,
    our_load,
    our_rules,
    real_answer,
    real_load,
    real_rules,
)
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.errors import PolicyError
from fencekit.model.policy import ConditionName
from fencekit.model.request import Request

pytestmark = pytest.mark.oracle

REPOSITORY = Path(__file__).resolve().parents[2]
POLICIES = sorted((REPOSITORY / "fixtures" / "policies" / "capfence").glob("*.yaml"))
RECORDED = sorted((REPOSITORY.parent / "shared" / "data").glob("*.jsonl"))

SEED = int(os.environ.get("FENCEKIT_SWEEP_SEED", "20250101"))
PAIRS = int(os.environ.get("FENCEKIT_SWEEP", "26000"))
BROKEN = 1500
KEPT = 400

TIERS = (
    *("DENY", "ESCALATE", "ALLOW", "risk_levels", "default", "raised"),
    *("legacy DENY", "legacy ESCALATE", "legacy ALLOW", "legacy ALLOW+warn"),
)

Asked = list[tuple[Loaded, list[tuple[Request, Answer]]]]


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> tuple[Sweep, Asked]:
    """The sweep, and the first of its policies with their requests and CapFence's answers."""
    kept: Asked = []

    def each(policy: Loaded, asked: list[tuple[Request, Answer]], sweep: Sweep) -> None:
        if len(kept) < KEPT:
            kept.append((policy, asked))
        check_places(policy, sweep)

    return run(SEED, tmp_path_factory.mktemp("sweep"), pairs=PAIRS, each=each), kept


def check_places(policy: Loaded, sweep: Sweep) -> None:
    """Note every rule and condition whose place is not where the generator wrote it."""
    lines = {name: text.split("\n") for name, text in policy.made.files.items()}
    for rule in policy.ours.rules:
        place = rule.place
        rest = lines[place.file][(place.line or 0) - 1][(place.column or 0) - 1 :]
        if rule.section == "risk_levels":
            level = yaml.safe_load(rest.partition(": {")[0])
            fits = level == rule.conditions[0].value
        else:
            number = int(rule.id.rpartition("-")[2])
            written = policy.made.places[place.file, rule.section][number - 1]
            fits = (place.line, place.column) == written
            for condition in rule.conditions:
                at = condition.place
                text = lines[at.file][(at.line or 0) - 1][(at.column or 0) - 1 :]
                fits = fits and text.startswith(f"{condition.name}: ")
        sweep.placed += 1
        if not fits:
            sweep.misplaced.append(f"{rule.id} at {place}: {rest}")


@pytest.mark.slow
def test_generated_policies_decide_generated_requests_as_capfence_does(swept, record_property):
    sweep, _ = swept
    record_property("sweep", f"seed {SEED}: {sweep}")
    print(f"\nseed {SEED}: {sweep}")
    assert sweep.shown == []
    assert sweep.differing == 0
    assert sweep.pairs >= min(PAIRS, 25_000)
    assert sweep.refused == 0


def test_every_condition_and_every_tier_decides_often(swept):
    sweep, _ = swept
    share = sweep.pairs // 1000  # one in a thousand
    asked = set(ConditionName) - {ConditionName.PATH}  # which is of tokens
    rare = {str(name): sweep.deciding[name] for name in asked}
    rare |= {tier: sweep.tiers[tier] for tier in TIERS}
    assert {name: count for name, count in rare.items() if count < share} == {}
    assert sweep.inherited[True] > sweep.pairs // 20
    assert sweep.extending > sweep.policies // 10


def test_every_rule_and_condition_knows_where_it_is_written(swept):
    sweep, _ = swept
    assert sweep.misplaced == []
    assert sweep.placed > 3 * sweep.policies


def differences(kept: Asked, edit: Edit = no_change) -> Iterator[bool]:
    """Say of each of the kept requests whether it is decided otherwise than CapFence did."""
    for policy, asked in kept:
        evaluator = NativeEvaluator(edit(policy.ours))
        for request, answer in asked:
            yield our_answer(evaluator.decide(request)) != answer


def test_without_a_fault_the_kept_policies_do_not_differ(swept):
    _, kept = swept
    assert len(kept) == KEPT
    assert not any(differences(kept))


@pytest.mark.parametrize("name", [*PLANTS, *EDITS])
def test_a_planted_fault_is_noticed(swept, monkeypatch, name):
    _, kept = swept
    PLANTS.get(name, nothing)(monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of regexes, which would be noticed for themselves
        assert any(differences(kept, EDITS.get(name, no_change)))


def load_both(folder: Path, files: dict[str, bytes], main: str, sweep: Sweep):
    """Load a policy on both sides, and ours strictly too; count where the sides disagree."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    real, ours = real_load(main, SEARCH_PATHS), our_load(main, SEARCH_PATHS)
    if (real is None) is not (ours is None):
        refuses = "CapFence" if real is None else "fencekit"
        sweep.differ(f"only {refuses} refuses {files}")
    elif real is not None and ours is not None and real_rules(real) != our_rules(ours):
        sweep.differ(f"read differently: {files}")
    try:
        strictly = load_policy(main, search_paths=SEARCH_PATHS)
    except PolicyError as error:
        assert error.place, str(error)  # noqa: PT017  (a refusal is no failure)
    else:
        assert strictly == ours, files
    return real, ours


@pytest.mark.slow
def test_what_capfence_refuses_to_load_is_refused_and_nothing_else_is(tmp_path):
    sweep = Sweep()
    random = Random(SEED)
    with working_in(tmp_path):
        for _ in range(BROKEN):
            made, files = broken_files(random)
            real, ours = load_both(tmp_path, files, made.main, sweep)
            if real is None or ours is None:
                sweep.refused += 1
            else:
                compare(Loaded(made, real, ours), requests_for(random, real, 3), sweep)
    assert sweep.shown == []
    assert BROKEN // 5 < sweep.refused < BROKEN * 4 // 5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: ascii(document)[:40])
def test_a_document_is_read_or_refused_as_capfence_does(tmp_path, document):
    sweep = Sweep()
    others = {name: text.encode() for name, text in OTHER_FILES.items()}
    with working_in(tmp_path):
        load_both(tmp_path, {**others, "main.yaml": document}, "main.yaml", sweep)
    assert sweep.shown == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("extends: !!set {other.yaml}", "neither a file nor a list of files"),
        ("deny: [{capability: x, contains: &a [*a]}]", "an alias stands inside what it stands for"),
        (
            "description:\n"
            "  - &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"  - &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(5)),
            "there are more than",
        ),
    ],
)
def test_what_only_we_refuse_is_this_and_says_why(tmp_path, document, why):
    (tmp_path / "other.yaml").write_text("deny: [x]\n")
    (tmp_path / "main.yaml").write_text(document)
    with working_in(tmp_path):
        assert real_load("main.yaml") is not None
        with pytest.raises(PolicyError, match=why):
            load_policy("main.yaml", strict=False)


def test_a_cycle_is_refused_where_capfence_recurses_for_ever(tmp_path):
    (tmp_path / "main.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: [c.yaml]\n")
    (tmp_path / "c.yaml").write_text("extends: ./main.yaml\n")
    with working_in(tmp_path):
        assert real_load("main.yaml") is None
        with pytest.raises(PolicyError, match="extends itself"):
            load_policy("main.yaml", strict=False)


@pytest.mark.skipif(not RECORDED, reason="no ../shared/data beside the repository")
def test_recorded_calls_are_decided_as_capfence_does_under_every_fixture_policy():
    requests = []
    for path in RECORDED:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            context = {"tool_name": row["tool"], "actor": row["actor"]}
            if row["label"] == "attack":
                context["risk_level"] = "high"
            request = Request(
                row["capability"],
                environment=row["environment"],
                context=context,
                args=row["payload"] or {},
            )
            requests.append(request)
    sweep = Sweep()
    for path in POLICIES:
        real = real_load(str(path), [path.parent])
        ours = our_load(str(path), [path.parent])
        assert real is not None
        assert ours is not None
        evaluator = NativeEvaluator(ours)
        for request in requests:
            decision = evaluator.decide(request)
            sweep.pairs += 1
            sweep.count(decision.outcomes[0])
            expected = real_answer(real, request)
            if our_answer(decision) != expected:
                sweep.differ(f"{path.name}: {request}: {expected} but {decision}")
    assert sweep.shown == []
    assert sweep.pairs == len(POLICIES) * len(requests)
    assert len(sweep.tiers) > 3
