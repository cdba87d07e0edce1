"""The command line of a replay: which words are logs, and the replay that is asked for.

argparse cannot say `--capfence-replay [LOG]` where the next word may be a path for pytest, so the
words are settled before pytest parses them: each flag ends up as `--capfence-replay=LOG`, a bare
one as `--capfence-replay=`.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.config.options import FLAGS, PYTEST, REPLAY, Kind, options_of
from fencekit.config.project_settings import Settings, settings_near
from fencekit.model.errors import FencekitError
from fencekit.reporting.replay_text import inert

FLAG = FLAGS[REPLAY]


def settle(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Settle the words after each flag, in place, and let pytest see the paths among them."""
    args[:] = join_flags(args, early_config.invocation_params.dir)
    fresh = argparse.Namespace(**vars(early_config.option))
    parsed = parser.parse_known_args(args, namespace=fresh)
    early_config.known_args_namespace.file_or_dir = parsed.file_or_dir


def join_flags(args: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield the arguments with each flag and its log in one word."""
    words = iter(range(len(args)))
    for at in words:
        if args[at] == "--":
            yield from args[at:]
            return
        if args[at] == f"{FLAG}=" or args[at : at + 2] == [FLAG, ""]:
            # What a shell makes of a variable that is not set.
            raise pytest.UsageError(f"`{FLAG}=` names no log")
        if args[at] != FLAG:
            yield args[at]
        elif at + 1 < len(args) and is_log(args[at + 1], folder):
            yield f"{FLAG}={args[next(words)]}"
        else:
            yield f"{FLAG}="


def is_log(word: str, folder: Path) -> bool:
    """Say whether the word after the flag is a log, and not an option, a path or a test's name."""
    if word.startswith("-") or word.endswith(".py") or "::" in word:
        return False
    return not (folder / word).is_dir()


def job_of(config: pytest.Config) -> tuple[ReplayJob, str]:
    """Return the replay that is asked for, and the path of its report, empty for none.

    The command line comes before the configuration. Raises UsageError of pytest.
    """
    given = given_for(REPLAY, config)
    report, authors = given.pop("report"), given.pop("authors")
    folder = config.invocation_params.dir
    named = tuple(log for log in config.getoption("capfence_replay") if log)
    try:
        settings = settings_of(config)
        page = report or settings.get("report") or ""
        job = settings.job(
            logs=tuple(seen_from_here(log, folder) for log in named),
            authors=bool(page) and settings.authors(authors),
            **given,
        )
    except FencekitError as error:
        raise usage_error(error) from error
    return job, page


def given_for(flag: str, config: pytest.Config) -> dict[str, Any]:
    """Return the options of a flag as they are given, by key; paths as they are seen from here."""
    given = {}
    for key, option in options_of(PYTEST, [flag]).items():
        value = config.getoption(f"capfence_{key}")
        if option.kind is Kind.PATH and value:
            value = seen_from_here(value, config.invocation_params.dir)
        given[key] = value
    return given


def absolute(path: str) -> str:
    """Return a path as pytest makes it absolute: without `..`, with symbolic links as they are."""
    return os.path.abspath(path)  # noqa: PTH100


def settings_of(config: pytest.Config) -> Settings:
    """Return the settings near where pytest was called, else near its root."""
    settings = settings_near(config.invocation_params.dir)
    return settings if settings != Settings() else settings_near(config.rootpath)


def seen_from_here(path: str, folder: Path) -> str:
    """Return a path that was given in the folder; unchanged as long as nobody has left it."""
    if folder == Path.cwd() or Path(path).is_absolute():
        return path
    return os.path.relpath(folder / path)


def usage_error(error: FencekitError) -> pytest.UsageError:
    """Return an error of ours as one that pytest shows without a traceback."""
    return pytest.UsageError(words_of(str(error)))


def words_of(text: str) -> str:
    """Return a message of ours, inert line by line, with the options as they are called here."""
    lines = [inert(line, 1_000) for line in text.splitlines()]
    for name in (option.name for option in options_of(PYTEST).values()):
        lines = [line.replace(f"`--{name}`", f"`--capfence-{name}`") for line in lines]
    return "\n".join(lines)
