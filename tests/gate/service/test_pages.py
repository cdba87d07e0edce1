"""The page of approvals in a real browser, and what forged forms and sessions get."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser.opening import CHROMIUM, QUIET, needs_chromium

from fencekit.gate.approvals.keys import KeyRing
from fencekit.gate.service.service_settings import add_approver
from gate.service.running import Service, start

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
POLICY = """
require_approval:
  - {capability: pay.send, amount_gt: 100}
allow:
  - {capability: pay.send}
"""
HOSTILE = (
    "<script>document.title = 'owned'</script>\u202e\x1b[31m\n</pre><img src=x onerror=alert(1)>"
)


def transfer(amount: int, **more: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "agent", "id": more.pop("by", "bot")},
        "action": {"name": "send", "properties": {"amount": amount, **more}},
        "resource": {"type": "pay", "id": "DE1"},
        "context": {"session": "s1"},
    }


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, tokens: dict[str, str]) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("pages")
    KeyRing(folder / "keys").make("*", folder / "service.key", 0)
    for name in ("alice", "Ömer", "bot"):
        tokens[name] = add_approver(str(folder / "approvers.json"), name)
    options = ["--approvals", "approvals.db", "--keys", "keys", "--signing-key", "service.key"]
    running = start(folder, POLICY, *options, "--approvers", "approvers.json")
    yield running
    running.stop()


def waiting(service: Service, request: dict[str, Any]) -> str:
    answer = service.decided(request)
    assert answer["decision"] is False
    assert answer["context"]["outcome"] == "ESCALATE"
    return str(answer["context"]["approval"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Any, service: Service, tokens: dict[str, str]) -> Iterator[Any]:
    """Return a page of somebody who has signed in, on a phone and without JavaScript."""
    contexts = []

    def open_as(name: str, *, scheme: str = "light", script: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{service.base}/approvals")
        page.fill("#token", tokens[name])
        page.click("text=Sign in >> nth=-1")
        return page

    yield open_as
    for context in contexts:
        context.close()


@pytest.mark.browser
@needs_chromium
def test_a_person_approves_once_and_the_call_runs_once(service, opened):
    request = transfer(500, note="once")
    ident = waiting(service, request)
    page = opened("alice")
    page.goto(f"{service.base}/approvals/{ident}")
    said = page.inner_text("main")
    for part in ("pay.send", "bot", "500", "DE1", "require_approval-1", "amount_gt: 100"):
        assert part in said
    page.click("button:has-text('Approve once')")
    assert page.url == f"{service.base}/approvals"
    assert "approved by alice" in page.inner_text("main")
    allowed = service.decided(request)
    assert allowed["decision"] is True
    assert service.decided(request)["decision"] is False


@pytest.mark.browser
@needs_chromium
def test_a_person_rejects_with_a_reason(service, opened):
    request = transfer(501)
    ident = waiting(service, request)
    page = opened("Ömer")
    page.goto(f"{service.base}/approvals/{ident}")
    page.fill("textarea[name=reason]", "not today")
    page.click("button.no")
    assert "rejected by Ömer: “not today”" in page.inner_text("main")
    assert service.decided(request)["decision"] is False


@pytest.mark.browser
@needs_chromium
def test_a_person_approves_a_scope(service, opened):
    ident = waiting(service, transfer(502))
    page = opened("alice")
    page.goto(f"{service.base}/approvals/{ident}")
    page.select_option("select[name=uses]", "10")
    page.click("button:has-text('Approve the scope')")
    for amount in (503, 504):
        assert service.decided(transfer(amount))["decision"] is True
    assert service.decided(transfer(505, by="other"))["decision"] is False
    elsewhere = {**transfer(506), "context": {"session": "s2"}}
    assert service.decided(elsewhere)["decision"] is False


@pytest.mark.browser
@needs_chromium
def test_nobody_approves_what_they_asked_for(service, opened, tokens):
    ident = waiting(service, {**transfer(600, by="bot"), "context": {"session": "own"}})
    page = opened("bot")
    page.goto(f"{service.base}/approvals/{ident}")
    assert "Another person has to approve it" in page.inner_text("main")
    assert page.query_selector("button.yes") is None
    client = signed_in(service, tokens["bot"])
    csrf = csrf_of(client.get("/approvals").text)
    answer = client.post(f"/approvals/{ident}/answer", data={"csrf": csrf, "choice": "once"})
    assert answer.status_code == 409


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_arguments_are_shown_and_do_nothing(service, opened, scheme):
    request = {**transfer(700, note=HOSTILE), "context": {"session": f"h-{scheme}"}}
    ident = waiting(service, request)
    page = opened("alice", scheme=scheme, script=True)
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    page.on("request", lambda one: said.append(one.url))
    page.goto(f"{service.base}/approvals/{ident}")
    assert "owned" not in page.title()
    text = page.inner_text("main")
    assert "<script>document.title" in text
    assert "\\u202e" in text
    assert "\\u001b" in text
    assert said == [f"{service.base}/approvals/{ident}"]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(service, opened, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    ident = waiting(service, {**transfer(800), "context": {"session": f"axe-{scheme}"}})
    page = opened("alice", scheme=scheme, script=True)
    context = page.context.browser.new_context(color_scheme=scheme, bypass_csp=True)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    for path in ("/approvals", f"/approvals/{ident}", "/approvals/sign-in"):
        plain.goto(f"{service.base}{path}")
        found = axe.Axe().run(plain)
        assert found.violations_count == 0, found.generate_report()
    context.close()


CLIENTS: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test opened."""
    yield
    while CLIENTS:
        CLIENTS.pop().close()


