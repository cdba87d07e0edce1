"""The real coding agents, without a screen and offline: which calls run under which hook.

Each is an executable of npm, in `FENCEKIT_HOSTS` (a folder with `node_modules`), with a home and a
working folder of its own and a model on the loopback that asks for the calls.
"""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hosts.scripted_model import Call, ScriptedModel, serving

MODULES = Path(os.environ.get("FENCEKIT_HOSTS", "/nonexistent")) / "node_modules"
SECONDS = 240


@dataclass(frozen=True)
class Room:
    """Where a host runs: its home, and the folder that it works in."""

    home: Path
    work: Path

    def put(self, path: str, value: Any) -> Path:
        """Write a file below the home."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value if isinstance(value, str) else json.dumps(value, indent=2), "utf-8")
        return file


@dataclass(frozen=True)
class RealHost:
    """How a host is run: its package, its command, what its shell tool is called with."""

    name: str
    package: str
    shell: Callable[[str], Call]
    command: Callable[[Room, ScriptedModel], tuple[list[str], dict[str, str]]]
    settings: Callable[[Room, ScriptedModel], None]

    @property
    def version(self) -> str:
        """The version that is installed, empty where it is not."""
        file = MODULES / self.package / "package.json"
        if not file.is_file():
            return ""
        return str(json.loads(file.read_text("utf-8"))["version"])


@dataclass(frozen=True)
class HostRun:
    """What came of a run: the exit code, what was printed, and what the model was answered."""

    code: int
    out: str
    err: str
    results: dict[int, str]
    tools: set[str]


def run_host(host: RealHost, room: Room, calls: list[Call], **env: str) -> HostRun:
    """Run a host until its model is done."""
    room.home.mkdir(parents=True, exist_ok=True)
    room.work.mkdir(parents=True, exist_ok=True)
    with serving(calls) as model:
        host.settings(room, model)
        words, own = host.command(room, model)
        base = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(room.home), "TERM": "dumb"}
        done = subprocess.run(
            words,
            cwd=room.work,
            env={**base, **own, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    return HostRun(done.returncode, done.stdout, done.stderr, model.results, model.tools)


def merged(file: Path, more: dict[str, Any]) -> None:
    """Put keys into a file of settings beside those that are there."""
    found = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**found, **more}), "utf-8")


def nothing(_: Room, __: ScriptedModel) -> None:
    """Set nothing: all that the host needs is in its command."""


def claude_command(_: Room, model: ScriptedModel) -> tuple[list[str], dict[str, str]]:
    """Run Claude Code; what it would ask for is denied without a screen."""
    binary = MODULES / "@anthropic-ai/claude-code-linux-x64/claude"
    words = [str(binary), "-p", "go", "--model", "scripted", "--permission-mode", "default"]
    env = {"ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": model.url}
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"}
    allowed = ["--allowedTools", "Bash(touch:*)"]
    return [*words, *allowed], {**env, **quiet}


def codex_settings(room: Room, model: ScriptedModel) -> None:
    """Point Codex to the model; nothing is asked for, nothing sandboxed."""
    file = room.home / ".codex/config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text("utf-8") if file.exists() else ""
    if "model_provider" in before:
        return
    text = (
        'model = "scripted"\nmodel_provider = "local"\napproval_policy = "never"\n'
        f'sandbox_mode = "danger-full-access"\n{before}\n[model_providers.local]\nname = "local"\n'
        f'base_url = "{model.url}/v1"\nwire_api = "responses"\n'
        f'[projects."{room.work}"]\ntrust_level = "trusted"\n'
    )
    file.write_text(text, "utf-8")


def codex_command(room: Room, _: ScriptedModel) -> tuple[list[str], dict[str, str]]:
    """Run Codex."""
    binary = MODULES / "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex"
    words = [str(binary), "exec", "--skip-git-repo-check", "--dangerously-bypass-hook-trust"]
    return [*words, "--json", "go"], {"CODEX_HOME": str(room.home / ".codex")}


def gemini_settings(room: Room, _: ScriptedModel) -> None:
    """Let Gemini CLI use a key, and send nothing."""
    merged(
        room.home / ".gemini/settings.json",
        {
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False},
            "telemetry": {"enabled": False},
        },
    )


def gemini_command(_: Room, model: ScriptedModel) -> tuple[list[str], dict[str, str]]:
    """Run Gemini CLI, which would run every tool."""
    words = ["node", str(MODULES / "@google/gemini-cli/bundle/gemini.js"), "-p", "go", "--yolo"]
    env = {"GEMINI_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": model.url}
    trust = {"GEMINI_CLI_TRUST_WORKSPACE": "true", "GEMINI_CLI_NO_RELAUNCH": "true"}
    return [*words, "-m", "gemini-2.5-pro"], {**env, **trust}


def qwen_command(_: Room, model: ScriptedModel) -> tuple[list[str], dict[str, str]]:
    """Run Qwen Code, which would run every tool."""
    words = ["node", str(MODULES / "@qwen-code/qwen-code/cli.js"), "-p", "go", "--yolo"]
    auth = ["--auth-type", "openai", "--openai-api-key", "none", "-m", "scripted"]
    env = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{model.url}/v1", "OPENAI_MODEL": "s"}
    return [*words, *auth, "--openai-base-url", f"{model.url}/v1"], env


def copilot_command(_: Room, model: ScriptedModel) -> tuple[list[str], dict[str, str]]:
    """Run Copilot CLI, which would run every tool."""
    words = [str(MODULES / "@github/copilot-linux-x64/copilot"), "-p", "go", "--allow-all-tools"]
    env = {
        "COPILOT_OFFLINE": "true",
        "COPILOT_PROVIDER_BASE_URL": model.url,
        "COPILOT_PROVIDER_TYPE": "anthropic",
        "COPILOT_PROVIDER_API_KEY": "none",
        "COPILOT_MODEL": "scripted",
        "COPILOT_AUTO_UPDATE": "false",
    }
    return words, env


HOSTS = {
    host.name: host
    for host in (
        RealHost(
            "claude-code",
            "@anthropic-ai/claude-code",
            lambda text: ("Bash", {"command": text, "description": "x"}),
            claude_command,
            nothing,
        ),
        RealHost(
            "codex",
            "@openai/codex",
            lambda text: ("exec_command", {"cmd": text}),
            codex_command,
            codex_settings,
        ),
        RealHost(
            "gemini",
            "@google/gemini-cli",
            lambda text: ("run_shell_command", {"command": text, "description": "x"}),
            gemini_command,
            gemini_settings,
        ),
        RealHost(
            "qwen",
            "@qwen-code/qwen-code",
            lambda text: (
                "run_shell_command",
                {"command": text, "description": "x", "is_background": False},
            ),
            qwen_command,
            nothing,
        ),
        RealHost(
            "copilot",
            "@github/copilot",
            lambda text: ("bash", {"command": text, "description": "x"}),
            copilot_command,
            nothing,
        ),
    )
}
