"""Decisions per second over HTTP: `fencekit gate serve` beside cerbos, the binary that npm ships.

Both listen on the loopback and are asked by the same client, in turn, in every round: the same
calls, one by one over one connection and over eight that are kept open, and 50 at once (AuthZEN's
`evaluations`, cerbos' `CheckResources` with 50 resources). What both decide is compared first:
they have to agree on every call. cerbos keeps no audit; our gate is measured without one, and with
every decision on the disk before it is answered. The client is on the same processors. Run it with
`make bench`; it needs npm, and installs cerbos into a temporary folder.
"""

import argparse
import contextlib
import json
import os
import platform
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CERBOS = "0.51.0"
BATCH = 50
CONNECTIONS = 8
CALLS = 1000
START_SECONDS = 60.0
OURS = """\
deny:
  - capability: pay.send
    amount_gt: 1000
allow:
  - capability: pay.send
"""
THEIRS = """\
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: pay
  version: default
  rules:
    - {actions: [send], effect: EFFECT_DENY, roles: ["*"],
       condition: {match: {expr: "R.attr.amount > 1000"}}}
    - {actions: [send], effect: EFFECT_ALLOW, roles: ["*"]}
"""
CONFIG = """\
server: {{httpListenAddr: "127.0.0.1:{port}", grpcListenAddr: "127.0.0.1:{other}"}}
storage: {{driver: disk, disk: {{directory: "{folder}", watchForChanges: false}}}}
telemetry: {{disabled: true}}
"""
AMOUNTS = [number * 37 % 2000 for number in range(CALLS)]


@dataclass
class Server:
    """A running server: what one request of each form asks of it, and how to read its answer."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    singles: list[bytes]
    batches: list[bytes]
    rates: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    """Measure, and print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--out", type=Path, help="also write the tables into this file")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(running(cerbos(Path(folder)))),
            stack.enter_context(running(gate(Path(folder) / "free", "--no-audit"))),
            stack.enter_context(running(gate(Path(folder) / "durable"))),
        ]
        for server in servers:
            compare(server)
        for _ in range(given.rounds):
            for server in servers:
                measure(server, given.seconds)
    page = "\n".join(table(servers, given.seconds, given.rounds))
    sys.stdout.write(page + "\n")
    if given.out:
        given.out.write_text(page + "\n", encoding="utf-8")


def free_port() -> int:
    """Return a port of the loopback that is free now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def cerbos(folder: Path) -> Server:
    """Start cerbos with a policy of its own that says what ours says."""
    processor = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = f"@cerbos/cerbos-{sys.platform}-{processor}"
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("the bench of served decisions needs npm, which brings cerbos")
    subprocess.run(
        [npm, "install", "--silent", "--no-save", "--prefix", folder, f"{package}@{CERBOS}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (folder / "policies").mkdir()
    (folder / "policies/pay.yaml").write_text(THEIRS, encoding="utf-8")
    port = free_port()
    config = CONFIG.format(port=port, other=free_port(), folder=folder / "policies")
    (folder / "cerbos.yaml").write_text(config, encoding="utf-8")
    binary = next((folder / "node_modules" / package).glob("cerbos-*"))
    process = subprocess.Popen(
        [binary, "server", "--config", folder / "cerbos.yaml", "--log-level", "error"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    resources = [
        {
            "actions": ["send"],
            "resource": {"kind": "pay", "id": f"order-{number}", "attr": {"amount": amount}},
        }
        for number, amount in enumerate(AMOUNTS)
    ]

    def asked(some: list[Any]) -> bytes:
        body = {"principal": {"id": "ops-agent", "roles": ["agent"]}, "resources": some}
        return post("/api/check/resources", body)

    return Server(
        f"cerbos {CERBOS}",
        process,
        port,
        [asked([one]) for one in resources],
        [asked(some) for some in batched(resources)],
    )


def gate(folder: Path, *options: str) -> Server:
    """Start our gate."""
    folder.mkdir()
    (folder / "policy.yaml").write_text(OURS, encoding="utf-8")
    (folder / "token").write_text("a-token-of-the-bench\n", encoding="utf-8")
    (folder / "token").chmod(0o600)
    port = free_port()
    command = [sys.executable, "-m", "fencekit", "gate", "serve", "policy.yaml"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--token-file", "token", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    subject = {"type": "agent", "id": "ops-agent"}
    resources = [
        {"type": "pay", "id": f"order-{number}", "properties": {"amount": amount}}
        for number, amount in enumerate(AMOUNTS)
    ]
    common = {"subject": subject, "action": {"name": "send"}}
    path = "/access/v1/evaluation"
    return Server(
        "the gate, no audit" if options else "the gate, durable audit",
        process,
        port,
        [post(path, {**common, "resource": one}) for one in resources],
        [
            post(f"{path}s", {**common, "evaluations": [{"resource": one} for one in some]})
            for some in batched(resources)
        ],
    )


def batched(items: list[Any]) -> Iterator[list[Any]]:
    """Yield the items, so many at once."""
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))


def post(path: str, body: Any) -> bytes:
    """Return a request as it goes over the wire."""
    data = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer a-token-of-the-bench\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Wait until a server answers; end it afterwards."""
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                connected(server).close()
                break
            except OSError:
                if time.monotonic() > end or server.process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield server
    finally:
        server.process.send_signal(signal.SIGINT)
        server.process.wait()


