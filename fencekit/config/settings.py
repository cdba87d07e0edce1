"""`[tool.fencekit]`: read, checked, and laid under what the command line says."""

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fencekit.checks.postprocess.waiver_file import FILE as WAIVERS
from fencekit.checks.replay.job import ReplayJob
from fencekit.checks.replay.replay import checked_timeout, named_fail_on
from fencekit.config.sizes import size
from fencekit.model.errors import UsageError
from fencekit.model.masking import Redact
from fencekit.model.report import Limits
from fencekit.model.source import Place
from fencekit.reading import toml

FILE = "pyproject.toml"
GLOB = frozenset("*?[")
NEAR = 0.85
"""How alike, from 0 to 1, two names are of which one is the other misspelled."""
NOT_GIVEN = (None, ())
PATHS = (
    "policy",
    "baseline",
    "policy_root",
    "baseline_root",
    "report",
    "tools",
    "redaction_key",
    "waivers",
    "save_witness",
    "guardrails",
    "domain",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of `[tool.fencekit]`; None is a key that is not given.

    Paths are relative to the folder of the file, and are made relative to the working directory.
    `timeout` is in seconds. A limit is a number, or `all`.
    """

    logs: tuple[str, ...] | None = None
    policy: str | None = None
    baseline: str | None = None
    policy_root: str | None = None
    baseline_root: str | None = None
    report: str | None = None
    log_format: str | None = None
    tools: str | None = None
    redaction_key: str | None = None
    fail_on: str | None = None
    max_invalid: int | str | None = None
    max_undecided: int | str | None = None
    max_passed_over: int | str | None = None
    max_line: int | str | None = None
    timeout: float | None = None
    keep_records: int | None = None
    require_chain: bool | None = None
    lint: Mapping[str, Any] | None = None
    redact: str | None = None
    waivers: str | None = None
    examples: int | None = None
    save_witness: str | None = None
    guardrails: str | None = None
    domain: str | None = None
    allow_unknown: bool | None = None
    proof_memory: str | None = None
    fail_on_errors: bool | None = None
    trusted_keys: tuple[str, ...] | None = None
    place: Place | None = field(default=None, compare=False)

    def job(self, **given: Any) -> ReplayJob:
        """Return the replay that is asked for: what is given, over the settings, over defaults.

        Raises UsageError where no log or no policy is named, or a value is out of range.
        """
        if given.pop("no_baseline", None):
            if given.get("baseline"):
                raise UsageError("`--baseline` and `--no-baseline` exclude each other")
            return replace(self, baseline=None, baseline_root=None).job(**given)
        for key, value in given.items():
            if value == "" or (key == "logs" and "" in (value or ())):
                raise UsageError(f"`{key}` is empty", hint="leave it out, or give it a value")
        chosen = {
            key: getattr(self, key, None) if value in NOT_GIVEN else value
            for key, value in given.items()
        }

        def pick(key: str) -> Any:
            return chosen.get(key, getattr(self, key))

        if not pick("logs"):
            hint = "name one on the command line, or as `logs` in `[tool.fencekit]`"
            raise UsageError("no log to replay", hint=hint)
        if not pick("policy"):
            hint = "name the candidate on the command line, or as `policy` in `[tool.fencekit]`"
            raise UsageError("no policy to replay against", hint=hint)
        defaults, timeout = ReplayJob((), ""), pick("timeout")
        return ReplayJob(
            logs=tuple(distinct(expand_globs(pick("logs")))),
            policy=pick("policy"),
            baseline=pick("baseline") or "",
            policy_root=pick("policy_root") or "",
            baseline_root=pick("baseline_root") or "",
            log_format=pick("log_format") or "",
            tools=pick("tools") or "",
            redaction_key=pick("redaction_key") or "",
            fail_on=named_fail_on(pick("fail_on") or defaults.fail_on),
            limits=Limits(
                limit("max_invalid", pick("max_invalid"), defaults.limits.invalid),
                limit("max_undecided", pick("max_undecided"), defaults.limits.undecided),
                limit("max_passed_over", pick("max_passed_over"), defaults.limits.passed_over),
            ),
            max_line=size("max_line", pick("max_line"), defaults.max_line),
            timeout=checked_timeout(defaults.timeout if timeout is None else timeout),
            keep_records=whole("keep_records", pick("keep_records"), defaults.keep_records),
            require_chain=bool(pick("require_chain")),
            redact=named_redact(pick("redact") or defaults.redact),
            waivers=pick("waivers") or self.waivers_here(),
            today=day(given.get("today")),
            authors=bool(given.get("authors")),
        )

    def waivers_here(self) -> str:
        """Return the file of waivers beside the settings, under its usual name; empty for none."""
        folder = os.path.dirname(self.place.file) if self.place else ""  # noqa: PTH120
        path = os.path.join(folder, WAIVERS)  # noqa: PTH118
        return path if os.path.lexists(path) else ""


def day(given: str | None) -> date | None:
    """Return a day of the calendar; raise UsageError for what is none."""
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise UsageError(f"`{given}` is no day", hint="write it as 2026-12-31") from error


def named_redact(name: str) -> Redact:
    """Return what to hide by its name; raise UsageError for what is no such name."""
    if name not in list(Redact):
        hint = f"it is one of {', '.join(Redact)}"
        raise UsageError(f"`redact` is `{name}`", hint=hint)
    return Redact(name)


def settings_near(folder: Path) -> Settings:
    """Return the settings of the first `pyproject.toml` in the folder or above it, if there."""
    for at in (folder, *folder.parents):
        if (at / FILE).is_file():
            return settings_in(at / FILE)
    return Settings()


def settings_in(file: Path) -> Settings:
    """Return the settings in a `pyproject.toml`; raise UsageError for what is none of them."""
    shown = shown_path(file)
    place = Place(shown)
    document = toml.read(shown)
    refuse_near_misses(document, place)
    tools = document.get("tool", {})
    table = tools.get("fencekit", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise UsageError("`[tool.fencekit]` is not a table", place=place)
    known = [entry.name for entry in fields(Settings) if entry.name != "place"]
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ", ".join(known)
            raise UsageError(f"unknown key in `[tool.fencekit]`: `{key}`", place=place, hint=hint)
    checked = {key: check(key, value, place) for key, value in table.items()}
    at = os.path.dirname(shown)  # noqa: PTH120  (a Path would drop a leading `./`)
    for key in PATHS:
        if key in checked:
            checked[key] = os.path.join(at, checked[key])  # noqa: PTH118
    if "logs" in checked:
        checked["logs"] = tuple(beside(at, log) for log in checked["logs"])
    if "trusted_keys" in checked:
        keys = checked["trusted_keys"]
        checked["trusted_keys"] = tuple(os.path.join(at, key) for key in keys)  # noqa: PTH118
    return Settings(**checked, place=place)


def refuse_near_misses(document: Mapping[str, Any], place: Place) -> None:
    """Raise UsageError for a table that is meant for us, and that is not `[tool.fencekit]`.

    Nothing in it would be read: what it disallows would pass.
    """
    tools = document.get("tool", {})
    named = {f"tool.{name}": name for name in tools} if isinstance(tools, dict) else {}
    for shown, name in [*named.items(), *((name, name) for name in document)]:
        if shown != "tool.fencekit" and is_near(name):
            hint = "the table of fencekit is `[tool.fencekit]`"
            raise UsageError(f"nothing reads `[{shown}]`", place=place, hint=hint)


def is_near(name: str) -> bool:
    """Say whether a name is ours, misspelled: by case, by what joins its parts, by one letter."""
    plain = re.sub(r"[^a-z]", "", name.casefold()).removeprefix("pytest")
    return bool(get_close_matches(plain, ["fencekit"], n=1, cutoff=NEAR))


def beside(folder: str, log: str) -> str:
    """Return a log of the configuration from here; what is a glob in it stays the only one."""
    is_glob = bool(GLOB & set(log))
    return os.path.join(glob.escape(folder) if is_glob else folder, log)  # noqa: PTH118


def check(key: str, value: Any, place: Place) -> Any:
    """Return the value of a key; raise UsageError where it is of the wrong type."""
    kind, words = TYPES[key]
    listed = [value] if key == "logs" and isinstance(value, str) else value
    ok = isinstance(listed, kind) and (bool in kind or not isinstance(listed, bool))
    if isinstance(listed, list) and ok:
        ok = all(isinstance(path, str) for path in listed)
    if not ok:
        raise UsageError(f"`{key}` in `[tool.fencekit]` is not {words}", place=place)
    return listed


TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "logs": ((list,), "a path or a list of paths"),
    **dict.fromkeys(PATHS, ((str,), "a path")),
    **dict.fromkeys(("log_format", "fail_on", "redact", "proof_memory"), ((str,), "text")),
    **dict.fromkeys(
        ("max_invalid", "max_undecided", "max_passed_over"), ((int, str), "a number or `all`")
    ),
    "max_line": ((int, str), "a number of bytes, or a size such as `16MiB`"),
    "timeout": ((int, float), "a number of seconds"),
    **dict.fromkeys(("keep_records", "examples"), ((int,), "a number")),
    **dict.fromkeys(
        ("require_chain", "allow_unknown", "fail_on_errors"), ((bool,), "true or false")
    ),
    "lint": ((dict,), "a table"),
    "trusted_keys": ((list,), "a list of paths"),
}


def shown_path(file: Path) -> str:
    """Return a path as it is shown: relative to the working directory where that is shorter."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        relative = os.path.relpath(file)
        return relative if len(relative) < len(str(file)) else str(file)


def distinct(logs: list[str]) -> list[str]:
    """Return the logs, each once, under the name that comes first: no call is counted twice."""
    once: dict[str, str] = {}
    for log in logs:
        once.setdefault(os.path.realpath(log), log)
    return list(once.values())


def expand_globs(logs: tuple[str, ...]) -> list[str]:
    """Return the logs with globs replaced by what they match, sorted; none at all is an error."""
    found: list[str] = []
    for log in logs:
        if not GLOB & set(log) or os.path.lexists(log):
            found.append(log)
            continue
        matches = sorted(glob.glob(log, recursive=True))  # noqa: PTH207  (takes absolute ones too)
        if not matches:
            raise UsageError(f"no file matches `{log}`")
        found.extend(matches)
    return found


def limit(key: str, value: Any, default: int | None) -> int | None:
    """Return a limit, None for `all`; raise UsageError for anything but that or a number."""
    if value is None:
        return default
    if value == "all":
        return None
    if len(str(value)) < 19 and str(value).isascii() and str(value).isdigit():
        return int(value)
    raise UsageError(f"`{key}` is `{value}`, which is neither a number from 0 nor `all`")


def whole(key: str, value: Any, default: int) -> int:
    """Return a number from 0; raise UsageError for one below."""
    if value is None:
        return default
    if value < 0:
        raise UsageError(f"`{key}` is `{value}`, which is below 0")
    return int(value)
