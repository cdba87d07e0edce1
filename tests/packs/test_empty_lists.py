"""Every list that a pack has as a parameter may be empty, and an empty one allows no more."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.packs.install.policies_in_memory import policy_of
from fencekit.packs.measure.measurement_samples import entries
from fencekit.packs.pack.pack import packs_in
from fencekit.packs.pack.pack_parameters import SINGLE
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.case_table import entry_arguments
from fencekit.packs.render.render_pack import policies
from tests.packs.tiny import write_pack
from tests.running import ROOT, fencekit

PACKS = {pack.name: pack for pack in packs_in(ROOT / "packs")}
LISTS = [
    (pack.name, one.name)
    for pack in PACKS.values()
    for one in pack.parameters
    if one.kind not in SINGLE
]
STOPPING = {
    ("mcp", "asked_tools"),
    ("mcp", "fetching_tools"),
    ("mcp", "twofold_tools"),
    ("sql", "sensitive_columns"),
}
"""The lists of what goes to a person, or does so in part: without one, less does."""


@cache
def called(name: str) -> list[Request]:
    """Return the calls that people wrote for a pack."""
    return [
        Request(entry.value["capability"], args=args, context=entry.value.get("context", {}))
        for entry in entries(PACKS[name].folder / "source/cases.yaml")
        for args in entry_arguments(entry)
    ]


def allowed(pack: str, chosen: dict[str, Any]) -> Iterator[set[int]]:
    """Yield which of the calls each variant allows; the guardrails load too."""
    for number, (file, text) in enumerate(policies(PACKS[pack], chosen)):
        evaluator = ENGINE.compile(policy_of(str(file), text))
        if number < len(Variant):
            yield {
                at
                for at, call in enumerate(called(pack))
                if evaluator.decide(call).outcomes[0].effect.verdict is Verdict.ALLOW
            }


@cache
def allowed_by_default(pack: str) -> list[set[int]]:
    return list(allowed(pack, {}))


def test_there_are_lists() -> None:
    assert len(LISTS) > 15
    assert set(LISTS) > STOPPING


@pytest.mark.parametrize(("pack", "name"), LISTS)
def test_every_variant_takes_an_empty_list_and_allows_no_more_with_it(pack: str, name: str) -> None:
    before, after = allowed_by_default(pack), list(allowed(pack, {name: ()}))
    assert len(after) == len(before) == len(Variant)
    if (pack, name) not in STOPPING:
        for old, new in zip(before, after, strict=True):
            assert [called(pack)[at] for at in new - old] == []


@pytest.mark.parametrize("set_", ["payments recipients=", "kubernetes namespaces="])
def test_the_command_installs_with_an_empty_list(
    set_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pack, value = set_.split()
    done = fencekit("packs", "install", pack, "--set", value)
    assert done.code == 0, done.all


def test_a_list_that_the_source_itself_leaves_empty_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = write_pack(tmp_path / "notes") / "source/policy.yaml"
    rule = "deny:\n  - {why: none, capability: note.read, match_keywords: []}\nescalate:\n"
    text = source.read_text(encoding="utf-8").replace("escalate:\n", rule, 1)
    source.write_text(text, encoding="utf-8")
    assert fencekit("packs", "render", "notes").code == 0
    done = fencekit("packs", "vet", "notes", "--without", "mutation")
    assert done.code == 3
    assert "`match_keywords` of rule `deny-1` is empty" in done.all
