"""The claims of a file of cases: each is checked for every call, not for some.

A kind of claim is a function from a policy, the claim and a way to other policies, to a result; it
raises CaseError for a value that means nothing. To add one, name it in CLAIMS of `proving.py` and
describe it in `docs/cases.md`.
"""

from fencekit.cases.case_file import Claim, Problems
from fencekit.checks.suite.claim_kinds import CLAIMS, Load
from fencekit.model.policy import Policy
from fencekit.model.suite_result import ClaimResult
from fencekit.reading.message_words import list_words, nearest


def check_claims(claims: tuple[Claim, ...], policy: Policy, load: Load) -> tuple[ClaimResult, ...]:
    """Return the results of claims about a policy; raise CaseError for an unknown kind."""
    refuse_unknown(claims)
    return tuple(CLAIMS[claim.kind](policy, claim, load) for claim in claims)


def refuse_unknown(claims: tuple[Claim, ...]) -> None:
    """Raise CaseError where a claim is of a kind that there is none of."""
    problems, known = Problems(), tuple(CLAIMS)
    for claim in claims:
        if claim.kind not in CLAIMS:
            hint = f"there is {list_words(known)}"
            message = f"unknown claim: `{claim.kind}`{nearest(claim.kind, known)}"
            problems.add(message, claim.place, hint)
    problems.raise_any()
