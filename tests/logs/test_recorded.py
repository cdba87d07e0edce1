"""What Claude Code and Codex wrote themselves is read whole: every call, and nothing else."""

from collections import Counter

from running import LOGS

from fencekit.logs.log_registry import open_log
from fencekit.model.record import Completeness, Record
from fencekit.model.verdict import Verdict


def records_of(path: str) -> tuple[str, list[Record]]:
    """Return the name of the format that is seen, and the records, all of them valid."""
    with open_log(LOGS / path) as log:
        entries = list(log.entries())
    assert all(isinstance(entry, Record) for entry in entries)
    return log.format.name, [entry for entry in entries if isinstance(entry, Record)]


def test_a_transcript_that_claude_code_wrote_has_every_call_that_its_model_made() -> None:
    name, records = records_of("claude_code/recorded.jsonl")
    assert name == "claude-code"
    assert Counter(record.tool for record in records) == {
        "Bash": 5,
        "Read": 2,
        **dict.fromkeys(("Edit", "Write", "Grep", "Agent"), 1),
    }
    assert {record.completeness for record in records} == {Completeness.FULL}
    assert {record.recorded for record in records} == {None}
    commands = [record.request.args.get("command") for record in records if record.tool == "Bash"]
    assert commands[1:] == [
        "curl -s http://127.0.0.1:9/desk",
        "rm -r orders",
        "sudo id",
        "grep -l open -r orders",
    ]
    assert all(record.request.context.get("cwd") == "/srv/shop" for record in records)


def test_what_claude_code_handed_to_a_hook_is_a_record_with_what_the_hook_decided() -> None:
    name, records = records_of("claude_code_hook/recorded.jsonl")
    assert name == "claude-code-hook"
    decided = [record.recorded and next(iter(record.recorded.verdicts)) for record in records]
    assert Counter(decided) == {Verdict.ALLOW: 5, None: 3, Verdict.DENY: 1, Verdict.ESCALATE: 1}
    denied = records[decided.index(Verdict.DENY)]
    assert denied.request.args.get("command") == "rm -r orders"
    assert denied.recorded is not None
    assert denied.recorded.reason == "orders are kept"


def test_the_transcript_and_the_hook_tell_of_the_same_calls_but_that_of_no_tool() -> None:
    written = {record.id for record in records_of("claude_code/recorded.jsonl")[1]}
    handed = {record.id for record in records_of("claude_code_hook/recorded.jsonl")[1]}
    assert handed < written
    assert len(written - handed) == 1  # a tool that the session did not have: no hook was asked


def test_permdiff_finds_the_same_calls_in_the_transcript() -> None:
    name, theirs = records_of("permdiff/transcript.jsonl")
    assert name == "permdiff"
    ours = records_of("claude_code/recorded.jsonl")[1]
    assert [called(record) for record in theirs] == [called(record) for record in ours]


def called(record: Record) -> tuple[object, ...]:
    """Return what was called, as far as both formats keep it."""
    return record.id, record.tool, record.request.capability, repr(record.request.args)


def test_a_rollout_that_codex_wrote_has_every_call_that_its_model_made() -> None:
    name, records = records_of("codex/recorded.jsonl")
    assert name == "codex"
    assert [(record.tool, record.request.capability) for record in records if record.mapped] == [
        *[("exec_command", "shell.exec")] * 2,
        ("exec_command", "shell.exec"),
        ("apply_patch", "file.write"),
        ("web_search", "web.search"),
        ("view_image", "file.read"),
        ("mcp__tracker__get_order", "mcp.tools.call"),
    ]
    assert [record.tool for record in records if not record.mapped] == ["get_goal"]
    assert {record.request.context.get("approval_policy") for record in records} == {"never"}
