"""Peak memory and time of a replay in every format, with many distinct changed records.

Each format runs in a process of its own. Run it with `make bench`; the table is in
`reports/sweep/memory.json`: 60,000 records that all change, and 100,000 of which a third does.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[1]
FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab", "html")


def main() -> None:
    """Write the logs, run every format, print and keep the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=ROOT / "reports/sweep/memory.json")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policy.yaml").write_text('allow: ["*"]\n', encoding="utf-8")
        write_log(folder / "all.jsonl", 60_000, 1.0)
        write_log(folder / "third.jsonl", 100_000, 0.33)
        result: dict[str, Any] = {
            "date": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "60,000 of 60,000 changed": {
                form: run(form, folder / "all.jsonl", folder) for form in FORMATS
            },
            "33,000 of 100,000 changed": {
                form: run(form, folder / "third.jsonl", folder) for form in ("text", "json")
            },
        }
    third = result["33,000 of 100,000 changed"]
    result["json takes times text"] = round(third["json"]["cpu"] / third["text"]["cpu"], 2)
    text = json.dumps(result, indent=2) + "\n"
    given.out.write_text(text, encoding="utf-8")
    print(text)


def write_log(path: Path, count: int, share: float) -> None:
    """Write records of our own, no two of which are alike; a share of them was denied."""
    chance = Random(5)
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            denied = chance.random() < share
            request = {
                "capability": "shell.exec.production" if denied else "file.read.production",
                "principal": f"agent-{number % 7}",
                "environment": "production",
                "context": {"risk_level": "low"},
                "args": {"command": f"ls -la /srv/{number}/{chance.random()}", "cwd": f"/{number}"},
            }
            decision = {"verdict": "DENY" if denied else "ALLOW", "obligations": []}
            record = {"schema": "fencekit.record/1", "id": str(number), "request": request}
            out.write(json.dumps({**record, "decision": decision}) + "\n")


def run(form: str, log: Path, folder: Path) -> dict[str, float]:
    """Return the CPU seconds, the peak in MB and the size in MB of one run."""
    target = ("--html", "out.html") if form == "html" else ("--format", form)
    words = ("replay", str(log), "--policy", "policy.yaml", *target)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "fencekit", *words], cwd=folder, env=env, stdout=out
        )
        _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1, form
    size = (folder / ("out.html" if form == "html" else "out")).stat().st_size
    cpu = round(used.ru_utime + used.ru_stime, 2)
    return {"cpu": cpu, "peak": round(used.ru_maxrss / 1024), "size": round(size / 1e6, 1)}


if __name__ == "__main__":
    main()
