"""The evaluation of the property search over mutants: `make sweep`.

Writes each mutant of the sample with what became of it to `tests/strategies/mutants.json`, and the
figures to `reports/sweep/search.json`. What plain strategies found is kept from the last time,
unless `FENCEKIT_SWEEP_PLAIN` is set. Exits 1 where fewer than 95 % are found, or where the real
CapFence does not confirm a witness.
"""

import json
import os
import platform
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
DATA = TESTS / "strategies" / "mutants.json"
REPORT = TESTS.parent / "reports" / "sweep" / "search.json"
SEED = int(os.environ.get("FENCEKIT_SWEEP_SEED", "1"))
SIZE = int(os.environ.get("FENCEKIT_MUTANTS", "420"))
GOAL = 0.95


def main() -> int:
    sys.path.insert(0, str(TESTS))
    from strategies import evaluation as ev

    rows, real, plain = [], Counter(), plain_before()
    with tempfile.TemporaryDirectory() as folder:
        sources = [*ev.fixtures(), *ev.of_distribution(Path(folder))]
        chosen = ev.sample(sources, SIZE, SEED)
        for one in chosen:
            is_looser, judge, shown = ev.judged(one)
            tried, witness = ev.found_by_default(one)
            if tried is not None and not is_looser:
                assert judge != "exact", one.key
                is_looser, judge = True, "default search"
            row = dict(zip(("policy", "operator", "label"), one.key, strict=True))
            row |= {"can": one.mutant.can.value, "looser": is_looser, "by": judge}
            if is_looser:
                if one.key not in plain:
                    plain[one.key] = ev.found_by_plain_text(one)
                row |= {"found_after": tried, "plain_found_after": plain[one.key]}
            for request in (shown, witness):
                if request is not None:
                    real[ev.confirmed(one, request, Path(folder))] += 1
            rows.append(row)
    loosening = [row for row in rows if row["looser"]]
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "capfence": version("capfence"),
        "python": platform.python_version(),
        "seed": SEED,
        "policies": len(sources),
        "operators": len({row["operator"] for row in rows}),
        "mutants": len(rows),
        "judged_by": dict(Counter(row["by"] for row in rows)),
        "looser": len(loosening),
        "examples": ev.MAX_EXAMPLES,
        "found_by_default_run": found(loosening, "found_after", ev.MAX_EXAMPLES),
        "found_within_200": found(loosening, "found_after", 200),
        "found_within_50": found(loosening, "found_after", 50),
        "found_by_plain_text": found(loosening, "plain_found_after", ev.MAX_EXAMPLES),
        "share_found": round(found(loosening, "found_after", 1_000) / len(loosening), 4),
        "share_found_by_plain_text": round(
            found(loosening, "plain_found_after", 1_000) / len(loosening), 4
        ),
        "missed": [row for row in loosening if row["found_after"] is None],
        "witnesses_confirmed_by_capfence": real[True],
        "witnesses_refuted_by_capfence": real[False],
        "witnesses_of_policies_that_one_file_cannot_say": real[None],
    }
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    DATA.write_text(f"[\n{lines}\n]\n", "utf-8")
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return int(report["share_found"] < GOAL or bool(real[False]))


def plain_before() -> dict[tuple[str, ...], int | None]:
    """Return what plain strategies found before: it depends on nothing of ours, and is dear."""
    if not DATA.exists() or os.environ.get("FENCEKIT_SWEEP_PLAIN"):
        return {}
    rows = json.loads(DATA.read_text("utf-8"))
    return {
        (row["policy"], row["operator"], row["label"]): row["plain_found_after"]
        for row in rows
        if row["looser"]
    }


def found(rows: list[dict[str, object]], key: str, within: int) -> int:
    return sum(isinstance(row[key], int) and row[key] <= within for row in rows)


if __name__ == "__main__":
    sys.exit(main())
