"""Each field of a record, a rule, a request and a file name may be an attack on whoever reads."""

import json
from pathlib import Path

import pytest
from running import ALLOW_ALL, assert_inert, fencekit, in_a_process, record, write_lines

ATTACKS = {
    "markup": "<script>alert(1)</script>",
    "the end of CDATA": "]]>",
    "a terminal escape": "\x1b[31mred\x1b]0;title\x07",
    "an escape of one byte": "\x9b31m",
    "a command to GitHub": "::error::pwned",
    "a command to GitHub on a line of its own": "x\n::error::pwned\n  ::stop-commands::x",
    "a command after another line end": "x\r::error::a\x85::error::b\u2028::error::c\x0c::error::d",
    "a command to Azure": "##[error]pwned",
    "a longer command to Azure": "###[error]##vso[x]####[y]",
    "a command torn apart": "#\x00#[error]#\u200b#[error]",
    "reordered text": "abc\u202egnp.exe\u2066\u2069\u061c",
    "hidden text": "\u200b\u2060\ufeff\u00ad\U000e0041",
    "NUL": "a\x00b",
    "half a pair, made by a backslash": "\\ud800 \\x1b[31m",
}
FIELDS = (
    *("capability", "principal", "environment", "args key", "args value", "context key"),
    *("context value", "reason", "approval", "id", "time", "session", "obligation"),
)


def attacked(field: str, text: str) -> str:
    """Return a line of a log whose field is the text; alone, it says what the others do not."""
    request = {
        "capability": text if field == "capability" else "a.b",
        "principal": text if field == "principal" else "agent",
        "environment": text if field == "environment" else "dev",
        "context": {text if field == "context key" else "k": "v"},
        "args": {text if field == "args key" else "k": text if field == "args value" else "v"},
    }
    if field == "context value":
        request["context"] = {"k": [text, {"k": text}]}
    decision = {
        "verdict": "DENY",
        "obligations": [text] if field == "obligation" else [],
        "reason": text if field == "reason" else "",
        "approval": text if field == "approval" else "",
    }
    line = {"schema": "fencekit.record/1", "request": request, "decision": decision}
    return json.dumps({**line, **{key: text for key in ("id", "time", "session") if key == field}})


