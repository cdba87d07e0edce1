"""Proofs measured: every single-edit mutant of every policy, and pairs of many rules.

    python bench/prove.py [--out FILE]

Each mutant is compared with its policy in a process of its own that imports fencekit alone; every
witness is then decided by the real CapFence package. The time of a fixed computation stands beside
the figures, so that they can be read on another machine.
"""

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus import corpus

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy, Rule
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.request_json import from_form, request_to_json
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.prover.prover import compare

ROOT = Path(__file__).parents[1]
SIZES = (50, 200, 1_000)


def main() -> None:
    """Measure in processes of their own, confirm the witnesses, print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, help="also write the tables into this file")
    options.add_argument("--measure", choices=list(MEASURES), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.measure:
        json.dump(MEASURES[given.measure](), sys.stdout)
        return
    tables = [mutants_table(measured("mutants")), scale_table(measured("scale"))]
    page = "\n\n".join("\n".join(table) for table in tables) + "\n"
    sys.stdout.write(page)
    if given.out:
        given.out.write_text(page, encoding="utf-8")


def measured(what: str) -> Any:
    """Return what a process of its own measures."""
    command = [sys.executable, __file__, "--measure", what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout)


def reference() -> float:
    """Return the CPU milliseconds of a fixed computation: a million additions, one by one."""
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    assert total
    return (time.process_time() - began) * 1e3


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a call gives, and its CPU milliseconds."""
    began = time.process_time()
    result = call()
    return result, (time.process_time() - began) * 1e3


def peak() -> float:
    """Return the most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_mutants() -> dict[str, Any]:
    """Compare every policy with each of its mutants."""
    rows = []
    policies = corpus()
    for name, policy in policies:
        for mutant in single_edits(policy):
            result, spent = timed(lambda new=mutant.policy, old=policy: compare(old, new))
            row: dict[str, Any] = {
                "policy": name,
                "label": f"{mutant.operator}: {mutant.label}",
                "can": str(mutant.can),
                "word": result.word,
                "ms": spent,
                "method": str(result.ladder[-1].method) if result.ladder else "",
            }
            if isinstance(result, Unknown):
                row["reason"] = result.reason
            elif isinstance(result, Witness):
                row["request"] = request_to_json(result.request)
                row["effects"] = [str(outcome.effect) for outcome in result.outcomes]
                row["texts"] = texts_of(policy, mutant.policy)
            rows.append(row)
    return {
        "policies": len(policies),
        "rows": rows,
        "peak": peak(),
        "reference": statistics.median(reference() for _ in range(5)),
    }


def texts_of(*policies: Policy) -> list[str] | None:
    """Return the policies as YAML; None where the language cannot say one in one file."""
    try:
        return [write_policy(policy) for policy in policies]
    except PolicyError:
        return None


def mutants_table(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the table of mutants."""
    rows = found["rows"]
    words = Counter(row["word"] for row in rows)
    witnesses = [row for row in rows if row["word"] == Witness.word]
    plain = sum(is_plain(row["request"]) for row in witnesses)
    confirmed = Counter(confirmation(row) for row in witnesses)
    yield (
        f"{len(rows):,} single-edit mutants of {found['policies']} policies "
        f"(`bench/prove.py`), Python {platform.python_version()}; CPU milliseconds of one "
        f"comparison each. A million additions in a loop take {found['reference']:.0f} ms here."
    )
    yield ""
    yield "| answer | mutants | median ms | 95 % ms | max ms |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for word in (Proved.word, Witness.word, Unknown.word, "all"):
        times = sorted(row["ms"] for row in rows if word in ("all", row["word"]))
        if times:
            middle, high = statistics.median(times), times[int(len(times) * 0.95)]
            yield f"| {word} | {len(times):,} | {middle:.1f} | {high:.0f} | {times[-1]:.0f} |"
    yield ""
    decided = 1 - words[Unknown.word] / len(rows)
    yield f"- decided: {decided:.2%}; peak memory {found['peak']:.0f} MiB"
    yield (
        f"- witnesses confirmed by the CapFence package: {confirmed['yes']:,} of "
        f"{len(witnesses):,}; {confirmed['no']:,} refuted, {confirmed['unsaid']:,} of policies "
        f"that CapFence's language cannot say in one file"
    )
    yield f"- witnesses of at most one argument, printable: {plain / len(witnesses):.1%}"
    wrong = [row for row in rows if contradicts(row)]
    yield f"- answers that contradict which way the mutant's edit can go: {len(wrong)}"
    for row in [*wrong, *(row for row in rows if row["word"] == Unknown.word)][:20]:
        yield f"  - {row['policy']}: {row['label']}: {row['word']} {row.get('reason', '')}"


