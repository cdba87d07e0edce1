"""One table of options: the command line, pytest and `[tool.fencekit]` all read every row."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from running import fencekit, record, write_lines

from fencekit.cli.main import COMMANDS
from fencekit.config.options import CLI, FLAGS, OPTIONS, PYTEST, TOML, Kind, Option, options_of
from fencekit.config.project_settings import settings_in
from fencekit.pytest_plugin import option_name

VALUES = {
    Kind.LIMIT: ("1", "'all'"),
    Kind.SIZE: ("'64MiB'", "67108864"),
    Kind.SECONDS: ("1", "0.5"),
    Kind.COUNT: ("3",),
    Kind.SWITCH: ("true", "false"),
    Kind.TABLE: ("{}",),
    Kind.DATE: ("2026-12-31", "'2026-12-31'"),
    Kind.PATHS: ("'x'", "['x']"),
    Kind.KEYS: ("['x']",),
}
ELSEWHERE = {"gate", "token", "approvals", "receipt"}
"""Commands about one call, whose options are no options of checks."""


def parameters(command: click.Command) -> Iterator[click.Parameter]:
    """Yield the parameters of a command and of all below it."""
    yield from command.params
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from parameters(below)


COMMAND_LINE = [
    parameter
    for name in COMMANDS
    if name not in ELSEWHERE
    for parameter in parameters(importlib.import_module(f"fencekit.cli.{name}").command)
]


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.key)
def test_an_option_is_read_by_all_three_unless_the_table_says_why_not(
    option: Option, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    in_cli = any(f"--{option.name}" in parameter.opts for parameter in COMMAND_LINE)
    in_pytest = hasattr(pytestconfig.option, f"capfence_{option.key}")
    told = tmp_path / "pyproject.toml"
    for value in VALUES.get(option.kind, ("'x'",)):
        told.write_text(f"[tool.fencekit]\n{option.key} = {value}\n", encoding="utf-8")
        if TOML in option.only:
            assert settings_in(told).get(option.key) is not None
    if option.key == "report":  # `--report` of `waive` is a report to read
        in_cli = False
    assert {CLI: in_cli, PYTEST: in_pytest, TOML: True} == {
        face: face in option.only for face in (CLI, PYTEST, TOML)
    }


def test_pytest_has_no_option_that_the_table_has_not(pytestconfig: pytest.Config) -> None:
    ours = {name for name in vars(pytestconfig.option) if name.startswith("capfence_")}
    flags = {flag.removeprefix("--").replace("-", "_") for flag in FLAGS.values()}
    assert ours - flags == {f"capfence_{key}" for key in options_of(PYTEST)}


def test_what_a_command_shares_with_the_table_it_has_from_the_table() -> None:
    for parameter in COMMAND_LINE:
        option = OPTIONS.get(str(parameter.name))
        if isinstance(parameter, click.Option) and option is not None and CLI in option.only:
            has = isinstance(parameter.type, click.Path) == (option.kind is Kind.PATH)
            assert has or parameter.multiple, parameter.name
            assert parameter.metavar == (option.metavar or None), parameter.name


def test_an_option_that_is_on_is_switched_off_in_pytest() -> None:
    assert option_name(OPTIONS["authors"]) == "capfence-no-authors"
    assert option_name(OPTIONS["require_chain"]) == "capfence-require-chain"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("loose.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    Path("tight.yaml").write_text("deny: ['*']\n", encoding="utf-8")
    write_lines(Path("log.jsonl"), record("a.b"))
    return tmp_path


CONFIGURED: dict[str, tuple[str, int, tuple[str, ...], int]] = {
    "no_baseline": ("policy = 'tight.yaml'\nno_baseline = true", 0, ("--baseline=x",), 3),
    "no_baseline beside a baseline": (
        "policy = 'tight.yaml'\nno_baseline = true\nbaseline = 'loose.yaml'",
        2,
        ("--no-baseline",),
        0,
    ),
    "today": (
        "policy = 'loose.yaml'\nwaivers = 'w.yaml'\ntoday = 2026-01-01",
        0,
        ("--today=2026-03-01",),
        1,
    ),
    "proof_memory": ("policy = 'tight.yaml'\nproof_memory = 'x'", 2, ("--proof-memory=1MB",), 0),
    "authors": ("policy = 'tight.yaml'\nauthors = false", 0, ("--authors",), 0),
}


@pytest.mark.parametrize("key", CONFIGURED)
def test_what_was_refused_in_the_configuration_is_read_there(key: str, here: Path) -> None:
    waiver = "{capability: a.b, reason: r, approver: a, expires: 2026-02-01}"
    (here / "w.yaml").write_text(f"waivers: [{waiver}]\n", encoding="utf-8")
    text, alone, options, together = CONFIGURED[key]
    table = f"[tool.fencekit]\nlogs = 'log.jsonl'\n{text}\n"
    (here / "pyproject.toml").write_text(table, encoding="utf-8")
    assert fencekit("replay").code == alone
    assert fencekit("replay", *options).code == together
