#!/usr/bin/env bash
# Package: langsmith 0.15.1 (PyPI), its own client against a server on the loopback that keeps what it is sent.
# Behaviour: the inputs of a tool run are sent as JSON. NaN and infinity are sent as null, which reads as "not given";
#   `Decimal("1.10")` as the float 1.1. If any other value of the same call is an integer beyond 64 bits, another
#   encoder is used, and the same NaN and infinity are sent as `NaN` and `Infinity`, which is no JSON.
# Consequence: a recorded null of a number may be a NaN that the tool got, and a strict reader refuses some runs.
# Output seen:
#   {"amount":1.1,"rate":null,"limit":null,"id":1}
#   {"amount":1.1,"rate":NaN,"limit":Infinity,"id":18446744073709551616}
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install langsmith==0.15.1
timeout 120 v/bin/python - >seen <<'E'
import gzip, http.server, re, threading
from decimal import Decimal
from langsmith import Client, traceable
sent = []
class Keep(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        sent.append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        self.send_response(202)
        self.end_headers()
        self.wfile.write(b"{}")
    do_PATCH = do_POST
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"version": "0.1"}')
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keep)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(api_url=f"http://127.0.0.1:{server.server_port}", api_key="k", auto_batch_tracing=False)
@traceable(run_type="tool", name="pay", client=client, enabled=True)
def pay(**given):
    return "ok"
for number in (1, 2**64):
    sent.clear()
    pay(amount=Decimal("1.10"), rate=float("nan"), limit=float("inf"), id=number)
    client.flush()
    first = next(body for body in map(bytes.decode, sent) if '"amount"' in body)
    print(re.search(r'"inputs": ?([{][^}]*[}])', first)[1].replace(" ", ""))
E
cat seen
diff - seen <<'E'
{"amount":1.1,"rate":null,"limit":null,"id":1}
{"amount":1.1,"rate":NaN,"limit":Infinity,"id":18446744073709551616}
E
