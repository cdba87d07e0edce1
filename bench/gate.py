"""The gate's own time per call beside CapFence's `ActionRuntime.execute`, and its durable audit.

Everything is measured in one process, in turn, on the same calls; medians of CPU time, but of the
disk, which is waited for: there it is the clock. Run it with `make bench`.
"""

import argparse
import contextlib
import json
import logging
import os
import platform
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fencekit.dialects.dialect_registry import load_policy
from fencekit.gate.audit import Audit
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.tools import AnyTools, Tool

ROOT = Path(__file__).parents[1]
TRACE = ROOT / "fixtures/logs/capfence_trace/agents.jsonl"
AGENTS = ROOT / "fixtures/policies/capfence/agents.yaml"
PAGE = """\
deny:
  - capability: shell.exec.production
    contains: "rm -rf"

allow:
  - capability: shell.exec.readonly
"""


def main() -> None:
    """Measure, and print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=2_000)
    options.add_argument("--records", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--out", type=Path, help="also write the tables into this file")
    given = options.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        os.environ["HOME"] = folder
        lines = [*decisions(given.calls, given.rounds), "", *durable(given.records, given.rounds)]
    page = "\n".join(lines)
    sys.stdout.write(page + "\n")
    if given.out:
        given.out.write_text(page + "\n", encoding="utf-8")


def page_calls(count: int) -> list[dict[str, Any]]:
    """Return events like that of CapFence's page, each another one."""
    common = {"actor": "ops-agent", "resource": "shell", "action": "exec"}
    commands = (f"rm -rf /var/lib/postgresql/{number}" for number in range(count))
    return [
        {**common, "environment": "production", "payload": {"command": command}}
        for command in commands
    ]


def recorded_calls(count: int) -> list[dict[str, Any]]:
    """Return events of the recorded agents, each another one."""
    made = []
    lines = TRACE.read_text(encoding="utf-8").splitlines()[1:]
    events = [json.loads(line) for line in lines]
    for number in range(count):
        event = events[number % len(events)]
        payload = {**(event.get("payload") or {}), "request_id": number}
        names = ("actor", "resource", "action", "environment")
        made.append({**{name: event[name] for name in names}, "payload": payload})
    return made


def decisions(count: int, rounds: int) -> Iterator[str]:
    """Yield the table of deciding."""
    yield f"Deciding {count:,} calls, without an audit (`bench/gate.py`), Python"
    yield f"{platform.python_version()}; one process, in turn, medians of CPU time a call."
    yield ""
    yield "| policy and calls | CapFence's execute | Gate.decide | faster | our ActionRuntime |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    Path("page.yaml").write_text(PAGE, encoding="utf-8")
    cases = {
        "the page's policy, every call another one": ("page.yaml", page_calls(count)),
        "the page's policy, 100 calls again and again": ("page.yaml", page_calls(100)),
        "the policy of recorded agents, every call another one": (AGENTS, recorded_calls(count)),
        "the policy of recorded agents, 100 calls again and again": (AGENTS, recorded_calls(100)),
    }
    for name, (policy, events) in cases.items():
        theirs, ours, face = [], [], []
        for _ in range(rounds):
            theirs.append(capfence_time(str(policy), events, count))
            ours.append(gate_time(str(policy), events, count))
            face.append(runtime_time(str(policy), events, count))
        peer, own, faced = map(statistics.median, (theirs, ours, face))
        yield f"| {name} | {peer:.1f} µs | {own:.2f} µs | {peer / own:.1f} × | {faced:.1f} µs |"


def timed(work: Callable[[Any], object], given: list[Any], count: int) -> float:
    """Return the CPU time of each call, in microseconds."""
    many = (given * (count // len(given) + 1))[:count]
    began = time.process_time()
    for each in many:
        work(each)
    return (time.process_time() - began) / count * 1e6


def capfence_time(policy: str, events: list[dict[str, Any]], count: int) -> float:
    """Return the time of CapFence: its runtime as `from_policy` makes it, its audit in memory."""
    import capfence  # noqa: PLC0415

    os.environ["CAPFENCE_DB_PATH"] = ":memory:"
    runtime = capfence.ActionRuntime.from_policy(policy)
    given = [capfence.ActionEvent.create(**event) for event in events]
    return timed(runtime.execute, given, count)


def gate_time(policy: str, events: list[dict[str, Any]], count: int) -> float:
    """Return the time of our gate, for calls as they come: their arguments are one text."""
    gate = Gate(load_policy(policy, strict=False), tools=AnyTools())
    given = [call_of(event) for event in events]
    return timed(gate.decide, given, count)


def runtime_time(policy: str, events: list[dict[str, Any]], count: int) -> float:
    """Return the time of our gate behind CapFence's face, for events."""
    from fencekit import ActionEvent, ActionRuntime  # noqa: PLC0415

    runtime = ActionRuntime.from_policy(policy, audit=None, strict=False)
    return timed(runtime.execute, [ActionEvent.create(**event) for event in events], count)


def call_of(event: dict[str, Any]) -> ToolCall:
    """Return an event as a call."""
    capability = f"{event['resource']}.{event['action']}.{event['environment']}"
    return ToolCall.of(
        capability,
        event["payload"],
        principal=event["actor"],
        environment=event["environment"],
        context={"risk_level": "low"},
    )


def durable(records: int, rounds: int) -> Iterator[str]:
    """Yield the table of the durable audit: two records a call, each on the disk."""
    Path("allow.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    calls = [call_of(event) for event in recorded_calls(records // 2)]
    tools = AnyTools(
        Tool(call.tool, call.tool, len) for call in {c.tool: c for c in calls}.values()
    )
    ours, bare, deciding = [], [], []
    for number in range(rounds):
        log = Path(f"log{number}.jsonl")
        gate = Gate(load_policy("allow.yaml"), tools=tools, audit=Audit(log))
        began = time.perf_counter()
        for call in calls:
            assert gate.execute(call).completed
        ours.append((time.perf_counter() - began) / records * 1e6)
        lines = log.read_bytes().splitlines(keepends=True)
        assert len(lines) == records
        bare.append(bare_time(lines, Path(f"bare{number}")))
        free = Gate(
            load_policy("allow.yaml"), tools=tools, audit=Audit(f"free{number}", fsync=False)
        )
        began = time.perf_counter()
        for call in calls:
            free.execute(call)
        deciding.append((time.perf_counter() - began) / records * 1e6)
    own, peer, free_time = map(statistics.median, (ours, bare, deciding))
    yield f"Executing {records // 2:,} calls with a durable audit, two records a call; medians of"
    yield f"{rounds} rounds of wall-clock time a record."
    yield ""
    yield "| what | µs a record | × the bare append |"
    yield "| --- | ---: | ---: |"
    yield f"| a bare append and `fsync` of the same bytes | {peer:.0f} | 1.00 |"
    yield f"| the gate: decide, record, run, record the outcome | {own:.0f} | {own / peer:.2f} |"
    yield f"| the same without waiting for the disk | {free_time:.0f} | {free_time / peer:.2f} |"


def bare_time(lines: list[bytes], path: Path) -> float:
    """Return the time of a bare append and `fsync`, in microseconds a line."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    began = time.perf_counter()
    for line in lines:
        os.write(file, line)
        os.fsync(file)
    spent = time.perf_counter() - began
    os.close(file)
    return spent / len(lines) * 1e6


if __name__ == "__main__":
    main()
