"""Long lists are searched in another way than short ones, with the same answers."""

from pathlib import Path
from random import Random

import pytest
from laws.drawing import policy_of_text as policy_of

from fencekit.engines.native.capability_index import CapabilityIndex
from fencekit.engines.native.request_view import covers
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Witness
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.prover import batched_search
from fencekit.prover.policy_properties import NEVER_ALLOWS, NEVER_ERRORS
from fencekit.prover.prover import check_property, compare
from prove.hard_set import Pair, pairs, sides
from prove.test_classes import capability, pattern

pytestmark = pytest.mark.oracle

CONDITIONS = (
    "contains: word{n}",
    "match_keywords: [word{n}, 'drop {n}']",
    r"match_regex: '\brm\s+{n}\b'",
    "amount_gt: {n}",
    "amount_lt: {n}",
    "path_prefix: /srv/{n}",
    "environment: 'team-{n}*'",
    "user_role: role{n}",
)
SECTIONS = ("deny", "require_approval", "allow")


def generated(random: Random, count: int) -> Policy:
    """Return a policy whose rules are of few capabilities, with few constants between them."""
    sections: dict[str, list[str]] = {name: [] for name in SECTIONS}
    for _ in range(count):
        asked = random.sample(CONDITIONS, random.choice((1, 1, 2)))
        said = ", ".join(one.format(n=random.randrange(6)) for one in asked)
        line = f"  - {{capability: {random.choice(('a.b', 'a.*', 'c.d'))}, {said}}}\n"
        sections[random.choice(SECTIONS)].append(line)
    sections["allow"].append("  - a.*\n")
    return policy_of(
        "".join(f"{name}:\n{''.join(lines)}" for name, lines in sections.items() if lines)
    )


@pytest.mark.parametrize("seed", range(5))
def test_edits_of_policies_get_the_same_answers_both_ways(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    policy = generated(random, 14)
    mutants = random.sample(list(single_edits(policy)), 12)
    answers = []
    for long in (0, 1_000_000):
        monkeypatch.setattr(batched_search, "LONG", long)
        found = [compare(policy, one.policy).word for one in mutants]
        found += [compare(one.policy, policy).word for one in mutants]
        found += [check_property(goal, policy).word for goal in (NEVER_ALLOWS, NEVER_ERRORS)]
        answers.append(found)
    assert answers[0] == answers[1]
    assert {Proved.word, Witness.word} <= set(answers[0])


@pytest.mark.parametrize("pair", pairs()[::6], ids=lambda pair: pair.name)
def test_the_hard_set_gets_the_same_answers(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = sides(pair, tmp_path)
    words = []
    for long in (0, 1_000_000):
        monkeypatch.setattr(batched_search, "LONG", long)
        words.append(compare(old.ours, new.ours).word)
    assert words[0] == words[1]
    assert words[0] != (Proved.word if pair.looser else Witness.word)


def test_an_edit_of_one_rule_among_many_of_a_capability_takes_few_parts() -> None:
    rules = "".join(f"  - {{capability: sh.run, contains: word{n}.}}\n" for n in range(400))
    asking = "".join(f"  - {{capability: sh.run, contains: ask{n}}}\n" for n in range(400))
    said = f"deny:\n{rules}require_approval:\n{asking}allow: [sh.*]\n"
    old, new = policy_of(said), policy_of(said.replace("word200.", "ord200."))
    tightened, loosened = compare(old, new), compare(new, old)
    assert tightened.word == Proved.word
    assert isinstance(loosened, Witness)
    assert "ord200." in str(loosened.request.args.values)
    for result in (tightened, loosened):
        (step,) = result.ladder
        assert step.cases <= 3


def test_the_index_of_capabilities_finds_what_covers() -> None:
    random = Random(4)
    for _ in range(300):
        patterns = [pattern(random) for _ in range(random.randint(1, 12))]
        index = CapabilityIndex([*patterns, 3])
        for _ in range(10):
            text = capability(random, patterns)
            covering = [at for at, one in enumerate(patterns) if covers(one, text)]
            assert index.of(text) == [*covering, len(patterns)], (patterns, text)
