"""What the real coding agents make of a hook, for `make hosts`; writes `reports/sweep/hosts.json`.

Every host runs offline with a model on the loopback. `answers` says for each answer that a hook can
give, and each way in which one can fail, whether the call ran all the same. `gate` are runs with
the hook that `fencekit hook install` writes: a call that is allowed, one that is denied, one that
needs approval, and a policy that does not load. `start` is the CPU time of a hook beside
`python -c pass`.

    FENCEKIT_HOSTS=folder python tests/hosts/sweep.py [HOST…]

The folder has `node_modules` with the npm packages of `real_hosts.py`; `FENCEKIT_OPENHANDS` is a
Python 3.12 with `openhands-sdk`, whose own executor of hooks is run.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fencekit.adapters.hooks.forms import FORMS
from fencekit.adapters.hooks.install import entry_of
from hosts.real_hosts import HOSTS, Room, run_host

REPORT = Path(__file__).parents[2] / "reports/sweep/hosts.json"
POLICY = """\
deny:
  - capability: shell.exec
    contains: denied
require_approval:
  - capability: shell.exec
    contains: asked
allow:
  - shell.exec
"""
WAYS = {
    "silence": "exit 0",
    "allow": "say allow",
    "deny": "say deny",
    "ask": "say ask",
    "exit 2 with a text": "echo TEXT >&2; exit 2",
    "exit 2 without": "exit 2",
    "exit 1": "echo TEXT >&2; exit 1",
    "killed": "kill -9 $$",
    "no JSON": "echo '{not'",
    "too slow": "sleep 6",
    "not there": "",
}
"""What the hook does, as a shell script; `say` prints an answer in the host's own shape."""
OPENHANDS = """\
import json, sys
from openhands.sdk.hooks.config import HookConfig
from openhands.sdk.hooks.manager import HookManager
config = HookConfig.load(sys.argv[1])
manager = HookManager(config=config, working_dir=sys.argv[2], session_id="s")
for command in json.loads(sys.argv[3]):
    tool = {"command": command}
    goes_on, results = manager.run_pre_tool_use("terminal", tool)
    if goes_on:
        manager.run_post_tool_use("terminal", tool, {"output": ""})
    said = [result.reason or result.stderr for result in results]
    print(json.dumps([goes_on, said]))
"""


def main(names: list[str]) -> int:
    """Run the hosts that are named, or all, and write the report; return the exit code."""
    found = json.loads(REPORT.read_text("utf-8")) if REPORT.exists() else {"hosts": {}}
    for name in names or FORMS:
        with tempfile.TemporaryDirectory() as folder:
            made = openhands(Path(folder)) if name == "openhands" else real(name, Path(folder))
        if made is None:
            print(f"{name}: not there")
            continue
        found["hosts"][name] = made
        print(name, json.dumps(made, indent=2))
    found["date"] = datetime.now(UTC).date().isoformat()
    found["python"] = platform.python_version()
    found["start"] = start_cost()
    REPORT.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print(json.dumps(found["start"]))
    return int(not all(is_closed(one) for one in found["hosts"].values()))


def is_closed(made: dict[str, Any]) -> bool:
    """Say whether a host runs, under our hook, what is allowed and nothing else."""
    ran = {way: one["ran"] for way, one in made["gate"].items()}
    return ran == {"allowed": True, "denied": False, "asked": False, "broken policy": False}


def script_of(host: str, work: str) -> str:
    """Return a hook in shell."""
    form = FORMS[host]
    said = {"ask": form.answer("ask", "TEXT"), "deny": form.answer("deny", "TEXT")}
    said["allow"] = json.loads(json.dumps(said["deny"]).replace('"deny"', '"allow"'))
    if host in ("gemini", "openhands"):
        said["ask"] = {"decision": "ask", "reason": "TEXT"}
    cases = " ".join(f"{word}) echo '{json.dumps(one)}';;" for word, one in said.items())
    return f"#!/bin/sh\ncat > /dev/null\nsay() {{ case $1 in {cases} esac; }}\n{work}\n"


def real(name: str, folder: Path) -> dict[str, Any] | None:
    """Return what one host made of every answer, and of the gate; None where it is not there."""
    host = HOSTS[name]
    if not host.version:
        return None
    answers = {}
    for number, (way, work) in enumerate(WAYS.items()):
        room = Room(folder / str(number) / "home", folder / str(number) / "work")
        room.home.mkdir(parents=True)
        hook = room.home.parent / "hook"
        if work:
            hook.write_text(script_of(name, work), "utf-8")
            hook.chmod(0o755)
        put_hook(name, room, str(hook), 2 if way == "too slow" else 30)
        done = run_host(host, room, [host.shell("touch ran")])
        answers[way] = result_of(room, "ran", done.results.get(0, ""))
    gate = {}
    for way in ("allowed", "denied", "asked", "broken policy"):
        room = Room(folder / way / "home", folder / way / "work")
        room.home.mkdir(parents=True)
        install(name, room)
        if way == "broken policy":
            (room.home.parent / "policy.yaml").write_text("deny: [", "utf-8")
        call = host.shell("touch allowed" if way == "broken policy" else f"touch {way}")
        done = run_host(host, room, [call], XDG_RUNTIME_DIR=str(room.home))
        file = "allowed" if way == "broken policy" else way
        gate[way] = result_of(room, file, done.results.get(0, ""), log_of(room))
    return {"package": host.package, "version": host.version, "answers": answers, "gate": gate}


