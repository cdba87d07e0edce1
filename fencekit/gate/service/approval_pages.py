"""The pages for the person who approves: what waits, one request, and what was granted.

Server-rendered, without any script; every form carries a token of its session. The only door to
Jinja2 in this room.
"""

import asyncio
import hashlib
import urllib.parse
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fencekit.gate.approvals.approval_grants import ApprovalError, Pending, Scope, State
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.gate import Gate
from fencekit.gate.service.approver_sessions import CSRF, Sessions
from fencekit.gate.service.service_settings import ServiceSettings
from fencekit.model.errors import UsageError
from fencekit.model.policy import Policy
from fencekit.reading import json
from fencekit.reporting.visible_text import pieces, visible

HERE = Path(__file__).parent
MOST_FORM = 1 << 16
LONGEST_REASON = 2000
DURATIONS = (("900", "15 minutes"), ("3600", "an hour"), ("28800", "8 hours"), ("604800", "a week"))
USES = (("1", "once"), ("10", "10 times"), ("100", "100 times"), ("", "any number of times"))
Page = Callable[[Request, str], Awaitable[Response]]


class Pages:
    """The pages of a gate that has approvals."""

    def __init__(self, gate: Gate, settings: ServiceSettings) -> None:
        assert gate.approvals is not None
        self.gate, self.settings = gate, settings
        self.desk: Desk = gate.approvals
        self.sessions = Sessions(settings)

    def routes(self) -> list[Route]:
        """Return the routes of the pages."""
        return [
            Route("/approvals", self.signed_in(self.listing), methods=["GET"]),
            Route("/approvals/sign-in", self.sign_in, methods=["GET", "POST"]),
            Route("/approvals/sign-out", self.signed_in(self.sign_out), methods=["POST"]),
            Route("/approvals/{ident}", self.signed_in(self.request), methods=["GET"]),
            Route("/approvals/{ident}/answer", self.signed_in(self.answer), methods=["POST"]),
        ]

    def signed_in(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return a page for those who have signed in; others are sent to the sign-in."""

        async def handle(request: Request) -> Response:
            approver = self.sessions.approver(request)
            if not approver:
                if self.settings.approver_header:
                    return self.message("the reverse proxy named nobody who signed in", 403)
                back = urllib.parse.quote(request.url.path)
                return RedirectResponse(f"/approvals/sign-in?to={back}", 303)
            try:
                return await page(request, approver)
            except (ApprovalError, UsageError) as error:
                return self.message(error.message, 409, approver)

        return handle

    async def sign_in(self, request: Request) -> Response:
        """Show the form, or begin a session with the token that was given."""
        if self.settings.approver_header:
            return self.message("people sign in at the reverse proxy", 404)
        to = inner(request.query_params.get("to", ""))
        if request.method == "GET":
            return self.page("sign_in", to=to, wrong=False)
        form = await read_form(request)
        approver = self.settings.approver_of(form.get("token", ""))
        if not approver:
            return self.page("sign_in", 403, to=inner(form.get("to", "")), wrong=True)
        response = RedirectResponse(inner(form.get("to", "")), 303)
        self.sessions.sign_in(response, approver)
        return response

    async def sign_out(self, request: Request, approver: str) -> Response:
        """End the session."""
        await self.own_form(request, approver)
        response = RedirectResponse("/approvals/sign-in", 303)
        self.sessions.sign_out(response)
        return response

    async def listing(self, _: Request, approver: str) -> Response:
        """Show what waits, and what was answered last."""
        waiting = await asyncio.to_thread(self.desk.pending)
        done = await asyncio.to_thread(self.desk.pending, None)
        answered = [one for one in done if one.state is not State.PENDING][-20:][::-1]
        return self.page("listing", approver=approver, waiting=waiting[::-1], answered=answered)

    async def request(self, request: Request, approver: str) -> Response:
        """Show one request: what the agent wants, what the rule says, what was decided before."""
        pending = await asyncio.to_thread(self.desk.find, request.path_params["ident"])
        similar = await asyncio.to_thread(self.desk.similar, pending)
        return self.page(
            "request",
            approver=approver,
            pending=pending,
            arguments=arguments_of(pending),
            rule=rule_of(self.gate.policy, pending.reason),
            similar=similar,
            may_answer=approver.casefold() != pending.principal.casefold(),
            durations=DURATIONS,
            uses=USES,
        )

    async def answer(self, request: Request, approver: str) -> Response:
        """Approve once, approve a scope, or reject."""
        form = await self.own_form(request, approver)
        ident, reason = request.path_params["ident"], form.get("reason", "")[:LONGEST_REASON]
        await asyncio.to_thread(self._answer, ident, approver, form, reason)
        return RedirectResponse("/approvals", 303)

    def _answer(self, ident: str, approver: str, form: dict[str, str], reason: str) -> None:
        choice = form.get("choice", "")
        if choice == "reject":
            self.desk.reject(ident, approver, reason)
            return
        signer = self.settings.signer(approver)
        seconds = number(form.get("seconds", "3600"))
        if choice == "once":
            self.desk.approve(ident, signer, seconds=seconds, reason=reason)
        elif choice == "scope":
            pending = self.desk.find(ident)
            scope = Scope(
                pending.principal,
                form.get("capability", "") or pending.capability,
                pending.environment,
                pending.session if form.get("session") else None,
                seconds,
                None if form.get("uses") == "" else int(number(form.get("uses", "1"))),
            )
            self.desk.approve_scope(ident, signer, scope, reason=reason)
        else:
            raise UsageError("choose to approve once, to approve a scope, or to reject")

    async def own_form(self, request: Request, approver: str) -> dict[str, str]:
        """Return the fields of a form; raise UsageError for one that is not from a page of ours."""
        form = await read_form(request)
        if not self.sessions.is_own_form(request, approver, form.get(CSRF, "")):
            raise UsageError("the form is not from this page: open the request again")
        return form

    def message(self, text: str, status: int, approver: str = "") -> Response:
        """Return a page that says what is wrong."""
        return self.page("message", status, text=text, approver=approver)

    def page(self, name: str, status: int = 200, *, approver: str = "", **values: Any) -> Response:
        """Return a page of a template."""
        csrf = self.sessions.csrf(approver) if approver else ""
        by_proxy = bool(self.settings.approver_header)
        text = (
            environment()
            .get_template(f"{name}.html.j2")
            .render(approver=approver, csrf=csrf, by_proxy=by_proxy, style=style(), **values)
        )
        headers = {
            "content-security-policy": policy_for(style()),
            "referrer-policy": "same-origin",
            "x-frame-options": "DENY",
            "cache-control": "no-store",
        }
        return Response(text, status, headers, "text/html; charset=utf-8")


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, the last one of each name."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM:
            raise UsageError("the form is too long")
    text = body.decode("utf-8", "replace")
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True, max_num_fields=20))


def inner(path: str) -> str:
    """Return a path of ours to go on to; that of the list for any other."""
    is_ours = path.startswith("/approvals/") and path.removeprefix("/approvals/").isalnum()
    return path if is_ours else "/approvals"


def number(text: str) -> float:
    """Return a number of a form; raise UsageError for what is none above zero."""
    if not text.isdecimal() or not 0 < int(text) < 1 << 31:
        raise UsageError(f"`{text[:20]}` is no number of seconds or uses")
    return int(text)


def arguments_of(pending: Pending) -> list[tuple[str, str]]:
    """Return the arguments that are decided, each as text."""
    try:
        value = json.parse(pending.decided)
    except json.JSONError:
        return [("", pending.decided)]
    if not isinstance(value, dict):
        return [("", pending.decided)]
    return [(key, one if isinstance(one, str) else json.write(one)) for key, one in value.items()]


def rule_of(policy: Policy, reason: str) -> dict[str, Any] | None:
    """Return the rule that asks for an approval, where its id stands in the reason."""
    for rule in policy.rules:
        if reason == f"rule `{rule.id}`":
            conditions = [f"{one.name}: {one.value}" for one in rule.conditions]
            return {
                "id": rule.id,
                "place": str(rule.place),
                "capability": str(rule.capability),
                "conditions": conditions,
            }
    return None


def moment(milliseconds: int) -> str:
    """Return a time as people read it, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def make_visible(value: object) -> object:
    """Make every text that reaches a page visible, whatever its template forgot to ask for."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return visible(str(value)) if is_text else value


@cache
def environment() -> Environment:
    """Return the templates' environment: markup escaped, nothing undefined, nothing hidden."""
    made = Environment(
        loader=FileSystemLoader([HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=make_visible,
    )
    made.filters.update(moment=moment, pieces=pieces)
    return made


@cache
def style() -> str:
    """Return the style of the pages."""
    return (HERE / "templates" / "approvals.css").read_text(encoding="utf-8")


def policy_for(css: str) -> str:
    """Return the content security policy: this style, forms to ourselves, and nothing else."""
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
