"""How long Python's matcher takes for a text, measured in a process that may be stopped."""

import json
import subprocess
import sys
from collections.abc import Sequence

SLOW = 0.5
"""Seconds of processor time beyond which a match is called slow; most take microseconds."""
LENGTHS = (20, 28, 36, 50, 80, 200, 800, 2_000, 4_000, 8_000, 16_000)
"""The lengths of the texts that are tried."""
WALL = 60.0

SCRIPT = """
import json, re, signal, sys, warnings
warnings.simplefilter("ignore")
pattern, texts, limit = json.load(sys.stdin)
found = re.compile(pattern)
for number, text in enumerate(texts):
    print(number, flush=True)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    found.search(text)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
print(-1)
"""
"""Prints the number of each text before it is matched; -1 after all of them were quick.

The timer counts processor time, and ends the process where nobody handles its signal.
"""


def first_slow(pattern: str, texts: Sequence[str]) -> int | None:
    """Return the number of the first text that takes longer than SLOW; None where none does.

    The texts are matched one after the other in a process of their own, which is stopped when it
    has used its time. Where it cannot be run, nothing is slow.
    """
    given = json.dumps([pattern, list(texts), SLOW])
    command = [sys.executable, "-I", "-S", "-c", SCRIPT]
    try:
        done = subprocess.run(  # noqa: S603  (our own script; the pattern is data for it)
            command, input=given, capture_output=True, text=True, timeout=WALL, check=False
        )
        printed = done.stdout
    except subprocess.TimeoutExpired as stopped:
        printed = (stopped.stdout or b"").decode() if stopped.stdout else ""
    except OSError:
        return None
    numbers = printed.split()
    if not numbers or numbers[-1] == "-1":
        return None
    return int(numbers[-1])
