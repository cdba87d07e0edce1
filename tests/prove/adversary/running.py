"""Runs pairs of a family, counts how each ends, and keeps what is wrong."""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prove.adversary.families import pairs
from prove.adversary.judge import LIMIT, Ending, Judged, judge
from prove.adversary.minimise import minimised
from prove.adversary.pair import Pair, written

FOUND = Path(__file__).parent / "found"
UNIT = 28
"""How many pairs a family has in CI for each part of its share."""
MOST_OPEN = {"references": 0.5, "loops": 0.4, "unprintable": 0.6, "not finite": 0.6}
"""Which part of the pairs of a family may be left unknown; of others, 30 %."""
CERTIFIED = 8
"""Of how many pairs one is asked for a certificate too, if it is proved."""
QUOTED = re.compile(r"`(?:[^`]|`(?=[^ ,.:)]))*`", re.DOTALL)


@dataclass
class Tally:
    """How pairs ended: by ending, and the unknown ones by their reason."""

    family: str = ""
    pairs: int = 0
    differing: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    certificates: Counter[str] = field(default_factory=Counter)
    asked: float = 0.0
    tried: float = 0.0
    slowest: float = 0.0
    bad: list[tuple[Pair, Judged]] = field(default_factory=list)

    def add(self, pair: Pair, judged: Judged) -> None:
        self.family = pair.family
        self.pairs += 1
        self.differing += judged.differs
        self.endings[str(judged.ending)] += 1
        self.asked += judged.asked
        self.tried += judged.tried
        self.slowest = max(self.slowest, judged.asked)
        if judged.ending in (Ending.UNKNOWN, Ending.REFUSED):
            self.reasons[reason(judged.said)] += 1
        if judged.certificate:
            self.certificates[judged.certificate] += 1
        if judged.ending.is_bad:
            self.bad.append((pair, judged))

    @property
    def is_too_open(self) -> bool:
        """Whether more pairs are left unknown than is let pass, where it is not a few."""
        left = self.endings[Ending.UNKNOWN] + self.endings[Ending.REFUSED]
        return left >= 24 and left > max(0.3, MOST_OPEN.get(self.family, 0.3)) * self.pairs

    def counts(self) -> dict[str, Any]:
        """Return what is counted as plain values; times are in seconds."""
        return {
            "pairs": self.pairs,
            "differing": self.differing,
            "endings": dict(sorted(self.endings.items())),
            "reasons": dict(self.reasons.most_common()),
            "certificates": dict(sorted(self.certificates.items())),
            "asked": round(self.asked, 2),
            "tried": round(self.tried, 2),
            "slowest": round(self.slowest, 2),
        }


def reason(said: str) -> str:
    """Return a reason without what it quotes, so that equal ones count together."""
    return QUOTED.sub("`…`", said)[:200]


def run(
    family: str,
    seed: str,
    count: int,
    *,
    start: int = 0,
    until: float | None = None,
    limit: float = LIMIT,
    stop_at_first: bool = False,
) -> Tally:
    """Judge so many pairs of a family; no more once the clock of `perf_counter` is past `until`."""
    return run_all(
        pairs(family, seed, start, count), until=until, limit=limit, stop_at_first=stop_at_first
    )


def run_all(
    given: Iterable[Pair], *, until: float | None, limit: float, stop_at_first: bool
) -> Tally:
    tally = Tally()
    for number, pair in enumerate(given):
        if until is not None and time.perf_counter() > until:
            break
        wants = number % CERTIFIED == 0
        tally.add(pair, judge(pair, limit=limit, certificate=wants))
        if stop_at_first and tally.bad:
            break
    return tally


def keep(pair: Pair, judged: Judged, folder: Path = FOUND, budget: float = 20.0) -> Path:
    """Make a finding small and write it as the input of a test; return the file."""
    small, call = minimised(pair, judged, budget)
    text = written(
        small,
        ending=str(judged.ending),
        said=judged.said,
        call=call.form() if call else None,
    )
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{small.family.replace(' ', '-')}-{digest}.json"
    path.write_text(text, "utf-8")
    return path