COMMANDS = [
    ("replay", "log.jsonl", "--policy", "p.yaml"),
    ("replay", "log.jsonl", "--policy", "p.yaml", "--format", "json"),
    ("replay", "log.jsonl", "--policy", "p.yaml", "--records"),
    ("explain", "p.yaml", "log.jsonl:1"),
    ("explain", "p.yaml", "log.jsonl:1", "--format", "json"),
    ("logs", "show", "log.jsonl"),
    ("logs", "show", "log.jsonl", "--format", "json"),
    ("logs", "stats", "log.jsonl"),
    ("logs", "stats", "log.jsonl", "--format", "json"),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(ALLOW_ALL, encoding="utf-8")
    write_lines(Path("log.jsonl"), record("a.b"))


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_a_field_of_a_record_holds_is_printed_inert(field: str) -> None:
    for text in ATTACKS.values():
        write_lines(Path("log.jsonl"), attacked(field, text))
        for command in COMMANDS:
            done = fencekit(*command)
            assert done.code in (0, 1), (text, done.err)
            assert done.out
            assert_inert(done.out + done.err)


@pytest.mark.parametrize("field", ["capability", "principal", "args key", "args value", "id"])
def test_the_json_report_holds_the_attack_exactly_as_it_was(field: str) -> None:
    for text in ATTACKS.values():
        write_lines(Path("log.jsonl"), attacked(field, text))
        report = fencekit(*COMMANDS[1]).report
        [witness] = report["findings"][0]["witnesses"]
        expected = json.loads(attacked(field, text))
        assert witness["request"] == expected["request"]
        assert witness.get("id") == expected.get("id")
        shown = fencekit(*COMMANDS[6]).report
        assert shown["request"] == expected["request"]


def quoted(text: str) -> str:
    """Return a text as YAML spells it: double-quoted, with escapes."""
    return json.dumps(text)


@pytest.mark.parametrize("name", [name for name in ATTACKS if name != "half a pair"])
def test_whatever_a_rule_holds_is_printed_inert(name: str) -> None:
    text = quoted(ATTACKS[name])
    Path("p.yaml").write_text(
        f"policy_name: {text}\nallow:\n  - {{capability: {text}, contains: {text}}}\n"
        f"  - {{capability: '*', match_keywords: [{text}, b]}}\n"
        f"  - {{capability: '*', path_prefix: {text}, user_role: {text}}}\n  - a\n",
        encoding="utf-8",
    )
    write_lines(Path("log.jsonl"), attacked("args value", "b"), attacked("capability", "a"))
    for command in COMMANDS:
        done = fencekit(*command)
        assert done.code in (0, 1)
        assert_inert(done.out + done.err)


BAD_POLICIES = [
    "{0}: [a]\n",
    "deny:\n  - {{capability: a, {0}: 1}}\n",
    "deny:\n  - {{capability: a, {0}: 1}}\n  - {{capability: a, {0}: 1}}\n",
    "deny: [a]\n{0}: 1\n{0}: 2\n",
    "extends: {0}\n",
    "extends: [{0}, {0}]\n",
    "deny:\n  - {{capability: a, amount_gt: {0}}}\n",
    "deny:\n  - {{capability: a, match_regex: [{0}, '(']}}\n",
    "rules:\n  - {{capability: a, action: {0}}}\n",
    "risk_levels:\n  {0}: {{action: {0}}}\n",
    "risk_levels:\n  high: {{action: block, {0}: 1}}\n",
    "deny: !{0}x [a]\n",
    "deny: *x{0}\n",
]


@pytest.mark.parametrize("template", BAD_POLICIES, ids=lambda given: given.replace("\n", " "))
def test_an_error_about_a_policy_is_inert(template: str) -> None:
    for text in ATTACKS.values():
        Path("bad.yaml").write_text(template.format(quoted(text)), encoding="utf-8")
        text_, as_json = (
            fencekit("replay", "log.jsonl", "--policy", "bad.yaml", *options)
            for options in ((), ("--format", "json"))
        )
        assert (text_.code, as_json.code) == (3, 3)
        assert text_.err.startswith("error: ")
        assert_inert(text_.all)
        assert_inert(as_json.all)
        assert as_json.report["status"] == "could-not-check"


@pytest.mark.parametrize("name", [name for name in ATTACKS if "\x00" not in ATTACKS[name]])
def test_the_name_of_a_file_is_printed_inert(name: str) -> None:
    file = ATTACKS[name].replace("/", "_")
    write_lines(Path(file), record("a.b"), "{")
    Path(f"{file}.yaml").write_text(ALLOW_ALL, encoding="utf-8")
    Path(f"{file}.bad").write_text("deny:\n", encoding="utf-8")
    runs = [
        ("replay", file, "--policy", f"{file}.yaml"),
        ("replay", file, "--policy", f"{file}.yaml", "--format", "json"),
        ("replay", file, "--policy", f"{file}.yaml", "--html", f"{file}.html"),
        ("replay", file, "--policy", f"{file}.bad"),
        ("replay", f"{file}.gone", "--policy", f"{file}.yaml"),
        ("replay", file, "--policy", f"{file}.gone"),
        ("replay", file, "--policy", f"{file}.yaml", "--log-format", file),
        ("explain", f"{file}.yaml", f"{file}:1"),
        ("explain", f"{file}.yaml", f"{file}:9"),
        ("explain", f"{file}.yaml", f"{file}.gone"),
        ("explain", f"{file}.yaml", f"{file}:1", "--format", "json"),
        ("logs", "show", file),
        ("logs", "stats", file),
        ("logs", "stats", f"{file}.gone"),
        ("demo", f"{file}.folder"),
        ("demo", file),
    ]
    for command in runs:
        done = fencekit(*command)
        assert done.code in (0, 1, 2, 3)
        assert done.all
        assert_inert(done.all)


@pytest.mark.parametrize("name", [name for name in ATTACKS if "\x00" not in ATTACKS[name]])
def test_what_is_typed_wrongly_comes_back_inert(name: str) -> None:
    text = ATTACKS[name]
    for command in (
        (text,),
        ("replay", f"--{text}"),
        ("replay", "log.jsonl", "--policy", "p.yaml", "--fail-on", text),
        ("replay", "log.jsonl", "--policy", "p.yaml", "--max-invalid", text),
        ("replay", "log.jsonl", "--policy", "p.yaml", "--timeout", text),
        ("replay", "log.jsonl", "--policy", "p.yaml", "--log-format", text),
        ("replay", f"{text.replace('/', '_')}*", "--policy", "p.yaml"),
    ):
        done = fencekit(*command)
        assert (done.code, done.out) == (2, "")
        assert_inert(done.err)


@pytest.mark.parametrize("name", [name for name in ATTACKS if "\x00" not in ATTACKS[name]])
def test_a_configuration_comes_back_inert(name: str) -> None:
    text = quoted(ATTACKS[name]).replace("\x7f", "")
    for line in (
        f"{text} = 1",
        f"fail_on = {text}",
        f"max_invalid = {text}",
        f"logs = [{text}, 1]",
    ):
        Path("pyproject.toml").write_text(f"[tool.fencekit]\n{line}\n", encoding="utf-8")
        done = fencekit("replay", "log.jsonl", "--policy", "p.yaml")
        assert (done.code, done.out) == (2, "")
        assert_inert(done.err)


def test_a_line_that_is_no_record_is_shown_inert() -> None:
    junk = [text.encode("utf-8", "surrogatepass") for text in ATTACKS.values()]
    lines = [text.replace(b"\n", b" ") for text in junk]
    write_lines(Path("log.jsonl"), record("a.b"), *lines, b"\xff\xfe\x1b[31m", b'{"\x1b":1}')
    for command in COMMANDS:
        done = fencekit(*command)
        assert_inert(done.all)
    assert "\\u001b[31m" in fencekit(*COMMANDS[0]).out


def test_a_name_that_is_no_text_comes_back_as_escapes() -> None:
    import os

    name = os.fsdecode(b"log-\xff\x1b[31m.jsonl")
    Path(name).write_bytes(Path("log.jsonl").read_bytes())
    for options in ((), ("--format", "json"), ("--html", "r.html")):
        done = in_a_process("replay", name, "--policy", "p.yaml", *options)
        assert done.code == 1, done.err
        assert_inert(done.all)
    report = in_a_process("replay", name, "--policy", "p.yaml", "--format", "json").report
    json.dumps(report, ensure_ascii=False).encode("utf-8")  # a strict reader can hold it
