"""The kinds of claims, by their names: each is checked for every call, not for some.

A kind is a function from a policy and a value, as it is written, to a result; it raises CaseError
for a value that means nothing. To add one, name it in CLAIMS and describe it in `docs/cases.md`.
"""

from collections.abc import Callable

from fencekit.cases.base import CaseFile, Claim, Problems, listed, nearest
from fencekit.model.policy import Policy
from fencekit.model.suite import ClaimResult

Check = Callable[[Policy, Claim, CaseFile], ClaimResult]
"""Takes the policy, the claim and its file, which says where other policies are looked for."""

CLAIMS: dict[str, Check] = {}
"""The check of each kind of claim."""


def checked(claims: tuple[Claim, ...], policy: Policy, file: CaseFile) -> tuple[ClaimResult, ...]:
    """Return the results of claims about a policy; raise CaseError for an unknown kind."""
    refuse_unknown(claims)
    return tuple(CLAIMS[claim.kind](policy, claim, file) for claim in claims)


def refuse_unknown(claims: tuple[Claim, ...]) -> None:
    """Raise CaseError where a claim is of a kind that there is none of."""
    problems, known = Problems(), tuple(CLAIMS)
    for claim in claims:
        if claim.kind not in CLAIMS:
            hint = f"there is {listed(known)}" if known else "no kind of claim is known here"
            message = f"unknown claim: `{claim.kind}`{nearest(claim.kind, known)}"
            problems.add(message, claim.place, hint)
    problems.raise_any()
