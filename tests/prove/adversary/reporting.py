"""What a sweep says: counts by domain and by family, rates, reasons, the code it ran on."""

import platform
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from prove.adversary.families import OPEN
from prove.adversary.judge import Ending

BAD = [str(ending) for ending in Ending if ending.is_bad]
Lines = list[dict[str, Any]]


def report(lines: Lines, seed: str) -> dict[str, Any]:
    """Return the report of all chunks; `bad` is what is wrong on the commit that ran last."""
    of_open = [line for line in lines if line["family"] in OPEN]
    of_schemas = [line for line in lines if line["family"] not in OPEN]
    commits = {
        name: together([line for line in lines if line["commit"] == name])
        for name in dict.fromkeys(line["commit"] for line in lines)
    }
    last = lines[-1]["commit"] if lines else ""
    whole = together(lines)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "capfence": version("capfence"),
        "jsonschema": version("jsonschema"),
        "seed": seed,
        "pairs": whole["pairs"],
        "commits": {
            name: {"pairs": one["pairs"], **{bad: one["endings"][bad] for bad in BAD}}
            for name, one in commits.items()
        },
        "bad": sum(one["endings"][name] for one in [commits.get(last)] if one for name in BAD),
        "found": sorted({name for line in lines for name in line["found"]}),
        "all": whole,
        "open domain": together(of_open),
        "schemas": together(of_schemas),
        "families": {
            name: together([line for line in lines if line["family"] == name])
            for name in dict.fromkeys(line["family"] for line in lines)
        },
    }


def together(lines: Lines) -> dict[str, Any]:
    """Return the counts of some chunks as one; rates are parts of one, times are in seconds."""
    pairs = sum(line["pairs"] for line in lines)
    endings: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    certificates: Counter[str] = Counter()
    for line in lines:
        endings.update(line["endings"])
        reasons.update(line["reasons"])
        certificates.update(line["certificates"])
    open_ones = endings[Ending.UNKNOWN] + endings[Ending.REFUSED]
    return {
        "pairs": pairs,
        "endings": {name: endings.get(name, 0) for name in (*map(str, Ending),)},
        "differing": round(sum(line["differing"] for line in lines) / max(pairs, 1), 4),
        "unknown or refused": round(open_ones / max(pairs, 1), 4),
        "certificates": dict(sorted(certificates.items())),
        "seconds asked": round(sum(line["asked"] for line in lines), 1),
        "seconds tried": round(sum(line["tried"] for line in lines), 1),
        "slowest": max((line["slowest"] for line in lines), default=0),
        "reasons": dict(reasons.most_common()),
    }


def shown(made: dict[str, Any]) -> str:
    """Return a report as a table."""
    rows = [f"seed {made['seed']}, {made['pairs']} pairs, bad on the last commit: {made['bad']}"]
    head = ("proved", "witness", "unknown", "refused", *BAD)
    rows.append(
        f"{'':22} {'pairs':>7} {'differ':>7} {'unkn.':>7} "
        + " ".join(f"{one:>9.9}" for one in head)
    )
    parts = {"all": made["all"], "open domain": made["open domain"], "schemas": made["schemas"]}
    for name, part in (*parts.items(), *made["families"].items()):
        counts = " ".join(f"{part['endings'].get(one, 0):>9}" for one in head)
        rates = f"{part['differing']:>7.1%} {part['unknown or refused']:>7.1%}"
        rows.append(f"{name:22} {part['pairs']:>7} {rates} {counts}")
    rows += [f"found: {name}" for name in made["found"]]
    return "\n".join(rows)
