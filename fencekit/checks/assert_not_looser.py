"""`assert_not_looser`: the comparison of two policies for users' own tests."""

from dataclasses import dataclass
from os import PathLike

from fencekit.checks.proofs.regression_case import case_text
from fencekit.checks.proofs.worst_witness import worst_witness
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.generation.call_search import (
    MAX_EXAMPLES,
    TIMEOUT,
    looser,
    looser_by_decision,
    search,
)
from fencekit.generation.shrink_call import shrink_request
from fencekit.model.errors import UsageError
from fencekit.model.policy import Policy
from fencekit.model.proof import NO_CALL, Proved, Witness
from fencekit.model.request import Request
from fencekit.model.source import SourceFile
from fencekit.model.transition_kind import transition_kind
from fencekit.prover.policy_properties import NOT_LOOSER, Outcomes, Property
from fencekit.prover.prover import check_property
from fencekit.reporting.loosening_text import loosening_text
from fencekit.reporting.report_phrases import count_noun
from fencekit.reporting.witness_text import Sides
from fencekit.schema.argument_schema import OPEN, Domain, domain_of


def _looser(outcomes: Outcomes) -> bool:
    before, after = outcomes
    return looser_by_decision(before, after)


NOT_LOOSER_BUT_ON_ERRORS = Property("not looser but on errors", _looser, 2, same_is_fine=True)
"""The second policy is nowhere looser than the first, where the first does not raise."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of both policies."""

    sources: tuple[SourceFile, ...]


def assert_not_looser(
    old: Policy | str | PathLike[str],
    new: Policy | str | PathLike[str],
    *,
    capability: str | None = None,
    domain: Domain = OPEN,
    max_examples: int = MAX_EXAMPLES,
    seed: int | str = 0,
    timeout: float = TIMEOUT,
    exact: bool = True,
    fail_on_errors: bool = False,
) -> None:
    """Raise AssertionError where a policy is looser than the one in force on some call.

    The exact comparison is asked first; where it proves that there is no such call, that is all.
    Where it cannot tell, or with `capability`, a pattern to keep to, or with `exact=False`,
    `max_examples` calls aimed at both policies are tried: a search that finds nothing proves
    nothing. The same `seed` tries the same calls. `domain` is a JSON Schema of the arguments. A
    call on which the old policy raises is denied there, and nobody meant it so: it counts with
    `fail_on_errors` only. The message has the call, made as small as it can be, both decisions,
    both rules with their lines, and a case to paste.

    Policies may be given as paths. Raises PolicyError for one that cannot be read, UsageError
    where nothing would be tried, EngineError where one call takes longer than `timeout` seconds.
    """
    __tracebackhide__ = True
    if max_examples < 1:
        raise UsageError(f"`max_examples` is `{max_examples}`: nothing would be tried")
    before, after = (p if isinstance(p, Policy) else load_policy(p) for p in (old, new))
    if exact and capability is None:
        goal = NOT_LOOSER if fail_on_errors else NOT_LOOSER_BUT_ON_ERRORS
        result = check_property(goal, before, after, domain=domain)
        if isinstance(result, Proved) and result.is_vacuous:
            raise UsageError(f"{NO_CALL}: nothing would be tried")
        if isinstance(result, Proved):
            return
        if isinstance(result, Witness):
            told = "found by the exact comparison of both policies"
            worst = worst_witness(result, goal, before, after, domain)
            smallest = minimise_witness(worst, before, after, domain)
            raise AssertionError(message(smallest, before, after, told))
    found = search(
        before,
        after,
        max_examples=max_examples,
        seed=seed,
        capability=capability,
        domain=domain,
        timeout=timeout,
        sought=looser if fail_on_errors else looser_by_decision,
    )
    if found.error is not None:
        raise found.error
    if found.tried == 0:
        raise UsageError("none of the calls that were made fits the `domain`")
    if found.witness is not None:
        told = f"found after {count_noun(found.tried, 'call')} (seed {seed})"
        raise AssertionError(message(found.witness, before, after, told))


def minimise_witness(witness: Witness, old: Policy, new: Policy, domain: Domain) -> Witness:
    """Return the witness with the smallest readable call of the domain that shows the same."""
    wanted = transition_kind(witness.before, witness.after)
    evaluators, schema = (ENGINE.compile(old), ENGINE.compile(new)), domain_of(domain)

    def decide(request: Request) -> Witness:
        outcomes = tuple(evaluator.decide(request).outcomes[0] for evaluator in evaluators)
        return Witness(request, outcomes)

    def holds(request: Request) -> bool:
        if schema is not None and not schema.valid(request.args.values):
            return False
        found = decide(request)
        return transition_kind(found.before, found.after) is wanted

    return decide(shrink_request(witness.request, holds))


def message(witness: Witness, old: Policy, new: Policy, found: str) -> str:
    """Return what a failing test says of a witness."""
    sides = Sides("before", "after", new.file)
    sources = Sources((*old.files, *new.files))
    case = case_text(witness, new.file)
    return loosening_text(witness, sides, sources, found=found, case=case)
