"""Trouble tightens: whatever keeps a check from being made ends in exit 3, and says what and where.

Each case is run as text and as JSON: neither passes, and both say the same trouble.
"""

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from running import (
    ALLOW_ALL,
    DENY_SHELL,
    LOGS,
    POLICIES,
    Done,
    fencekit,
    in_a_process,
    record,
    write_lines,
)

SEED = LOGS / "capfence_trace/seed.jsonl"
SEED_DB = LOGS / "capfence_sqlite/seed.db"
AGENTS = LOGS / "capfence_trace/agents.jsonl"
GOOD, LOOSER = record(), record("file.read.production")
"""Under DENY_SHELL the first call is decided as it was, the second is looser."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of our own, with a policy and a log that are good."""
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text(DENY_SHELL, encoding="utf-8")
    write_lines(Path("log.jsonl"), GOOD)
    return tmp_path


def could_not_check(*args: object, says: tuple[str, ...]) -> tuple[Done, dict]:
    """Assert that both outputs are exit 3, with the words, and without a pass or a traceback."""
    text, as_json = fencekit("replay", *args), fencekit("replay", *args, "--format", "json")
    assert (text.code, as_json.code) == (3, 3), text.all
    report = as_json.report
    assert (report["status"], report["exit_code"]) == ("could-not-check", 3)
    troubles = "\n".join(report["troubles"])
    for word in says:
        assert word in text.all, (word, text.all)
        assert word in troubles + json.dumps(report["findings"]), (word, report)
    assert "Traceback" not in text.all + as_json.err
    assert "CLEAN" not in text.all
    return text, report


def test_the_good_policy_and_the_good_log_pass() -> None:
    # Without this, every test below could fail for a reason of its own.
    done = fencekit("replay", "log.jsonl", "--policy", "policy.yaml")
    assert (done.code, done.err) == (0, "")
    assert "CLEAN: 1 checked call unchanged" in done.out


POLICY_TROUBLES = {
    "a YAML syntax error": ("allow: [shell\ndeny: x\n", "bad.yaml:2:5", "not YAML"),
    "a tab for indentation": ("allow:\n\t- a\n", "bad.yaml:2:1", "not YAML"),
    "a regex that does not compile": (
        "deny:\n  - {capability: a, match_regex: '('}\n",
        "bad.yaml:2:34",
        "`match_regex` of rule `deny-1` does not compile: `(`",
    ),
    "an unknown key": ("alow: [a]\n", "bad.yaml:1:1", "`alow`"),
    "an unknown condition": (
        "deny:\n  - {capability: a, amount_over: 1}\n",
        "bad.yaml:2:21",
        "`amount_over`",
    ),
    "a duplicate key": ("allow: [a]\nallow: [b]\n", "bad.yaml:2:1", "`allow` occurs twice"),
    "a duplicate condition": (
        "deny:\n  - {capability: a, contains: x, contains: y}\n",
        "bad.yaml:2:34",
        "`contains` occurs twice",
    ),
    "a null section": ("deny:\nallow: [a]\n", "bad.yaml:1:6", "`deny` is empty"),
    "a threshold that is text": (
        "deny:\n  - {capability: a, amount_gt: '10'}\n",
        "bad.yaml:2:32",
        "is text, not a number (`10` is text)",
    ),
    "a threshold that is NaN": (
        "deny:\n  - {capability: a, amount_gt: .nan}\n",
        "bad.yaml:2:32",
        "is not a number",
    ),
    "a section that is no list": ("deny: {a: b}\n", "bad.yaml:1:7", "deny"),
    "a rule without a capability": ("deny:\n  - {contains: x}\n", "bad.yaml:2:5", "capability"),
    "an empty policy": ("", "bad.yaml", "the policy is empty"),
    "a policy that is a list": ("- a\n", "bad.yaml", "mapping"),
    "a policy that is a text": ("a\n", "bad.yaml", "mapping"),
    "an alias inside itself": ("deny: &a [*a]\n", "bad.yaml:1:7", "alias"),
    "an alias that is not there": ("deny: *a\n", "bad.yaml:1:7", "alias"),
    "a billion laughs": (
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{y}: &{y} [{','.join([f'*{x}'] * 9)}]\n"
            for x, y in zip("abcdefg", "bcdefgh", strict=True)
        )
        + "deny: *h\n",
        "bad.yaml",
        "there are more than",
    ),
    "a control character": ("deny: ['\x07']\n", "bad.yaml:1:9", "U+0007"),
    "two documents": ("deny: [a]\n---\ndeny: [b]\n", "bad.yaml:2:1", "not YAML"),
    "an unknown tag": ("deny: !!python/object:os.system [a]\n", "bad.yaml:1:7", "not YAML"),
    "extends that is a number": ("extends: 5\n", "bad.yaml:1:10", "`extends`"),
}


