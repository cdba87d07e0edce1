"""The steps of vetting a pack, one function each: what must hold, and what was seen.

A step yields one or more results, each about a variant or about the whole pack. What it finds are
findings with the place to mend.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from fencekit.checks.proofs.guardrails_check import AT_LEAST_AS_STRICT, binding_rules
from fencekit.checks.proofs.policy_comparison import finding_of
from fencekit.checks.proofs.prove_or_search import answers
from fencekit.checks.suite.run_cases import finding_of as finding_of_case
from fencekit.checks.suite.run_cases import results
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.capfence_engine import ENGINE as CAPFENCE
from fencekit.engines.engine_protocol import Engine
from fencekit.engines.native.native_evaluator import ENGINE as NATIVE
from fencekit.engines.time_limit import time_limit
from fencekit.model.capability import Capability
from fencekit.model.case import Case
from fencekit.model.errors import PackError
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.source import Place
from fencekit.model.suite_result import CaseResult, CaseStatus
from fencekit.model.vetting_result import VettingState
from fencekit.packs.pack.pack import CASES, GUARDRAILS, Pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pinned_calls import is_pinned
from fencekit.packs.render.render_pack import rendered_files
from fencekit.packs.vet.mutation_evidence import read_evidence
from fencekit.packs.vet.vet_contents import contents
from fencekit.packs.vet.vet_form import well_shaped, without_backtracking
from fencekit.packs.vet.vet_mutants import Mutating, check_variants
from fencekit.packs.vet.vetting_step import StepResult, fault, of
from fencekit.prover.policy_properties import NOT_LOOSER, Property
from fencekit.reading.input_files import read_text

TIMEOUT = 5.0


@dataclass
class Vet:
    """The pack that is vetted; each policy is loaded once, each file of cases read once."""

    pack: Pack
    max_mutants: int | None = None
    jobs: int = 1
    loaded: dict[Path, Policy] = field(default_factory=dict)
    read: dict[Variant, list[Case]] = field(default_factory=dict)

    def policy(self, variant: Variant) -> Policy:
        """Return the policy of a variant; raise PolicyError where it cannot be read."""
        return self.at(self.pack.policy_file(variant))

    @property
    def guardrails(self) -> Policy:
        """The guardrails; raises PolicyError where they cannot be read."""
        return self.at(self.pack.folder / GUARDRAILS)

    def at(self, file: Path) -> Policy:
        """Return the policy in a file."""
        if file not in self.loaded:
            self.loaded[file] = load_policy(str(file))
        return self.loaded[file]

    def cases(self, variant: Variant) -> list[Case]:
        """Return the cases of a variant; raise PackError where there is no table of them."""
        if variant not in self.read:
            table = self.pack.table()
            self.read = {one: [case.case(one) for case in table] for one in Variant}
        return self.read[variant]


def manifest(vet: Vet) -> Iterator[StepResult]:
    """Everything that a pack has is there, and is what it says."""
    yield contents(vet.pack)


def source(vet: Vet) -> Iterator[StepResult]:
    """What is rendered from the source is what is checked in."""
    found, count = [], 0
    for path, text in rendered_files(vet.pack):
        count += 1
        there = read_text(str(path), PackError)[0] if path.is_file() else None
        if there != text:
            said = "is not what the source renders to" if there is not None else "is missing"
            hint = "render the pack again, and look at the difference"
            found.append(fault("source", f"`{path}` {said}", Place(str(path)), hint))
    yield of("", f"{count} files are what the source renders to", found)


def shapes(vet: Vet) -> Iterator[StepResult]:
    """Lint finds no error, in any policy of the pack; warnings are shown."""
    for name, policy in policies(vet):
        yield well_shaped(name, policy)


def backtracking(vet: Vet) -> Iterator[StepResult]:
    """No regex can run away on any text."""
    for name, policy in policies(vet):
        yield without_backtracking(name, policy)


def policies(vet: Vet) -> Iterator[tuple[str, Policy]]:
    """Yield every policy of the pack by its name."""
    for variant in Variant:
        yield str(variant), vet.policy(variant)
    yield "guardrails", vet.guardrails


def cases(vet: Vet) -> Iterator[StepResult]:
    """Every case passes on our engine."""
    yield from run_cases(vet, NATIVE, "cases")


def on_capfence(vet: Vet) -> Iterator[StepResult]:
    """Every case passes on the real CapFence too."""
    yield from run_cases(vet, CAPFENCE, "capfence")


def run_cases(vet: Vet, engine: Engine, step: str) -> Iterator[StepResult]:
    """Yield how the cases of each variant are decided."""
    if not vet.cases(Variant.STRICT):
        nothing = fault("cases", "the pack has no cases", Place(str(vet.pack.folder / CASES)))
        yield of("", "no cases", [nothing])
        return
    for variant in sorted(Variant, key=str):
        with time_limit(TIMEOUT) as progress:
            made = list(results(vet.cases(variant), engine.compile(vet.policy(variant)), progress))
        wrong = [one for one in made if one.status is not CaseStatus.PASSED]
        found = [case_fault(vet.pack, step, one) for one in wrong]
        yield of(str(variant), f"{len(made) - len(wrong)} of {len(made)} cases pass", found)


def case_fault(pack: Pack, step: str, failed: CaseResult) -> Finding:
    """Return the finding of a case that is not met; of a pinned call with what to do."""
    found = replace(finding_of_case(failed), slug=f"pack-{step}")
    if not is_pinned(failed.name):
        return found
    hint = f"a pinned call; if that is what you want: `fencekit packs render {pack.folder} --repin`"
    return replace(found, hint=hint)


def guardrails(vet: Vet) -> Iterator[StepResult]:
    """What the guardrails decide, each variant decides no looser: proved for every call."""
    rules = vet.guardrails
    if not binding_rules(rules):
        said = "the guardrails ask for nothing"
        yield of("", said, [fault("guardrails", said, Place(rules.file))])
        return
    for variant in Variant:
        yield prove_relation(vet, str(variant), AT_LEAST_AS_STRICT, rules, vet.policy(variant))


def order(vet: Vet) -> Iterator[StepResult]:
    """A tighter variant is nowhere looser than a looser one: proved for every call."""
    for looser, tighter in pairwise(Variant):
        about = f"{looser} to {tighter}"
        yield prove_relation(vet, about, NOT_LOOSER, vet.policy(looser), vet.policy(tighter))


def prove_relation(vet: Vet, about: str, goal: Property, old: Policy, new: Policy) -> StepResult:
    """Return whether a relation is proved: for any arguments, or those that the pack declares."""
    sides = (goal, old, new)
    results = [narrow_to_declared(vet, sides, *entry) for entry in answers(*sides)]
    broken = [result for result, _ in results if isinstance(result, Witness)]
    unknown = [result for result, _ in results if isinstance(result, Unknown)]
    narrow = sum(is_narrow for result, is_narrow in results if isinstance(result, Proved))
    if broken:
        found = [
            finding_of(RecordClass.LOOSER, one, slug=f"pack-{goal_name(goal)}") for one in broken
        ]
        return of(about, f"{len(broken)} kinds of call refute it", found)
    if unknown:
        return StepResult(about, VettingState.NOT_CHECKED, f"not known: {unknown[0].reason}")
    said = f"proved for every call ({len(results)} kinds of capability looked at"
    if narrow:
        said += f", {narrow} of them for the arguments that the pack declares"
    return StepResult(about, VettingState.HOLDS, f"{said})")


def goal_name(goal: Property) -> str:
    """Return the name of the step that asks for a goal."""
    return "guardrails" if goal is AT_LEAST_AS_STRICT else "order"


def narrow_to_declared(
    vet: Vet, sides: tuple[Property, Policy, Policy], capability: str, result: Result
) -> tuple[Result, bool]:
    """Return the answer for a kind of capability, and whether it is for declared arguments only."""
    if isinstance(result, Proved):
        return result, False
    given = Capability.parse(capability)
    for one in vet.pack.capabilities:
        pattern = Capability.parse(one.name)
        if given is not None and pattern is not None and pattern.covers(given):
            declared = dict(answers(*sides, domain=one.payload))
            return declared.get(capability, result), True
    return result, False


def mutation(vet: Vet) -> Iterator[StepResult]:
    """The cases notice every edit of a policy that changes a decision."""
    cases = {variant: vet.cases(variant) for variant in Variant}
    mutating = Mutating(vet.pack, vet.max_mutants, vet.jobs, cases)
    yield from check_variants(mutating, read_evidence(vet.pack.folder))


STEPS: dict[str, Callable[[Vet], Iterator[StepResult]]] = {
    "manifest": manifest,
    "source": source,
    "lint": shapes,
    "regexes": backtracking,
    "cases": cases,
    "capfence": on_capfence,
    "guardrails": guardrails,
    "order": order,
    "mutation": mutation,
}
"""The steps by name, the cheap ones first; measuring comes after them."""