def connected(server: Server) -> socket.socket:
    """Return a connection."""
    made = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def read_answer(connection: socket.socket) -> bytes:
    """Return the body of the next answer; raise RuntimeError for one that is not a 200."""
    data = b""
    while (at := data.find(b"\r\n\r\n")) < 0:
        data += received(connection)
    head = data[:at].lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(data.decode())
    body = data[at + 4 :]
    if b"chunked" in head:
        while not body.endswith(b"0\r\n\r\n"):
            body += received(connection)
        return unchunked(body)
    size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < size:
        body += received(connection)
    return body


def received(connection: socket.socket) -> bytes:
    """Return what came; raise RuntimeError where nothing will."""
    data = connection.recv(1 << 16)
    if not data:
        raise RuntimeError("the server closed the connection")
    return data


def unchunked(body: bytes) -> bytes:
    """Return a body that came in chunks as one."""
    made = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        made, body = made + rest[:length], rest[length + 2 :]
    return made


def compare(server: Server) -> None:
    """Ask everything once in both forms; raise AssertionError where an answer is wrong."""
    expected = [amount <= 1000 for amount in AMOUNTS]
    with connected(server) as connection:
        for requests in (server.singles, server.batches):
            found: list[bool] = []
            for request in requests:
                connection.sendall(request)
                found += allowed(json.loads(read_answer(connection)))
            assert found == expected, server.name


def allowed(answer: Any) -> list[bool]:
    """Return what an answer allows, of either server."""
    if "results" in answer:
        return [one["actions"]["send"] == "EFFECT_ALLOW" for one in answer["results"]]
    return [one["decision"] for one in answer.get("evaluations", [answer])]


def measure(server: Server, seconds: float) -> None:
    """Measure each form of asking once."""
    forms = {
        "one by one, 1 connection": (server.singles, 1, 1),
        f"one by one, {CONNECTIONS} connections": (server.singles, CONNECTIONS, 1),
        f"{BATCH} at once, 1 connection": (server.batches, 1, BATCH),
        f"{BATCH} at once, {CONNECTIONS} connections": (server.batches, CONNECTIONS, BATCH),
    }
    for name, (requests, connections, each) in forms.items():
        before = cpu_seconds(server.process.pid)
        answers, spent = asked_for(server, requests, connections, seconds)
        cost = (cpu_seconds(server.process.pid) - before) / (answers * each) * 1e6
        server.rates.setdefault(name, []).append(answers * each / spent)
        server.costs.setdefault(name, []).append(cost)


def asked_for(
    server: Server, requests: list[bytes], connections: int, seconds: float
) -> tuple[int, float]:
    """Ask for so many seconds; return how many answers came, and how long it took.

    Each connection asks again as soon as its answer is there.
    """
    answers = sent = 0
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as ready:
        began = time.perf_counter()
        for _ in range(connections):
            one = stack.enter_context(connected(server))
            ready.register(one, selectors.EVENT_READ)
            one.sendall(requests[sent % len(requests)])
            sent += 1
        while answers < sent:
            for key, _ in ready.select(30):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                read_answer(connection)
                answers += 1
                if time.perf_counter() - began < seconds:
                    connection.sendall(requests[sent % len(requests)])
                    sent += 1
        return answers, time.perf_counter() - began


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process has used, user and system, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(servers: list[Server], seconds: float, rounds: int) -> Iterator[str]:
    """Yield the table: medians, and what they are beside those of the first server."""
    peer, *others = servers
    version = platform.python_version()
    yield f"Decisions served over HTTP on the loopback (`bench/served.py`), Python {version},"
    yield f"{os.cpu_count()} processors that the client is on too; {CALLS:,} different calls,"
    yield f"{rounds} rounds of {seconds:g} s each in turn, medians. In brackets: the server's own"
    yield "CPU time a decision."
    yield ""
    yield f"| asked | {peer.name} | " + " | ".join(f"{one.name} | ×" for one in others) + " |"
    yield "| --- | ---: |" + " ---: | ---: |" * len(others)
    for name in peer.rates:
        cells = [said(peer, name)]
        for one in others:
            ratio = statistics.median(one.rates[name]) / statistics.median(peer.rates[name])
            cells += [said(one, name), f"{ratio:.2f}"]
        yield f"| {name} | " + " | ".join(cells) + " |"


def said(server: Server, name: str) -> str:
    """Return the figures of a server in one form of asking."""
    rate, cost = (statistics.median(one[name]) for one in (server.rates, server.costs))
    return f"{rate:,.0f}/s ({cost:.0f} µs)"


if __name__ == "__main__":
    main()
