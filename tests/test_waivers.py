"""A waiver allows what it covers, for its time, and nothing else; what it allows stays visible."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import ROOT, Done, fencekit, record, write_lines

from fencekit.dialects.dialect_registry import load_policy

REPORT = Draft202012Validator(json.loads((ROOT / "docs/report.schema.json").read_text("utf-8")))
POLICY = "allow: [pay.*, shell.*]\n"
WAIVER = {
    "capability": "pay.*",
    "reason": "until the audit",
    "approver": "ann@example.com",
    "expires": "2026-12-31",
}
HEAD = "waivers:\n  - {capability: a, reason: b, approver: c, expires: 2026-01-01,"
TODAY = ("--today", "2026-12-01")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory: five calls that were denied, and a policy that allows them."""
    monkeypatch.chdir(tmp_path)
    calls = [record("pay.out", "DENY", args={"amount": amount}) for amount in (1, 5, 500)]
    calls += [record("pay.in", "DENY"), record("shell.exec", "DENY", args={"command": "ls"})]
    write_lines(tmp_path / "log.jsonl", *calls)
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def replay(*waivers: dict[str, Any], options: tuple[object, ...] = TODAY) -> Done:
    """Replay with these waivers; JSON is YAML too."""
    text = json.dumps({"waivers": list(waivers)})
    Path("fencekit.waivers.yaml").write_text(text, encoding="utf-8")
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml", "--format", "json", *options)
    if done.code in (0, 1):
        REPORT.validate(done.report)
    return done


def left(done: Done) -> dict[str, int]:
    """Return the looser calls that are not waived, by capability."""
    return {
        finding["capability"]: finding["count"]
        for finding in done.report["findings"]
        if finding["class"] == "looser" and "waiver" not in finding
    }


def slugs(done: Done) -> list[str]:
    return [f["slug"] for f in done.report["findings"] if f["class"] == "fault"]


def states(done: Done) -> list[tuple[str, int]]:
    return [(use["state"], use["calls"]) for use in done.report["waivers"]["waivers"]]


def test_without_a_file_nothing_is_waived() -> None:
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml", "--format", "json")
    assert done.code == 1
    assert "waivers" not in done.report


def test_a_waiver_allows_its_scope_and_nothing_else() -> None:
    done = replay(WAIVER)
    assert done.code == 1
    assert left(done) == {"shell.exec": 1}
    assert states(done) == [("applied", 4)]
    both = replay(WAIVER, {**WAIVER, "capability": "shell.exec"})
    assert both.code == 0
    assert both.report["status"] == "waived"
    waived = [f["waiver"]["approver"] for f in both.report["findings"]]
    assert waived == ["ann@example.com"] * 3
    assert both.report["counts"]["looser"] == 5
    assert both.report["waivers"]["today"] == "2026-12-01"


def test_a_condition_waives_the_calls_that_meet_it_only() -> None:
    done = replay({**WAIVER, "capability": "pay.out", "when": {"amount_lte": 10}})
    assert left(done) == {"pay.out": 1, "pay.in": 1, "shell.exec": 1}
    assert states(done) == [("applied", 2)]
    parts = [f for f in done.report["findings"] if f["capability"] == "pay.out"]
    assert sorted(f["count"] for f in parts) == [1, 2]
    for found in parts:
        amounts = [w["request"]["args"]["amount"] for w in found["witnesses"]]
        assert amounts == ([1, 5] if "waiver" in found else [500])


def test_what_is_unknown_meets_no_condition(folder: Path) -> None:
    write_lines(folder / "log.jsonl", record("pay.out", "DENY", args={"$unknown": True}))
    done = replay({**WAIVER, "when": {"amount_lte": 10}})
    assert left(done) == {"pay.out": 1}
    assert slugs(done) == ["waiver-unused"]


def test_calls_that_the_report_does_not_keep_are_not_waived_by_a_condition() -> None:
    waiver = {**WAIVER, "when": {"amount_lte": 1_000}}
    done = replay(waiver, options=(*TODAY, "--keep-records", 2))
    assert left(done) == {"pay.out": 1, "pay.in": 1, "shell.exec": 1}


