"""A token as a policy: one tier in which the tightest rule wins, and a default of DENY.

Each block grants what it names. A token with blocks that narrow it grants what every block grants:
each combination of a rule of one block with one of the next, with the conditions, the obligations
and the tighter verdict of both. What a block excepts is denied.
"""

from datetime import datetime
from itertools import chain

from fencekit.dialects.token.token_reader import Block, Token, ToolGrant
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Condition, ConditionName, Policy, Rule, Tier
from fencekit.model.source import SourceFile
from fencekit.model.verdict import DENY, Effect, Obligation, Verdict

MOST_RULES = 10_000
TIER = "token"
ANY = "**"


def policy_of(token: Token, file: str = "", files: tuple[SourceFile, ...] = ()) -> Policy:
    """Return the policy of a token; raise PolicyError where it would have too many rules."""
    own = Obligation(f"holder={token.holder}")
    granted = grants_of(token, token.blocks[0], frozenset({own}))
    for block in token.blocks[1:]:
        narrower = grants_of(token, block, frozenset())
        granted = [both(one, other) for one in granted for other in narrower if meet(one, other)]
        if len(granted) > MOST_RULES:
            message = f"the blocks of the token make more than {MOST_RULES:,} rules together"
            raise PolicyError(message, place=block.place)
    denied = chain.from_iterable(denials_of(token, block) for block in token.blocks)
    rules = tuple(number_rules([*denied, *granted]))
    return Policy("token", (Tier(TIER, rules),), file=file, files=files)


def grants_of(token: Token, block: Block, duties: frozenset[Obligation]) -> list[Rule]:
    """Return the rules by which a block allows something, or sends it to a person."""
    if block.expires is not None:
        duties |= {Obligation(f"expires={format_moment(block.expires)}")}
    return [
        rule
        for grant in block.tools
        for rule in rules_for(token, grant, grant.paths, effect_of(grant, duties))
    ]


def denials_of(token: Token, block: Block) -> list[Rule]:
    """Return the rules by which a block denies what it excepts."""
    return [
        rule
        for grant in block.tools
        if grant.exceptions
        for rule in rules_for(token, grant, grant.exceptions, DENY)
    ]


def effect_of(grant: ToolGrant, duties: frozenset[Obligation]) -> Effect:
    """Return what a grant does, with its duties."""
    named = {Obligation(name) for name in grant.guardrails}
    if grant.max_bytes is not None:
        named.add(Obligation(f"max_bytes={grant.max_bytes}"))
    verdict = Verdict.ESCALATE if grant.approval else Verdict.ALLOW
    return Effect(verdict, duties | named)


def rules_for(
    token: Token, grant: ToolGrant, patterns: tuple[str, ...] | None, effect: Effect
) -> list[Rule]:
    """Return a rule for each glob of the patterns, or one for calls with any arguments."""
    globs = [None] if patterns is None else [*dict.fromkeys(globs_of(token.workspace, patterns))]
    return [
        Rule(
            grant.name,
            TIER,
            effect,
            grant.capability,
            () if one is None else (Condition(ConditionName.PATH, one, grant.place),),
            place=grant.place,
        )
        for one in globs
    ]


def globs_of(workspace: str, patterns: tuple[str, ...]) -> list[str]:
    """Return what patterns mean as globs of absolute paths; `docs/**` is the folder as well."""
    base = escape_glob(workspace.rstrip("/"))
    found = []
    for pattern in patterns:
        # A glob of two stars matches what one of one star does.
        said = escape_glob(pattern).replace(ANY, "*")
        if pattern == ANY or pattern.endswith(f"/{ANY}"):
            found.append(f"{base}/{said}"[:-2] or "/")
        found.append(f"{base}/{said}")
    return found


def escape_glob(text: str) -> str:
    """Return a text in which only `*` means anything to `fnmatch`."""
    return "".join(f"[{char}]" if char in "?[" else char for char in text)


def meet(one: Rule, other: Rule) -> bool:
    """Say whether two rules are about the same calls of a tool."""
    return one.capability == other.capability and one.id == other.id


def both(one: Rule, other: Rule) -> Rule:
    """Return a rule that holds where both do, and does what both ask for."""
    assert one.effect is not None
    assert other.effect is not None
    conditions = tuple(dict.fromkeys((*one.conditions, *other.conditions)))
    effect = Effect(
        max(one.effect.verdict, other.effect.verdict),
        one.effect.obligations | other.effect.obligations,
    )
    return Rule(one.id, TIER, effect, one.capability, conditions, place=other.place)


def number_rules(rules: list[Rule]) -> list[Rule]:
    """Return rules with an id each: the tool's name, and a number where it has several."""
    counts: dict[str, int] = {}
    found = []
    for index, rule in enumerate(rules):
        counts[rule.id] = counts.get(rule.id, 0) + 1
        name = f"{rule.id}-{counts[rule.id]}"
        found.append(
            Rule(
                name,
                TIER,
                rule.effect,
                rule.capability,
                rule.conditions,
                index=index,
                place=rule.place,
            )
        )
    return found


def format_moment(moment: datetime) -> str:
    """Return a moment in UTC as text."""
    return moment.isoformat().replace("+00:00", "Z")
