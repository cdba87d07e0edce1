"""What comparing two policies over every possible call adds to a report: answers, both ways."""

from collections.abc import Iterable
from dataclasses import dataclass

from fencekit.model.looseness_measure import Measure
from fencekit.model.proof import Method, ProofStep, Proved, Result, Unknown, Witness
from fencekit.model.transition_kind import TransitionKind, severity, transition_kind

OPEN = "open"
"""The domain of every call there is: any JSON objects as arguments and as context."""


@dataclass(frozen=True, slots=True)
class TransitionAnswer:
    """Whether calls of a class get looser in one way: a call that shows it, or proved absent.

    `others` are calls that show it by other rules; `complete` says that no further rules do.
    """

    kind: TransitionKind
    result: Result
    others: tuple[Witness, ...] = ()
    complete: bool = True

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """Every call that shows it."""
        return (self.result, *self.others) if isinstance(self.result, Witness) else ()


@dataclass(frozen=True, slots=True)
class ClassComparison:
    """Whether the candidate is looser, and whether it is tighter, for one class of capabilities.

    `capability` is one of the class; all others of it meet the same rules, so that the answers are
    theirs too.
    """

    capability: str
    looser: Result
    tighter: Result
    measure: Measure | None = None
    """How much looser, where that was asked for."""
    transitions: tuple[TransitionAnswer, ...] = ()
    """In which ways calls get looser, the worst first; empty where none is known to."""


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """Two policies, compared over every call of the domain.

    `classes` are the classes of capabilities that needed a look; every call of any other meets the
    same rules in both policies. `domain` is `open`, or the file of a JSON Schema. With `explained`
    a text shows how each answer was come to.
    """

    baseline: str
    candidate: str
    classes: tuple[ClassComparison, ...]
    domain: str = OPEN
    explained: bool = False
    policy_root: str = ""
    baseline_root: str = ""

    @property
    def looser(self) -> Result:
        """Whether the candidate is nowhere looser: proved, a witness, or unknown."""
        return summary(one.looser for one in self.classes)

    @property
    def tighter(self) -> Result:
        """Whether the candidate is nowhere tighter: proved, a witness, or unknown."""
        return summary(one.tighter for one in self.classes)

    @property
    def generated_calls(self) -> int:
        """How many calls were generated, where proof came to no answer."""
        return calls_of(result for one in self.classes for result in (one.looser, one.tighter))

    @property
    def transitions(self) -> tuple[tuple[TransitionKind, Result], ...]:
        """For each transition whether it occurs anywhere: proved absent, a witness, or unknown."""
        found = []
        for kind in TransitionKind:
            listed = [
                next((a.result for a in one.transitions if a.kind is kind), one.looser)
                for one in self.classes
            ]
            of_kind = [
                each
                for each in listed
                if not isinstance(each, Witness) or transition_kind(each.before, each.after) is kind
            ]
            found.append((kind, summary(of_kind)))
        return tuple(found)

    @property
    def equivalent(self) -> bool | None:
        """Whether both policies have the same effect on every call; None where it is not known."""
        answers = (self.looser, self.tighter)
        if any(isinstance(answer, Witness) for answer in answers):
            return False
        return None if any(isinstance(answer, Unknown) for answer in answers) else True


@dataclass(frozen=True, slots=True)
class ClassGuardrail:
    """Whether the policy is at least as strict as its guardrails, for one class of capabilities."""

    capability: str
    result: Result
    transitions: tuple[TransitionAnswer, ...] = ()
    """In which ways the policy is looser, the worst first; empty where it is not, or not known."""


@dataclass(frozen=True, slots=True)
class GuardrailResult:
    """A policy, held against its guardrails over every call of the domain.

    `binding` counts the rules of the guardrails that ask for something: a denial, an approval or a
    duty. The first policy of each witness is the guardrails.
    """

    policy: str
    guardrails: str
    classes: tuple[ClassGuardrail, ...]
    binding: int
    domain: str = OPEN
    explained: bool = False
    policy_root: str = ""

    @property
    def result(self) -> Result:
        """Whether the policy is at least as strict everywhere: proved, a witness, or unknown."""
        return summary(one.result for one in self.classes)

    @property
    def generated_calls(self) -> int:
        """How many calls were generated, where proof came to no answer."""
        return calls_of(one.result for one in self.classes)


def calls_of(results: Iterable[Result]) -> int:
    """Return how many calls were generated on the way to some answers."""
    return sum(rung.calls for result in results for rung in result.ladder)


def summary(results: Iterable[Result]) -> Result:
    """Return the answer for all calls from those for parts of them.

    A witness anywhere is one, of several the worst; what is unknown anywhere is unknown. A witness
    that only an error makes one comes after what is unknown.
    """
    listed = list(results)
    witnesses = [found for found in listed if isinstance(found, Witness)]
    unknown = next((found for found in listed if isinstance(found, Unknown)), None)
    if witnesses:
        worst = min(witnesses, key=how_bad)
        return unknown if unknown is not None and only_by_error(worst) else worst
    if unknown is not None:
        return unknown
    ladder = tuple(rung for found in listed for rung in found.ladder)
    if not ladder:
        return SAME
    return Proved(max((rung.method for rung in ladder), key=list(Method).index), ladder)


def how_bad(found: Witness) -> tuple[int, int]:
    """Return the key that sorts the worst witness first."""
    kind = transition_kind(found.before, found.after) if len(found.outcomes) > 1 else None
    return severity(kind), min(one.effect.verdict for one in found.outcomes)


def only_by_error(result: Result) -> bool:
    """Say whether a witness is looser only because the first policy raises on it."""
    return (
        isinstance(result, Witness)
        and len(result.outcomes) > 1
        and transition_kind(result.before, result.after) is TransitionKind.ERROR
    )


SAME = Proved(
    Method.SAME, (ProofStep(Method.SAME, "every call meets the same rules in both policies"),)
)
"""The answer where no class of capabilities needs a look."""
