"""The hard set: subtle pairs of policies, each with the answer, a witness or an argument."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capfence.core.policy import Policy as RealPolicy
from conformance.oracle import WORDS, Answer, real_answer, real_load

from fencekit.dialects.dialect_registry import load_policy
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.request_json import from_form
from fencekit.model.verdict import DENY, Effect
from fencekit.reading import yaml

FOLDER = Path(__file__).parent / "hard"


@dataclass(frozen=True)
class Pair:
    """Two policies as documents, whether the second is looser, and why.

    `witness` is a call that shows it; None where there is none to show. `files` are those that the
    policies extend. A lenient pair says what a strict reading refuses.
    """

    name: str
    old: dict[str, Any]
    new: dict[str, Any]
    looser: bool
    why: str
    witness: Request | None = None
    files: tuple[tuple[str, dict[str, Any]], ...] = ()
    lenient: bool = False


@dataclass(frozen=True)
class Side:
    """One policy of a pair, as we read it and as CapFence does."""

    ours: Policy
    real: RealPolicy

    def real_effect(self, request: Request) -> Effect:
        """Return the effect that CapFence gives the request; what it raises denies."""
        return effect_of(real_answer(self.real, request))


def effect_of(answer: Answer) -> Effect:
    """Return the effect that an answer of CapFence's stands for."""
    if answer.raised:
        return DENY
    return next((effect for effect, word in WORDS.items() if word == answer.verdict), DENY)


def pairs() -> list[Pair]:
    """Return all pairs, file by file."""
    return [pair_of(entry) for path in sorted(FOLDER.glob("*.yaml")) for entry in entries(path)]


def entries(path: Path) -> list[dict[str, Any]]:
    document = yaml.parse(path.read_text("utf-8"), path.name, FencekitError)
    assert document is not None
    listed: list[dict[str, Any]] = document.value
    return listed


def pair_of(entry: dict[str, Any]) -> Pair:
    known = {**entry, "why": " ".join(entry["why"].split())}
    if "witness" in entry:
        known["witness"] = from_form(entry["witness"])
    if "files" in entry:
        known["files"] = tuple(entry["files"].items())
    return Pair(**known)


def sides(pair: Pair, folder: Path) -> tuple[Side, Side]:
    """Write the policies of a pair into the folder, and read them as both do."""
    for name, document in (*pair.files, ("old.yaml", pair.old), ("new.yaml", pair.new)):
        (folder / name).write_text(yaml.write(document), encoding="utf-8")
    return side(folder / "old.yaml", pair), side(folder / "new.yaml", pair)


def side(path: Path, pair: Pair) -> Side:
    ours = load_policy(path, strict=not pair.lenient, policy_root=path.parent)
    real = real_load(str(path), [path.parent])
    assert real is not None, pair.name
    return Side(ours, real)
