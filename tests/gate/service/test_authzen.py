"""AuthZEN 1.0: the public certification scenario (basic, batch, discovery), and wrong input."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from fencekit.gate.service import authzen
from gate.service.running import Service, start

POLICY = """
deny:
  - {capability: record.write, user_role: writer, contains: "'status': 'archived'"}
allow:
  - {capability: record.read}
  - {capability: record.write, user_role: writer}
  - {capability: record.write, user_role: admin}
  - {capability: record.delete, contains: "'soft': True"}
"""
"""The fixture of the certification scenario, in CapFence's language."""
SUBJECTS = {"user:alice": {"role": "writer"}, "user:bob": {"role": "reader"}}
ALICE = {"type": "user", "id": "alice"}
BOB = {"type": "user", "id": "bob"}
ADMIN = {**BOB, "properties": {"role": "admin"}}
RECORD = {"type": "record", "id": "record-1"}
ARCHIVED = {"type": "record", "id": "record-2", "properties": {"status": "archived"}}
ACTIVE = {**RECORD, "properties": {"status": "active"}}
READ, WRITE = {"name": "read"}, {"name": "write"}
WHOLE = {"subject": ALICE, "action": READ, "resource": RECORD}


def asked(subject: Any, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "action": action, "resource": resource, **more}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("authzen")
    (folder / "subjects.json").write_text(json.dumps(SUBJECTS), encoding="utf-8")
    running = start(folder, POLICY, "--subjects", "subjects.json")
    yield running
    running.stop()


def delete(*, soft: bool) -> dict[str, Any]:
    return {"name": "delete", "properties": {"soft": soft}}


CERTIFIED = {
    "rule 1": (asked(ALICE, READ, RECORD), True),
    "rule 2": (asked(ALICE, WRITE, RECORD), True),
    "rule 3": (asked(BOB, READ, RECORD), True),
    "rule 4": (asked(BOB, WRITE, RECORD), False),
    "rule 5": (asked(ALICE, WRITE, ARCHIVED), False),
    "rule 6": (asked(ADMIN, WRITE, ARCHIVED), True),
    "rule 7": (asked(ALICE, delete(soft=True), RECORD), True),
    "rule 8": (asked(ALICE, delete(soft=False), RECORD), False),
    "context": (asked(ALICE, READ, RECORD, context={"time": "2025-06-27", "ip": "::1"}), True),
    "more properties": (
        asked(
            {**ALICE, "properties": {"department": "Sales", "role": "manager"}},
            {**READ, "properties": {"method": "GET"}},
            {**RECORD, "properties": {"status": "active", "owner": "bob"}},
        ),
        True,
    ),
    "unknown fields": ({**WHOLE, "foo": "bar", "futureField": {"nested": True}}, True),
}


@pytest.mark.parametrize("name", CERTIFIED)
def test_the_decisions_of_the_certification_scenario(service, name):
    request, expected = CERTIFIED[name]
    for _ in range(3):
        answer = service.decided(request)
        assert answer["decision"] is expected
        assert isinstance(answer["context"], dict)


PUBLISHED: dict[str, dict[str, Any]] = {
    "a single evaluation": {
        "subject": {"type": "user", "id": "alice@example.com"},
        "resource": {"type": "account", "id": "123"},
        "action": {"name": "can_read", "properties": {"method": "GET"}},
        "context": {"time": "1985-10-26T01:22-07:00"},
    },
    "properties of a subject": {
        "subject": {
            "type": "user",
            "id": "alice@example.com",
            "properties": {
                "department": "Sales",
                "ip_address": "172.217.22.14",
                "device_id": "8:65",
            },
        },
        "resource": {
            "type": "book",
            "id": "123",
            "properties": {
                "library_record": {"title": "AuthZEN in Action", "isbn": "978-0593383322"}
            },
        },
        "action": {"name": "can_read", "properties": {"method": "GET"}},
    },
}
"""The shapes of the specification's examples."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_shapes_of_the_published_examples_are_taken(service, name):
    answer = service.decided(PUBLISHED[name])
    assert answer["decision"] is False
    assert answer["context"]["reason"] == "policy_default_deny"


def test_the_published_batches_of_three_documents_follow_their_semantics(tmp_path):
    policy = """
deny:
  - {capability: document.read, contains: "'target': '2'"}
allow:
  - {capability: document.read}
