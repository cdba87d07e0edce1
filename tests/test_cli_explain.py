"""`fencekit explain`: a request from wherever it is, and why it is decided as it is."""

import json
from pathlib import Path

import pytest
from running import LOGS, POLICIES, assert_inert, fencekit, record, write_lines

SEED_POLICY = POLICIES / "seed-shell.yaml"
REQUEST = {"capability": "shell.exec.production", "args": {"command": "rm -rf /"}}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def explained(request: object, policy: Path | str = SEED_POLICY, given: bytes = b"") -> dict:
    text = fencekit("explain", policy, request, given=given)
    done = fencekit("explain", policy, request, "--format", "json", given=given)
    assert (text.code, done.code) == (0, 0), text.err
    assert f"decision  {done.report['decision']}" in text.out
    assert_inert(text.out + done.out)
    return done.report


SPELLINGS = {
    "JSON": json.dumps(REQUEST),
    "JSON over several lines": json.dumps(REQUEST, indent=2),
    "JSON with a byte order mark": "\ufeff" + json.dumps(REQUEST),
    "YAML": "capability: shell.exec.production\nargs: {command: 'rm -rf /'}\n",
    "YAML in braces": "{capability: shell.exec.production, args: {command: rm -rf /}}",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_request_is_read_from_a_file_or_from_standard_input(name: str) -> None:
    text = SPELLINGS[name]
    Path("request").write_text(text, encoding="utf-8")
    from_file = explained("request")
    assert from_file["decision"] == "DENY"
    assert from_file["outcomes"][0]["rule"]["id"] == "deny-1"
    assert from_file["request"] == REQUEST
    assert explained("-", given=text.encode()) == from_file


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("capfence_trace/seed.jsonl", 2),
        ("capfence_trace/agents.jsonl", 356),
        ("capfence_audit/agents.jsonl", 355),
        ("capfence_sqlite/agents.db", 355),
        ("capfence_json/agents.json", 1),
        ("fencekit/agents.jsonl", 355),
    ],
)
def test_a_recorded_call_is_explained_by_its_line_or_its_id(log: str, line: int) -> None:
    report = explained(f"{LOGS / log}:{line}", POLICIES / "agents.yaml")
    assert report["request"]["capability"]
    assert report["considered"]


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("capfence_trace/seed.jsonl", 1),  # the header
        ("capfence_trace/seed.jsonl", 3),
        ("capfence_sqlite/agents.db", 356),
        ("capfence_sqlite/agents.db", 0),
        ("capfence_json/agents.json", 356),
    ],
)
def test_a_line_without_a_record_is_said_to_have_none(log: str, line: int) -> None:
    done = fencekit("explain", SEED_POLICY, f"{LOGS / log}:{line}")
    assert (done.code, done.out) == (3, "")
    assert f"has no record at line {line}" in done.err


def test_a_record_that_cannot_be_read_says_why() -> None:
    write_lines(Path("log.jsonl"), record(), "{oops", record())
    done = fencekit("explain", SEED_POLICY, "log.jsonl:2")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: log.jsonl:2:2: not JSON")
    assert explained("log.jsonl:3")["decision"] == "DENY"


def test_a_file_whose_name_ends_like_a_line_is_a_file() -> None:
    Path("request:7").write_text(json.dumps(REQUEST), encoding="utf-8")
    assert explained("request:7")["decision"] == "DENY"