def contradicts(row: dict[str, Any]) -> bool:
    """Say whether a mutant that can only tighten was found to be looser."""
    return bool(row["can"] == "tighten" and row["word"] == Witness.word)


def is_plain(form: dict[str, Any]) -> bool:
    """Say whether a call has at most one argument, and only what can be printed."""
    args = form.get("args", {})
    texts = [text for pair in args.items() for text in pair if isinstance(text, str)]
    return len(args) <= 1 and all(map(str.isprintable, texts))


def confirmation(row: dict[str, Any]) -> str:
    """Say whether CapFence decides a witness as it says there: `yes`, `no`, or `unsaid`."""
    sys.path.insert(0, str(ROOT / "tests"))
    # Here, because the process that measures must be without CapFence.
    from conformance.oracle import real_answer, real_load  # noqa: PLC0415
    from prove.hard_set import effect_of  # noqa: PLC0415

    if row["texts"] is None:
        return "unsaid"
    effects = []
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(row["texts"]):
            path = Path(folder) / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            real = real_load(str(path))
            if real is None:
                return "no"
            effects.append(str(effect_of(real_answer(real, from_form(row["request"])))))
    return "yes" if effects == row["effects"] else "no"


def measure_scale() -> list[dict[str, Any]]:
    """Compare generated policies: with one rule edited, and with every rule edited."""
    rows = []
    for size in SIZES:
        old = generated(size, 500)
        for what, new in (
            ("one rule edited", one_edited(old)),
            ("all edited", generated(size, 501)),
        ):
            result, spent = timed(lambda old=old, new=new: compare(old, new))
            back, spent_back = timed(lambda old=old, new=new: compare(new, old))
            rows.append(
                {
                    "size": size,
                    "what": what,
                    "words": [result.word, back.word],
                    "ms": [spent, spent_back],
                    "peak": peak(),
                }
            )
    return rows


def generated(rules: int, limit: int) -> Policy:
    """Return a policy of that many rules: of several kinds of condition, for many capabilities."""
    kinds = [
        ("deny", "amount_gt: {limit}"),
        ("deny", "match_keywords: [drop table, 'rm -rf {n}']"),
        ("require_approval", r"match_regex: '\bdelete\s+{n}\b'"),
        ("require_approval", "path_prefix: /srv/{n}/"),
        ("allow", "environment: 'team-{n}*'"),
    ]
    sections: dict[str, list[str]] = {"deny": [], "require_approval": [], "allow": []}
    for number in range(rules):
        section, condition = kinds[number % len(kinds)]
        said = condition.format(limit=limit + number, n=number % 40 + (limit > 500))
        capability = f"service{number // 10}.action{number % 3}"
        sections[section].append(f"  - {{capability: {capability}, {said}}}\n")
    text = "".join(f"{name}:\n{''.join(listed)}" for name, listed in sections.items())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return load_policy(path)


def one_edited(policy: Policy) -> Policy:
    """Return the policy with the threshold of its middle deny rule raised by one."""
    tier = policy.tiers[0]
    with_amount = [rule for rule in tier.rules if str(rule.conditions[0].name) == "amount_gt"]
    target = with_amount[len(with_amount) // 2]

    def edited(rule: Rule) -> Rule:
        if rule is not target:
            return rule
        condition = replace(rule.conditions[0], value=rule.conditions[0].value + 1)
        return replace(rule, conditions=(condition,))

    rules = tuple(map(edited, tier.rules))
    return replace(policy, tiers=(replace(tier, rules=rules), *policy.tiers[1:]))


def scale_table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of the table of sizes."""
    yield "Pairs of generated policies, compared both ways; CPU milliseconds:"
    yield ""
    yield "| rules | edit | looser? | ms | tighter? | ms | peak MiB so far |"
    yield "| ---: | --- | --- | ---: | --- | ---: | ---: |"
    for row in rows:
        (word, back), (spent, spent_back) = row["words"], row["ms"]
        yield (
            f"| {row['size']:,} | {row['what']} | {word} | {spent:.1f} | {back} "
            f"| {spent_back:.1f} | {row['peak']:.0f} |"
        )


MEASURES: dict[str, Callable[[], Any]] = {"mutants": measure_mutants, "scale": measure_scale}

if __name__ == "__main__":
    main()
