"""A model on the loopback that asks for the calls it was given, one a turn, in four protocols.

Anthropic's messages (Claude Code, Copilot), OpenAI's responses (Codex) and chat completions (Qwen
Code), and Gemini's generateContent. How many results the request holds says which call is next;
after the last one the model says that it is done. `results` are the texts that the model was given.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = tuple[str, dict[str, Any]]
"""The name of a tool, and its arguments."""


@dataclass
class ScriptedModel:
    """The calls that the model asks for, and what it was answered, by the number of the call."""

    calls: list[Call]
    port: int = 0
    results: dict[int, str] = field(default_factory=dict)
    tools: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The address of the model."""
        return f"http://127.0.0.1:{self.port}"

    def next_call(self, results: list[Any], tools: list[str]) -> Call | None:
        """Return the call of this turn, None where all are answered; keep what was answered."""
        self.tools.update(tools)
        for number, result in enumerate(results):
            self.results[number] = result if isinstance(result, str) else json.dumps(result)
        return self.calls[len(results)] if tools and len(results) < len(self.calls) else None

    def answer(self, path: str, asked: dict[str, Any]) -> Iterator[str]:
        """Yield the events of an answer, as server-sent events without their mark."""
        if "/v1/messages" in path or path.endswith("/messages"):
            return self.anthropic(asked)
        if path.endswith("/responses"):
            return self.responses(asked)
        if path.endswith("/chat/completions"):
            return self.completions(asked)
        return self.gemini(asked)

    def anthropic(self, asked: dict[str, Any]) -> Iterator[str]:
        """Answer as the messages of Anthropic."""
        blocks = [
            block
            for message in asked["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
            if block.get("type") == "tool_result"
        ]
        call = self.next_call([b.get("content") for b in blocks], names(asked))
        use = {"type": "tool_use", "id": f"toolu_{len(blocks):03d}", "name": "", "input": {}}
        usage = {"input_tokens": 1, "output_tokens": 1}
        common = {"type": "message", "role": "assistant", "model": "scripted", "usage": usage}
        start = {**common, "content": [], "id": f"msg_{len(blocks)}"}
        yield event("message_start", message=start)
        if call:
            block, delta = (
                {**use, "name": call[0]},
                {"type": "input_json_delta", "partial_json": json.dumps(call[1])},
            )
        else:
            block, delta = (
                {"type": "text", "text": ""},
                {"type": "text_delta", "text": "Done."},
            )
        yield event("content_block_start", index=0, content_block=block)
        yield event("content_block_delta", index=0, delta=delta)
        yield event("content_block_stop", index=0)
        stop = {"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None}
        yield event("message_delta", delta=stop, usage=usage)
        yield event("message_stop")

    def responses(self, asked: dict[str, Any]) -> Iterator[str]:
        """Answer as the responses of OpenAI."""
        kinds = ("function_call_output", "custom_tool_call_output")
        done = [item for item in asked["input"] if item.get("type") in kinds]
        call = self.next_call([item["output"] for item in done], names(asked) or ["?"])
        number = f"{len(done):03d}"
        item: dict[str, Any]
        if call:
            item = {"type": "function_call", "name": call[0], "arguments": json.dumps(call[1])}
            item |= {"id": f"item_{number}", "call_id": f"call_{number}", "status": "completed"}
        else:
            text = {"type": "output_text", "text": "Done.", "annotations": []}
            item = {"type": "message", "id": "m", "role": "assistant", "content": [text]}
        usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
        yield event("response.created", response={"id": f"r{number}"})
        yield event("response.output_item.done", output_index=0, item=item)
        yield event("response.completed", response={"id": f"r{number}", "usage": usage})

    def completions(self, asked: dict[str, Any]) -> Iterator[str]:
        """Answer as the chat completions of OpenAI."""
        done = [one for one in asked["messages"] if one["role"] == "tool"]
        call = self.next_call([one["content"] for one in done], names(asked))
        if call:
            function = {"name": call[0], "arguments": json.dumps(call[1])}
            one = {"index": 0, "id": f"call_{len(done):03d}", "type": "function"}
            delta = {"role": "assistant", "tool_calls": [{**one, "function": function}]}
        else:
            delta = {"role": "assistant", "content": "Done."}
        common = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
        finish = "tool_calls" if call else "stop"
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        if not asked.get("stream"):
            message = {"content": None, **delta}
            choice = {"index": 0, "message": message, "finish_reason": finish}
            yield json.dumps({**common, "choices": [choice], "usage": usage})
            return
        for choice in (
            {"index": 0, "delta": delta, "finish_reason": None},
            {"index": 0, "delta": {}, "finish_reason": finish},
        ):
            yield json.dumps({**common, "choices": [choice], "usage": usage})
        yield "[DONE]"

    def gemini(self, asked: dict[str, Any]) -> Iterator[str]:
        """Answer as generateContent of Gemini."""
        parts = [part for one in asked.get("contents", []) for part in one.get("parts", [])]
        done = [part["functionResponse"] for part in parts if "functionResponse" in part]
        tools = [
            tool["name"]
            for group in asked.get("tools", [])
            for tool in group.get("functionDeclarations", [])
        ]
        call = self.next_call([one["response"] for one in done], tools)
        part: dict[str, Any] = {"text": "Done."}
        if call:
            part = {"functionCall": {"name": call[0], "args": call[1], "id": f"g{len(done)}"}}
        content = {"role": "model", "parts": [part]}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        candidate = {"content": content, "finishReason": "STOP", "index": 0}
        yield json.dumps({"candidates": [candidate], "usageMetadata": usage})


def event(kind: str, **more: Any) -> str:
    """Return an event that names its kind."""
    return json.dumps({"type": kind, **more})


def names(asked: dict[str, Any]) -> list[str]:
    """Return the names of the tools that a request offers."""
    tools = asked.get("tools") or []
    return [str(tool.get("name") or tool.get("function", {}).get("name", "?")) for tool in tools]


@contextmanager
def serving(calls: list[Call]) -> Iterator[ScriptedModel]:
    """Serve a model that asks for these calls."""
    model = ScriptedModel(calls)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = json.loads(body or b"{}")
            path = self.path.partition("?")[0]
            self.send_response(200)
            streams = bool(asked.get("stream")) or "stream" in path
            kind = "text/event-stream" if streams else "application/json"
            self.send_header("content-type", kind)
            self.end_headers()
            if path.endswith(("count_tokens", "countTokens")):
                self.wfile.write(b'{"input_tokens": 1, "totalTokens": 1}')
                return
            for said in model.answer(path, asked):
                found = re.match(r'\{"type": "([^"]+)"', said)
                mark = f"event: {found[1]}\n" if found else ""
                text = f"{mark}data: {said}\n\n" if streams else said
                self.wfile.write(text.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
