"""The end of the demo: calls are gated live, recorded, and replayed."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fencekit.reporting.replay_text import Line

LOG = "gated.jsonl"
QUERIES = (
    "SELECT count(*) FROM accounts",
    "SELECT 1; UPDATE accounts SET balance = balance + 100000 WHERE id = 7",
)
"""What an agent asks for: one call that the policy in force lets run, and one that it denies."""


def gate_calls(folder: Path, policy: str, candidate: str) -> "Iterator[Line]":
    """Yield what becomes of two live calls, and what replaying their log on both policies says."""
    from fencekit.checks.replay.replay_job import ReplayJob
    from fencekit.dialects.dialect_registry import load_policy
    from fencekit.gate.audit import Audit
    from fencekit.gate.call import ToolCall
    from fencekit.gate.gate import Gate
    from fencekit.gate.tools import Tool, Tools
    from fencekit.model.finding import RecordClass
    from fencekit.reporting.replay_text import LONGEST_COMMAND, Line, inert
    from fencekit.reporting.report_phrases import count_noun

    log = folder / LOG
    log.unlink(missing_ok=True)
    yield Line(f"two calls, gated live by {inert(policy)} (a stand-in for the database answers):")
    tools = Tools([Tool("query", "sql.execute.production", lambda _: "1 row")])
    with Gate(load_policy(policy), tools=tools, audit=Audit(log)) as gate:
        for query in QUERIES:
            call = ToolCall.of(
                "query", {"query": query}, principal="analytics-agent", environment="production"
            )
            done = gate.execute(call)
            yield Line(f"  {query}")
            ran = f"the tool answered `{done.outcome.result}`" if done.outcome else "it did not run"
            style = "green" if done.completed else "red"
            yield Line(f"    {done.decision.word} ({done.decision.reason}): {ran}", style)
    for name, path in (("the policy in force", policy), ("the candidate", candidate)):
        report = ReplayJob((str(log),), path, require_chain=True).run()
        looser = count_noun(report.counts.get(RecordClass.LOOSER, 0), "call")
        yield Line(f"replayed on {name}: {report.checked} calls, {looser} looser")
    receipt = shlex.join(["fencekit", "receipt", str(log)])
    yield Line(
        f"recorded: {inert(str(log), LONGEST_COMMAND)}  (`{inert(receipt, LONGEST_COMMAND)}`)"
    )
