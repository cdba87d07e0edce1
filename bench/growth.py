"""Growth of diff and lint, and hard regexes, beside an older revision: CPU of whole processes.

    python bench/growth.py [--revision REV] [--lint] [--out FILE]

The revision is taken out of this repository with `git archive` into a temporary folder, and run by
the same interpreter, in turn. Each figure is the median of several runs.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
RUNS = 3
MOST = 120
"""The CPU seconds that a command may take."""
CARD = r"\b(?:\d[ -]*?){{13,{}}}\b"
SECTIONS = ("deny", "require_approval", "allow")


def main() -> None:
    """Make the policies, run both versions side by side, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--revision", default="89ad693", help="what to compare with")
    options.add_argument("--lint", action="store_true", help="measure lint too; takes minutes")
    options.add_argument("--out", type=Path, help="also write the table into this file")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = archived(given.revision, folder / "before")
        lines = []
        for line in table(folder, before, given.revision, lint=given.lint):
            # Each is shown when it is known: a run that is ended early has told what it found.
            print(line, flush=True)
            lines.append(line)
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def archived(revision: str, folder: Path) -> Path:
    """Return the folder into which a revision was taken out."""
    folder.mkdir()
    packed = subprocess.run(
        ["git", "-C", ROOT, "archive", revision, "fencekit"], check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
    return folder


def table(folder: Path, before: Path, revision: str, *, lint: bool) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"CPU seconds of whole processes (`bench/growth.py`), in turn, medians of {RUNS} runs:"
    yield ""
    yield f"| question | {revision} | now | ratio |"
    yield "| --- | ---: | ---: | ---: |"
    for label, arguments in questions(folder, lint=lint):
        then, now = measured([(before, arguments), (ROOT, arguments)])
        if now is None:
            ratio = "-"
        else:
            ratio = f"{now / then:.3f}" if then is not None else f"below {now / MOST:.3f}"
        yield f"| {label} | {shown(then)} | {shown(now)} | {ratio} |"
    yield ""
    yield "The same policy of 2,000 and of 10,000 rules, one edit between two versions:"
    yield ""
    yield "| command | 2,000 | 10,000 | ratio |"
    yield "| --- | ---: | ---: | ---: |"
    for command in ("diff", "prove", "lint"):
        few, many = measured([(ROOT, of_size(folder, size, command)) for size in (2_000, 10_000)])
        assert few is not None
        assert many is not None
        yield f"| {command} | {shown(few)} | {shown(many)} | {many / few:.1f} |"


def of_size(folder: Path, rules: int, command: str) -> list[str]:
    """Return a command about a policy of so many rules, or about its two versions."""
    _, old, new = scaled(folder, rules)
    given = {"diff": [old, new], "prove": [new, "--guardrails", old], "lint": [old]}
    return [command, *given[command]]


def measured(asked: list[tuple[Path, list[str]]]) -> list[float | None]:
    """Return the CPU seconds of commands, each of a version, that are run in turn.

    None for one that takes more than `MOST`; it is run once.
    """
    found: list[list[float | None]] = [[] for _ in asked]
    for _ in range(RUNS):
        for times, (tree, arguments) in zip(found, asked, strict=True):
            if None not in times:
                times.append(seconds(tree, arguments))
    return [
        None if None in times else statistics.median(one for one in times if one is not None)
        for times in found
    ]


def seconds(tree: Path, arguments: list[str]) -> float | None:
    """Return the CPU seconds of a command of a version; None where it takes more than `MOST`."""
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "fencekit", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "NO_COLOR": "1"},
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (MOST, MOST)),
    )
    if done.returncode < 0:
        return None
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.stderr.decode()[-2000:])
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime


def shown(seconds: float | None) -> str:
    """Return seconds for the table."""
    return f"over {MOST}" if seconds is None else f"{seconds:.2f}"


