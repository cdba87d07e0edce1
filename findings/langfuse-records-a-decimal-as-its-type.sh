#!/usr/bin/env bash
# Package: langfuse 5.0.4 (PyPI), its own client with an exporter in memory; nothing is sent.
# Behaviour: the input of a tool observation is recorded as JSON text. A `Decimal` becomes the text "<Decimal>":
#   the amount is nowhere in the trace. Integers from 2**53 on become text, smaller ones stay numbers; bytes that
#   are no UTF-8 become "<not serializable bytes>"; NaN becomes the text "NaN".
# Consequence: a trace cannot tell what a payment in Decimal was; whoever replays it has to treat it as unknown.
# Output seen:
#   {"amount": "<Decimal>", "id": "9007199254740992", "small": 9007199254740991, "rate": "NaN", "raw": "<not serializable bytes>"}
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install langfuse==5.0.4
timeout 120 v/bin/python - >seen 2>errors <<'E' || { cat errors; exit 1; }
import os
from decimal import Decimal
from langfuse import Langfuse
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
memory, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(memory))
client = Langfuse(public_key="pk", secret_key="sk", tracer_provider=provider, base_url="http://127.0.0.1:9")
given = {"amount": Decimal("1.10"), "id": 2**53, "small": 2**53 - 1, "rate": float("nan"), "raw": b"\xff"}
with client.start_as_current_observation(name="pay", as_type="tool", input=given):
    pass
print(memory.get_finished_spans()[0].attributes["langfuse.observation.input"], flush=True)
os._exit(0)
E
cat seen
diff - seen <<'E'
{"amount": "<Decimal>", "id": "9007199254740992", "small": 9007199254740991, "rate": "NaN", "raw": "<not serializable bytes>"}
E
