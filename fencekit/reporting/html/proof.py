"""What is proved of every possible call, as the page shows it."""

from dataclasses import dataclass

from fencekit.model.comparison import OPEN, Compared
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.reporting.checked import proved_line

ANSWERS: dict[type[Result], tuple[str, str]] = {
    Proved: ("no, proved", "proved"),
    Witness: ("yes", "witness"),
    Unknown: ("not known", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in words, with the name of its style, and the reason where there is none."""

    text: str
    style: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of capabilities, named by one of them, and both answers."""

    capability: str
    looser: Answer
    tighter: Answer


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved: both answers for all calls, and for each class of capabilities."""

    looser: Answer
    tighter: Answer
    kinds: tuple[Kind, ...]
    domain: str
    summary: str


def proof(compared: Compared | None) -> Proof | None:
    """Return what is proved, as the page shows it; None where nothing was tried."""
    if compared is None:
        return None
    return Proof(
        answer(compared.looser),
        answer(compared.tighter),
        tuple(Kind(c.capability, answer(c.looser), answer(c.tighter)) for c in compared.classes),
        "" if compared.domain == OPEN else compared.domain,
        proved_line(one.looser for one in compared.classes),
    )


def answer(result: Result) -> Answer:
    """Return an answer in words."""
    text, style = ANSWERS[type(result)]
    return Answer(text, style, result.reason if isinstance(result, Unknown) else "")
