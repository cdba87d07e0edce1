"""A waiver is bound to what its author saw: content, never a position, never everything."""

import json
from pathlib import Path
from typing import Any

import pytest
from running import POLICIES, Done, fencekit, record, write_lines

from fencekit.checks.postprocess.waiver_file import load_waivers
from fencekit.dialects.dialect_registry import load_policy, write_policy

TODAY = ("--today", "2026-12-01")
FORMS = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab", "html")
OLD = "allow:\n  - {capability: shell.exec, match_regex: ^ls}\n"
NEW = OLD + "  - {capability: shell.exec, match_regex: ^make}\n"
WORSE = (
    "allow:\n  - {capability: shell.exec, match_regex: ^ls}\n"
    "  - {capability: shell.exec, match_regex: ^curl}\n"
    "  - {capability: shell.exec, match_regex: ^make}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    commands = ("ls", "make x", "make y", "curl z")
    write_lines(
        tmp_path / "log.jsonl",
        *(record("shell.exec", "DENY", args={"command": command}) for command in commands[1:]),
    )
    return tmp_path


def replay(policy: str = "new.yaml", *options: object, baseline: bool = True) -> Done:
    words = ("--baseline", "old.yaml", "--no-authors") if baseline else ()
    return fencekit(
        *("replay", "log.jsonl", "--policy", policy, "--format", "json", *TODAY, *words, *options)
    )


def waive(*options: object, report: str = "report.json") -> Done:
    found = json.loads(Path(report).read_text("utf-8"))["findings"]
    key = next(f["key"] for f in found if f["class"] == "looser" and "waiver" not in f)
    words = ("--reason", "until the audit", "--until", "2026-12-31", "--approver", "ann@b.example")
    return fencekit("waive", key[:12], "--report", report, *words, *options)


def left(done: Done) -> int:
    found = done.report["findings"]
    return sum(f["count"] for f in found if f["class"] == "looser" and "waiver" not in f)


def slugs(done: Done) -> list[str]:
    return [f["slug"] for f in done.report["findings"] if f["class"] == "fault"]


def waivers(*listed: dict[str, Any]) -> None:
    usual = {"reason": "until the audit", "approver": "ann", "expires": "2026-12-31"}
    page = {"waivers": [{**usual, **waiver} for waiver in listed]}
    Path("fencekit.waivers.yaml").write_text(json.dumps(page), encoding="utf-8")


@pytest.mark.parametrize("baseline", [True, False])
def test_a_finding_is_waived_from_a_report_and_nothing_that_comes_later(baseline: bool) -> None:
    assert replay("new.yaml", "--out", "json=report.json", baseline=baseline).code == 1
    assert waive().code == 0
    done = replay(baseline=baseline)
    assert (done.code, done.report["status"], left(done)) == (0, "waived", 0)
    Path("new.yaml").write_text(WORSE, encoding="utf-8")
    done = replay(baseline=baseline)
    assert (done.code, left(done)) == (1, 1)
    found = [f for f in done.report["findings"] if f["class"] == "looser"]
    assert [("waiver" in f, f["count"]) for f in found] == [(False, 1), (True, 2)]


@pytest.mark.parametrize(
    "change",
    [
        (NEW.replace("^make", "^ma"), 2),
        (NEW.replace("match_regex: ^make", "contains: make"), 2),
        (NEW.replace("shell.exec, match_regex: ^make", "shell.*, match_regex: ^make"), 2),
        (NEW.replace("  - {capability: shell.exec, match_regex: ^make}\n", "  - '*'\n"), 3),
    ],
    ids=["regex", "condition", "capability", "everything"],
)
def test_what_is_edited_later_is_waived_no_more_and_the_waiver_says_so(
    change: tuple[str, int],
) -> None:
    text, calls = change
    replay("new.yaml", "--out", "json=report.json")
    waive()
    assert replay().code == 0
    Path("new.yaml").write_text(text, encoding="utf-8")
    done = replay()
    assert (done.code, left(done), slugs(done)) == (1, calls, ["waiver-unused"])
    (said,) = (f["message"] for f in done.report["findings"] if f["class"] == "fault")
    assert "any more" in said


def test_a_waiver_by_position_is_refused_with_the_new_form() -> None:
    waivers({"capability": "shell.*", "rule": "allow-2"})
    done = replay()
    assert done.code == 3
    digest = next(r.digest for r in load_policy("new.yaml").rules if r.id == "allow-2")
    assert f"write `rule: allow-2@{digest[:32]}`" in done.err
    assert "fencekit waive --migrate" in done.err
    waivers({"capability": "shell.*", "rule": f"allow-2@{digest[:32]}"})
    assert replay().code == 0
    waivers({"capability": "shell.*", "rule": f"whatever@{digest[:16]}"})
    assert replay().code == 0  # what it is called does not matter


@pytest.mark.parametrize(
    "rule", ["allow-2@", "allow-2@12ab", "@" + "a" * 32, "allow-2@" + "g" * 32]
)
def test_what_is_no_digest_is_refused(rule: str) -> None:
    waivers({"capability": "shell.*", "rule": rule})
    done = replay()
    assert done.code == 3
    assert "16 to 64 hexadecimal digits" in done.err
    waivers({"finding": "12ab"})
    assert "16 to 64 hexadecimal digits" in replay().err


def test_old_waivers_are_rewritten_and_all_else_in_the_file_stays() -> None:
    text = (
        "# who may do what\nwaivers:\n"
        "  - capability: shell.*   # the shell\n    rule: 'allow-2'  # make\n"
        "    reason: until the audit\n    approver: ann\n    expires: 2026-12-31\n"
        "  - {capability: shell.*, rule: allow-1, reason: r, approver: a, expires: 2026-12-31}\n"
        "  - {capability: mail.send, reason: r, approver: a, expires: 2026-12-31}\n"
    )
    file = Path("fencekit.waivers.yaml")
    file.write_bytes(text.replace("\n", "\r\n").encode())
    done = fencekit("waive", "--migrate", "--policy", "new.yaml")
    assert done.code == 0, done.err
    assert "2 waivers rewritten" in done.all
    digests = {rule.id: rule.digest[:32] for rule in load_policy("new.yaml").rules}
    wanted = text.replace("'allow-2'", f"allow-2@{digests['allow-2']}")
    wanted = wanted.replace("rule: allow-1", f"rule: allow-1@{digests['allow-1']}")
    assert file.read_bytes() == wanted.replace("\n", "\r\n").encode()
    assert "all are new" in fencekit("waive", "--migrate", "--policy", "new.yaml").all
    done = replay()
    assert (done.code, done.report["status"]) == (0, "waived")


def test_migrating_needs_the_old_rules() -> None:
    waivers({"capability": "shell.*", "rule": "allow-7"})
    before = Path("fencekit.waivers.yaml").read_bytes()
    done = fencekit("waive", "--migrate", "--policy", "new.yaml")
    assert done.code == 3
    assert "the policy has no rule `allow-7`" in done.err
    assert Path("fencekit.waivers.yaml").read_bytes() == before


def test_a_rule_that_both_versions_have_is_not_what_loosened() -> None:
    """Its author saw one denial go; another that goes later is not theirs to have waived."""
    tail = "allow: ['shell.*']\n"
    Path("old.yaml").write_text(
        "deny:\n  - {capability: shell.*, contains: make}\n"
        "  - {capability: shell.*, contains: curl}\n" + tail,
        encoding="utf-8",
    )
    Path("new.yaml").write_text(
        "deny:\n  - {capability: shell.*, contains: curl}\n" + tail, encoding="utf-8"
    )
    (rule,) = (r for r in load_policy("new.yaml").rules if r.id == "allow-1")
    waivers({"capability": "shell.*", "rule": f"allow-1@{rule.digest}"})
    assert replay().code == 1
    replay("new.yaml", "--out", "json=report.json")
    Path("fencekit.waivers.yaml").unlink()
    replay("new.yaml", "--out", "json=report.json")
    waive()
    assert replay().code == 0
    Path("new.yaml").write_text(tail, encoding="utf-8")
    done = replay()
    assert (done.code, left(done)) == (1, 1)


def test_against_recorded_decisions_one_call_more_exceeds_the_waiver(folder: Path) -> None:
    replay("new.yaml", "--out", "json=report.json", baseline=False)
    waive()
    text = Path("fencekit.waivers.yaml").read_text("utf-8")
    assert "max_count: 2" in text
    more = record("shell.exec", "DENY", args={"command": "make z"})
    (folder / "log.jsonl").write_text((folder / "log.jsonl").read_text() + more + "\n")
    done = replay(baseline=False)
    assert (done.code, slugs(done)) == (1, ["waiver-exceeded"])


def test_a_waiver_is_added_to_what_is_there(folder: Path) -> None:
    file = folder / "fencekit.waivers.yaml"
    replay("new.yaml", "--out", "json=report.json")
    usual = "reason: r\n    approver: a\n    expires: 2026-12-31\n"
    for text in (
        "waivers: []  # none yet\n",
        f"waivers:\n  # mail\n  - capability: mail.send\n    {usual}# the end",
        f"waivers:\n- capability: mail.send\n  {usual.replace('    ', '  ')}",
    ):
        file.write_text(text, encoding="utf-8")
        assert waive().code == 0
        assert replay().code == 0
        listed, _ = load_waivers(str(file))
        assert [one.approver for one in listed][-1] == "ann@b.example"
        said = file.read_text("utf-8")
        assert all(
            words in said for words in ("# none yet", "# mail", "# the end") if words in text
        )
    file.write_text(f"waivers: [{{capability: mail.send, {usual.replace(chr(10), ', ')}}}]\n")
    before = file.read_bytes()
    done = waive()
    assert done.code == 3
    assert "finding: " in done.err
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "`FINDING` is missing"),
        (("abcdef123456", "--report", "report.json"), "`--reason` is missing"),
        (
            ("abcdef123456", "--report", "report.json", "--reason", "r", "--until", "2026-12-31"),
            "has no finding `abcdef123456`",
        ),
        (
            ("ab", "--report", "report.json", "--reason", "r", "--until", "2026-12-31"),
            "has no finding `ab`",
        ),
        (
            ("abcdef", "--report", "report.json", "--reason", "r", "--until", "soon"),
            "`soon` is no day",
        ),
        (("--migrate", "--reason", "r"), "`--migrate` is about all waivers"),
        (("--migrate",), "no policy whose rules are meant"),
    ],
    ids=range(7),
)
def test_waive_says_what_is_missing_or_wrong(words: tuple[str, ...], said: str) -> None:
    replay("new.yaml", "--out", "json=report.json")
    extra = () if "--migrate" in words else ("--approver", "me")
    done = fencekit("waive", *words, *extra)
    assert done.code == 2
    assert said in done.err
    assert not Path("fencekit.waivers.yaml").exists()