def questions(folder: Path, *, lint: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield what is asked, by its label, with the arguments of the command."""
    yield "diff of 2,000 rules of 200 services, one edit", scaled(folder, 2_000)
    yield "diff of 1,000 rules of one capability, one edit", one_capability(folder, 1_000)
    yield "diff of 1,000 capabilities, an edit of a rule for all", one_for_all(folder, 1_000)
    words = sorted({f"{number * 7919 % 99991:x}z{number}" for number in range(400)})
    Random(1).shuffle(words)
    forward, backward = "|".join(words), "|".join(reversed(words))
    yield "400 words against the same reversed", regexes(folder, "words", forward, backward)
    yield "`a.{18}b` against `a.{17}b`", regexes(folder, "counts", "a.{18}b", "a.{17}b")
    cards = (CARD.format(16), CARD.format(19))
    yield "card numbers of 13 to 16 digits against 13 to 19", regexes(folder, "cards", *cards)
    if lint:
        yield "lint of 200 rules of one capability", ["lint", one_capability(folder, 200)[1]]
        yield "lint of 1,000 capabilities", ["lint", one_for_all(folder, 1_000)[1]]


def written(path: Path, sections: dict[str, list[str]]) -> str:
    """Write a policy; return its path."""
    text = "".join(f"{name}:\n{''.join(lines)}" for name, lines in sections.items() if lines)
    path.write_text(text, encoding="utf-8")
    return str(path)


def pair(
    folder: Path, name: str, old: dict[str, list[str]], new: dict[str, list[str]]
) -> list[str]:
    """Write two versions; return the command that compares them."""
    ends = (("old", old), ("new", new))
    return ["diff", *(written(folder / f"{name}-{end}.yaml", text) for end, text in ends)]


def scaled(folder: Path, rules: int) -> list[str]:
    """Return the diff of a policy of several kinds of rules for many services, with one edit."""
    kinds = (
        (0, "amount_gt: {limit}"),
        (0, "match_keywords: [drop table, 'rm -rf {n}']"),
        (1, r"match_regex: '\bdelete\s+{n}\b'"),
        (1, "path_prefix: /srv/{n}/"),
        (2, "environment: 'team-{n}*'"),
    )

    def made(edited: int) -> dict[str, list[str]]:
        sections: dict[str, list[str]] = {name: [] for name in SECTIONS}
        for at in range(rules):
            section, said = kinds[at % len(kinds)]
            asked = said.format(limit=500 + at + (at == edited), n=at % 40)
            line = f"  - {{capability: service{at // 10}.action{at % 3}, {asked}}}\n"
            sections[SECTIONS[section]].append(line)
        return sections

    return pair(folder, f"scaled{rules}", made(-1), made(rules // 10 * 5))


def one_capability(folder: Path, rules: int) -> list[str]:
    """Return the diff of a policy whose rules are all of one capability, with one edit."""

    def made(edited: int) -> dict[str, list[str]]:
        half = rules // 2
        stops = [
            f"  - {{capability: pay.send, amount_gt: {100_000 + 10 * at + (at == edited)}, "
            f"user_role: r{at}}}\n"
            for at in range(half)
        ]
        asks = [
            f"  - {{capability: pay.send, amount_gt: {1_000 + 10 * at}, user_role: r{at}}}\n"
            for at in range(half)
        ]
        return {"deny": stops, "require_approval": asks, "allow": ["  - pay.*\n"]}

    return pair(folder, f"one{rules}", made(-1), made(rules // 4))


def one_for_all(folder: Path, rules: int) -> list[str]:
    """Return the diff of a policy of many capabilities, with an edit of the rule for all."""

    def made(limit: int) -> dict[str, list[str]]:
        first = f"  - {{capability: '*', amount_gt: {limit}}}\n"
        others = [f"  - {{capability: svc{at}.act, contains: word{at}}}\n" for at in range(rules)]
        return {"deny": [first, *others], "allow": ["  - '*'\n"]}

    return pair(folder, f"all{rules}", made(1_000), made(1_001))


def regexes(folder: Path, name: str, old: str, new: str) -> list[str]:
    """Return the diff of two policies that deny by one regex each."""

    def made(regex: str) -> dict[str, list[str]]:
        rule = f"  - {{capability: a.b, match_regex: '{regex}'}}\n"
        return {"deny": [rule], "allow": ["  - a.b\n"]}

    return pair(folder, name, made(old), made(new))


if __name__ == "__main__":
    main()