def put_hook(name: str, room: Room, command: str, seconds: int) -> None:
    """Write a hook into the settings of a host, as our installer would."""
    entry = json.dumps(entry_of(name, command))
    unit = 1000 if '"timeout": 30000' in entry else 1
    entry = entry.replace(f": {30 * unit}", f": {seconds * unit}")
    before = FORMS[name].before
    value = {"version": 1, "hooks": {before: [json.loads(entry)]}}
    files = {
        "claude-code": ".claude/settings.json",
        "codex": ".codex/hooks.json",
        "copilot": ".copilot/hooks/fencekit.json",
    }
    if name != "copilot":
        del value["version"]
    room.put(files.get(name, f".{name}/settings.json"), value)


def install(name: str, room: Room) -> None:
    """Install our hook with the command."""
    base = room.home.parent
    (base / "policy.yaml").write_text(POLICY, "utf-8")
    command = [sys.executable, "-m", "fencekit", "hook", "install", name, "--yes"]
    where = ["--policy", str(base / "policy.yaml"), "--audit", str(base / "audit.jsonl")]
    env = {**os.environ, "HOME": str(room.home), "XDG_RUNTIME_DIR": str(room.home)}
    for key in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME"):
        env.pop(key, None)
    subprocess.run([*command, *where], env=env, check=True, capture_output=True)


def log_of(room: Room) -> list[str]:
    """Return what the gate recorded, in one word a line."""
    log = room.home.parent / "audit.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    values = [json.loads(line) for line in lines]
    return [
        one["gate"]["decision"] if "gate" in one else one["outcome"]["status"] for one in values
    ]


def result_of(room: Room, file: str, said: str, log: list[str] | None = None) -> dict[str, Any]:
    """Return whether a call ran, and what the model was told; paths of this machine left out."""
    said = said.replace(str(room.home.parent), "DIR")[:160]
    told = {} if (room.work / file).exists() else {"told": said}
    kept = {} if log is None else {"log": log}
    return {"ran": (room.work / file).exists(), **told, **kept}


def openhands(folder: Path) -> dict[str, Any] | None:
    """Return the same of OpenHands' own executor of hooks; None where it is not there."""
    python = os.environ.get("FENCEKIT_OPENHANDS", "")
    if not python:
        return None
    ask = "import importlib.metadata as m; print(m.version('openhands-sdk'))"
    version = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout

    def run(settings: Path, command: str) -> dict[str, Any]:
        words = [python, "-c", OPENHANDS, str(settings), str(folder), json.dumps([command])]
        env = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=env)
        ran, said = json.loads(done.stdout.splitlines()[-1])
        text = " ".join(one for one in said if one).replace(str(folder), "DIR")[:160]
        return {"ran": ran} if ran else {"ran": ran, "told": text}

    answers = {}
    for number, (way, work) in enumerate(WAYS.items()):
        hook = folder / f"hook{number}"
        if work:
            hook.write_text(script_of("openhands", work), "utf-8")
            hook.chmod(0o755)
        entry = entry_of("openhands", str(hook))
        entry["hooks"][0]["timeout"] = 2 if way == "too slow" else 30
        settings = folder / f"hooks{number}.json"
        settings.write_text(json.dumps({"hooks": {"PreToolUse": [entry]}}), "utf-8")
        answers[way] = run(settings, "touch ran")
    gate = {}
    for way in ("allowed", "denied", "asked", "broken policy"):
        room = Room(folder / way / "home", folder / way / "work")
        room.home.mkdir(parents=True)
        install("openhands", room)
        if way == "broken policy":
            (room.home.parent / "policy.yaml").write_text("deny: [", "utf-8")
        made = run(room.home / ".openhands/hooks.json", f"touch {way}")
        gate[way] = {**made, "log": log_of(room)}
    name = "openhands-sdk (PyPI)"
    return {"package": name, "version": version.strip(), "answers": answers, "gate": gate}


def start_cost(rounds: int = 15) -> dict[str, float]:
    """Return the CPU time of a hook, in milliseconds, with a resident and alone; least of several.

    Beside it that of `python -c pass`, of the same Python.
    """
    event = {"session_id": "s", "cwd": "/", "hook_event_name": "PreToolUse", "tool_use_id": "t"}
    text = json.dumps({**event, "tool_name": "Bash", "tool_input": {"command": "ls"}}).encode()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policy.yaml").write_text(POLICY, "utf-8")
        where = ["--policy", f"{folder}/policy.yaml", "--audit", f"{folder}/audit.jsonl"]
        hook = [sys.executable, "-m", "fencekit", "hook", "claude-code", *where]
        env = {**os.environ, "XDG_RUNTIME_DIR": folder}

        def least(words: list[str]) -> float:
            spent = []
            for _ in range(rounds):
                began = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(words, input=text, env=env, capture_output=True, check=True)
                ended = resource.getrusage(resource.RUSAGE_CHILDREN)
                spent.append(ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime)
            return round(min(spent) * 1000, 1)

        nothing = least([sys.executable, "-c", "pass"])
        resident, alone = least(hook), least([*hook, "--no-resident"])
    return {
        "python -c pass": nothing,
        "with a resident": resident,
        "alone": alone,
        "ratio": round(resident / nothing, 2),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
