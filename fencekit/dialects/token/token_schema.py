"""The JSON Schema of token files: what an editor checks; the reader checks this and more."""

from typing import Any

from fencekit.dialects.token.token_reader import CAPABILITIES, LONGEST, MOST_BYTES, SCHEMA
from fencekit.reading import json

TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST}
KEY = {
    "type": "string",
    "pattern": "^[A-Za-z0-9+/]{43}=$",
    "description": "An Ed25519 public key: the base64 of its 32 bytes.",
}
PATTERNS = {
    "type": "array",
    "items": {
        **TEXT,
        "pattern": r"^(?!/)(?!.*(^|[^*])\*(\*\*)*([^*]|$))",
        "description": "A path below the workspace; `**` is any text, `/` included.",
    },
}
TOOL: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {**TEXT, "description": f"One of {', '.join(CAPABILITIES)}, or a tool of yours."},
        "capability": {**TEXT, "description": "The capability of a tool of yours."},
        "paths": {**PATTERNS, "minItems": 1, "description": "The paths that it may be called on."},
        "except": {**PATTERNS, "description": "Paths that it is denied on all the same."},
        "max_bytes": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_BYTES,
            "description": "The most bytes that it may read or write.",
        },
        "guardrails": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[a-z][a-z0-9_.-]{0,63}$"},
            "description": "Duties that the gate must discharge, or it refuses.",
        },
        "approval": {"type": "boolean", "description": "A person is asked for each call."},
    },
}
MOMENT = {"type": "string", "format": "date-time", "description": "With a time zone."}
BLOCK: dict[str, Any] = {
    "expires": {**MOMENT, "description": "From then on the token is void."},
    "tools": {"type": "array", "items": TOOL},
    "next": {**KEY, "description": "The public key by which the next block is signed."},
    "signature": {"type": "string"},
}
DOCUMENT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A capability token of fencekit",
    "type": "object",
    "required": ["schema", "holder", "workspace", "expires", "tools"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": SCHEMA},
        "holder": {**TEXT, "description": "The principal that may use it."},
        "workspace": {
            **TEXT,
            "pattern": "^/",
            "description": "The folder that all paths are below, absolute and normal.",
        },
        **BLOCK,
        "narrowed": {
            "type": "array",
            "description": "Blocks that take away, in the order in which they were added.",
            "items": {
                "type": "object",
                "required": ["tools"],
                "additionalProperties": False,
                "properties": BLOCK,
            },
        },
        "proof": {"type": "string", "description": "A secret: by it the holder can narrow it."},
        "seal": {"type": "string", "description": "In place of the proof: nothing follows."},
    },
}
SCHEMA_TEXT = json.write(DOCUMENT, indent=2) + "\n"
