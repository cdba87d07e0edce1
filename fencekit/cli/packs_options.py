"""The options of commands that take archives of packs: whom to trust."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from fencekit.logs.chain.signatures import PublicKey

Command = TypeVar("Command", bound=Callable[..., Any])


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
        click.option(
            "--allow-unsigned", is_flag=True, help="Let an archive pass that nobody signed."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def trusted(keys: tuple[str, ...]) -> "list[PublicKey]":
    """Return the keys that are trusted: those named, and those of the configuration."""
    from pathlib import Path

    from fencekit.config.settings import settings_near

    configured = settings_near(Path.cwd()).trusted_keys or ()
    if not keys and not configured:
        return []
    from fencekit.logs.chain.signatures import read_public

    return [read_public(key) for key in (*keys, *configured)]
