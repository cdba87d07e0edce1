"""A tighter variant is nowhere looser, and none is looser than the guardrails.

Proofs of it are the vetting's; here calls are bent in every way that CapFence is known to be misled
by, and those packs that are proved in a moment are proved.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.model.proof import Proved
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.packs.measure.measurement_samples import entries
from fencekit.packs.pack.pack import GUARDRAILS, Pack, packs_in
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.case_table import entry_arguments
from fencekit.prover.prover import compare
from tests.conformance.oracle import WORDS, real_answer, real_load

pytestmark = pytest.mark.oracle

PACKS = list(packs_in(Path(__file__).parents[2] / "packs"))
LARGE = ("shell", "sql")
"""Their proofs take up to a minute."""

KEYS = ("path", "file", "target", "amount", "total", "to", "recipient", "kind", "url", "query", "x")
TEXTS = (
    "'",
    '"',
    "\\",
    "\n",
    "\t",
    " ",
    "  ",
    ", '",
    '": ',
    "..",
    "/../",
    ";",
    "{'",
    "\u2028",
    "[",
)


def named(value: object) -> str:
    return value.name if isinstance(value, Pack) else str(value)


def bent(random: Random, args: dict[str, Any]) -> dict[str, Any]:
    """Return arguments that differ from those of a case in one or two ways."""
    args = json.loads(json.dumps(args))
    for _ in range(random.randint(1, 2)):
        keys = list(args)
        how = random.randrange(8)
        key = random.choice(keys) if keys else "x"
        value = args.get(key)
        if how == 0:
            random.shuffle(keys)
            args = {name: args[name] for name in keys}
        elif how == 1:
            args[random.choice(KEYS)] = random.choice([1, "a", None, True, [], {}, value])
        elif how == 2 and keys:
            args = {(random.choice(KEYS) if name == key else name): args[name] for name in keys}
        elif how == 3 and isinstance(value, str):
            at = random.randrange(len(value) + 1)
            args[key] = value[:at] + random.choice(TEXTS) + value[at:]
        elif how == 4 and keys:
            args[key] = random.choice([[value], {"a": value}, str(value), None])
        elif how == 5 and isinstance(value, str) and value:
            at = random.randrange(len(value))
            args[key] = value[:at] + value[at + 1 :]
        elif how == 6 and isinstance(value, str):
            args[key] = random.choice([value.upper(), value * 2, value + " " + value])
        elif how == 7:
            args = {"x": random.choice(["a", value, "{'"]), **args}
    return args


def bent_calls(pack: Pack, count: int) -> Iterator[Request]:
    random = Random(pack.name)
    table = entries(pack.folder / "source" / "cases.yaml")
    known = [
        (entry.value["capability"], args, entry.value.get("context", {}))
        for entry in table
        for args in entry_arguments(entry)
    ]
    for _ in range(count):
        capability, args, context = random.choice(known)
        yield Request(capability, args=bent(random, args), context=context)


@pytest.mark.parametrize("pack", PACKS, ids=named)
def test_no_bent_call_is_looser_than_a_looser_variant_or_the_guardrails(pack: Pack) -> None:
    files = {str(variant): pack.policy_file(variant) for variant in reversed(Variant)}
    files["guardrails"] = pack.folder / GUARDRAILS
    policies = {name: ENGINE.compile(load_policy(file)) for name, file in files.items()}
    real = {name: real_load(str(file)) for name, file in files.items()}
    seen = set()
    for number, request in enumerate(bent_calls(pack, 2500)):
        outcomes = {name: one.decide(request).outcomes[0] for name, one in policies.items()}
        said = {name: outcome.effect.verdict for name, outcome in outcomes.items()}
        assert said["permissive"] <= said["baseline"] <= said["strict"], request
        assert said["guardrails"] <= said["permissive"], request
        seen.add(said["baseline"])
        if number % 10 == 0:
            for name, outcome in outcomes.items():
                answer = real_answer(real[name], request).verdict  # type: ignore[arg-type]
                ours = "default_deny" if outcome.rule is None else WORDS[outcome.effect]
                assert answer == ours, request
    assert seen == set(Verdict)


SMALL = [pack for pack in PACKS if pack.name not in LARGE]


@pytest.mark.parametrize("pack", SMALL, ids=named)
def test_a_tighter_variant_is_proved_to_be_nowhere_looser(pack: Pack) -> None:
    loose, middle, tight = (load_policy(pack.policy_file(variant)) for variant in Variant)
    assert isinstance(compare(loose, middle), Proved)
    assert isinstance(compare(middle, tight), Proved)
