"""`fencekit token`: capability tokens are made, shown, signed, verified and narrowed."""

from pathlib import Path
from typing import Any

import click

TOKEN = click.argument("token", type=click.Path(), metavar="TOKEN")
TRUST = click.option(
    "--trust",
    type=click.Path(),
    multiple=True,
    metavar="PUB",
    help="Accept tokens signed by this public key; may be repeated.",
)
WRITTEN = click.option(
    "-o", "--output", type=click.Path(), metavar="FILE", help="Write it there, not to the output."
)


@click.group("token")
def command() -> None:
    """Capability tokens: what a holder may do in one workspace, until a moment.

    A token is a JSON file, and a policy like any other: `fencekit diff`, `replay`, `prove`, `lint`
    and `mutate` take it, and `capproxy` gates calls by it.
    """


@command.command("show")
@TOKEN
@TRUST
def show_token(token: str, trust: tuple[str, ...]) -> None:
    """Show what TOKEN lets its holder do: the rules that all its blocks leave."""
    from fencekit.cli.terminal_output import show
    from fencekit.cli.token_inputs import open_token
    from fencekit.dialects.token.token_rules import format_moment, policy_of
    from fencekit.dialects.token.token_signing import is_signed
    from fencekit.reporting.replay_text import Line

    read = open_token(token, trust)
    state = "verified" if trust else "not verified: `--trust PUB`" if is_signed(read) else "none"
    show([Line(f"holder     {read.holder}"), Line(f"expires    {format_moment(read.expires)}")])
    show([Line(f"workspace  {read.workspace}"), Line(f"blocks     {len(read.blocks)}")])
    show([Line(f"signature  {state}")])
    for rule in policy_of(read).rules:
        globs = " and ".join(str(condition.value) for condition in rule.conditions)
        show([Line(f"{rule.id}  {rule.effect}  {rule.capability}  {globs or 'any arguments'}")])


@command.command("keygen")
@click.argument("name", type=click.Path(), metavar="NAME")
def generate_key(name: str) -> None:
    """Make a key that signs tokens: NAME, which is secret, and NAME.pub."""
    from fencekit.cli.terminal_output import say
    from fencekit.model.errors import UsageError
    from fencekit.reading.signatures import new_key

    key = new_key()
    for path, text, mode in (
        (Path(name), key.text, 0o600),
        (Path(f"{name}.pub"), key.public.text, 0o644),
    ):
        try:
            path.touch(mode=mode, exist_ok=False)
            path.write_text(f"{text}\n", encoding="ascii")
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{path}`: {said}") from error
        say(f"wrote {path}")


@command.command("sign")
@TOKEN
@click.option("--key", type=click.Path(), required=True, metavar="FILE", help="The issuer's key.")
@click.option("--final", is_flag=True, help="Sign it so that nobody can narrow it.")
@WRITTEN
def sign_token(token: str, key: str, output: str | None, *, final: bool) -> None:
    """Sign TOKEN. Its `proof`, by which its holder can narrow it, is a secret of the holder."""
    from fencekit.cli.token_inputs import open_token
    from fencekit.dialects.token.token_signing import issue_token
    from fencekit.reading.signatures import read_private

    write_token(issue_token(open_token(token), read_private(key), narrowable=not final), output)


@command.command("verify")
@TOKEN
@TRUST
def verify_token(token: str, trust: tuple[str, ...]) -> None:
    """Verify that TOKEN is signed by a trusted key, and that no block was taken away."""
    from fencekit.cli.terminal_output import say
    from fencekit.cli.token_inputs import open_token
    from fencekit.dialects.token.token_signing import verify
    from fencekit.model.errors import UsageError
    from fencekit.reading.signatures import read_public

    if not trust:
        raise UsageError("`--trust` is required: the public key of who issues tokens")
    by = verify(open_token(token), [read_public(path) for path in trust])
    say(f"verified: `{token}` is signed by the key {by.id}")


@command.command("attenuate")
@TOKEN
@click.option(
    "--tool", "tools", multiple=True, metavar="NAME", help="Keep this tool.  [default: all]"
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="PATTERN",
    help="Keep only paths like this, below the workspace: `docs/**`.",
)
@click.option("--except", "exceptions", multiple=True, metavar="PATTERN", help="Remove these.")
@click.option(
    "--expires", metavar="TIME", help="When the token expires, such as `2027-01-31T12:00:00Z`."
)
@click.option(
    "--max-bytes", type=click.IntRange(min=0), metavar="N", help="The largest file, in bytes."
)
@click.option("--approval", is_flag=True, help="Ask a person for each call.")
@click.option("--seal", is_flag=True, help="Forbid further narrowing.")
@WRITTEN
def attenuate(token: str, output: str | None, *, seal: bool, **asked: Any) -> None:
    """Narrow TOKEN by one more block, and prove that the result is nowhere looser.

    \b
    fencekit token attenuate agent.json --tool read_file --path 'docs/**' -o reader.json
    """
    from fencekit.cli.terminal_output import say
    from fencekit.cli.token_inputs import open_token
    from fencekit.dialects.token.token_narrowing import narrower_block, prove_no_looser
    from fencekit.dialects.token.token_reader import read_token
    from fencekit.dialects.token.token_rules import format_moment
    from fencekit.dialects.token.token_signing import narrow_token, seal_token
    from fencekit.model.errors import PolicyError, UsageError
    from fencekit.prover.prover import compare
    from fencekit.reading import json
    from fencekit.reading.input_files import read_text

    parent = open_token(token)
    document = json.parse(read_text(token, PolicyError)[0])
    made = narrow_token(document, parent, narrower_block(parent, asked))
    child = read_token(json.write(made, indent=2), "the narrowed token")
    if asked["expires"] and child.expires == parent.expires:
        until = f"the token expires at {format_moment(parent.expires)} already"
        raise UsageError(f"`--expires {asked['expires']}` takes nothing away", hint=until)
    prove_no_looser(parent, child, compare)
    write_token(seal_token(made, child) if seal else made, output)
    say("proved: for no call is the narrowed token looser")


@command.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of tokens."""
    from fencekit.cli.terminal_output import put
    from fencekit.dialects.token.token_schema import SCHEMA_TEXT

    put(SCHEMA_TEXT)


def write_token(document: dict[str, Any], output: str | None) -> None:
    """Write a token to a file that only its owner can read, or print it."""
    from fencekit.cli.terminal_output import put
    from fencekit.model.errors import UsageError
    from fencekit.reading import json

    text = json.write(document, indent=2) + "\n"
    if output is None:
        put(text)
        return
    try:
        Path(output).touch(mode=0o600)
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{output}`: {said}") from error