@pytest.mark.parametrize("name", POLICY_TROUBLES)
def test_a_candidate_that_cannot_be_read_is_not_a_pass(name: str) -> None:
    text, *says = POLICY_TROUBLES[name]
    Path("bad.yaml").write_text(text, encoding="utf-8")
    could_not_check("log.jsonl", "--policy", "bad.yaml", says=tuple(says))


@pytest.mark.parametrize("name", ["a YAML syntax error", "a null section", "an empty policy"])
def test_a_policy_in_force_that_cannot_be_read_is_not_a_pass(name: str) -> None:
    text, *says = POLICY_TROUBLES[name]
    Path("bad.yaml").write_text(text, encoding="utf-8")
    options = ("--policy", "policy.yaml", "--baseline", "bad.yaml")
    could_not_check("log.jsonl", *options, says=tuple(says))


def test_a_candidate_that_is_not_utf8_is_not_a_pass() -> None:
    Path("bad.yaml").write_bytes(b"deny: [a]\n# caf\xe9\n")
    says = ("bad.yaml:2:6", "not UTF-8: byte 0xe9")
    could_not_check("log.jsonl", "--policy", "bad.yaml", says=says)


@pytest.mark.parametrize("policy", ["missing.yaml", ".", "log.jsonl/policy.yaml"])
def test_a_candidate_that_is_no_file_is_not_a_pass(policy: str) -> None:
    could_not_check("log.jsonl", "--policy", policy, says=(f"cannot read `{policy}`",))


