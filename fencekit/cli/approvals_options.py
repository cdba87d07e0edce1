"""The options of `fencekit approvals`: where the store is, whose key signs, for how long."""

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fencekit.gate.approvals.desk import Desk

Command = Callable[..., Any]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Duration(click.ParamType[float | None]):
    """A time such as `90s`, `30m`, `8h`, `7d`, in seconds; None for `never`."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> float | None:
        """Return the seconds."""
        found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd])", str(value))
        if found and float(found[1]) > 0:
            return float(found[1]) * UNITS[found[2]]
        if value == "never":
            return None
        return self.fail(
            f"`{value}` is no time: write `90s`, `30m`, `8h`, `7d` or `never`", param, ctx
        )


DURATION = Duration()


def store_options(command: Command) -> Command:
    """Add where the approvals and the keys are."""
    command = click.option(
        "--keys",
        envvar="FENCEKIT_KEYS",
        default="",
        metavar="FOLDER",
        help="The keys that may sign; FENCEKIT_KEYS by default.",
    )(command)
    return click.option(
        "--store",
        envvar="FENCEKIT_APPROVALS",
        default="",
        metavar="FILE|URL",
        help="Where they are kept; FENCEKIT_APPROVALS by default.",
    )(command)


def key_option(command: Command) -> Command:
    """Add whose key signs."""
    command = click.option(
        "--approver",
        default="",
        metavar="NAME",
        help="Who approves, for a key that signs for several people.",
    )(command)
    return click.option(
        "--key",
        envvar="FENCEKIT_APPROVER_KEY",
        required=True,
        type=click.Path(),
        metavar="FILE",
        help="Your private key; FENCEKIT_APPROVER_KEY by default.",
    )(command)


def by_option(command: Command) -> Command:
    """Add who answers, without a signature: by name, or by the key that approvals are signed with.

    The command gets `by`, a function from the desk to the name.
    """

    @wraps(command)
    def call_with_signer(*args: Any, by: str, key: str | None, **more: Any) -> Any:
        source = click.get_current_context().get_parameter_source("by")
        if key and source is not click.core.ParameterSource.COMMANDLINE:
            by = ""  # the key says who it is
        if not by and not key:
            raise click.UsageError("name who you are: `--by NAME`, or `--key FILE`")

        def name(desk: "Desk") -> str:
            return by if key is None else desk.keys.signer(key, by).approver

        return command(*args, by=name, **more)

    with_key = click.option("--key", type=click.Path(), metavar="FILE", help="Your private key.")
    with_name = click.option(
        "--by", envvar="USER", default="", metavar="NAME", help="Who you are; USER by default."
    )
    return with_name(with_key(call_with_signer))


def desk_of(store: str, keys: str) -> "Desk":
    """Return the approvals; a file has to be there, for `list` of a wrong name says nothing."""
    from fencekit.gate.approvals.desk import Desk
    from fencekit.gate.approvals.keys import KeyRing
    from fencekit.gate.approvals.store import open_store
    from fencekit.model.errors import UsageError

    if not store:
        raise UsageError("no approvals are named", hint="`--store FILE`, or set FENCEKIT_APPROVALS")
    if not keys:
        raise UsageError("no keys are named", hint="`--keys FOLDER`, or set FENCEKIT_KEYS")
    return Desk(open_store(store, create=False), KeyRing(keys))
