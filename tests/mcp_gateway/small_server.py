"""A small MCP server on the standard streams, without a package: three tools, and a task."""

import json
import sys

TOOLS = ["read", "write", "drop", "slow", "die"]


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        method, params = asked.get("method"), asked.get("params") or {}
        if "id" not in asked:
            continue
        if method == "initialize":
            info = {"name": "small", "version": "1"}
            version = params["protocolVersion"]
            result = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
        elif method == "tools/list":
            schema = {"type": "object"}
            result = {"tools": [{"name": name, "inputSchema": schema} for name in TOOLS]}
        elif method == "tools/call":
            if params["name"] == "die":
                sys.exit(1)
            said = json.dumps(params.get("arguments"))
            result = {"content": [{"type": "text", "text": said}], "isError": False}
        else:
            error = {"code": -32601, "message": "no such method"}
            print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}), flush=True)
            continue
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)


if __name__ == "__main__":
    main()