def test_what_is_waived_already_and_what_could_not_be_checked_is_not_waived() -> None:
    replay("new.yaml", "--out", "json=report.json")
    waive()
    key = replay("new.yaml", "--out", "json=report.json").report["findings"][0]["key"]
    done = fencekit(
        "waive", key, "--report", "report.json", "--reason", "r", "--until", "2027-01-01"
    )
    assert done.code == 2
    assert "is waived already" in done.err


BROAD: tuple[dict[str, Any], ...] = (
    {"capability": "*[.]*"},
    {"capability": "[!~]*"},
    {"capability": "*[a-z]*"},
    {"capability": "*", "when": {"match_regex": ""}},
    {"capability": "*", "when": {"match_regex": "(?s).*"}},
    {"capability": "*", "when": {"contains": ""}},
    # and others of the kind
    {"capability": "*.*"},
    {"capability": "?*"},
    {"capability": "*e*"},
    {"capability": "[!x]*"},
    {"capability": "[a-z]*[a-z]"},
    {"capability": "*", "when": {"match_regex": r"[^\x00]"}},
    {"capability": "*", "when": {"match_regex": "^(?!.*zzz)"}},
    {"capability": "*", "when": {"contains": "'"}},
    {"capability": "*", "when": {"match_keywords": ["a", "e", "i", "o"]}},
    {"capability": "*[!%]", "when": {"match_regex": "[a-z]|[0-9]"}},
    {"capability": "*", "when": {"environment": "production"}},
    {"capability": "[fs][ih][le][el]*"},
    # what every payment, or every path, meets
    {"capability": "*", "when": {"amount_lte": 10**12}},
    {"capability": "*", "when": {"amount_gte": 0, "amount_lt": 2e9}},
    {"capability": "*", "when": {"amount_gt": -1}},
    {"capability": "*", "when": {"path_prefix": "/"}},
    {"capability": "*", "when": {"match_regex": r"^[\s\S]*$"}},
)
PROVED = ("(?s).*", 10**12, "/")
NARROW: tuple[dict[str, Any], ...] = (
    {"capability": "shell.*"},
    {"capability": "*.exec"},
    {"capability": "shell.ex[ae]c"},
    {"capability": "*", "when": {"contains": "make"}},
    {"capability": "*", "when": {"amount_lte": 500}},
    {"capability": "*", "when": {"path_prefix": "/srv/app"}},
    {"capability": "*", "when": {"match_regex": "^make [a-z]+$"}},
)