WRONG = {
    "nothing": (b"", "the request is empty"),
    "an unknown key": (b'{"capability": "a", "actor": "x"}', "unknown key in a request: `actor`"),
    "no capability": (b'{"principal": "x"}', "no `capability`"),
    "a number": (b"5", "a request is an object"),
    "a list": (b"[]", "a request is an object"),
    "a capability that is a number": (b'{"capability": 5}', "`capability` is not text"),
    "arguments that are a list": (b'{"capability": "a", "args": [1]}', "`args` is not an object"),
    "a duplicate key": (b'{"capability": "a", "capability": "b"}', "occurs twice"),
    "a duplicate key in YAML": (b"capability: a\ncapability: b\n", "<stdin>:2:1: the key"),
    "broken JSON": (b'{"capability": "a"', "not JSON"),
    "broken YAML": (b"capability: [\n", "not YAML"),
    "invalid UTF-8": (b'{"capability": "\xff"}', "<stdin>:1:17: not UTF-8"),
    "half a surrogate pair": (b'{"capability": "\\ud800"}', "surrogate"),
    "half a surrogate pair in YAML": (b'capability: "\\ud800"', "surrogate"),
    "NaN, which is a word in YAML": (b'{"capability": "a", "args": {"x": NaN}}', "`NaN`"),
    "nesting without end": (b'{"capability": "a", "args": ' + b"[" * 9_000, "deep"),
    "a mark beside other keys": (
        b'{"capability": "a", "args": {"x": {"$unknown": true, "y": 1}}}',
        "`$unknown` beside other keys",
    ),
    "a mark that is not true": (b'{"capability": "a", "args": {"$unknown": 1}}', "`$unknown`"),
    "an environment that stands twice": (
        b'{"capability": "a", "environment": "x", "context": {"environment": "y"}}',
        "`environment` stands in the request and in its context",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_request_that_cannot_be_read_says_why(name: str) -> None:
    given, words = WRONG[name]
    done = fencekit("explain", SEED_POLICY, "-", given=given)
    assert (done.code, done.out) == (3, ""), done.out
    assert done.err.startswith("error: <stdin>:")
    assert words in done.err


@pytest.mark.parametrize("request_", ["gone.json", ".", "gone.jsonl:3", "x" * 300 + ":12", ":5"])
def test_a_request_that_is_not_there_says_so(request_: str) -> None:
    done = fencekit("explain", SEED_POLICY, request_)
    assert (done.code, done.out) == (3, "")
    assert "cannot read `" in done.err


def test_what_is_unknown_in_a_request_leaves_every_possible_verdict() -> None:
    unknown = {"$unknown": True}
    open_args = {**REQUEST, "args": {"$unknown": True, "cwd": "/"}}
    for request in ({**REQUEST, "args": {"command": unknown}}, open_args):
        report = explained("-", given=json.dumps(request).encode())
        assert report["decision"] == "DENY"  # by the rule, or by default
        assert report["request"] == request
    Path("p.yaml").write_text("deny: [{capability: a, contains: x}]\nallow: [a]\n")
    given = json.dumps({"capability": "a", "args": unknown}).encode()
    report = explained("-", "p.yaml", given)
    assert report["decision"] == "ALLOW|DENY"
    answers = [rule["answer"] for rule in report["considered"]]
    assert answers == ["cannot tell", "holds"]
    given = json.dumps({"capability": unknown}).encode()
    assert explained("-", "p.yaml", given)["decision"] == "ALLOW|DENY"


def test_a_key_that_is_really_called_unknown_is_one() -> None:
    Path("p.yaml").write_text("deny: [{capability: a, contains: $unknown}]\nallow: [a]\n")
    given = b'{"capability": "a", "args": {"$$unknown": true}}'
    assert explained("-", "p.yaml", given)["decision"] == "DENY"


NOT_JSON = {
    "a date": ("2026-11-23", "`2026-11-23` is read as a date"),
    "infinity": (".inf", "`.inf` is no JSON number"),
    "not a number": (".nan", "`.nan` is no JSON number"),
    "bytes": ("!!binary aGk=", "is read as a bytes"),
    "a set": ("!!set {a}", "is read as a set"),
    "a key that is a number": ("{5: x}", "the key `5` is not text"),
    "a key that is a yes": ("{yes: x}", "the key `yes` is not text"),
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_no_recorded_call_can_hold_is_no_request(name: str) -> None:
    text, words = NOT_JSON[name]
    given = f"capability: a\nargs: {{x: {text}}}\n".encode()
    done = fencekit("explain", SEED_POLICY, "-", given=given)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: <stdin>:2:")
    assert words in done.err


def test_values_of_a_policy_that_json_cannot_say_are_still_explained() -> None:
    Path("p.yaml").write_text(
        "allow: [{capability: a, amount_lt: .inf, contains: x}]\n", encoding="utf-8"
    )
    given = b"capability: a\nargs: {amount: 1}\n"
    done = fencekit("explain", "p.yaml", "-", "--format", "json", given=given)
    assert done.code == 0, done.err
    # No `Infinity`: whoever reads the report need not be Python.
    report = json.loads(done.out, parse_constant=pytest.fail)
    assert report["considered"][0]["conditions"][-1]["value"] in ("inf", "x")
    assert fencekit("explain", "p.yaml", "-", given=given).code == 0


def test_a_policy_that_cannot_be_read_is_not_explained() -> None:
    Path("p.yaml").write_text("deny: x\n", encoding="utf-8")
    done = fencekit("explain", "p.yaml", "-", given=b"capability: a")
    assert (done.code, done.out) == (3, "")
    assert "p.yaml:1:7" in done.err


def test_an_empty_policy_explains_its_default() -> None:
    Path("p.yaml").write_text("{}\n", encoding="utf-8")
    done = fencekit("explain", "p.yaml", "-", given=b"capability: a")
    assert (done.code, "DENY by default" in done.out) == (0, True)
    assert "the policy has no rules" in done.out