def test_the_rule_to_blame_can_be_named() -> None:
    digests = {rule.id: rule.digest for rule in load_policy("p.yaml").rules}
    first, second = (f"{name}@{digest[:32]}" for name, digest in digests.items())
    assert left(replay({**WAIVER, "rule": first})) == {"shell.exec": 1}
    assert len(left(replay({**WAIVER, "rule": second}))) == 3


@pytest.mark.parametrize(
    ("change", "slug", "state"),
    [
        ({"expires": "2026-11-30"}, "waiver-expired", "expired"),
        ({"max_count": 3}, "waiver-exceeded", "exceeded"),
        ({"capability": "mail.*"}, "waiver-unused", "unused"),
        ({"capability": "*"}, "waiver-too-broad", "too broad"),
        ({"capability": "*.*"}, "waiver-too-broad", "too broad"),
    ],
    ids=str,
)
def test_a_waiver_that_does_not_hold_waives_nothing_and_is_a_finding(
    change: dict[str, Any], slug: str, state: str
) -> None:
    done = replay({**WAIVER, **change})
    assert done.code == 1
    assert sum(left(done).values()) == 5
    assert slugs(done) == [slug]
    assert [use[0] for use in states(done)] == [state]


def test_a_waiver_holds_on_its_last_day_and_for_its_last_call() -> None:
    done = replay({**WAIVER, "max_count": 4}, options=("--today", "2026-12-31"))
    assert left(done) == {"shell.exec": 1}
    assert len(left(replay(WAIVER, options=("--today", "2027-01-01")))) == 3


def test_a_waiver_that_is_too_broad_fails_a_run_that_is_clean_otherwise(folder: Path) -> None:
    write_lines(folder / "log.jsonl", record("pay.out", "ALLOW"))
    assert replay({**WAIVER, "capability": "*"}).code == 1
    assert replay(WAIVER).code == 0  # unused: a warning


def test_a_waiver_never_waives_what_could_not_be_checked(folder: Path) -> None:
    write_lines(folder / "log.jsonl", record("pay.out", "DENY"), "{")
    done = replay(WAIVER)
    assert done.code == 3
    assert left(done) == {}