def with_two_namespaces() -> None:
    for name in ("old.yaml", "new.yaml"):
        file = Path(name)
        text = file.read_text("utf-8")
        file.write_text(f"deny: [file.write]\n{text}", encoding="utf-8")


@pytest.mark.parametrize("scope", BROAD, ids=str)
def test_a_waiver_for_nearly_everything_waives_nothing_however_it_is_spelt(
    scope: dict[str, Any],
) -> None:
    with_two_namespaces()
    waivers(scope)
    done = replay()
    assert done.code == 1
    assert slugs(done) == ["waiver-too-broad"]
    assert left(done) == 2
    if any(value in PROVED for value in scope.get("when", {}).values()):
        assert "is proved to meet" in done.out


@pytest.mark.parametrize("scope", NARROW, ids=str)
def test_a_scope_that_says_something_is_not_too_broad(scope: dict[str, Any]) -> None:
    with_two_namespaces()
    waivers(scope)
    assert "waiver-too-broad" not in slugs(replay())


@pytest.mark.parametrize("sign", ["\u200b", "\u3164", "\u2800", "\u202eann", "-", "\u00ad", "a\tb"])
@pytest.mark.parametrize("key", ["reason", "approver"])
def test_reasons_and_approvers_are_text_that_can_be_seen(key: str, sign: str) -> None:
    waivers({"capability": "shell.*", key: sign})
    done = replay()
    assert done.code == 3
    assert f"`{key}`" in done.err


