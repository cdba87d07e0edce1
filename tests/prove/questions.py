"""Questions of text for a second opinion: pairs of policies, class of capabilities by class."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fencekit.model.policy import ConditionName, Policy
from fencekit.model.proof import Proved, Result, Witness
from fencekit.model.request import Request
from fencekit.prover.policy_properties import NOT_LOOSER
from fencekit.prover.prover import by_capability
from prove.apart import GAVE_UP, apart
from prove.second_opinion import ALPHABET, BeyondError, Opinion, opinion, shows

TEXTS = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS, ConditionName.MATCH_REGEX)


@dataclass
class Agreement:
    """How often z3 and the prover came to the same answer, and each time that they did not."""

    asked: int = 0
    beyond: int = 0
    gave_up: int = 0
    both_proved: int = 0
    both_witness: int = 0
    elsewhere: int = 0
    """The prover's call is none that z3 was asked about, which found none of its own kind."""
    open: int = 0
    """The prover does not know, and z3 does."""
    contradictions: list[str] = field(default_factory=list)

    @property
    def agreed(self) -> int:
        """How often both answered the same."""
        return self.both_proved + self.both_witness


def has_text(*policies: Policy) -> bool:
    """Say whether a rule asks for text."""
    return any(
        c.name in TEXTS for policy in policies for rule in policy.rules for c in rule.conditions
    )


def ask(pairs: Iterable[tuple[str, Policy, Policy]], *, seconds: int) -> Agreement:
    """Ask both about each pair; z3 gets so many seconds of CPU a question."""
    made = Agreement()
    for name, old, new in pairs:
        if not has_text(old, new):
            continue
        for capability, result in by_capability(NOT_LOOSER, old, new):
            made.asked += 1
            said = apart(lambda o=old, n=new, c=capability: answer(o, n, c), seconds)
            if said == "beyond":
                made.beyond += 1
                continue
            if said == GAVE_UP:
                made.gave_up += 1
                continue
            about = f"{name}: {capability}"
            if said.text is not None and not shows(old, new, capability, said.text):
                made.contradictions.append(f"{about}: z3's text is none: {said.text!r}")
            else:
                note(made, about, said, result)
    return made


def answer(old: Policy, new: Policy, capability: str) -> Opinion | str:
    """Return what z3 says; `beyond` where the translation does not speak of it."""
    try:
        return opinion(old, new, capability)
    except BeyondError:
        return "beyond"


def note(made: Agreement, name: str, said: Opinion, result: Result) -> None:
    """Take one pair of answers in."""
    if said.word == "unknown":
        made.gave_up += 1
    elif said.text is not None:
        if isinstance(result, Proved):
            made.contradictions.append(f"{name}: proved, but {said.text!r}")
        else:
            made.both_witness += isinstance(result, Witness)
            made.open += not isinstance(result, Witness)
    elif isinstance(result, Proved):
        made.both_proved += 1
    elif isinstance(result, Witness):
        if is_asked(result.request):
            made.contradictions.append(f"{name}: z3 finds none, but {result.request}")
        made.elsewhere += 1
    else:
        made.open += 1


def is_asked(request: Request) -> bool:
    """Say whether a call is one of those that z3 is asked about."""
    text = request.args.values.get("command")
    plain = not request.context.values and request.environment is None
    only = len(request.args.values) == 1 and isinstance(text, str)
    return plain and only and set(text) <= set(ALPHABET)


def lines(made: Agreement) -> Iterator[str]:
    """Yield the figures, a row each."""
    yield f"| questions | {made.asked:,} |"
    yield f"| beyond the translation | {made.beyond:,} |"
    yield f"| z3 gave up | {made.gave_up:,} |"
    yield f"| both: there is none | {made.both_proved:,} |"
    yield f"| both: there is one | {made.both_witness:,} |"
    yield f"| the prover's call is of another kind | {made.elsewhere:,} |"
    yield f"| the prover does not know | {made.open:,} |"
    yield f"| contradictions | {len(made.contradictions):,} |"
