"""`[tool.fencekit]`: read, checked, and laid under what the command line says."""

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fencekit.checks.postprocess.waiver_file import FILE as WAIVERS
from fencekit.checks.proofs.proof_memory import bound_memory
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.checks.replay.replay_records import checked_timeout, named_fail_on
from fencekit.config.byte_sizes import size
from fencekit.config.options import OPTIONS, TOML, Kind, Option, options_of
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
TYPES: Mapping[Kind, tuple[type, ...]] = {
    **dict.fromkeys((Kind.PATH, Kind.TEXT), (str,)),
    **dict.fromkeys((Kind.PATHS, Kind.KEYS), (list,)),
    **dict.fromkeys((Kind.LIMIT, Kind.SIZE), (int, str)),
    Kind.DATE: (date, str),
    Kind.SECONDS: (int, float),
    Kind.COUNT: (int,),
    Kind.SWITCH: (bool,),
    Kind.TABLE: (dict,),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of `[tool.fencekit]` by key; a key that is not given is not there.

    Paths are relative to the folder of the file, and are made relative to the working directory.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)

    def get(self, key: str) -> Any:
        """Return the value of an option, None where it is not given."""
        return self.values.get(OPTIONS[key].key)  # no key that is none

    def pick(self, given: Mapping[str, Any], key: str) -> Any:
        """Return what is given, or else the value here; raise UsageError for an empty text."""
        value = given.get(key)
        if value == "" or (key == "logs" and "" in (value or ())):
            raise UsageError(f"`{key}` is empty", hint="leave it out, or give it a value")
        return self.get(key) if value in NOT_GIVEN else value

    def job(self, **given: Any) -> ReplayJob:
        """Return the replay that is asked for: what is given, over the settings, over defaults.

        Raises UsageError where no log or no policy is named, or a value is out of range.
        """

        def pick(key: str) -> Any:
            return self.pick(given, key)

        has_baseline = self.has_baseline(given)
        baseline, baseline_root = pick("baseline"), pick("baseline_root") or ""
        if not pick("logs"):
            hint = "name one on the command line, or as `logs` in `[tool.fencekit]`"
            raise UsageError("no log to replay", hint=hint)
        if not pick("policy"):
            hint = "name the candidate on the command line, or as `policy` in `[tool.fencekit]`"
            raise UsageError("no policy to replay against", hint=hint)
        defaults, timeout = ReplayJob((), ""), pick("timeout")
        limits = {
            name: limit(f"max_{name}", pick(f"max_{name}"), getattr(defaults.limits, name))
            for name in ("invalid", "undecided", "passed_over")
        }
        texts = ("policy", "policy_root", "log_format", "tools", "redaction_key")
        if (memory := pick("proof_memory")) is not None:
            bound_memory(str(memory))
        return ReplayJob(
            logs=tuple(distinct(expand_globs(pick("logs")))),
            **{key: pick(key) or "" for key in texts},
            baseline=baseline if has_baseline else "",
            baseline_root=baseline_root if has_baseline else "",
            fail_on=named_fail_on(pick("fail_on") or defaults.fail_on),
            limits=Limits(**limits),
            max_line=size("max_line", pick("max_line"), defaults.max_line),
            timeout=checked_timeout(defaults.timeout if timeout is None else timeout),
            keep_records=whole("keep_records", pick("keep_records"), defaults.keep_records),
            require_chain=bool(pick("require_chain")),
            redact=named_redact(pick("redact") or defaults.redact),
            waivers=pick("waivers") or self.waivers_here(),
            today=day(pick("today")),
            authors=bool(given.get("authors")),
        )

    def has_baseline(self, given: Mapping[str, Any]) -> bool:
        """Say whether there is a baseline: what is given first, then what is configured."""
        for side in (given, self.values):
            if side.get("no_baseline") and side.get("baseline"):
                raise UsageError("`--baseline` and `--no-baseline` exclude each other")
            if side.get("no_baseline") or side.get("baseline"):
                return bool(side.get("baseline"))
        return False

    def authors(self, given: bool | None) -> bool:  # noqa: FBT001  (as click and pytest have it)
        """Say whether to ask git who is to blame: as given, as configured, else yes."""
        return self.get("authors") is not False if given is None else given

    def waivers_here(self) -> str:
        """Return the file of waivers beside the settings, under its usual name; empty for none."""
        folder = os.path.dirname(self.place.file) if self.place else ""  # noqa: PTH120
        path = os.path.join(folder, WAIVERS)  # noqa: PTH118
        return path if os.path.lexists(path) else ""


def day(given: date | str | None) -> date | None:
    """Return a day of the calendar; raise UsageError for what is none."""
    if given is None or isinstance(given, date):
        return given
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
    known = options_of(TOML)
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ", ".join(known)
            raise UsageError(f"unknown key in `[tool.fencekit]`: `{key}`", place=place, hint=hint)
    at = os.path.dirname(shown)  # noqa: PTH120  (a Path would drop a leading `./`)
    values = {key: check(known[key], value, place, at) for key, value in table.items()}
    return Settings(values, place)


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


def check(option: Option, value: Any, place: Place, folder: str) -> Any:
    """Return the value of an option, its paths from here; raise UsageError for a wrong type."""
    kind, types = option.kind, TYPES[option.kind]
    listed: Any = [value] if kind is Kind.PATHS and isinstance(value, str) else value
    ok = isinstance(listed, types) and (bool in types or not isinstance(listed, bool))
    if isinstance(listed, list) and ok:
        ok = all(isinstance(path, str) for path in listed)
    if not ok:
        message = f"`{option.key}` in `[tool.fencekit]` is not {kind.value}"
        raise UsageError(message, place=place)
    if kind is Kind.PATH:
        return os.path.join(folder, listed)  # noqa: PTH118
    if kind is Kind.PATHS:
        return tuple(beside(folder, path) for path in listed)
    if kind is Kind.KEYS:
        return tuple(os.path.join(folder, path) for path in listed)  # noqa: PTH118
    return listed


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
