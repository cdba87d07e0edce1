"""`fencekit hook`: each host's own events, in the forms that the real hosts send and read."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import fencekit as run

from fencekit.adapters.hooks import answering, quick, resident
from fencekit.adapters.hooks.answering import HookGate, HookSettings
from fencekit.adapters.hooks.forms import FORMS
from fencekit.adapters.hooks.install import PLACES, plan_install, plan_uninstall, settings_file
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.logs.chain.verify_chain import verify_log
from fencekit.model.errors import UsageError
from hosts.table import PAGE, REPORT, with_tables

POLICY = """\
deny:
  - capability: shell.exec
    contains: "rm -rf"
  - capability: file.read
    match_regex: '^/etc/'
require_approval:
  - capability: shell.exec
    contains: sudo
allow:
  - shell.exec
  - file.read
"""
SHELL = {
    "claude-code": "Bash",
    "codex": "Bash",
    "gemini": "run_shell_command",
    "qwen": "run_shell_command",
    "openhands": "terminal",
    "copilot": "bash",
}


def event(host: str, command: str, *, after: bool = False, number: int = 0, **more: Any) -> bytes:
    """Return an event as the host sends it, with the fields that its real runs have."""
    form = FORMS[host]
    call: dict[str, Any] = {form.tool: SHELL[host], form.arguments: {"command": command}}
    value: dict[str, Any] = {form.session: "s1", form.cwd: "/work", **call, "timestamp": "t"}
    if form.event:
        value[form.event] = form.after if after else form.before
    if host in ("claude-code", "codex", "qwen"):
        value |= {"tool_use_id": f"call_{number}", "permission_mode": "default"}
    if after:
        value[form.response] = {"output": "done"}
    return json.dumps({**value, **more}).encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    return tmp_path


def gate(host: str, **more: str) -> HookGate:
    return HookGate(HookSettings(host, "policy.yaml", "audit.jsonl", **more))


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("audit.jsonl").read_text("utf-8").splitlines()]


def decision_in(host: str, out: str) -> tuple[str, str]:
    """Return the decision and the reason of an answer, from where the host reads them."""
    value = json.loads(out)
    if host in ("claude-code", "codex", "qwen"):
        value = value["hookSpecificOutput"]
        assert value["hookEventName"] == "PreToolUse"
    if host in ("gemini", "openhands"):
        return value["decision"], value["reason"]
    return value["permissionDecision"], value["permissionDecisionReason"]


@pytest.mark.parametrize("host", list(FORMS))
def test_a_call_is_decided_in_the_hosts_own_shape_and_recorded_with_its_outcome(
    host: str, folder: Path
) -> None:
    with_gate = gate(host)
    assert with_gate.answer(event(host, "ls", number=1)) == answering.HookAnswer()
    assert with_gate.answer(event(host, "ls", after=True, number=1)) == answering.HookAnswer()
    denied = with_gate.answer(event(host, "rm -rf /", number=2))
    assert denied.code == 0
    word, reason = decision_in(host, denied.out)
    assert (word, reason) == ("deny", "fencekit: denied, policy_deny (rule deny-1)")
    asked = with_gate.answer(event(host, "sudo ls", number=3))
    word, reason = decision_in(host, asked.out)
    assert word == ("ask" if FORMS[host].asks else "deny")
    assert "approval required" in reason
    with_gate.close()
    kept = lines()
    assert [one.get("gate", {}).get("decision") for one in kept] == [
        "ALLOW",
        None,
        "DENY",
        "ESCALATE",
    ]
    assert kept[1]["outcome"] == {"of": kept[0]["id"], "status": "completed"}
    assert kept[0]["request"]["args"] == {"command": "ls"}
    assert (kept[0]["session"], kept[0]["request"]["principal"]) == ("s1", host)
    assert verify_log(str(folder / "audit.jsonl")).holds
    report = ReplayJob(["audit.jsonl"], "policy.yaml").run()
    assert (report.exit_code, report.checked) == (0, 3)


@pytest.mark.parametrize("host", list(FORMS))
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the standard input is empty"),
        (b"{not", "is no JSON: line 1, column 2"),
        (b"[]", "not a JSON object"),
        (b'{"a": 1, "a": 2}', "occurs twice"),
        (b'{"hook_event_name": "PreToolUse", "event_type": "PreToolUse"}', "the event has no"),
        (b"\xff", "is no JSON"),
    ],
)
def test_what_is_no_event_is_blocked(host: str, data: bytes, said: str, folder: Path) -> None:
    if host == "gemini" and said == "the event has no":
        data = b'{"hook_event_name": "BeforeTool"}'
    made = gate(host).answer(data)
    assert made.code == 2
    assert said in made.err
    word, reason = decision_in(host, made.out)
    assert word == "deny"
    assert said in reason


@pytest.mark.parametrize("host", list(FORMS))
def test_a_policy_that_does_not_load_blocks(host: str, folder: Path) -> None:
    Path("policy.yaml").write_text("deny: [", "utf-8")
    made = answering.answer_once(HookSettings(host, "policy.yaml"), event(host, "ls"))
    assert made.code == 2
    assert "policy.yaml:1" in made.err
    assert decision_in(host, made.out)[0] == "deny"


def test_what_cannot_be_recorded_is_denied(folder: Path) -> None:
    made = HookGate(HookSettings("codex", "policy.yaml", "audit.jsonl"))
    Path("audit.jsonl").unlink(missing_ok=True)
    Path("audit.jsonl").mkdir()
    answer = made.answer(event("codex", "ls"))
    assert decision_in("codex", answer.out)[0] == "deny"
    assert "audit_unavailable" in answer.out


def test_a_tool_that_nothing_maps_is_denied_and_a_mapping_of_yours_goes_first(folder: Path) -> None:
    value = {"hook_event_name": "PreToolUse", "cwd": "/work", "session_id": "s"}
    unknown = json.dumps({**value, "tool_name": "Teleport", "tool_input": {}}).encode()
    assert "unknown_tool" in gate("claude-code").answer(unknown).out
    Path("tools.yaml").write_text("tools: {Teleport: shell.exec}\n", "utf-8")
    assert gate("claude-code", tools="tools.yaml").answer(unknown) == answering.HookAnswer()


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../etc/passwd", "/work/../etc//passwd", "./../etc/./passwd"]
)
def test_paths_are_canonical_from_the_working_folder_on(path: str, folder: Path) -> None:
    value = {"hook_event_name": "PreToolUse", "cwd": "/work", "session_id": "s"}
    call = {"tool_name": "Read", "tool_input": {"file_path": path}}
    made = gate("claude-code").answer(json.dumps({**value, **call}).encode())
    assert "policy_deny (rule deny-2)" in made.out
    kept = lines()[0]
    assert kept["request"]["args"] == {"file_path": "/etc/passwd"}
    raw = kept["gate"].get("call", {}).get("arguments", json.dumps({"file_path": path}))
    assert json.loads(raw) == {"file_path": path}


def test_an_event_about_no_call_is_left_alone(folder: Path) -> None:
    for kind in ("SessionStart", "Stop"):
        made = gate("claude-code").answer(json.dumps({"hook_event_name": kind}).encode())
        assert made == answering.HookAnswer()
    assert not Path("audit.jsonl").exists() or not lines()


def test_an_outcome_is_recorded_once_and_never_for_another_call(folder: Path) -> None:
    made = gate("gemini")  # which gives no id of a call
    for command in ("ls a", "ls b"):
        made.answer(event("gemini", command))
    for command in ("ls b", "ls b", "ls c"):
        made.answer(event("gemini", command, after=True))
    kept = lines()
    ended = [one["outcome"]["of"] for one in kept if "outcome" in one]
    assert ended == [kept[1]["id"]]


def test_a_failure_is_recorded_as_one(folder: Path) -> None:
    made = gate("claude-code")
    made.answer(event("claude-code", "ls", number=5))
    failed = json.loads(event("claude-code", "ls", after=True, number=5))
    failed |= {"hook_event_name": "PostToolUseFailure", "error": "exit code 2"}
    assert made.answer(json.dumps(failed).encode()) == answering.HookAnswer()
    assert lines()[1]["outcome"]["status"] == "failed"


def test_approval_is_asked_for_in_the_store_where_one_is_given(folder: Path) -> None:
    assert run("approvals", "keys", "new", "alice", "--keys", "keys").code == 0
    made = gate("codex", approvals="approvals.db", keys="keys")
    waiting = made.answer(event("codex", "sudo ls"))
    word, reason = decision_in("codex", waiting.out)
    assert word == "deny"
    ident = reason.split("request ")[1].split(":")[0]
    where = ("--store", "approvals.db", "--keys", "keys")
    assert run("approvals", "approve", ident[:12], "--key", "alice.key", *where).code == 0
    assert made.answer(event("codex", "sudo ls  ")) != answering.HookAnswer(), "another call"
    assert made.answer(event("codex", "sudo ls")) == answering.HookAnswer()
    assert made.answer(event("codex", "sudo ls")) != answering.HookAnswer(), "once"


@pytest.fixture
def served(folder: Path) -> Iterator[tuple[list[str], str]]:
    """Serve a resident in a thread; yield its arguments and its address."""
    args = ["claude-code", "--policy", str(folder / "policy.yaml"), "--audit", "audit.jsonl"]
    assert quick.resident_folder(make=True)
    path = quick.socket_path(args)
    assert path is not None
    settings = HookSettings("claude-code", "policy.yaml", "audit.jsonl")
    one = resident.Resident(settings, args)
    thread = threading.Thread(target=one.serve, args=(path, 0.3))
    thread.start()
    while not Path(path).exists():
        time.sleep(0.01)
    yield args, path
    thread.join()
    assert not Path(path).exists(), "it ends when nobody asks"


def test_a_resident_answers_as_the_hook_does_and_reads_the_policy_anew(
    served: tuple[list[str], str],
) -> None:
    args, path = served
    header = quick.header_of(args)
    assert quick.ask(path, header, event("claude-code", "ls")) == (0, b"", b"")
    denied = quick.ask(path, header, event("claude-code", "rm -rf /"))
    assert denied is not None
    assert decision_in("claude-code", denied[1].decode())[0] == "deny"
    assert quick.ask(path, b"other" + header, event("claude-code", "ls")) is None
    Path("policy.yaml").write_text("deny: [shell.exec]\n", "utf-8")
    changed = quick.ask(path, header, event("claude-code", "ls"))
    assert changed is not None
    assert b"policy_deny" in changed[1]
    Path("policy.yaml").write_text("deny: [", "utf-8")
    broken = quick.ask(path, header, event("claude-code", "ls"))
    assert broken is not None
    assert broken[0] == 2


def test_a_folder_that_others_can_write_has_no_resident(folder: Path) -> None:
    made = quick.resident_folder(make=True)
    assert made is not None
    Path(made).chmod(0o777)
    assert quick.resident_folder() is None
    assert quick.socket_path(["claude-code", "--policy", "/p"]) is None


def test_an_answer_that_was_cut_off_is_none() -> None:
    whole = quick.write_answer(2, b"out", b"err")
    assert quick.read_answer(whole) == (2, b"out", b"err")
    assert all(quick.read_answer(whole[:size]) is None for size in range(len(whole)))


def test_the_command_decides_by_itself_and_leaves_a_resident_behind(folder: Path) -> None:
    """The whole way, in processes of their own."""
    words = [sys.executable, "-m", "fencekit", "hook", "claude-code", "--policy", "policy.yaml"]
    words += ["--audit", "audit.jsonl"]
    for command, out in (("ls", ""), ("rm -rf /", "deny")):
        done = subprocess.run(
            words, input=event("claude-code", command), capture_output=True, check=True
        )
        assert out in done.stdout.decode()
        path = quick.socket_path(words[4:])
        assert path is not None
        until = time.monotonic() + 20
        while not Path(path).exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert Path(path).exists()
    assert [one["gate"]["decision"] for one in lines()] == ["ALLOW", "DENY"]
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = found.read_bytes()
            if (
                b"--resident" in said
                and str(folder).encode() in (found.parent / "cwd").readlink().as_posix().encode()
            ):
                os.kill(int(found.parent.name), 15)
        except OSError:
            continue


@pytest.mark.parametrize("host", list(PLACES))
def test_installing_shows_the_change_and_leaves_the_rest_as_it_is(host: str, folder: Path) -> None:
    file = settings_file(host, None)
    file.parent.mkdir(parents=True)
    other = {"matcher": "x", "hooks": [{"type": "command", "command": "mine"}]}
    before = {"theme": "dark", "hooks": {FORMS[host].before: [other]}}
    file.write_text(json.dumps(before), "utf-8")
    given = ("install", host, "--policy", "policy.yaml", "--audit", "audit.jsonl")
    shown = run("hook", *given, "--dry-run")
    assert shown.code == 0
    assert f"hook {host} --policy {folder}/policy.yaml" in shown.out
    assert json.loads(file.read_text("utf-8")) == before
    refused = run("hook", *given)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert run("hook", *given, "--yes").code == 0
    once = file.read_text("utf-8")
    assert json.loads(once)["theme"] == "dark"
    assert json.loads(once)["hooks"][FORMS[host].before][0] == other
    assert "nothing to change" in run("hook", *given, "--yes").err
    assert run("hook", "uninstall", host, "--yes").code == 0
    after = json.loads(file.read_text("utf-8"))
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize("host", list(PLACES))
def test_the_command_that_is_installed_blocks_when_it_is_killed_or_gone(
    host: str, folder: Path
) -> None:
    change = plan_install(host, folder / "none.json", ["--policy", "/p"])
    hook = json.loads(change.after)["hooks"][FORMS[host].before][0]
    text = hook["bash"] if host == "copilot" else hook["hooks"][0]["command"]
    for stand_in in ("kill -9 $$", "exit 1", "exit 127"):
        broken = text.replace(f"{sys.executable} -m", f"sh -c '{stand_in}' -m")
        done = subprocess.run(["sh", "-c", broken], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr
    change.write()
    gone = plan_uninstall(host, folder / "none.json")
    gone.write()
    assert not (folder / "none.json").exists()


def test_settings_with_comments_are_left_to_the_user(folder: Path) -> None:
    file = folder / "settings.json"
    file.write_text("{ // mine\n}", "utf-8")
    with pytest.raises(UsageError, match=r"settings.json:1:3") as caught:
        plan_install("gemini", file, [])
    assert "by hand" in caught.value.hint
    assert file.read_text("utf-8") == "{ // mine\n}"


def test_a_policy_that_does_not_load_is_not_installed(folder: Path) -> None:
    Path("policy.yaml").write_text("deny: [", "utf-8")
    done = run("hook", "install", "qwen", "--policy", "policy.yaml", "--yes")
    assert done.code == 3
    assert not settings_file("qwen", None).exists()


def test_the_page_has_what_the_real_hosts_did() -> None:
    found = json.loads(REPORT.read_text("utf-8"))
    assert set(found["hosts"]) == set(FORMS)
    page = PAGE.read_text("utf-8")
    assert with_tables(page, found) == page
    ways = {name: host["gate"] for name, host in found["hosts"].items()}
    for name, gate_ways in ways.items():
        ran = [way for way, one in gate_ways.items() if one["ran"]]
        assert ran == ["allowed"], name
    assert found["start"]["ratio"] <= 3
