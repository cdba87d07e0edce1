"""Runs the gate as a service: settings from options, uvicorn, and reload by signal."""

import contextlib
import ipaddress
import signal
import sys
import threading
from importlib import import_module
from typing import Any

from fencekit.gate.approvals.approval_grants import ANYONE
from fencekit.gate.approvals.desk import Desk
from fencekit.gate.approvals.keys import KeyRing
from fencekit.gate.approvals.store import open_store
from fencekit.gate.audit import Audit
from fencekit.gate.gate import Gate
from fencekit.gate.service.reloadable_policy import NotLooser, PolicyFile, reload_policy
from fencekit.gate.service.service_settings import (
    LOOPBACK,
    ServiceSettings,
    bearer_token,
    digest_of,
    read_approvers,
    read_attributes,
)
from fencekit.gate.service.webhook import Webhook, secret_of
from fencekit.gate.tools import AnyTools
from fencekit.logs.redaction import read_key
from fencekit.model.errors import UsageError
from fencekit.model.policy import Policy
from fencekit.reading.input_files import read_text

HINT = 'pip install "pytest-fencekit[serve]"'


def run_service(policy: str, **given: Any) -> None:
    """Serve until interrupted; raise UsageError for options that do not go together."""
    uvicorn = import_serving_package("uvicorn")
    import_serving_package("starlette")
    from fencekit.gate.service.service_app import application

    refuse_exposed(given)
    if given["no_audit"] and given["shadow"]:
        raise UsageError("`--shadow` says nothing with `--no-audit`: it is said in the log")
    token, is_new = bearer_token(given["token_file"])
    if is_new:
        say(f"wrote the bearer token of callers to `{given['token_file']}`")
    settings = settings_of(token, given)
    if given["signing_key"]:
        settings.signer(ANYONE)  # said now, rather than to who approves
    not_looser = no_looser(given["waivers"]) if given["require_no_looser"] else None
    file = PolicyFile(policy, given["policy_root"], not_looser)
    key = read_key(given["redaction_key"]) if given["redaction_key"] else b""
    with contextlib.ExitStack() as stack:
        audit = None
        if not given["no_audit"]:
            audit = stack.enter_context(Audit(given["audit"], arguments=given["keep"], key=key))
        gate = Gate(
            file.load(),
            tools=AnyTools(),
            audit=audit,
            approvals=desk_of(settings, given),
            shadow=PolicyFile(given["shadow"], given["policy_root"]).load()
            if given["shadow"]
            else None,
        )
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: later(file, gate))
        say(f"the gate of `{policy}` listens on {settings.base}")
        if audit is None:
            say("nothing is recorded, as `--no-audit` says")
        server = uvicorn.Server(
            uvicorn.Config(
                application(gate, settings, file),
                host=given["host"],
                port=given["port"],
                ssl_certfile=given["cert"],
                ssl_keyfile=given["key"],
                log_level="warning",
                server_header=False,
            )
        )
        server.run()


def import_serving_package(package: str) -> Any:
    """Return a package of the extra `serve`; raise UsageError where it is not installed."""
    try:
        return import_module(package)
    except ImportError as error:
        raise UsageError(f"the service needs the package `{package}`", hint=HINT) from error


def refuse_exposed(given: dict[str, Any]) -> None:
    """Raise UsageError for options that would let others listen, or sign in as they like."""
    if bool(given["cert"]) != bool(given["key"]):
        raise UsageError("`--cert` and `--key` go together")
    if not is_loopback(given["host"]) and not given["cert"]:
        hint = "give `--cert` and `--key`, or listen on 127.0.0.1 behind a proxy"
        raise UsageError(f"`{given['host']}` is not the loopback, and there is no TLS", hint=hint)
    if given["approvers"] and given["approver_header"]:
        raise UsageError("`--approvers` and `--approver-header` do not go together")
    if given["approver_header"] and not is_loopback(given["host"]):
        hint = "listen on the loopback, where only the proxy reaches it"
        raise UsageError("`--approver-header` would be believed of anybody", hint=hint)
    if (given["approvers"] or given["approver_header"]) and not given["approvals"]:
        raise UsageError("the page of approvals needs `--approvals`")
    if given["approvals"] and not given["keys"]:
        raise UsageError("`--approvals` needs `--keys`: the keys that sign them")
    if given["waivers"] and not given["require_no_looser"]:
        raise UsageError("`--waivers` is about `--require-no-looser`")
    if bool(given["webhook"]) != bool(given["webhook_secret"]):
        raise UsageError("`--webhook` and `--webhook-secret` go together")
    if given["webhook"] and not given["approvals"]:
        raise UsageError("`--webhook` tells of approvals: it needs `--approvals`")


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def settings_of(token: str, given: dict[str, Any]) -> ServiceSettings:
    """Return the settings that the options make."""
    scheme = "https" if given["cert"] else "http"
    host = f"[{given['host']}]" if ":" in given["host"] else given["host"]
    return ServiceSettings(
        digest_of(token),
        given["base_url"] or f"{scheme}://{host}:{given['port']}",
        read_approvers(given["approvers"]) if given["approvers"] else {},
        given["approver_header"].lower(),
        read_attributes(given["subjects"]) if given["subjects"] else {},
        is_tls=bool(given["cert"]) or given["base_url"].startswith("https:"),
        keys=KeyRing(given["keys"]) if given["keys"] else None,
        signing_key=given["signing_key"],
    )


def desk_of(settings: ServiceSettings, given: dict[str, Any]) -> Desk | None:
    """Return the desk of approvals; None where there are none."""
    if not given["approvals"]:
        return None
    assert settings.keys is not None
    told = None
    if given["webhook"]:
        secret = secret_of(read_text(given["webhook_secret"], UsageError)[0])
        told = Webhook(given["webhook"], secret, settings.base, say).tell
    return Desk(open_store(given["approvals"]), settings.keys, on_request=told)


def no_looser(waivers: str) -> NotLooser:
    """Return what says why a policy may be looser than another and is not waived."""
    from fencekit.checks.postprocess.apply_waivers import with_waivers
    from fencekit.checks.proofs.policy_comparison import ComparisonJob

    def why(old: Policy, new: Policy) -> str:
        report = ComparisonJob(old.file, new.file).report(old, new)
        report = with_waivers(report, waivers, policies=(old, new))
        if not report.exit_code:
            return ""
        if not report.disallowed:
            return "it could not be proved that the new one is no looser"
        worst = report.disallowed[0]
        return f"the new one is looser, for `{worst.capability}` (key {worst.key})"

    return why


def later(file: PolicyFile, gate: Gate) -> None:
    """Reload beside what the signal interrupted."""
    threading.Thread(target=reload_policy, args=(file, gate, say), daemon=True).start()


def say(text: str) -> None:
    """Say something to who runs the service."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
