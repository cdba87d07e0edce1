"""`fencekit approvals`: what waits for a person, what was granted, and the answers of people."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from fencekit.cli.approvals_keys import keys
from fencekit.cli.approvals_options import DURATION, by_option, desk_of, key_option, store_options
from fencekit.cli.report_options import printed_option

if TYPE_CHECKING:
    from fencekit.gate.approvals.approval_grants import Grant
    from fencekit.gate.approvals.desk import Desk

    Name = Callable[[Desk], str]

Command = Callable[..., None]


@click.group("approvals")
def command() -> None:
    """Answer what waits for a person: list, show, approve, reject, grant, revoke; and the keys.

    \b
    fencekit approvals keys new alice
    fencekit approvals list
    fencekit approvals approve 3f2a --key alice.key --reason "agreed on the phone"

    The store is a file of SQLite or a URL of PostgreSQL, the keys are in a folder; both may stand
    in the environment, as FENCEKIT_APPROVALS and FENCEKIT_KEYS.
    """


command.add_command(keys)


@command.command("list")
@store_options
@click.option("--all", "everything", is_flag=True, help="Include answered and expired requests.")
@click.option("--grants", is_flag=True, help="The grants instead of the requests.")
@printed_option
def list_all(everything: bool, grants: bool, output: str, **where: Any) -> None:  # noqa: FBT001
    """List the requests that wait, oldest first."""
    from fencekit.cli.terminal_output import put, show
    from fencekit.reading import json
    from fencekit.reporting.approvals_text import (
        grant_form,
        grant_parts,
        request_form,
        request_parts,
    )
    from fencekit.reporting.json_report import inert

    desk = desk_of(**where)
    if grants:
        found = desk.grants()
        kept = found if everything else [each for each in found if not each.void]
        forms = [grant_form(each.grant, each.used, each.void) for each in kept]
        parts = grant_parts(forms, len(found) - len(kept))
    else:
        requests = desk.pending(None if everything else "pending")
        forms = [request_form(each) for each in requests]
        parts = request_parts(forms)
    if output == "json":
        put(inert(json.write(forms, indent=2)) + "\n")
    else:
        show(parts)


@command.command("show")
@click.argument("request_id", metavar="ID")
@store_options
@printed_option
def show_one(request_id: str, output: str, **where: Any) -> None:
    """Show the request that waits as ID: what is wanted, in which words, and what asks for it.

    The beginning of an ID is enough. Shows what became of similar requests.
    """
    from fencekit.cli.terminal_output import put, show
    from fencekit.reading import json
    from fencekit.reporting.approvals_text import request_form, request_lines
    from fencekit.reporting.json_report import inert

    desk = desk_of(**where)
    pending = desk.find(request_id)
    form = request_form(pending)
    form["altered"] = pending.action_described != pending.action
    form["similar"] = [request_form(each) for each in desk.similar(pending)]
    if output == "json":
        put(inert(json.write(form, indent=2)) + "\n")
    else:
        show(request_lines(form))


@command.command("approve")
@click.argument("request_id", metavar="ID")
@store_options
@key_option
@click.option("--reason", default="", metavar="TEXT", help="Why, for the audit.")
@click.option("--uses", type=click.IntRange(min=1), metavar="N", help="How often.  [default: 1]")
@click.option(
    "--for",
    "seconds",
    type=DURATION,
    default="1h",
    show_default=True,
    metavar="TIME",
    help="How long it is valid: `90s`, `30m`, `8h`, `7d` or `never`.",
)
@click.option("--capability", metavar="PATTERN", help="For a scope: calls of these capabilities.")
@click.option("--any-environment", is_flag=True, help="For a scope: in any environment.")
@click.option("--any-session", is_flag=True, help="For a scope: in any session.")
def approve(request_id: str, key: str, approver: str, reason: str, **given: Any) -> None:
    """Approve the request ID: that exact action, once; or with --capability a scope that holds it.

    Whatever changes of the action voids the approval: its arguments and their spelling, its
    context, who asks, the policy. A scope is for the same principal, environment and session.
    """
    from fencekit.gate.approvals.approval_grants import ANYONE, Scope
    from fencekit.model.errors import UsageError

    desk = desk_of(given["store"], given["keys"])
    signer = desk.keys.signer(key, approver)
    wide = [name for name in ("any_environment", "any_session") if given[name]]
    if given["capability"] is None:
        if wide:
            option = wide[0].replace("_", "-")
            raise UsageError(f"`--{option}` is for a scope: name its `--capability`")
        uses = given["uses"] or 1
        grant = desk.approve(request_id, signer, uses=uses, seconds=given["seconds"], reason=reason)
    else:
        asked = desk.find(request_id)
        scope = Scope(
            asked.principal,
            given["capability"],
            ANYONE if given["any_environment"] else asked.environment,
            None if given["any_session"] else asked.session,
            given["seconds"],
            given["uses"],
        )
        grant = desk.approve_scope(request_id, signer, scope, reason=reason)
    say_granted(grant)


@command.command("reject")
@click.argument("request_id", metavar="ID")
@store_options
@by_option
@click.option("--reason", default="", metavar="TEXT", help="Why, for the audit and the agent.")
def reject(request_id: str, by: "Name", reason: str, **where: Any) -> None:
    """Reject the request ID."""
    from fencekit.cli.terminal_output import say

    desk = desk_of(**where)
    pending = desk.reject(request_id, by(desk), reason)
    say(f"rejected: {pending.id}")


@command.command("grant")
@store_options
@key_option
@click.option("--principal", required=True, metavar="NAME", help="Who may; `*` for anyone.")
@click.option(
    "--capability", required=True, metavar="PATTERN", help="The capability, such as `pay.send.*`."
)
@click.option(
    "--environment",
    default="*",
    show_default=True,
    metavar="NAME",
    help="In this environment only.",
)
@click.option("--session", metavar="ID", help="In this session only.")
@click.option("--uses", type=click.IntRange(min=1), metavar="N", help="How often.  [default: any]")
@click.option("--for", "seconds", type=DURATION, required=True, metavar="TIME", help="`30m`, `8h`.")
def grant_scope(key: str, approver: str, store: str, keys: str, **scope: Any) -> None:
    """Grant beforehand: calls in a scope that the policy escalates run, until it ends.

    `--for` is a time such as `90s`, `30m`, `8h`, `7d`; `never` for as long as it is not revoked.
    """
    from fencekit.gate.approvals.approval_grants import Scope

    desk = desk_of(store, keys)
    say_granted(desk.grant(Scope(**scope), desk.keys.signer(key, approver)))


@command.command("revoke")
@click.argument("grant_id", metavar="GRANT")
@store_options
@by_option
@click.option("--reason", default="", metavar="TEXT", help="Why, for the audit.")
def revoke(grant_id: str, by: "Name", reason: str, **where: Any) -> None:
    """Revoke a GRANT, from its next use on; the beginning of its id is enough."""
    from fencekit.cli.terminal_output import say

    desk = desk_of(**where)
    desk.revoke(grant_id, by(desk), reason)
    say(f"revoked: {grant_id}")


@command.command("prune")
@store_options
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=1),
    required=True,
    metavar="DAYS",
    help="Only what ended at least so many days ago.",
)
def prune(days: float, **where: Any) -> None:
    """Delete what ended so many DAYS ago: answered and expired requests, expired grants.

    Until then all of it is kept for the audit. What still waits, and grants without an end, stay.
    """
    from fencekit.cli.terminal_output import say

    requests, grants = desk_of(**where).prune(days)
    say(f"deleted: {requests} requests, {grants} grants")


@command.command("clock")
@store_options
@click.option("--reset", is_flag=True, help="Accept the time of this host's clock.")
def clock(reset: bool, **where: Any) -> None:  # noqa: FBT001
    """Show the latest time that the approvals have seen, and accept an earlier one with --reset.

    Where a clock was ahead, nothing is approved until it is reset: time would stand still, and no
    grant would end. Grants that were given by the clock ahead do not count until their time.
    """
    from fencekit.cli.terminal_output import show
    from fencekit.reporting.approvals_text import moment
    from fencekit.reporting.replay_text import Line

    desk = desk_of(**where)
    latest = desk.reset_clock() if reset else desk.store.latest()
    show([Line(f"latest time seen: {moment(latest)}{' (before the reset)' * reset}")])


def say_granted(grant: "Grant") -> None:
    """Say what was granted."""
    from fencekit.cli.terminal_output import show
    from fencekit.reporting.approvals_text import granted_lines

    show(granted_lines(grant))
