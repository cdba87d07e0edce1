"""What two checkouts say of the same inputs: findings, verdicts, witnesses and exit codes.

    python bench/compare_revisions.py OLD NEW [--only TEXT] [--out FILE]

OLD and NEW are checkouts. The fixtures, packs and demo of OLD are copied into a folder, and each
command is run there by both with `--format json`. All that the older report says must be in the
newer one; what is new beside it is not counted. Differences are printed by what they are about.
Exit code 1 where there are any.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

NOT_COMPARED = {"state", "details", "digest", "command", "options", "schema", "masking"}
"""What a report says of itself, not of the policies."""
POLICIES = ("loosened", "mixed", "tightened")
SECONDS = 600
MOST_SHOWN = 6


def commands(there: Path) -> Iterator[tuple[str, ...]]:
    """Yield the commands that are compared, as words after `fencekit`."""
    fixtures = "fixtures/policies/capfence"
    main = "fixtures/logs/capfence_audit/agents.jsonl"
    for policy in POLICIES:
        sides = (f"{fixtures}/agents.yaml", f"{fixtures}/agents-{policy}.yaml")
        yield ("replay", main, "--policy", sides[1], "--baseline", sides[0])
        yield ("diff", *sides)
        yield ("diff", sides[1], sides[0])
    demo = ("demo/policy.yaml", "demo/candidate.yaml")
    yield ("replay", "demo/audit.jsonl", "--policy", demo[1])
    yield ("replay", "demo/audit.jsonl", "--policy", demo[1], "--baseline", demo[0])
    yield ("diff", *demo, "--log", "demo/audit.jsonl")
    yield ("test", "demo")
    yield ("mutate", demo[0], "--cases", "demo", "--log", "demo/audit.jsonl", "--sample", "80")
    yield ("lint", *demo, "--log", "demo/audit.jsonl")
    for file in sorted((there / fixtures).glob("*.yaml")):
        yield ("lint", file.relative_to(there).as_posix())
    for pack in sorted(path for path in (there / "packs").iterdir() if path.is_dir()):
        at = f"packs/{pack.name}"
        variants = [f"{at}/policies/{name}.yaml" for name in ("strict", "baseline", "permissive")]
        yield ("lint", *variants)
        yield ("diff", variants[1], variants[0])
        yield ("diff", variants[0], variants[2])
        yield ("prove", variants[1], "--guardrails", f"{at}/guardrails.yaml")
        yield ("test", f"{at}/cases/baseline.fence.yaml")
        mutate = ("--cases", f"{at}/cases/strict.fence.yaml", "--sample", "12")
        yield ("mutate", variants[0], *mutate)
    logs = sorted(
        path
        for path in (there / "fixtures/logs").glob("*/*")
        if path.suffix in (".jsonl", ".json", ".db") and path.name != "v06.db"
    )
    for log in logs:
        name = log.relative_to(there).as_posix()
        yield ("replay", name, "--policy", f"{fixtures}/agents-loosened.yaml")
        yield ("logs", "stats", name)


def answer(checkout: Path, folder: Path, words: tuple[str, ...]) -> tuple[int, Any]:
    """Return the exit code of a command, and its report; the first error where there is none."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "fencekit", *words, "--format", "json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    try:
        return done.returncode, json.loads(done.stdout)
    except json.JSONDecodeError:
        return done.returncode, {"error": done.stderr.strip().splitlines()[:1]}


def name_of(one: dict[str, Any]) -> str:
    """Return what tells a finding, or a class of a comparison, from others of its report."""
    rules = [(one.get(side) or {}).get("id", "") for side in ("rule", "baseline_rule")]
    words = [one.get(key, "") for key in ("slug", "class", "capability", "before", "after")]
    at = (one.get("place") or {}).get("file", "")
    return " ".join(map(str, [*words, *rules, at, one.get("message", "")]))


def differences(old: Any, new: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield where a newer value lacks what the older one says: the place, and both.

    Findings are matched by what they are about, wherever they stand in the report.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in NOT_COMPARED:
                yield from differences(old[key], new.get(key, "(not there)"), f"{at}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and at.endswith(".findings"):
        now = {name_of(one): one for one in new}
        for one in old:
            name = name_of(one)
            if name in now:
                yield from differences(one, now[name], f"{at}[]")
            else:
                yield f"{at}[] gone", name
        was = {name_of(one) for one in old}
        yield from ((f"{at}[] new", name) for name in now if name not in was)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from differences(one, other, f"{at}[]")
    elif old != new:
        yield at, f"{json.dumps(old)[:160]} -> {json.dumps(new)[:160]}"


def main() -> None:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    old, new = given.old.resolve(), given.new.resolve()
    found: dict[str, list[str]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, source in (("fixtures", "fixtures"), ("packs", "packs")):
            shutil.copytree(old / source, folder / name)
        shutil.copytree(old / "fencekit/_demo", folder / "demo")
        asked = [words for words in commands(folder) if given.only in " ".join(words)]
        same = 0
        with ThreadPoolExecutor(2) as pool:
            for words in asked:
                sides = [pool.submit(answer, side, folder, words) for side in (old, new)]
                (before, was), (after, now) = (side.result() for side in sides)
                here = list(differences({"exit": before, "is": was}, {"exit": after, "is": now}))
                same += not here
                for at, said in here:
                    found[at].append(f"{' '.join(words)}: {said}")
                print(f"{'same' if not here else 'differs':8} {' '.join(words)}", flush=True)
                for at, said in here[:MOST_SHOWN]:
                    print(f"         {at}: {said}", flush=True)
    lines = [f"{len(asked)} commands, {same} with the same answer"]
    for at, listed in sorted(found.items()):
        lines += [f"{at}: {len(listed)}", *(f"  {one}" for one in listed[:6])]
    text = "\n".join(lines) + "\n"
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