def test_a_candidate_that_extends_itself_is_not_a_pass() -> None:
    Path("a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    Path("b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    could_not_check("log.jsonl", "--policy", "a.yaml", says=("a.yaml", "extends itself"))


def test_a_missing_parent_is_not_a_pass() -> None:
    Path("child.yaml").write_text("allow: [a]\nextends: base.yaml\n", encoding="utf-8")
    says = ("child.yaml:2:10", "cannot find `base.yaml`")
    could_not_check("log.jsonl", "--policy", "child.yaml", says=says)


def test_a_parent_beside_its_child_is_not_found_but_pointed_at() -> None:
    Path("sub").mkdir()
    Path("sub/child.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    Path("sub/base.yaml").write_text(DENY_SHELL, encoding="utf-8")
    says = ("sub/child.yaml:1:10", "`sub/base.yaml` exists", "--policy-root sub")
    could_not_check("log.jsonl", "--policy", "sub/child.yaml", says=says)
    options = ("--policy", "sub/child.yaml", "--policy-root", "sub")
    assert fencekit("replay", "log.jsonl", *options).code == 0


def nested(opening: str, closing: str) -> str:
    return f'{{"schema":"fencekit.record/1","request":{opening * 10_000}{closing * 10_000}}}'


LINES = {
    "a line that is no JSON": ("{oops", "log.jsonl:2:2", "not JSON"),
    "a line that is cut": (GOOD[:-9], "log.jsonl:2", "not JSON"),
    "a line that is no object": ("[1]", "log.jsonl:2", "not a JSON object"),
    "a duplicate key": (
        '{"schema":"fencekit.record/1","request":{"capability":"a","capability":"b"}}',
        "log.jsonl:2",
        "`capability` occurs twice",
    ),
    "a duplicate key in the arguments": (
        '{"schema":"fencekit.record/1","request":{"capability":"a","args":{"amount":1,"amount":9}}}',
        "log.jsonl:2",
        "`amount` occurs twice",
    ),
    "invalid UTF-8": (b'{"schema":"\xff"}', "log.jsonl:2:12", "not UTF-8: byte 0xff"),
    "a surrogate in UTF-8": (b'{"schema":"\xed\xa0\x80"}', "log.jsonl:2:12", "not UTF-8"),
    "half a surrogate pair": (
        '{"schema":"fencekit.record/1","request":{"capability":"\\ud800"}}',
        "log.jsonl:2",
        "lone surrogate",
    ),
    "half a surrogate pair as a key": ('{"\\udc00":1}', "log.jsonl:2", "lone surrogate"),
    "NaN": (GOOD.replace("{}", '{"amount":NaN}'), "log.jsonl:2", "`NaN` is no JSON number"),
    "Infinity": (GOOD.replace("{}", '{"a":Infinity}'), "log.jsonl:2", "`Infinity`"),
    "minus Infinity": (GOOD.replace("{}", '{"a":-Infinity}'), "log.jsonl:2", "`-Infinity`"),
    "arrays 10,000 deep": (nested("[", "]"), "log.jsonl:2:240", "nested more than 200 deep"),
    "objects 10,000 deep": (nested('{"a":', "}"), "log.jsonl:2", "nested more than 200 deep"),
    "a bottomless opening": ("[" * 10_000, "log.jsonl:2:201", "nested more than 200 deep"),
    "a number of 5,000 digits": (
        GOOD.replace("{}", f'{{"amount":{"9" * 5_000}}}'),
        "log.jsonl:2",
        "too many digits",
    ),
    "binary junk": (bytes(range(1, 10)) * 20, "log.jsonl:2", "not JSON"),
    "a NUL": (b"\x00", "log.jsonl:2:1", "not JSON"),
    "another schema": ('{"schema":"fencekit.record/2"}', "log.jsonl:2", "`fencekit.record/2`"),
    "no request": ('{"schema":"fencekit.record/1"}', "log.jsonl:2", "no `request`"),
    "an unknown key in the request": (
        GOOD.replace("principal", "principle"),
        "log.jsonl:2",
        "`principle`",
    ),
    "a capability that is a number": (
        '{"schema":"fencekit.record/1","request":{"capability":5}}',
        "log.jsonl:2",
        "`capability` is not text",
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_cannot_be_read_is_counted_located_and_not_a_pass(name: str) -> None:
    line, place, *words = LINES[name]
    write_lines(Path("log.jsonl"), GOOD, line, GOOD)
    says = (*words, "1 record could not be read or decided (`--max-invalid` allows 0)")
    text, report = could_not_check("log.jsonl", "--policy", "policy.yaml", says=says)
    assert place in text.out
    assert report["counts"]["invalid"] == 1
    assert report["checked"] == report["counts"]["unchanged"] == 2
    [finding] = report["findings"]
    assert (finding["slug"], finding["count"]) == ("invalid-record", 1)
    assert (finding["invalid"][0]["file"], finding["invalid"][0]["line"]) == ("log.jsonl", 2)


@pytest.mark.parametrize("name", LINES)
def test_within_the_budget_a_line_that_cannot_be_read_is_still_counted(name: str) -> None:
    line, place, *_ = LINES[name]
    write_lines(Path("log.jsonl"), GOOD, line, GOOD)
    done = fencekit("replay", "log.jsonl", "--policy", "policy.yaml", "--max-invalid", "1")
    assert done.code == 0
    assert place in done.out
    assert "invalid        1" in done.out


def test_one_record_beyond_the_budget_is_not_a_pass() -> None:
    write_lines(Path("log.jsonl"), GOOD, "{", "{", "{")
    budget = ("--policy", "policy.yaml", "--max-invalid")
    assert fencekit("replay", "log.jsonl", *budget, 3).code == 0
    assert fencekit("replay", "log.jsonl", *budget, "all").code == 0
    says = ("3 records could not be read or decided (`--max-invalid` allows 2)",)
    could_not_check("log.jsonl", *budget, 2, says=says)


@pytest.mark.parametrize("budget", ["0", "3", "all"])
def test_a_log_of_only_invalid_lines_is_never_a_pass(budget: str) -> None:
    write_lines(Path("log.jsonl"), "{", "oops", "[1]")
    options = ("--policy", "policy.yaml", "--max-invalid", budget)
    could_not_check("log.jsonl", *options, says=("log.jsonl",))
    options = (*options, "--log-format", "fencekit")
    says = ("no record was checked",)
    _, report = could_not_check("log.jsonl", *options, says=says)
    assert (report["checked"], report["counts"]["invalid"]) == (0, 3)


EMPTY = {
    "no byte": b"",
    "a byte order mark": b"\xef\xbb\xbf",
    "blank lines": b"\n\r\n   \n\t\n",
    "compressed nothing": gzip.compress(b""),
    "compressed blank lines": gzip.compress(b"\n\n"),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_log_with_nothing_in_it_is_not_a_pass(name: str) -> None:
    Path("log.jsonl").write_bytes(EMPTY[name])
    options = ("--policy", "policy.yaml", "--max-invalid", "all", "--max-undecided", "all")
    says = ("log.jsonl: the log is empty", "no record was checked")
    could_not_check("log.jsonl", *options, says=says)
    options = (*options, "--fail-on", "never", "--log-format", "fencekit")
    could_not_check("log.jsonl", *options, says=("no record was checked",))


def test_a_trace_with_a_header_and_no_event_is_not_a_pass() -> None:
    Path("log.jsonl").write_text('{"capfence_replay_version":"1.0"}\n', encoding="utf-8")
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=("no record was checked",))


def test_a_log_that_is_not_there_is_not_a_pass() -> None:
    says = ("cannot read `gone.jsonl`: no such file or directory",)
    could_not_check("gone.jsonl", "--policy", "policy.yaml", says=says)


def test_two_records_on_a_line_are_two_that_are_lost() -> None:
    write_lines(Path("log.jsonl"), GOOD, f"{GOOD}{GOOD}", GOOD)
    says = ("not JSON: extra data", "2 records could not be read or decided")
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=says)


def test_an_unknown_verdict_is_no_decision_and_no_pass() -> None:
    write_lines(Path("log.jsonl"), GOOD, GOOD.replace("DENY", "MAYBE"), GOOD)
    says = ("the decision is not recorded: unknown verdict: `MAYBE`", "keep no decision")
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=says[1:])
    assert says[0] in fencekit("replay", "log.jsonl", "--policy", "policy.yaml").out


def test_a_folder_without_a_log_is_no_pass() -> None:
    Path("logs").mkdir()
    says = ("logs: there is no file in the folder",)
    could_not_check("logs", "--policy", "policy.yaml", says=says)
    Path("logs/notes.txt").write_text("nothing to see\n", encoding="utf-8")
    says = ("logs: no file in this folder is a log",)
    could_not_check("logs", "--policy", "policy.yaml", says=says)


@pytest.mark.parametrize(
    "junk", [bytes(range(256)) * 64, b"\x00" * 4096, b"\x7fELF\x02\x01\x01", b"PK\x03\x04" * 9]
)
def test_binary_junk_is_not_a_log(junk: bytes) -> None:
    Path("log.jsonl").write_bytes(junk)
    says = ("log.jsonl", "no format that is known here", "hint: ")
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=says)


def edited_trace() -> str:
    header, event = SEED.read_text(encoding="utf-8").splitlines()
    return f"{header}\n{event.replace('ops-agent', 'somebody')}\n"


TRACES = {
    "an event was edited": (edited_trace(), "log.jsonl:1: the checksum is `864b617e`"),
    "the last event was cut off": (
        "".join(AGENTS.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]),
        "log.jsonl:1: the checksum is",
    ),
    "an event cannot be read": (
        SEED.read_text(encoding="utf-8") + "{\n",
        "the checksum cannot be verified: 1 line cannot be read",
    ),
    "another version": ('{"capfence_replay_version":"2.0"}\n', "is `2.0`, not `1.0`"),
    "a header that is not the first line": (
        "".join(reversed(SEED.read_text(encoding="utf-8").splitlines(keepends=True))),
        "header",
    ),
    "junk before the header": ("{\n" + SEED.read_text(encoding="utf-8"), "cannot be verified"),
}