def client_of(service: Service, **more: Any) -> httpx.Client:
    CLIENTS.append(httpx.Client(base_url=service.base, **more))
    return CLIENTS[-1]


def signed_in(service: Service, token: str) -> httpx.Client:
    client = client_of(service)
    answer = client.post("/approvals/sign-in", data={"token": token, "to": ""})
    assert answer.status_code == 303
    return client


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    return found[1]


def test_a_page_asks_for_a_sign_in_and_sends_nobody_elsewhere(service, tokens):
    answer = httpx.get(f"{service.base}/approvals/abc")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/approvals/sign-in?to=/approvals/abc",
    )
    for to in ("//evil.example", "https://evil.example", "/approvals/../x", "/approvals//x"):
        data = {"token": tokens["alice"], "to": to}
        answer = httpx.post(f"{service.base}/approvals/sign-in", data=data)
        assert answer.headers["location"] == "/approvals"


def test_a_wrong_token_begins_no_session(service):
    for token in ("", "x", "é\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        answer = httpx.post(f"{service.base}/approvals/sign-in", data={"token": token})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_the_cookie_is_only_for_this_site_and_no_script(service, tokens):
    answer = httpx.post(f"{service.base}/approvals/sign-in", data={"token": tokens["alice"]})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("csrf", ["", "0" * 64, "of another"])
def test_a_form_from_elsewhere_answers_nothing(service, tokens, csrf):
    ident = waiting(service, {**transfer(900), "context": {"session": f"csrf-{csrf}"}})
    client = signed_in(service, tokens["alice"])
    if csrf == "of another":
        csrf = csrf_of(signed_in(service, tokens["Ömer"]).get("/approvals").text)
    answer = client.post(f"/approvals/{ident}/answer", data={"csrf": csrf, "choice": "once"})
    assert answer.status_code == 409
    assert "not from this page" in answer.text
    own = csrf_of(client.get("/approvals").text)
    cross = {"sec-fetch-site": "cross-site"}
    form = {"csrf": own, "choice": "once"}
    assert client.post(f"/approvals/{ident}/answer", data=form, headers=cross).status_code == 409
    assert "pending" not in client.get("/approvals").text or ident in client.get("/approvals").text


def test_a_forged_session_is_none(service, tokens):
    client = signed_in(service, tokens["alice"])
    cookie = client.cookies["fencekit_approver"]
    name, until, signature = cookie.strip('"').split(".")
    for forged in (
        f"{name}.{int(until) + 1}.{signature}",
        f"{name}.{until}.{'0' * 64}",
        f"{name}.{until}.",
        f"Ym90.{until}.{signature}",
        "",
        "...",
    ):
        answer = httpx.get(f"{service.base}/approvals", cookies={"fencekit_approver": forged})
        assert answer.status_code == 303


def test_every_page_forbids_what_it_does_not_need(service, tokens):
    client = signed_in(service, tokens["alice"])
    policy = client.get("/approvals").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "form",
    [
        {"choice": "all"},
        {"choice": "scope", "capability": "pay.*.*.*"},
        {"choice": "scope", "capability": "file.read"},
        {"choice": "scope", "seconds": "-1"},
        {"choice": "scope", "uses": "x"},
        {"choice": "once", "seconds": "1e9"},
    ],
    ids=json.dumps,
)
def test_a_form_that_says_something_else_approves_nothing(service, tokens, form):
    request = {**transfer(901), "context": {"session": json.dumps(form)}}
    ident = waiting(service, request)
    client = signed_in(service, tokens["alice"])
    csrf = csrf_of(client.get("/approvals").text)
    answer = client.post(f"/approvals/{ident}/answer", data={"csrf": csrf, **form})
    assert answer.status_code == 409
    assert service.decided(request)["decision"] is False


def test_a_proxy_names_the_approver_in_its_header(tmp_path: Path):
    KeyRing(tmp_path / "keys").make("*", tmp_path / "service.key", 0)
    options = ["--approvals", "a.db", "--keys", "keys", "--signing-key", "service.key"]
    running = start(tmp_path, POLICY, *options, "--approver-header", "X-Forwarded-User")
    try:
        ident = waiting(running, transfer(1000))
        assert httpx.get(f"{running.base}/approvals").status_code == 403
        client = client_of(running, headers={"x-forwarded-user": "dana"})
        page = client.get(f"/approvals/{ident}")
        form = {"csrf": csrf_of(page.text), "choice": "once"}
        assert client.post(f"/approvals/{ident}/answer", data=form).status_code == 303
        assert running.decided(transfer(1000))["decision"] is True
        (spent,) = [
            line["gate"] for line in running.records() if line.get("gate", {}).get("approver")
        ]
        assert spent["approver"] == "dana"
    finally:
        running.stop()
