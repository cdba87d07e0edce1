"""The options of commands that take packs: whom to trust, and the values of parameters."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from fencekit.packs.pack.open_pack import Trust
    from fencekit.packs.pack.pack import Pack
    from fencekit.reading.signatures import PublicKey

Command = TypeVar("Command", bound=Callable[..., Any])

set_option = click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a parameter; once for each value of a list, and `NAME=` for an empty one.",
)


def into_option(told: str) -> Callable[[Command], Command]:
    """Return `--into`, the folder of a lock; the text says what it is for."""
    return click.option(
        "--into", default="policies", type=click.Path(), metavar="DIR", show_default=True, help=told
    )


def trust_options(command: Command) -> Command:
    """Add `--key` (given as `keys`) and `--allow-unsigned`."""
    options = (
        click.option(
            "--key",
            "keys",
            multiple=True,
            type=click.Path(),
            metavar="PUB",
            help="Trust this public Ed25519 key, beside `trusted_keys`; may be repeated.",
        ),
        click.option("--allow-unsigned", is_flag=True, help="Accept an unsigned archive."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def trust(keys: tuple[str, ...], *, allow_unsigned: bool) -> "Trust":
    """Return whom the user trusts: the keys named, and those of the configuration."""
    from fencekit.packs.pack.open_pack import Trust

    return Trust(tuple(trusted_keys(keys)), allow_unsigned)


def trusted_keys(keys: tuple[str, ...]) -> "list[PublicKey]":
    """Return the keys that are trusted: those named, and those of the configuration."""
    from pathlib import Path

    from fencekit.config.project_settings import settings_near

    configured = settings_near(Path.cwd()).get("trusted_keys") or ()
    if not keys and not configured:
        return []
    from fencekit.reading.signatures import read_public

    return [read_public(key) for key in (*keys, *configured)]


def choose_values(
    pack: "Pack", values: tuple[str, ...], locked: Mapping[str, tuple[Any, ...]]
) -> dict[str, Any]:
    """Return the values of parameters: those given, over those locked that the pack still has."""
    kinds = {one.name: one.kind for one in pack.parameters}
    kept: dict[str, Any] = {key: value for key, value in locked.items() if key in kinds}
    return {**kept, **parse_values(values, kinds)}


def parse_values(
    values: tuple[str, ...], kinds: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Return the values of each parameter; raise UsageError where one is not NAME=VALUE.

    Of a parameter that is of the kind `path`, a relative path is made a whole one.
    """
    from fencekit.model.errors import UsageError

    made: dict[str, list[str]] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            hint = "such as `--set workspace=/srv/app`"
            raise UsageError(f"`--set {value}` is not NAME=VALUE", hint=hint)
        if (kinds or {}).get(name) == "path" and text and not text.startswith("/"):
            text = os.path.abspath(text)  # noqa: PTH100  (links stay: the agent may name them)
        made.setdefault(name, []).extend([text] if text else [])
    return made
