"""`[tool.fencekit.lint]`: levels by slug and by file, laid under what the command line says."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fencekit.checks.replay.replay_records import checked_timeout
from fencekit.config.byte_sizes import size
from fencekit.config.project_settings import distinct, expand_globs, settings_near
from fencekit.linter.lint_levels import OFF, Levels
from fencekit.linter.lint_registry import check_slugs
from fencekit.linter.lint_run import TIMEOUT, LintJob
from fencekit.model.errors import UsageError
from fencekit.model.finding import Level
from fencekit.model.lint_result import FailAt
from fencekit.model.source import Place
from fencekit.reading.input_files import MAX_LINE

TABLE = "[tool.fencekit.lint]"
KEYS = ("policies", "select", "ignore", "fail_on", "levels", "per_file")

SHARED = ("policy_root", "log_format", "tools")
"""What lint shares with a replay, in `[tool.fencekit]` itself."""


def lint_job(folder: Path, **given: Any) -> LintJob:
    """Return what lint is asked for: what is given, over the settings near a folder, over defaults.

    Raises UsageError where no policy is named, for a slug that there is not, and for unknown keys.
    """
    settings = settings_near(folder)
    table, place = dict(settings.get("lint") or {}), settings.place or Place("pyproject.toml")
    refuse_unknown_keys(table, place)
    at = os.path.dirname(place.file)  # noqa: PTH120  (a Path would drop a leading `./`)
    chosen = given.get("policies") or [
        os.path.join(at, path)  # noqa: PTH118
        for path in texts(table, "policies", place)
    ]
    policies = tuple(chosen) or ((settings.get("policy"),) if settings.get("policy") else ())
    if not policies:
        hint = f"name one on the command line, or as `policies` in `{TABLE}`"
        raise UsageError("no policy to lint", hint=hint)
    shared: dict[str, str] = {key: given.get(key) or settings.get(key) or "" for key in SHARED}
    timeout = given.get("timeout") or settings.get("timeout")
    return LintJob(
        policies=tuple(distinct(expand_globs(policies))),
        **shared,
        levels=Levels(
            chosen=levels_in(table.get("levels", {}), "levels", place),
            per_file=per_file(table.get("per_file", {}), at, place),
            select=check_slugs(given.get("select") or texts(table, "select", place)),
            ignore=check_slugs(given.get("ignore") or texts(table, "ignore", place)),
        ),
        fail_at=fail_at(given.get("fail_on") or table.get("fail_on", "error"), place),
        logs=tuple(distinct(expand_globs(tuple(given.get("logs") or ())))),
        timeout=checked_timeout(TIMEOUT if timeout is None else timeout),
        max_line=size("max_line", given.get("max_line") or settings.get("max_line"), MAX_LINE),
    )


def refuse_unknown_keys(table: Mapping[str, Any], place: Place) -> None:
    """Raise UsageError for a key of the table that is none."""
    for key in table:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ", ".join(KEYS)
            raise UsageError(f"unknown key in `{TABLE}`: `{key}`", place=place, hint=hint)


def texts(table: Mapping[str, Any], key: str, place: Place) -> tuple[str, ...]:
    """Return a list of texts; raise UsageError where it is none."""
    value = table.get(key, [])
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise UsageError(f"`{key}` in `{TABLE}` is not a list of texts", place=place)
    return tuple(listed)


def levels_in(value: Any, key: str, place: Place) -> dict[str, Level | None]:
    """Return levels by slug, None for `off`; raise UsageError for anything else."""
    if not isinstance(value, dict):
        raise UsageError(f"`{key}` in `{TABLE}` is not a table", place=place)
    check_slugs(value, place)
    known = [str(level) for level in Level]
    for slug, level in value.items():
        if level not in (*known, OFF):
            message = f"`{slug}` in `{TABLE}` is `{level}`, which is no level"
            raise UsageError(message, place=place, hint=", ".join([*known, OFF]))
    return {slug: None if level == OFF else Level(level) for slug, level in value.items()}


def per_file(value: Any, at: str, place: Place) -> tuple[tuple[str, dict[str, Level | None]], ...]:
    """Return levels by slug for each glob of files; a list of slugs turns these off."""
    if not isinstance(value, dict):
        raise UsageError(f"`per_file` in `{TABLE}` is not a table", place=place)
    made = []
    for glob, given in value.items():
        levels = dict.fromkeys(given, OFF) if is_texts(given) else given
        here = os.path.join(at, glob)  # noqa: PTH118
        made.append((here, levels_in(levels, f"per_file.{glob}", place)))
    return tuple(made)


def is_texts(value: Any) -> bool:
    """Say whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def fail_at(word: Any, place: Place) -> FailAt:
    """Return the level to fail at; raise UsageError for an unknown word."""
    if word not in list(FailAt):
        known = ", ".join(f"`{known}`" for known in FailAt)
        raise UsageError(f"`fail_on` is `{word}`, which is none of {known}", place=place)
    return FailAt(word)