"""
    running = start(tmp_path, policy)
    expected = {
        "execute_all": [True, False, True],
        "deny_on_first_deny": [True, False],
        "permit_on_first_permit": [True],
    }
    try:
        for semantic, decisions in expected.items():
            request = {
                "subject": {"type": "user", "id": "alice@example.com"},
                "action": READ,
                "options": {"evaluations_semantic": semantic},
                "evaluations": [{"resource": {"type": "document", "id": i}} for i in "123"],
            }
            answer = running.post("/access/v1/evaluations", request).json()["evaluations"]
            assert [one["decision"] for one in answer] == decisions
        bad = {**request, "options": {"evaluations_semantic": "any"}}
        assert running.post("/access/v1/evaluations", bad).status_code == 400
    finally:
        running.stop()


BATCHES = {
    "defaults of subject and action": (
        {"subject": BOB, "resource": RECORD, "evaluations": [{"action": READ}, {"action": WRITE}]},
        [True, False],
    ),
    "properties of each": (
        {
            "subject": ALICE,
            "action": WRITE,
            "evaluations": [{"resource": ACTIVE}, {"resource": ARCHIVED}],
        },
        [True, False],
    ),
    "subjects of each": (
        {
            "action": WRITE,
            "resource": ARCHIVED,
            "evaluations": [{"subject": ALICE}, {"subject": ADMIN}],
        },
        [False, True],
    ),
    "no defaults": (
        {"evaluations": [asked(ALICE, READ, RECORD), asked(BOB, WRITE, RECORD)]},
        [True, False],
    ),
    "execute all": (
        {
            "subject": BOB,
            "resource": RECORD,
            "options": {"evaluations_semantic": "execute_all", "another": 1},
            "evaluations": [{"action": READ}, {"action": WRITE}, {"action": READ}],
        },
        [True, False, True],
    ),
    "deny on first deny": (
        {
            "subject": BOB,
            "resource": RECORD,
            "options": {"evaluations_semantic": "deny_on_first_deny"},
            "evaluations": [{"action": READ}, {"action": WRITE}, {"action": READ}],
        },
        [True, False],
    ),
    "permit on first permit": (
        {
            "subject": BOB,
            "resource": RECORD,
            "options": {"evaluations_semantic": "permit_on_first_permit"},
            "evaluations": [{"action": WRITE}, {"action": READ}, {"action": WRITE}],
        },
        [False, True],
    ),
    "one that is wrong": (
        {"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD}, {}]},
        [True, False],
    ),
}


@pytest.mark.parametrize("name", BATCHES)
def test_the_batches_of_the_certification_scenario(service, name):
    request, expected = BATCHES[name]
    answer = service.post("/access/v1/evaluations", request)
    assert answer.status_code == 200
    assert [one["decision"] for one in answer.json()["evaluations"]] == expected


@pytest.mark.parametrize("evaluations", [{}, {"evaluations": []}])
def test_a_batch_of_none_is_one_evaluation(service, evaluations):
    answer = service.post("/access/v1/evaluations", {**WHOLE, **evaluations})
    assert answer.json()["decision"] is True


def test_an_error_of_one_evaluation_says_which(service):
    request = {"subject": ALICE, "action": READ, "evaluations": [{}]}
    (answer,) = service.post("/access/v1/evaluations", request).json()["evaluations"]
    assert answer["context"]["error"] == {"status": 400, "message": "`resource` is missing"}


def without(name: str, key: str = "") -> dict[str, Any]:
    if not key:
        return {part: value for part, value in WHOLE.items() if part != name}
    return {**WHOLE, name: {k: v for k, v in WHOLE[name].items() if k != key}}


BAD: dict[str, Any] = {
    **{f"no {name}": without(name) for name in WHOLE},
    "no subject.type": without("subject", "type"),
    "no subject.id": without("subject", "id"),
    "no action.name": without("action", "name"),
    "no resource.type": without("resource", "type"),
    "no resource.id": without("resource", "id"),
    "subject is a text": {**WHOLE, "subject": "alice"},
    "name is a number": {**WHOLE, "action": {"name": 123}},
    "an empty id": {**WHOLE, "subject": {"type": "user", "id": ""}},
    "properties no object": {**WHOLE, "resource": {**RECORD, "properties": []}},
    "context no object": {**WHOLE, "context": []},
    "a list": [],
    "a dot in the type": {**WHOLE, "resource": {"type": "a.b", "id": "1"}},
    "a star in the name": {**WHOLE, "action": {"name": "*"}},
    "an argument twice": {
        **WHOLE,
        "action": {"name": "read", "properties": {"a": 1}},
        "resource": {**RECORD, "properties": {"a": 2}},
    },
    "the target twice": {**WHOLE, "resource": {**RECORD, "properties": {"target": "x"}}},
    "two roles": {**WHOLE, "context": {"user_role": "admin"}},
    "discharges no list": {**WHOLE, "context": {"discharges": "warn"}},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_400_with_a_reason_and_never_an_allow(service, name):
    answer = service.post("/access/v1/evaluation", BAD[name])
    assert answer.status_code == 400
    assert isinstance(answer.json(), str)
    assert answer.json()


RAW = {
    "no json": (b"{", "application/json"),
    "empty": (b"", "application/json"),
    "not UTF-8": (b'{"a": "\xff"}', "application/json"),
    "a key twice": (
        json.dumps(WHOLE).encode()[:-1] + b', "action": {"name": "x"}}',
        "application/json",
    ),
    "NaN": (b'{"a": NaN}', "application/json"),
    "deep": (b"[" * 100_000, "application/json"),
    "text": (json.dumps(WHOLE).encode(), "text/plain"),
    "no type": (json.dumps(WHOLE).encode(), ""),
    "a form": (b"subject=alice", "application/x-www-form-urlencoded"),
    "too long": (b" " * (5 << 20), "application/json"),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_json_request_is_a_400(service, name):
    body, kind = RAW[name]
    with service.client() as client:
        headers = {"content-type": kind} if kind else {}
        for path in ("/access/v1/evaluation", "/access/v1/evaluations"):
            answer = client.post(path, content=body, headers=headers)
            assert answer.status_code == 400, answer.text
            assert isinstance(answer.json(), str)


def test_the_id_of_a_request_comes_back(service):
    answer = service.post("/access/v1/evaluation", WHOLE, **{"x-request-id": "bfe9eb29"})
    assert answer.headers["x-request-id"] == "bfe9eb29"
    assert "x-request-id" not in service.post("/access/v1/evaluation", WHOLE).headers
    bad = service.post("/access/v1/evaluation", {}, **{"x-request-id": "two"})
    assert (bad.status_code, bad.headers["x-request-id"]) == (400, "two")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic YTpi", "bearer x y"])
def test_nobody_is_answered_without_the_token(service, header):
    answer = httpx.post(
        f"{service.base}/access/v1/evaluation", json=WHOLE, headers={"authorization": header}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_configuration_names_what_is_offered_and_no_more(service):
    answer = httpx.get(f"{service.base}/.well-known/authzen-configuration")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "policy_decision_point": service.base,
        "access_evaluation_endpoint": f"{service.base}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{service.base}/access/v1/evaluations",
    }


def test_search_is_not_offered(service):
    answer = service.post("/access/v1/search/subject", WHOLE)
    assert answer.status_code == 404


def test_an_outcome_is_recorded_once(service):
    ident = service.decided(WHOLE)["context"]["id"]
    done = {"id": ident, "status": "completed"}
    assert service.post("/gate/v1/outcome", done).json() == {"recorded": True}
    assert service.post("/gate/v1/outcome", done).status_code == 409
    assert service.post("/gate/v1/outcome", {"id": ident, "status": "fine"}).status_code == 400
    ends = [line["outcome"] for line in service.records() if "outcome" in line]
    assert {"of": ident, "status": "completed"} in ends


def test_the_page_says_how_a_request_is_read():
    page = (Path(__file__).parents[3] / "docs" / "service.md").read_text(encoding="utf-8")
    for line in authzen.mapping_table():
        assert line in page


def test_many_at_once_lose_no_record(service):
    """A thousand evaluations of eight callers at a time: each is answered, and each recorded."""

    def one(number: int) -> str:
        with service.client() as client:
            request = {**WHOLE, "context": {"id": f"call-{number}"}}
            answers = [client.post("/access/v1/evaluation", json=request) for _ in range(10)]
        assert {answer.json()["decision"] for answer in answers} == {True}
        return "".join(answer.json()["context"]["id"] + " " for answer in answers)

    with ThreadPoolExecutor(8) as pool:
        ids = "".join(pool.map(one, range(100))).split()
    assert len(set(ids)) == 1000
    assert set(ids) <= {line["id"] for line in service.records()}
