"""The service as it is run: TLS, reload, the webhook, and options that do not go together."""

import asyncio
import http.server
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from laws.drawing import policy_of_text
from running import fencekit as run
from standardwebhooks import Webhook as Receiver

from fencekit.gate.approvals.keys import KeyRing
from fencekit.gate.gate import Gate
from fencekit.gate.service.service_app import application
from fencekit.gate.service.service_settings import ServiceSettings, digest_of
from fencekit.gate.tools import AnyTools
from gate.service.running import start

pytestmark = pytest.mark.oracle

ALLOW = "allow:\n  - {capability: file.read}\n"
WIDER = "allow:\n  - {capability: file.read}\n  - {capability: file.write}\n"
NARROWER = "allow:\n  - {capability: file.read, path_prefix: /srv/}\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def asked(action: str, ident: str = "/srv/a") -> dict[str, Any]:
    return {
        "subject": {"type": "agent", "id": "bot"},
        "action": {"name": action},
        "resource": {"type": "file", "id": ident},
    }


def test_the_policy_is_reloaded_whole_or_not_at_all(tmp_path: Path):
    service = start(tmp_path, ALLOW)
    try:
        policy = tmp_path / "policy.yaml"
        assert service.decided(asked("write"))["decision"] is False
        policy.write_text("allow: [", encoding="utf-8")
        answer = service.post("/gate/v1/reload", {})
        assert answer.status_code == 409
        assert "policy.yaml" in answer.json()
        assert service.decided(asked("read"))["decision"] is True
        policy.write_text(WIDER, encoding="utf-8")
        service.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 10
        while not service.decided(asked("write"))["decision"] and time.monotonic() < end:
            time.sleep(0.05)
        assert service.decided(asked("write"))["decision"] is True
    finally:
        said = service.stop()
    assert "reloaded `policy.yaml`" in said


def test_a_policy_that_is_looser_is_not_reloaded_where_that_is_asked(tmp_path: Path):
    service = start(tmp_path, ALLOW, "--require-no-looser")
    try:
        (tmp_path / "policy.yaml").write_text(WIDER, encoding="utf-8")
        answer = service.post("/gate/v1/reload", {})
        assert answer.status_code == 409
        assert "looser, for `file.write`" in answer.json()
        assert service.decided(asked("write"))["decision"] is False
        (tmp_path / "policy.yaml").write_text(NARROWER, encoding="utf-8")
        assert service.post("/gate/v1/reload", {}).status_code == 200
        assert service.decided(asked("read", "/etc/x"))["decision"] is False
        assert service.decided(asked("read"))["decision"] is True
    finally:
        service.stop()


