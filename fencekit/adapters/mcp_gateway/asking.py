"""Asking the user of a host whether a call may run: MCP's elicitation, where the host has it."""

from dataclasses import dataclass
from typing import Any

from fencekit.gate.canonical_paths import excerpt_of
from fencekit.gate.gate_decision import GateDecision

LONGEST = 2000
KEY = "fencekit"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"


@dataclass(frozen=True, slots=True)
class ApprovalQuestion:
    """A question to the user of a host, about a call that waits for the answer."""

    id: str
    message: dict[str, Any]
    made: GateDecision

    def request(self) -> dict[str, Any]:
        """Return the request that asks it: what the agent wants, and a yes that has to be given."""
        call = self.made.call
        arguments = self.made.normalised.decided if self.made.normalised else call.arguments
        cut = "…" if len(arguments) > LONGEST else ""
        text = (
            f"fencekit: the policy asks a person about a call of `{excerpt_of(call.tool)}` with "
            f"{arguments[:LONGEST]}{cut}. Request {self.made.approval}. May it run, once?"
        )
        approve = {"type": "boolean", "title": "Approve this exact call, once", "default": False}
        schema = {"type": "object", "properties": {"approve": approve}, "required": ["approve"]}
        params = {"mode": "form", "message": text, "requestedSchema": schema}
        return {"jsonrpc": "2.0", "id": self.id, "method": "elicitation/create", "params": params}

    def result(self) -> dict[str, Any]:
        """Return the question as the result of the call, for a host of the stateless revision."""
        asked = {key: value for key, value in self.request().items() if key in ("method", "params")}
        result = {"resultType": "input_required", "inputRequests": {KEY: asked}}
        state = {"requestState": self.id}
        return {"jsonrpc": "2.0", "id": self.message.get("id"), "result": {**result, **state}}


def answer_in(params: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a question that a call brings when it is made again."""
    responses = params.get("inputResponses")
    return {"result": responses.get(KEY) if isinstance(responses, dict) else None}


def asked_again(message: dict[str, Any]) -> dict[str, Any]:
    """Return a call without the answer to our question, as its server is to see it."""
    left_out = ("inputResponses", "requestState")
    params = {key: value for key, value in message["params"].items() if key not in left_out}
    return {**message, "params": params}


def can_elicit(client: dict[str, Any], meta: Any) -> bool:
    """Say whether a host can show a form, as it said when it began, or says with the call."""
    capabilities = client.get("capabilities")
    if is_stateless(meta):
        capabilities = meta.get(CAPABILITIES)
    found = capabilities.get("elicitation") if isinstance(capabilities, dict) else None
    return isinstance(found, dict) and ("form" in found or not found)


def is_stateless(meta: Any) -> bool:
    """Say whether a call is of the revision in which servers ask by results, not by requests."""
    return isinstance(meta, dict) and CAPABILITIES in meta


def is_yes(answer: dict[str, Any]) -> bool:
    """Say whether the user accepted the form, and said yes in it."""
    result = answer.get("result")
    if not isinstance(result, dict) or result.get("action") != "accept":
        return False
    content = result.get("content")
    return isinstance(content, dict) and content.get("approve") is True
