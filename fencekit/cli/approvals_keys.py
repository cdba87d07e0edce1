"""`fencekit approvals keys`: make, trust, list, retire and revoke the keys that sign grants."""

import time
from typing import Any

import click

from fencekit.cli.report_options import printed_option


def keys_option(command: Any) -> Any:
    """Add the folder of the keys."""
    return click.option(
        "--keys",
        envvar="FENCEKIT_KEYS",
        required=True,
        metavar="FOLDER",
        help="The folder of `keys.json`.  [default: FENCEKIT_KEYS]",
    )(command)


@click.group("keys")
def keys() -> None:
    """The keys that may sign grants. There is no default one: every approver makes their own.

    FOLDER holds public keys only, and is all that a gate needs: keep it where agents cannot write.
    A private key is for its approver alone.
    """


@keys.command("new")
@click.argument("approver", metavar="NAME")
@keys_option
@click.option(
    "--out",
    type=click.Path(),
    metavar="FILE",
    help="The file of the private key.  [default: NAME.key]",
)
def new(approver: str, keys: str, out: str | None) -> None:
    """Make a key for the approver NAME, write its private half into FILE, and trust it.

    NAME `*` is a key of a service that signs for people whom it has seen sign in.
    """
    from fencekit.cli.terminal_output import say
    from fencekit.gate.approvals.keys import KeyRing
    from fencekit.model.errors import UsageError

    if out is None and ("/" in approver or approver in ("*", ".", "..")):
        raise UsageError(
            f"`{approver}` gives no name for a file", hint="name one with `--out FILE`"
        )
    path = out or f"{approver}.key"
    made = KeyRing(keys).make(approver, path, now())
    say(f"key {made.public.id} of {approver}: the private half is in {path}")


@keys.command("add")
@click.argument("approver", metavar="NAME")
@click.argument("public", type=click.Path(), metavar="FILE")
@keys_option
def add(approver: str, public: str, keys: str) -> None:
    """Trust the public Ed25519 key in FILE (PEM or base64) as that of the approver NAME."""
    from fencekit.cli.terminal_output import say
    from fencekit.gate.approvals.keys import KeyRing
    from fencekit.reading.signatures import read_public

    made = KeyRing(keys).add(approver, read_public(public), now())
    say(f"key {made.public.id} of {approver} is trusted")


@keys.command("list")
@keys_option
@printed_option
def list_keys(keys: str, output: str) -> None:
    """List the keys, each with its approver and its state."""
    from fencekit.cli.terminal_output import put, show
    from fencekit.gate.approvals.keys import KeyRing, form_of
    from fencekit.reading import json
    from fencekit.reporting.approvals_text import key_parts
    from fencekit.reporting.json_report import inert

    forms = [form_of(key) for key in KeyRing(keys).keys().values()]
    if output == "json":
        put(inert(json.write(forms, indent=2)) + "\n")
    else:
        show(key_parts(forms))


@keys.command("retire")
@click.argument("key_id", metavar="KEY")
@keys_option
def retire(key_id: str, keys: str) -> None:
    """Retire a KEY: it signs no more; what it has signed counts until it ends.

    To rotate a key, make a new one first, then retire the old one.
    """
    change(keys, key_id, "retired")


@keys.command("revoke")
@click.argument("key_id", metavar="KEY")
@keys_option
def revoke(key_id: str, keys: str) -> None:
    """Revoke a KEY that others may have: all that it ever signed is void at once."""
    change(keys, key_id, "revoked")


def change(folder: str, key_id: str, state: str) -> None:
    """Change the state of a key."""
    from fencekit.cli.terminal_output import say
    from fencekit.gate.approvals.keys import KeyRing, KeyState

    key = KeyRing(folder).change(key_id, KeyState(state), now())
    say(f"{state}: key {key.public.id} of {key.approver}")


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return round(time.time() * 1000)
