"""The service itself: AuthZEN's endpoints, outcomes, reload, and the pages of who approves.

The only door to Starlette. Every answer of the API is JSON; an error is a message, and never an
allow. What waits for a disk or a store runs in threads; a batch waits for the disk once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fencekit.gate.batch_decisions import decide_all
from fencekit.gate.call import ToolCall
from fencekit.gate.gate import Gate
from fencekit.gate.gate_decision import ExecutionOutcome, ExecutionStatus
from fencekit.gate.service.approval_pages import Pages
from fencekit.gate.service.authzen import (
    BadRequestError,
    Semantic,
    answer,
    failure_answer,
    metadata,
    read_evaluation,
    read_evaluations,
)
from fencekit.gate.service.reloadable_policy import PolicyFile
from fencekit.gate.service.service_settings import ServiceSettings
from fencekit.model.errors import FencekitError, UsageError
from fencekit.reading import json

MOST_BYTES = 4 << 20
LONGEST_ID = 200
JSON_TYPE = "application/json"
Handler = Callable[[Request], Awaitable[Response]]
Result = TypeVar("Result")


def application(
    gate: Gate, settings: ServiceSettings, policy_file: PolicyFile | None = None
) -> ASGIApp:
    """Return the ASGI application of a gate."""
    api = Api(gate, settings, policy_file)
    routes = [
        Route("/access/v1/evaluation", api.authorized_handler(api.evaluation), methods=["POST"]),
        Route("/access/v1/evaluations", api.authorized_handler(api.evaluations), methods=["POST"]),
        Route("/.well-known/authzen-configuration", api.configuration, methods=["GET"]),
        Route("/gate/v1/outcome", api.authorized_handler(api.outcome), methods=["POST"]),
        Route("/gate/v1/reload", api.authorized_handler(api.reload), methods=["POST"]),
        Route("/healthz", api.health, methods=["GET"]),
        *(Pages(gate, settings).routes() if gate.approvals is not None else ()),
    ]
    handlers = {HTTPException: http_error, Exception: fault}
    return CommonHeaders(Starlette(routes=routes, exception_handlers=handlers))


class CommonHeaders:
    """Echoes the id of a request, and keeps every answer out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put the headers into its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ident = b""
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                ident = value
                break

        async def send_message(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if 0 < len(ident) <= LONGEST_ID and ident.decode("latin-1").isprintable():
                    headers.append((b"x-request-id", ident))
                if all(name.lower() != b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                headers.append((b"x-content-type-options", b"nosniff"))
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_message)


async def http_error(_: Request, error: Exception) -> Response:
    """Answer what no route answers."""
    assert isinstance(error, HTTPException)
    return JSONResponse(error.detail.lower(), error.status_code, error.headers)


async def fault(_: Request, __: Exception) -> Response:
    """Answer a fault of ours: nothing is allowed by it, and nothing of it is told."""
    return JSONResponse("a fault in the gate", 500)


class Api:
    """The endpoints that programs call."""

    def __init__(
        self, gate: Gate, settings: ServiceSettings, policy_file: PolicyFile | None
    ) -> None:
        self.gate, self.settings, self.policy_file = gate, settings, policy_file

    def authorized_handler(self, handler: Callable[[Any], Awaitable[Response]]) -> Handler:
        """Return a handler for callers who have the token, of requests in JSON."""

        async def handle(request: Request) -> Response:
            if not self.settings.is_caller(request.headers.get("authorization", "")):
                headers = {"www-authenticate": "Bearer"}
                return JSONResponse("a bearer token is required", 401, headers)
            try:
                return await handler(await parse_body(request))
            except BadRequestError as error:
                return JSONResponse(error.message, 400)

        return handle

    async def evaluation(self, value: Any) -> Response:
        """Answer one evaluation."""
        return JSONResponse(await self.run_work(self.decide_evaluation, value))

    async def evaluations(self, value: Any) -> Response:
        """Answer several evaluations, or one where there is no array of them."""
        read = read_evaluations(value)
        if read is None:
            return await self.evaluation(value)
        requests, semantic = read

        made = await self.run_work(self.all_decided, requests, semantic)
        return JSONResponse({"evaluations": made})

    async def run_work(self, work: Callable[..., Result], *given: Any) -> Result:
        """Return what some work makes: in a thread, unless it waits for no disk and no store."""
        if self.gate.audit is None and self.gate.approvals is None:
            return work(*given)
        return await asyncio.to_thread(work, *given)

    def all_decided(self, requests: list[Any], semantic: Semantic) -> list[dict[str, Any]]:
        """Decide and record evaluations, and wait for the disk once; stop where it is said to."""
        wrong: dict[int, dict[str, Any]] = {}

        def calls() -> Iterator[tuple[ToolCall, tuple[str, ...]]]:
            for number, one in enumerate(requests):
                try:
                    read = read_evaluation(one, self.settings.attributes)
                except BadRequestError as error:
                    wrong[number] = failure_answer(error)
                    if semantic.ends_with(decision=False):
                        return
                else:
                    yield read.call, read.discharges

        decisions = decide_all(
            self.gate, calls(), lambda one: semantic.ends_with(decision=one.authorized)
        )
        answers = map(answer, decisions)
        made = []
        for number in range(len(decisions) + len(wrong)):
            made.append(wrong.get(number) or next(answers))
            if semantic.ends_with(decision=made[-1]["decision"]):  # the disk may have denied it
                break
        return made

    def decide_evaluation(self, value: Any) -> dict[str, Any]:
        """Decide and record one evaluation; raise BadRequestError where it is none."""
        read = read_evaluation(value, self.settings.attributes)
        return answer(self.gate.decide(read.call, discharges=read.discharges))

    async def outcome(self, value: Any) -> Response:
        """Record how a call ended that was allowed."""
        ident, outcome = read_outcome(value)
        try:
            await asyncio.to_thread(self.gate.submit, ident, outcome)
        except UsageError as error:
            return JSONResponse(error.message, 409)
        except FencekitError as error:
            return JSONResponse(error.message, 503)
        return JSONResponse({"recorded": True})

    async def reload(self, _: Any) -> Response:
        """Put the policy in force that its file holds now."""
        if self.policy_file is None:
            return JSONResponse("the policy of this gate is no file", 409)
        try:
            digest = await asyncio.to_thread(self.policy_file.reload, self.gate)
        except FencekitError as error:
            return JSONResponse(str(error), 409)
        return JSONResponse({"policy": digest})

    async def configuration(self, _: Request) -> Response:
        """Answer where the endpoints are."""
        return JSONResponse(metadata(self.settings.base))

    async def health(self, _: Request) -> Response:
        """Answer that the service is there."""
        return JSONResponse({"status": "ok"})


async def parse_body(request: Request) -> Any:
    """Return the JSON of a request; raise BadRequestError for what is none, or too much."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        raise BadRequestError(f"the content type is not `{JSON_TYPE}`")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise BadRequestError(f"the request is longer than {MOST_BYTES:,} bytes")
    except ClientDisconnect as error:
        raise BadRequestError("the request was cut off") from error
    try:
        return json.parse_bytes(bytes(body))
    except json.JSONError as error:
        message = f"line {error.line}, column {error.column}: {error.message}"
        raise BadRequestError(message if body else "the request is empty") from error


def read_outcome(value: Any) -> tuple[str, ExecutionOutcome]:
    """Return the id of a decision and the outcome that is submitted for it."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise BadRequestError("an outcome has the `id` of a decision")
    error = value.get("error", "")
    if value.get("status") not in set(ExecutionStatus) or not isinstance(error, str):
        known = ", ".join(f"`{one}`" for one in ExecutionStatus)
        raise BadRequestError(f"the `status` of an outcome is one of {known}, its `error` a text")
    return value["id"], ExecutionOutcome(ExecutionStatus(value["status"]), error)