def test_no_format_says_clean_of_what_is_waived_and_each_says_it_first(folder: Path) -> None:
    waivers({"capability": "shell.*"})
    files = [word for form in FORMS for word in ("--out", f"{form}={form}")]
    for check in ("replay", "diff"):
        words = (
            ("replay", "log.jsonl", "--policy", "new.yaml", "--baseline", "old.yaml")
            if check == "replay"
            else ("diff", "old.yaml", "new.yaml", "--log", "log.jsonl")
        )
        done = fencekit(*words, "--no-authors", *TODAY, *files)
        assert done.code == 0
        for form in FORMS:
            page = (folder / form).read_text("utf-8")
            body = page.partition("<body")[2].partition("</header>")[0] if form == "html" else page
            for word in ("CLEAN", "May merge", "Passed", "✅", "✓"):
                assert word not in body.replace("Passed over", ""), (check, form, word)
            for said in ("ann", "2026-12-31", "until the audit", "waived"):
                assert said in body, (check, form, said)
            # before any finding, rule, edit or count of other calls
            first = [body.find(word) for word in ("allow-2", "shell.exec", "edit 1")]
            assert all(at < 0 or body.index("until the audit") < at for at in first), (check, form)
    rendered = fencekit("render", "json", "--format", "text")
    assert rendered.out.startswith("WAIVED")


def test_beside_findings_the_waived_calls_are_in_the_first_line() -> None:
    Path("new.yaml").write_text(WORSE, encoding="utf-8")
    waivers({"capability": "shell.*", "when": {"contains": "make"}})
    done = fencekit("replay", "log.jsonl", "--policy", "new.yaml", *TODAY)
    assert done.code == 1
    first, second, *_ = done.out.splitlines()
    assert first.startswith("FINDINGS, 2 WAIVED: ")
    assert second.startswith("  2 calls waived by ann until 2026-12-31: until the audit")


