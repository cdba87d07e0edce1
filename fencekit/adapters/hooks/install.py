"""The settings of a host: what to change in them so that it asks the hook before each call."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from fencekit.adapters.hooks.forms import FORMS
from fencekit.model.errors import UsageError
from fencekit.reading import json

SECONDS = 30
"""How long a host waits for the hook. Every host lets a call run when that is over, so the hook
blocks by itself before."""
BLOCK = "{ echo 'fencekit: the hook failed, so the call is blocked' >&2; exit 2; }"
"""Most hosts let a call run when the hook is killed, or is not there: the shell blocks it then."""


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Where the settings of a host are, and how hooks are written there.

    `user` is below the folder that the variable `home_variable` names, else below `home`; `project`
    is below the folder of a project. `seconds` is the unit of a timeout: so many to a second.
    """

    home_variable: str
    home: str
    user: str
    project: str
    matcher: str = ".*"
    per_second: int = 1
    note: str = ""


PLACES: Mapping[str, HostSettings] = {
    "claude-code": HostSettings(
        "CLAUDE_CONFIG_DIR", ".claude", "settings.json", ".claude/settings.json", matcher="*"
    ),
    "codex": HostSettings(
        "CODEX_HOME",
        ".codex",
        "hooks.json",
        ".codex/hooks.json",
        note="codex runs a hook only once you have reviewed it: start `codex` and trust it; until "
        "then, and in `codex exec` too, every call runs without it",
    ),
    "gemini": HostSettings(
        "", ".gemini", "settings.json", ".gemini/settings.json", per_second=1000
    ),
    "qwen": HostSettings("", ".qwen", "settings.json", ".qwen/settings.json", per_second=1000),
    "openhands": HostSettings("", ".openhands", "hooks.json", ".openhands/hooks.json", "*"),
    "copilot": HostSettings(
        "COPILOT_HOME", ".copilot", "hooks/fencekit.json", ".github/hooks/fencekit.json"
    ),
}


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A change of one file of settings; an empty `after` removes it."""

    path: Path
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff; empty where there is none."""
        names = (str(self.path), str(self.path))
        lines = unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), *names
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def write(self) -> None:
        """Write the file as a whole, or leave it as it is. Raises UsageError."""
        try:
            if not self.after:
                self.path.unlink()
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            real = self.path.resolve()
            with NamedTemporaryFile("w", encoding="utf-8", dir=real.parent, delete=False) as made:
                made.write(self.after)
            mode = real.stat().st_mode & 0o777 if real.exists() else 0o644
            Path(made.name).chmod(mode)
            Path(made.name).replace(real)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{self.path}`: {said}") from error


def settings_file(host: str, project: str | None) -> Path:
    """Return the file of settings: the user's own, or that of a project."""
    place = PLACES[host]
    if project is not None:
        return Path(project) / place.project
    named = os.environ.get(place.home_variable, "") if place.home_variable else ""
    return Path(named or Path.home() / place.home) / place.user


def plan_install(host: str, path: Path, options: Sequence[str]) -> SettingsChange:
    """Return the change that lets a host ask the hook with these options, once."""
    before, value = read_settings(path)
    hooks = without_ours(host, value)
    form = FORMS[host]
    words = [sys.executable, "-m", "fencekit", "hook", host, *options]
    command = shlex.join(words)
    events = [(form.before, f"{command} || {BLOCK}"), (form.after, command)]
    if host in ("claude-code", "qwen"):
        events.append((form.failed, command))
    for event, text in events:
        entries = hooks.setdefault(event, [])
        if not isinstance(entries, list):
            raise UsageError(f"`hooks.{event}` in `{path}` is not a list")
        entries.append(entry_of(host, text))
    value["hooks"] = hooks
    if host == "copilot":
        value = {"version": 1, **value}
    return SettingsChange(path, before, json.write(value, indent=2) + "\n")


def plan_uninstall(host: str, path: Path) -> SettingsChange:
    """Return the change that takes our hook out; what else is there stays."""
    before, value = read_settings(path)
    hooks = without_ours(host, value)
    value["hooks"] = hooks
    if not hooks:
        del value["hooks"]
    if set(value) <= {"version"}:
        return SettingsChange(path, before, "")
    return SettingsChange(path, before, json.write(value, indent=2) + "\n")


def entry_of(host: str, command: str) -> dict[str, Any]:
    """Return a hook as the host's settings hold it."""
    place = PLACES[host]
    if host == "copilot":
        return {"type": "command", "bash": command, "timeoutSec": SECONDS}
    hook = {"type": "command", "command": command, "timeout": SECONDS * place.per_second}
    return {"matcher": place.matcher, "hooks": [hook]}


def without_ours(host: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the hooks of settings but for ours, and events that hold none any more."""
    found = value.get("hooks", {})
    if not isinstance(found, dict):
        raise UsageError("`hooks` in the settings is not an object")
    kept = {}
    for event, entries in found.items():
        if not isinstance(entries, list):
            kept[event] = entries
            continue
        rest = [one for one in (strip_ours(host, entry) for entry in entries) if one is not None]
        if rest or not entries:
            kept[event] = rest
    return kept


def strip_ours(host: str, entry: Any) -> Any:
    """Return an entry of an event without our command; None where nothing else is in it."""
    if not isinstance(entry, dict):
        return entry
    inner = entry.get("hooks")
    if isinstance(inner, list):
        rest = [one for one in inner if not is_ours(host, one)]
        return None if inner and not rest else {**entry, "hooks": rest}
    return None if is_ours(host, entry) else entry


def is_ours(host: str, hook: Any) -> bool:
    """Say whether a hook runs our command."""
    if not isinstance(hook, dict):
        return False
    texts = (hook.get(key) for key in ("command", "bash"))
    return any(isinstance(one, str) and f" -m fencekit hook {host} " in one for one in texts)


def read_settings(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of settings and what it spells; raise UsageError where it is no object."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return "", {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read `{path}`: {error}") from error
    if not text.strip():
        return text, {}
    hint = "comments and trailing commas are no JSON: put the hook there by hand (`--dry-run`)"
    try:
        value = json.parse(text)
    except json.JSONError as error:
        said = f"{path}:{error.line}:{error.column}: {error.message}"
        raise UsageError(said, hint=hint) from error
    if not isinstance(value, dict):
        raise UsageError(f"`{path}` is not a JSON object")
    return text, value