def test_a_looser_policy_is_reloaded_where_the_loosening_is_waived(tmp_path: Path):
    for name, text in (("policy.yaml", ALLOW), ("wider.yaml", WIDER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("policy.yaml", "wider.yaml")]
    report, waivers = str(tmp_path / "report.json"), str(tmp_path / "waivers.yaml")
    assert run("diff", *paths, "--out", f"json={report}").code == 1
    findings = json.loads(Path(report).read_text(encoding="utf-8"))["findings"]
    key = next(one["key"] for one in findings if one["class"] == "looser")
    given = ["--reason", "agents write now", "--until", "2099-12-31", "--approver", "ann"]
    waived = run("waive", key, "--report", report, "--waivers", waivers, *given)
    assert waived.code == 0, waived.all
    service = start(tmp_path, ALLOW, "--require-no-looser", "--waivers", "waivers.yaml")
    try:
        (tmp_path / "policy.yaml").write_text(WIDER, encoding="utf-8")
        assert service.post("/gate/v1/reload", {}).status_code == 200
        assert service.decided(asked("write"))["decision"] is True
        (tmp_path / "policy.yaml").write_text("allow: ['*']\n", encoding="utf-8")
        assert service.post("/gate/v1/reload", {}).status_code == 409
    finally:
        service.stop()


def test_the_service_speaks_tls(tmp_path: Path):
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    try:
        subprocess.run(
            [*command, "-keyout", "k.pem", "-out", "c.pem"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    service = start(tmp_path, ALLOW, "--cert", "c.pem", "--key", "k.pem", scheme="https")
    try:
        found = httpx.get(f"{service.base}/.well-known/authzen-configuration", verify=False)
        assert found.json()["policy_decision_point"].startswith("https://")
    finally:
        service.stop()


class Told(http.server.BaseHTTPRequestHandler):
    """A receiver of webhooks that answers 500 the first time."""

    messages: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.messages.append((dict(self.headers), body))
        self.send_response(500 if len(self.messages) == 1 else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[http.server.ThreadingHTTPServer]:
    class Handler(Told):
        messages = []  # noqa: RUF012  (of this server alone)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_pending_request_is_told_to_a_webhook_as_the_standard_says(tmp_path: Path, receiver):
    KeyRing(tmp_path / "keys").make("*", tmp_path / "service.key", 0)
    (tmp_path / "secret").write_text(SECRET, encoding="ascii")
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    options = ["--approvals", "a.db", "--keys", "keys", "--webhook", url]
    policy = "require_approval:\n  - {capability: file.read}\n"
    service = start(tmp_path, policy, *options, "--webhook-secret", "secret")
    try:
        ident = service.decided(asked("read"))["context"]["approval"]
        messages = receiver.RequestHandlerClass.messages
        end = time.monotonic() + 15
        while len(messages) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        (_, first), (headers, body) = messages
        assert first == body
        said = Receiver(SECRET).verify(body, {k.lower(): v for k, v in headers.items()})
        assert said["type"] == "approval.pending"
        assert said["data"]["id"] == ident
        assert said["data"]["url"].endswith(f"/approvals/{ident}")
        assert "/srv/a" not in body.decode()
    finally:
        service.stop()


WRONG: dict[str, tuple[list[str], str]] = {
    "no TLS": (["--host", "0.0.0.0"], "is not the loopback, and there is no TLS"),
    "half TLS": (["--cert", "c.pem"], "`--cert` and `--key` go together"),
    "no keys": (["--approvals", "a.db"], "needs `--keys`"),
    "no approvals": (["--approver-header", "x"], "needs `--approvals`"),
    "half a webhook": (["--webhook", "http://x"], "go together"),
    "no policy": ([], "cannot read `nothing.yaml`"),
}


@pytest.mark.parametrize("name", WRONG)
def test_options_that_do_not_go_together_are_refused_before_anything_listens(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    options, message = WRONG[name]
    monkeypatch.chdir(tmp_path)
    done = run("gate", "serve", "nothing.yaml", *options)
    assert done.code in (2, 3)
    assert message in done.err


def test_a_key_that_cannot_sign_for_the_page_is_said_at_the_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(ALLOW, encoding="utf-8")
    serve = ["gate", "serve", "p.yaml", "--approvals", "a.db", "--keys", "keys", "--signing-key"]
    assert "service.key" in run(*serve, "service.key").err
    made = run("approvals", "keys", "new", "alice", "--keys", "keys", "--out", "alice.key")
    assert made.code == 0
    done = run(*serve, "alice.key")
    assert (done.code, "is that of `alice`" in done.err) == (2, True)


def test_a_token_that_others_can_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(ALLOW, encoding="utf-8")
    (tmp_path / "gate-token").write_text("0123456789abcdef0123\n", encoding="ascii")
    (tmp_path / "gate-token").chmod(0o644)
    done = run("gate", "serve", "p.yaml")
    assert (done.code, "can be read by others" in done.err) == (2, True)


def test_who_approves_gets_a_token_that_the_file_does_not_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("gate", "approver", "approvers.json", "alice")
    assert done.code == 0
    held = json.loads((tmp_path / "approvers.json").read_text(encoding="utf-8"))
    assert done.out.strip() not in json.dumps(held)
    assert run("gate", "approver", "approvers.json", "alice").out != done.out
    assert sys.platform == "win32" or (tmp_path / "approvers.json").stat().st_mode & 0o077 == 0


def test_without_an_audit_nothing_is_recorded_and_no_outcome_is_taken(tmp_path):
    service = start(tmp_path, "allow: ['*']\n", "--no-audit")
    request = {
        "subject": {"type": "agent", "id": "a"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "1"},
    }
    answer = service.decided(request)
    many = service.post("/access/v1/evaluations", {**request, "evaluations": [{}, {}]}).json()
    outcome = service.post("/gate/v1/outcome", {"id": "x", "status": "completed"})
    said = service.stop()
    assert answer["decision"] is True
    assert "id" not in answer["context"]
    assert [one["decision"] for one in many["evaluations"]] == [True, True]
    assert outcome.status_code == 409
    assert "nothing is recorded" in said
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_fault_of_ours_is_no_allow_and_is_kept_out_of_caches():
    class Broken(Gate):
        def decide(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("a secret")

    gate = Broken(policy_of_text("allow: ['*']\n"), tools=AnyTools())
    app = application(gate, ServiceSettings(digest_of("t"), "http://gate"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            headers = {"authorization": "Bearer t", "x-request-id": "7"}
            one = {"subject": {"type": "a", "id": "a"}, "action": {"name": "b"}}
            whole = {**one, "resource": {"type": "c", "id": "c"}}
            return await client.post("/access/v1/evaluation", json=whole, headers=headers)

    answer = asyncio.run(asked())
    assert (answer.status_code, answer.json()) == (500, "a fault in the gate")
    assert (answer.headers["cache-control"], answer.headers["x-request-id"]) == ("no-store", "7")
