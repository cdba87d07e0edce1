"""What is proved of every possible call, as the page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from fencekit.model.comparison_result import OPEN, ComparisonResult, GuardrailResult, only_by_error
from fencekit.model.proof import ProofStep, Proved, Result, Unknown, Witness
from fencekit.model.report import Report
from fencekit.reporting.coverage_note import proved_line
from fencekit.reporting.report_phrases import count_noun

FOUND: dict[type[Result], tuple[str, str]] = {
    Proved: ("no, proved", "proved"),
    Witness: ("yes", "witness"),
    Unknown: ("not known", "unknown"),
}
"""Answers to whether there is a call that is decided so."""
KEPT: dict[type[Result], tuple[str, str]] = {
    Proved: ("yes, proved", "proved"),
    Witness: ("no", "witness"),
    Unknown: ("not known", "unknown"),
}
"""Answers to whether something holds for every call."""
Words = dict[type[Result], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An answer in words, with the name of its style, and the reason where there is none."""

    text: str
    style: str
    reason: str


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A class of capabilities, named by one of them: the answers, and how much looser."""

    capability: str
    answers: tuple[AnswerText, ...]
    measure: str = ""


@dataclass(frozen=True, slots=True)
class ProofStepRow:
    """A step of the ladder: its method, what was done, and how much of it."""

    method: str
    said: str
    looked: str


@dataclass(frozen=True, slots=True)
class AnswerBasis:
    """How an answer was come to: what it is about, the answer, and the steps to it."""

    capability: str
    question: str
    answer: AnswerText
    steps: tuple[ProofStepRow, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved: an answer to each question for all calls, and for each class of them."""

    questions: tuple[str, ...]
    answers: tuple[AnswerText, ...]
    columns: tuple[str, ...]
    kinds: tuple[CapabilityRow, ...]
    domain: str
    summary: str
    against: str = ""
    """The guardrails, where the policy is held against some."""
    ladders: tuple[AnswerBasis, ...] | None = None
    """How each answer was come to, where that was asked for."""

    @property
    def has_measure(self) -> bool:
        """Whether it is said how much looser."""
        return any(kind.measure for kind in self.kinds)


def proof(report: Report) -> Proof | None:
    """Return what is proved, as the page shows it; None where nothing was tried."""
    if report.guardrails is not None:
        return of_guardrails(report.guardrails)
    return None if report.comparison is None else of_comparison(report.comparison)


def of_comparison(compared: ComparisonResult) -> Proof:
    """Return what is proved of two versions of a policy."""
    ways = [(c.capability, "looser", c.looser, answer(c.looser)) for c in compared.classes]
    ways += [(c.capability, "tighter", c.tighter, plain(c.tighter)) for c in compared.classes]
    return Proof(
        ("Anywhere looser", "Anywhere tighter"),
        (answer(compared.looser), plain(compared.tighter)),
        ("Looser for some call", "Tighter for some call"),
        tuple(
            CapabilityRow(
                one.capability,
                (answer(one.looser), plain(one.tighter)),
                one.measure.said if one.measure else "",
            )
            for one in compared.classes
        ),
        "" if compared.domain == OPEN else compared.domain,
        proved_line(one.looser for one in compared.classes),
        ladders=ladders(ways) if compared.explained else None,
    )


def of_guardrails(guarded: GuardrailResult) -> Proof:
    """Return what is proved of a policy and its guardrails."""
    strict = "at least as strict"
    ways = [(c.capability, strict, c.result, answer(c.result, KEPT)) for c in guarded.classes]
    return Proof(
        (f"Everywhere {strict}",),
        (answer(guarded.result, KEPT),),
        (f"{strict.capitalize()} for every call",),
        tuple(
            CapabilityRow(one.capability, (answer(one.result, KEPT),)) for one in guarded.classes
        ),
        "" if guarded.domain == OPEN else guarded.domain,
        proved_line(one.result for one in guarded.classes),
        against=guarded.guardrails,
        ladders=ladders(ways) if guarded.explained else None,
    )


def answer(result: Result, words: Words = FOUND) -> AnswerText:
    """Return an answer in words; one that search found says so."""
    text, style = words[type(result)]
    if only_by_error(result):
        text = "only where CapFence raises" if words is FOUND else "except where CapFence raises"
    elif isinstance(result, Witness) and result.is_searched:
        text = f"{text}, found by search"
    return AnswerText(text, style, result.reason if isinstance(result, Unknown) else "")


def plain(result: Result) -> AnswerText:
    """Return an answer that is neither good nor bad."""
    made = answer(result)
    return AnswerText(made.text, "", made.reason)


def ladders(ways: Iterable[tuple[str, str, Result, AnswerText]]) -> tuple[AnswerBasis, ...]:
    """Return how each answer was come to; given with what it is about, and in words."""
    return tuple(
        AnswerBasis(capability, question, said, tuple(map(step, result.ladder)))
        for capability, question, result, said in ways
    )


def step(rung: ProofStep) -> ProofStepRow:
    """Return a rung in words, without the counts that are none."""
    looked = ((rung.cases, "case"), (rung.states, "state"))
    said = ", ".join(count_noun(count, word) for count, word in looked if count)
    return ProofStepRow(str(rung.method), rung.said, said)
