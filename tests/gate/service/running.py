"""Runs the service in a process of its own, as its command does, for the tests."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
START_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@dataclass
class Service:
    """A running gate: its address, the token of callers, its folder."""

    process: subprocess.Popen[str]
    base: str
    token: str
    folder: Path

    def client(self, **more: Any) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.base, headers=headers, timeout=20, **more)

    def post(self, path: str, value: Any, **headers: str) -> httpx.Response:
        with self.client() as client:
            return client.post(path, json=value, headers=headers)

    def decided(self, value: Any) -> dict[str, Any]:
        answer = self.post("/access/v1/evaluation", value)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def records(self) -> list[dict[str, Any]]:
        text = (self.folder / "audit.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.communicate()[1]


def start(folder: Path, policy: str, *options: str, scheme: str = "http") -> Service:
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "fencekit", "gate", "serve", "policy.yaml"]
    process = subprocess.Popen(
        [*command, "--port", str(port), *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    base = f"{scheme}://127.0.0.1:{port}"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        try:
            if httpx.get(f"{base}/healthz", verify=False).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    token = (folder / "gate-token").read_text(encoding="ascii").strip()
    return Service(process, base, token, folder)