@pytest.mark.parametrize("name", TRACES)
def test_a_broken_checksum_is_not_a_pass(name: str) -> None:
    text, *says = TRACES[name]
    Path("log.jsonl").write_text(text, encoding="utf-8")
    options = ("--policy", POLICIES / "agents.yaml", "--max-invalid", "all")
    options = (*options, "--max-undecided", "all", "--fail-on", "never")
    could_not_check("log.jsonl", *options, says=tuple(says))


LOG_SAMPLES = sorted(path for path in LOGS.rglob("agents.*"))


@pytest.mark.parametrize("log", LOG_SAMPLES, ids=lambda path: path.parent.name)
def test_a_log_that_is_cut_while_compressed_is_not_a_pass(log: Path) -> None:
    data = gzip.compress(log.read_bytes(), mtime=0)
    Path("log.gz").write_bytes(data[: len(data) // 2])
    options = ("--policy", POLICIES / "agents.yaml", "--max-undecided", "all")
    could_not_check("log.gz", *options, says=("log.gz: the gzip data is damaged",))


def test_gzip_that_is_damaged_inside_is_not_a_pass() -> None:
    data = bytearray(gzip.compress(AGENTS.read_bytes(), mtime=0))
    data[-6] ^= 0xFF  # in the CRC
    Path("log.gz").write_bytes(data)
    options = ("--policy", POLICIES / "agents.yaml")
    could_not_check("log.gz", *options, says=("log.gz: the gzip data is damaged",))
    Path("log.gz").write_bytes(b"\x1f\x8b" + b"junk" * 50)
    could_not_check("log.gz", *options, says=("log.gz: the gzip data is damaged",))


def execute(path: str, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def damaged_header(path: str) -> None:
    Path(path).write_bytes(b"SQLite format 3\x00" + b"\xff" * 4000)


def cut(path: str) -> None:
    Path(path).write_bytes(SEED_DB.read_bytes()[:6_000])


def without_table(path: str) -> None:
    execute(path, "DROP TABLE audit_events")


def a_view(path: str) -> None:
    execute(
        path,
        "ALTER TABLE audit_events RENAME TO rows",
        "CREATE VIEW audit_events AS SELECT * FROM rows",
    )


def no_column(path: str) -> None:
    execute(path, "ALTER TABLE audit_events RENAME COLUMN decision TO verdict")


def no_rows(path: str) -> None:
    execute(path, "DELETE FROM audit_events")


def null_decision(path: str) -> None:
    execute(
        path,
        "CREATE TABLE copy AS SELECT * FROM audit_events",
        "DROP TABLE audit_events",
        "ALTER TABLE copy RENAME TO audit_events",
        "UPDATE audit_events SET decision = NULL",
    )


def blob(path: str) -> None:
    execute(path, "UPDATE audit_events SET capability = x'ff00fe'")


def not_utf8(path: str) -> None:
    execute(path, "UPDATE audit_events SET actor = CAST(x'6f7073ff' AS TEXT)")


def not_utf8_id(path: str) -> None:
    execute(path, "UPDATE audit_events SET timestamp = CAST(x'31ff' AS TEXT)")


def number(path: str) -> None:
    execute(path, "UPDATE audit_events SET reason = CAST(5 AS BLOB)")


DATABASES: dict[str, tuple[Callable[[str], None], str]] = {
    "damaged": (damaged_header, "log.db: not a readable database"),
    "cut": (cut, "log.db: not a readable database"),
    "without the table": (without_table, "log.db: the database has no table `audit_events`"),
    "with a view of that name": (a_view, "log.db: the database has no table `audit_events`"),
    "without a column": (no_column, "log.db: the table `audit_events` has no column `decision`"),
    "without rows": (no_rows, "no record was checked"),
    "with NULL for the decision": (null_decision, "the row has no `decision`"),
    "with a blob for the capability": (blob, "`capability` is not UTF-8 text"),
    "with invalid UTF-8": (not_utf8, "`actor` is not UTF-8 text"),
    "with invalid UTF-8 for the time": (not_utf8_id, "`timestamp` is not UTF-8 text"),
    "with a blob for the reason": (number, "`reason` is not UTF-8 text"),
}


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_that_cannot_be_read_is_not_a_pass(name: str) -> None:
    shutil.copy(SEED_DB, "log.db")
    damage, says = DATABASES[name]
    damage("log.db")
    options = ("--policy", POLICIES / "seed-shell.yaml", "--max-undecided", "all")
    could_not_check("log.db", *options, says=(says,))


def test_a_candidate_that_fails_on_every_call_is_not_a_pass() -> None:
    # `float(10**400)` overflows in CapFence too: the call is denied there by an exception.
    write_lines(Path("log.jsonl"), *[record("pay.send", args={"amount": 10**400})] * 3)
    Path("policy.yaml").write_text("deny: [{capability: pay, amount_gt: 10}]\n", encoding="utf-8")
    says = ("3 records could not be read or decided", "no record was checked", "OverflowError")
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=says)
    options = ("--policy", "policy.yaml", "--max-invalid", "all", "--fail-on", "never")
    could_not_check("log.jsonl", *options, says=("no record was checked", "`deny-1`"))


def test_a_loosening_that_stands_only_in_skipped_lines_is_not_a_pass() -> None:
    write_lines(Path("log.jsonl"), GOOD, LOOSER[:-1])
    says = ("1 record could not be read or decided", "not JSON")
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=says)


def test_a_loosening_and_an_unreadable_second_log_are_both_shown_and_not_checked() -> None:
    write_lines(Path("log.jsonl"), GOOD, LOOSER)
    says = ("cannot read `gone.jsonl`",)
    text, report = could_not_check("log.jsonl", "gone.jsonl", "--policy", "policy.yaml", says=says)
    assert "looser  file.read.production  DENY -> ALLOW  1 call" in text.out
    assert report["counts"]["looser"] == 1
    assert [finding["class"] for finding in report["findings"]] == ["looser"]


def test_an_unreadable_first_log_does_not_hide_the_second() -> None:
    write_lines(Path("log.jsonl"), GOOD, LOOSER)
    says = ("cannot read `gone.jsonl`",)
    _, report = could_not_check("gone.jsonl", "log.jsonl", "--policy", "policy.yaml", says=says)
    assert (report["checked"], report["counts"]["looser"]) == (2, 1)


def test_a_loosening_and_an_invalid_line_are_both_shown_and_disallowed() -> None:
    write_lines(Path("log.jsonl"), GOOD, LOOSER, "{")
    text = fencekit("replay", "log.jsonl", "--policy", "policy.yaml")
    as_json = fencekit("replay", "log.jsonl", "--policy", "policy.yaml", "--format", "json")
    assert (text.code, as_json.code) == (1, 1)
    for words in ("looser  file.read.production", "log.jsonl:3:2: not JSON", "1 record could not"):
        assert words in text.out
    report = as_json.report
    assert (report["status"], report["exit_code"]) == ("findings", 1)
    assert (report["counts"]["looser"], report["counts"]["invalid"]) == (1, 1)
    assert len(report["troubles"]) == 1


def test_never_to_fail_on_findings_is_still_to_fail_on_trouble() -> None:
    write_lines(Path("log.jsonl"), GOOD, LOOSER)
    never = ("--policy", "policy.yaml", "--fail-on", "never")
    assert fencekit("replay", "log.jsonl", *never).code == 0
    write_lines(Path("log.jsonl"), GOOD, LOOSER, "{")
    could_not_check("log.jsonl", *never, says=("1 record could not be read",))
    could_not_check("gone.jsonl", *never, says=("gone.jsonl",))


def test_a_tightening_is_disallowed_only_where_every_change_is() -> None:
    write_lines(Path("log.jsonl"), record("shell.exec.x", "ALLOW"))
    assert fencekit("replay", "log.jsonl", "--policy", "policy.yaml").code == 0
    done = fencekit("replay", "log.jsonl", "--policy", "policy.yaml", "--fail-on", "changed")
    assert done.code == 1
    assert "FINDINGS: 1 of 1 checked call would be decided tighter" in done.out


def test_what_stays_undecided_is_not_a_pass_beyond_the_limit() -> None:
    unknown = {"$unknown": True}
    write_lines(Path("log.jsonl"), *[record("pay.send", args=unknown)] * 2)
    Path("policy.yaml").write_text(
        "deny: [{capability: pay, contains: x}]\nallow: [pay]\n", encoding="utf-8"
    )
    limit = ("--policy", "policy.yaml", "--max-undecided")
    says = ("2 records leave open whether the candidate is looser (`--max-undecided` allows 1)",)
    could_not_check("log.jsonl", *limit, "1", says=says)
    assert fencekit("replay", "log.jsonl", *limit, "2").code == 0
    assert fencekit("replay", "log.jsonl", *limit, "all").code == 0


def test_a_log_without_decisions_is_not_a_pass_and_asks_for_the_policy_in_force() -> None:
    line = json.dumps({"schema": "fencekit.record/1", "request": {"capability": "shell.exec"}})
    write_lines(Path("log.jsonl"), line)
    could_not_check("log.jsonl", "--policy", "policy.yaml", says=("--baseline", "1 record"))
    options = ("--policy", "policy.yaml", "--baseline", "policy.yaml")
    assert fencekit("replay", "log.jsonl", *options).code == 0


BACKTRACKING = "deny:\n  - {capability: shell, match_regex: '^(a+)+$'}\nallow: [x]\n"


def test_a_regex_that_backtracks_for_ever_ends_at_the_time_limit() -> None:
    import time

    write_lines(Path("log.jsonl"), GOOD, *[record(args={"command": "a" * 60 + "!"})] * 20)
    Path("policy.yaml").write_text(BACKTRACKING, encoding="utf-8")
    begun = time.monotonic()
    options = ("--policy", "policy.yaml", "--timeout", "0.5", "--format", "json")
    done = in_a_process("replay", "log.jsonl", *options)
    assert time.monotonic() - begun < 40  # the limit is of processor time: a loaded machine
    assert done.code == 3
    report = done.report
    assert report["status"] == "could-not-check"
    [trouble] = report["troubles"]
    for words in ("log.jsonl:2: ", "rule `deny-1`", "time limit of 0.5 s", "policy.yaml:2:"):
        assert words in trouble
    text = in_a_process("replay", "log.jsonl", *options[:-2])
    assert text.code == 3
    assert "log.jsonl:2: rule `deny-1`: still undecided after the time limit of 0.5 s" in text.out


def test_the_time_limit_gives_back_the_alarm_that_it_borrowed() -> None:
    import signal

    def ours(*_: object) -> None:
        raise AssertionError("the alarm of the caller went off")

    write_lines(Path("log.jsonl"), record(args={"command": "a" * 60 + "!"}))
    Path("policy.yaml").write_text(BACKTRACKING, encoding="utf-8")
    before = signal.signal(signal.SIGVTALRM, ours)
    signal.setitimer(signal.ITIMER_VIRTUAL, 300)
    try:
        done = fencekit("replay", "log.jsonl", "--policy", "policy.yaml", "--timeout", "0.2")
        assert done.code == 3
        assert signal.getsignal(signal.SIGVTALRM) is ours
        left, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
        assert 200 < left < 301
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_what_nobody_foresaw_is_not_a_pass_and_not_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Python itself ends with 1 on an exception, and 1 says that there are disallowed findings.
    fault = (
        "import fencekit.checks.replay.replay_job as job\njob.load_policy = lambda *a, **k: 1 / 0\n"
    )
    run = "import sys; from fencekit.cli.main import main; main(sys.argv[1:])"
    Path("run.py").write_text(fault + run, encoding="utf-8")
    import subprocess
    import sys

    from running import variables

    args = [sys.executable, "run.py", "replay", "log.jsonl", "--policy", "policy.yaml"]
    done = subprocess.run(args, env=variables(), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("error: a fault in fencekit: ZeroDivisionError")
    assert "Traceback" not in done.stderr


def test_an_allow_everything_candidate_is_found_out() -> None:
    # The other direction: the checks above do not simply always fail.
    Path("policy.yaml").write_text(ALLOW_ALL, encoding="utf-8")
    assert fencekit("replay", "log.jsonl", "--policy", "policy.yaml").code == 1
