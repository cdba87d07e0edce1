"""A variant of a pack filled in with parameters, and the cases that hold of it then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.model.case import Case
from fencekit.model.decision import Decision
from fencekit.model.errors import PackError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.packs.install.policies_in_memory import policy_of
from fencekit.packs.pack.open_pack import Opened
from fencekit.packs.pack.pack import CASES, SOURCE
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.case_table import print_cases
from fencekit.packs.render.pack_source import read_source
from fencekit.packs.render.render_pack import render_limits, render_variant


@dataclass(frozen=True, slots=True)
class InstantiatedFiles:
    """The files of a variant with its parameters filled in, by name, and cases that are left out.

    Cases are written for the default values of parameters, and name them: with other values, some
    are about a folder or a host that is no longer meant, and are left out. `opened` are those
    of them that are about a call that was not to be allowed, and is now.
    """

    name: str
    files: Mapping[str, str]
    left_out: int
    opened: tuple[Case, ...]

    def policy(self, name: str) -> Policy:
        """Return the policy, or the guardrails, under the name that the file has in the target."""
        return policy_of(name, self.files[name])


def fill(opened: Opened, variant: Variant, chosen: Mapping[str, Any]) -> InstantiatedFiles:
    """Return the files of a variant, with the parameters that are chosen.

    Raises UsageError for a parameter that there is not, and for a value that is not of its type,
    and PackError where a case fails with the default values.
    """
    pack = opened.pack
    try:
        parameters = pack.values(chosen)
    except PackError as error:
        raise UsageError(error.message, hint=error.hint) from error
    head = f"# {pack.name} {pack.version}, {variant}: installed by `fencekit packs install`.\n"
    name, source = f"{pack.name}.yaml", read_source(pack.folder / SOURCE, pack.name)
    text = render_variant(pack, source, variant, parameters, head)
    table = pack.table()
    cases = [one.case(variant) for one in table]
    usual = render_variant(pack, source, variant, pack.values({}), head)
    by_default = decide_cases(cases, policy_of(name, usual))
    refuse_failing(cases, by_default, Place(str(pack.folder / CASES)))
    decisions = by_default if text == usual else decide_cases(cases, policy_of(name, text))
    holds = [case.expected.is_met_by(made) for case, made in zip(cases, decisions, strict=True)]
    if not any(holds):
        raise PackError("no case of the pack holds with these parameters")
    kept = [one for one, fine in zip(table, holds, strict=True) if fine]
    suite = f"{pack.name}-{variant}"
    files = {
        name: text,
        guardrails_of(pack.name): render_limits(pack, source, parameters, head),
        f"{pack.name}.fence.yaml": print_cases(kept, variant, suite=suite, policy=name, head=head),
    }
    return InstantiatedFiles(name, files, holds.count(False), now_allowed(cases, decisions))


def guardrails_of(name: str) -> str:
    """Return the name of the file of a pack's guardrails."""
    return f"{name}.guardrails.yaml"


def decide_cases(cases: Sequence[Case], policy: Policy) -> list[Decision]:
    """Return what a policy makes of the call of each case."""
    evaluator = ENGINE.compile(policy)
    return [evaluator.decide(case.request) for case in cases]


def refuse_failing(cases: Sequence[Case], decisions: list[Decision], place: Place) -> None:
    """Raise PackError where a case fails with the default values: the pack is not what it says."""
    failing = [
        f"`{case.name}` expects {case.expected}, and is {made}"
        for case, made in zip(cases, decisions, strict=True)
        if not case.expected.is_met_by(made)
    ]
    if failing:
        said = f"{len(failing):,} of {len(cases):,} cases fail with the default parameters"
        hint = f"such as {failing[0]}; `fencekit packs vet` shows all"
        raise PackError(said, place=place, hint=hint)


def now_allowed(cases: Sequence[Case], decisions: list[Decision]) -> tuple[Case, ...]:
    """Return the cases that do not expect ALLOW, of calls that may end so."""
    return tuple(
        case
        for case, made in zip(cases, decisions, strict=True)
        if Verdict.ALLOW in made.verdicts and Verdict.ALLOW not in case.expected.verdicts
    )