NAMED = """\
deny:
  # id: no-rm
  - capability: shell.*
    contains: rm
allow:
  # id: make-only
  # it builds
  - {capability: shell.exec, match_regex: ^make}
  - shell.ls
  # id: far above, with an empty line

  - shell.cat
  # id: dashed
  -
    capability: shell.d
    match_regex: |
      x
      # id: no-comment
  - shell.e
"""


def test_a_comment_above_a_rule_is_its_name_everywhere(folder: Path) -> None:
    Path("new.yaml").write_text(NAMED, encoding="utf-8")
    policy = load_policy("new.yaml")
    names = ["no-rm", "make-only", "allow-2", "allow-3", "dashed", "allow-5"]
    assert [rule.id for rule in policy.rules] == names
    again = write_policy(policy)
    Path("again.yaml").write_text(again, encoding="utf-8")
    assert load_policy("again.yaml") == policy
    assert [rule.id for rule in load_policy("again.yaml").rules] == names
    done = fencekit("replay", "log.jsonl", "--policy", "new.yaml")
    assert "rule   make-only (new.yaml:8)" in done.out
    Path("c.fence.yaml").write_text(
        "policy: new.yaml\ncases:\n  - name: a\n    request: {capability: shell.exec, "
        "args: {command: make}}\n    expect: {rule: make-only}\n",
        encoding="utf-8",
    )
    assert fencekit("test", "c.fence.yaml").code == 0
    replay("new.yaml", "--out", "json=report.json", baseline=False)
    waive()
    assert "rule: make-only@" in Path("fencekit.waivers.yaml").read_text("utf-8")


def test_a_name_alone_is_no_edit() -> None:
    Path("old.yaml").write_text(NAMED.replace("  # id: make-only\n", ""), encoding="utf-8")
    Path("new.yaml").write_text(NAMED.replace("no-rm", "never-rm"), encoding="utf-8")
    done = fencekit("diff", "old.yaml", "new.yaml", "--format", "json", "--no-authors")
    assert done.code == 0
    assert done.report["diff"]["edits"] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("allow-1", "names no rule"),
        ("default", "names no rule"),
        ("deny-x", "names no rule"),
        ("two words", "names no rule"),
        ("a:b", "names no rule"),
        ("no-rm", "is that of the rule at line 2 too"),
    ],
)
def test_a_name_is_one_word_no_position_and_nobody_elses(name: str, said: str) -> None:
    Path("new.yaml").write_text(NAMED.replace("make-only", name), encoding="utf-8")
    done = replay()
    assert done.code == 3
    assert said in done.err
    assert len(list(load_policy("new.yaml", strict=False).rules)) == 6


def test_the_fixtures_have_no_two_rules_of_one_digest_that_differ() -> None:
    seen: dict[str, tuple[object, ...]] = {}
    for file in sorted(POLICIES.glob("agents*.yaml")):
        for rule in load_policy(str(file)).rules:
            said = (rule.effect, rule.capability, rule.conditions)
            assert seen.setdefault(rule.digest, said) == said


@pytest.mark.parametrize(
    ("glob", "is_waived"),
    [
        ("mail.send", False),  # proof shows this one, and means what comes below it too
        ("mail.send.eu", False),
        ("mail.*", True),
        ("mail.send*", True),
        ("mail.send.*", True),
        ("mail.[st]end.x", False),
    ],
)
def test_what_proof_found_is_waived_for_every_capability_that_it_stands_for_or_not(
    glob: str, *, is_waived: bool
) -> None:
    Path("a.yaml").write_text("deny: [mail.send]\n", encoding="utf-8")
    Path("b.yaml").write_text("allow: [mail.send]\n", encoding="utf-8")
    waivers({"capability": glob})
    done = fencekit("diff", "a.yaml", "b.yaml", "--no-authors", "--today", "2026-11-30")
    assert done.code == (0 if is_waived else 1), done.out


def test_a_capability_that_a_rule_names_whole_is_waived_by_its_name() -> None:
    Path("a.yaml").write_text("deny: [mail.send.eu]\n", encoding="utf-8")
    Path("b.yaml").write_text("allow: [mail.send.eu]\n", encoding="utf-8")
    waivers({"capability": "mail.send.eu"})
    done = fencekit("diff", "a.yaml", "b.yaml", "--no-authors", "--today", "2026-11-30")
    assert (done.code, done.out[:6]) == (0, "WAIVED")