def test_a_later_waiver_covers_what_an_expired_one_does_not() -> None:
    old = {**WAIVER, "expires": "2020-01-01"}
    done = replay(old, WAIVER)
    assert left(done) == {"shell.exec": 1}
    assert [use[0] for use in states(done)] == ["expired", "applied"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a file of waivers is a mapping"),
        ("waivers: {}", "`waivers` is not a list"),
        ("waver: []", "unknown key: `waver` (did you mean `waivers`?)"),
        ("waivers: [x]", "fencekit.waivers.yaml:1:11: a waiver is a mapping"),
        ("waivers:\n  - capability: a\n    reason: b\n    approver: c", "has no `expires`"),
        ("waivers:\n  - {capability: a, reason: '', approver: c, expires: 2026-01-01}", "`reason`"),
        ("waivers:\n  - {capability: a, reason: b, approver: c, expires: soon}", "which is no day"),
        (
            f"{HEAD} when: {{amount_lte: much}}}}",
            "`amount_lte` is text, not a number",
        ),
        (
            f"{HEAD} max_count: 0}}",
            "`max_count` is not a number from 1",
        ),
        ("waivers: []\nwaivers: []", "the key `waivers` occurs twice"),
        ("waivers: [", "not YAML"),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_file_of_waivers_is_refused(text: str, said: str, folder: Path) -> None:
    (folder / "fencekit.waivers.yaml").write_text(text, encoding="utf-8")
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml")
    assert done.code == 3
    assert said in done.err


def test_a_file_that_is_named_has_to_be_there_and_a_day_has_to_be_one() -> None:
    done = fencekit("replay", "log.jsonl", "--policy", "p.yaml", "--waivers", "gone.yaml")
    assert done.code == 3
    assert "cannot read `gone.yaml`" in done.err
    done = replay(WAIVER, options=("--today", "tomorrow"))
    assert done.code == 2
    assert "`tomorrow` is no day" in done.err


def test_every_format_shows_what_is_waived_and_by_whom(folder: Path) -> None:
    forms = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab", "html")
    options = [word for form in forms for word in ("--out", f"{form}={form}")]
    replay(WAIVER, options=(*TODAY, *options))
    for form in forms:
        assert "ann@example.com" in (folder / form).read_text("utf-8"), form
    levels = json.loads((folder / "sarif").read_text("utf-8"))["runs"][0]["results"]
    assert sorted(result["level"] for result in levels) == ["error", "note", "note"]


def test_each_part_of_a_group_that_is_split_has_its_own_people_times_blame_and_trace(
    folder: Path,
) -> None:
    (folder / "old.yaml").write_text(
        "deny: [{capability: pay.out, amount_gte: 100}]\nallow: [pay.out]\n"
    )
    (folder / "p.yaml").write_text("allow: [pay.out]\n")
    calls = [(150, "ann", 1), (200, "ann", 2), (900, "bob", 3), (950, "cleo", 4)]
    write_lines(
        folder / "log.jsonl",
        *(
            record(
                "pay.out",
                "DENY",
                principal=who,
                time=f"2026-03-0{day}T10:00:00Z",
                args={"amount": amount},
            )
            for amount, who, day in calls
        ),
    )
    waiver = {**WAIVER, "when": {"amount_lte": 500}}
    done = replay(waiver, options=(*TODAY, "--baseline", "old.yaml", "--html", "r.html"))
    assert done.code == 1
    waived, rest = sorted(done.report["findings"], key=lambda f: "waiver" not in f)
    days = [(f["principals"], f["first"][:10], f["last"][:10]) for f in (waived, rest)]
    assert days == [(1, "2026-03-01", "2026-03-02"), (2, "2026-03-03", "2026-03-04")]
    for part in (waived, rest):
        assert [blame["count"] for blame in part["blames"]] == [2]
    amounts = [w["request"]["args"]["amount"] for w in rest["witnesses"]]
    assert amounts == [900, 950]
    page = (folder / "r.html").read_text("utf-8")
    assert page.count("2 principals, first 2026-03-03") == 1
    assert page.count("Why: the rules that were asked") == 2


def test_of_calls_that_are_only_counted_nobody_is_said_to_have_made_them() -> None:
    waiver = {**WAIVER, "capability": "pay.out", "when": {"amount_lte": 3}}
    done = replay(waiver, options=(*TODAY, "--keep-records", 2))
    waived, rest = sorted(
        (f for f in done.report["findings"] if f["capability"] == "pay.out"),
        key=lambda f: "waiver" not in f,
    )
    assert (waived["count"], waived["principals"]) == (1, 1)
    assert rest["count"] == 2
    assert "principals" not in rest


def test_what_is_waived_comes_last_and_every_complaint_is_in_every_format(folder: Path) -> None:
    (folder / "old.yaml").write_text("deny: [pay.*]\nallow: [shell.*]\n", encoding="utf-8")
    waivers = [
        {**WAIVER, "capability": "pay.out"},
        {**WAIVER, "capability": "mail.*"},
        {**WAIVER, "capability": "*"},
    ]
    Path("fencekit.waivers.yaml").write_text(json.dumps({"waivers": waivers}), encoding="utf-8")
    words = ("diff", "old.yaml", "p.yaml", "--log", "log.jsonl", *TODAY)
    for form in ("text", "markdown", "github", "gitlab", "junit", "sarif", "json"):
        done = fencekit(*words, "--format", form)
        assert done.code == 1
        for slug in ("waiver-unused", "waiver-too-broad"):
            assert slug in done.out, form
    findings = fencekit(*words, "--format", "json").report["findings"]
    waived = ["waiver" in finding for finding in findings]
    assert waived == sorted(waived)
    assert True in waived
    page = fencekit(*words, "--format", "markdown").out
    first = page[page.index("<details open>") :].splitlines()[0]
    assert "waived" not in first
