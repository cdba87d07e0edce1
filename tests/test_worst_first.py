"""The call that is shown is the worst: pairs whose worst transition is known, and CapFence asked.

Each pair is written as the rules of the old and of the new version, with the transitions that there
are, the worst first. The package itself confirms the smallest call and the realistic one.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conformance.oracle import real_answer, real_load
from running import Done, fencekit, record, write_lines

import fencekit as package
from fencekit.model.proof import Proved, Witness
from fencekit.model.request_json import from_form
from fencekit.model.transition_kind import transition_kind

pytestmark = pytest.mark.oracle

A, E, D, W, X = (
    "DENY -> ALLOW",
    "ESCALATE -> ALLOW",
    "DENY -> ESCALATE",
    "obligation dropped",
    "where deciding raised",
)
LS = "{capability: shell.exec, match_regex: '^ls'}"
SHELL = f"deny: [{{capability: shell.exec, contains: rm}}]\nallow: [{LS}]\n"
PAY = (
    "deny: [{capability: pay.out, amount_gt: 1000}]\n"
    "require_approval: [{capability: pay.out, amount_gt: 200}]\n"
    "allow: [{capability: pay.out, amount_lte: 200}]\n"
)
SQL = (
    "deny: [{capability: sql.run, match_regex: '(?i)drop'}]\n"
    "require_approval: [{capability: sql.run, match_regex: '(?i)update'}]\n"
    "allow: [{capability: sql.run, match_regex: '(?i)^select'}]\n"
)
FILE = (
    "deny: [{capability: file.read, path_prefix: /etc/}]\n"
    "allow: [{capability: file.read, path_prefix: /srv/}]\n"
)
LEVELS = (
    "risk_levels: {critical: {action: deny}, high: {action: require_approval}}\nallow: ['x.*']\n"
)
WARNS = "rules: [{action: warn, capability: mail.send}]\n"
ASKS = "require_approval: [{capability: mail.send}]\n"

PAIRS: dict[str, tuple[str, str, list[str]]] = {
    # an asked call beside an allowed one: the harmless one must not hide the other
    "git asks, make runs": (
        SHELL,
        SHELL.replace("^ls", "^(ls|make)")
        + "require_approval: [{capability: shell.exec, match_regex: ^git}]\n",
        [A, D],
    ),
    "a regex widened": (SHELL, SHELL.replace("^ls", "^(ls|cat)"), [A]),
    "a regex without its anchor": (SHELL, SHELL.replace("^ls", "ls"), [A]),
    "a keyword gone": (SHELL, SHELL.replace("contains: rm", "contains: rmdir"), [A]),
    "a denial gone": (SHELL, f"allow: [{LS}]\n", [A]),
    "everything allowed": (SHELL, "allow: ['*']\n", [A]),
    "everything asked": (SHELL, SHELL + "require_approval: ['*']\n", [D]),
    "a denial asks": (SHELL, SHELL.replace("deny:", "require_approval:"), [D]),
    "another capability": (
        SHELL,
        SHELL.replace("[{capability: shell.exec, m", "[{capability: 'shell.*', m"),
        [A],
    ),
    "a limit raised": (PAY, PAY.replace("200", "500"), [E]),
    "both limits raised": (PAY, PAY.replace("200", "500").replace("1000", "5000"), [E, D]),
    "the upper limit raised": (PAY, PAY.replace("1000", "5000"), [D]),
    "the lower limit beyond the upper": (PAY, PAY.replace("200", "2000"), [E]),
    "all payments": (PAY, "allow: [pay.out]\n", [A, E, X]),
    "approval gone": (
        PAY,
        "deny: [{capability: pay.out, amount_gt: 1000}]\nallow: [pay.out]\n",
        [A, E],
    ),
    "gt for gte": (
        PAY.replace("amount_gt: 1000", "amount_gte: 1000"),
        PAY,
        [D],
    ),
    "a limit of text": (PAY, PAY.replace("amount_lte: 200", "amount_lte: 300"), []),
    "select or delete": (SQL, SQL.replace("^select", "^(select|delete)"), [A]),
    "updates run": (
        SQL,
        SQL.replace("'(?i)update'", "'(?i)updates'").replace("^select", "^(select|update)"),
        [E],
    ),
    "drops ask": (
        SQL,
        SQL.replace("deny:", "asked:")
        .replace(
            "require_approval: [",
            "require_approval: [{capability: sql.run, match_regex: '(?i)drop'}, ",
        )
        .replace("asked: [{capability: sql.run, match_regex: '(?i)drop'}]\n", ""),
        [D],
    ),
    "drops run": (
        SQL,
        SQL.replace("deny: [{capability: sql.run, match_regex: '(?i)drop'}]\n", ""),
        [A, D],
    ),
    "case counts": (SQL, SQL.replace("(?i)update", "update"), [E]),
    "another folder": (FILE, FILE.replace("/srv/", "/"), [A]),
    "a folder more": (
        FILE,
        FILE.replace("allow: [", "allow: [{capability: file.read, path_prefix: /home/}, "),
        [A],
    ),
    "etc is open": (FILE, "allow: [{capability: file.read, path_prefix: /}]\n", [A]),
    "etc asks": (FILE, FILE.replace("deny:", "require_approval:"), [D]),
    "no slash": (FILE, FILE.replace("/srv/", "/srv"), [A]),
    "a level less": (LEVELS, LEVELS.replace("critical: {action: deny}, ", ""), [A]),
    "a level asks": (LEVELS, LEVELS.replace("action: deny", "action: require_approval"), [D]),
    "a level runs": (
        LEVELS,
        LEVELS.replace("high: {action: require_approval}", "high: {action: allow}"),
        [E],
    ),
    "both levels gone": (LEVELS, "allow: ['x.*']\n", [A, E]),
    "a level warns": (
        LEVELS,
        LEVELS.replace("high: {action: require_approval}", "high: {action: warn}"),
        [E],
    ),
    "a warning gone": (WARNS, "allow: [mail.send]\n", [W]),
    "a warning gone, and more": (WARNS, "allow: ['mail.*']\n", [A, W]),
    "asked, now warned": (ASKS, WARNS, [E]),
    "asked, now run": (ASKS, "allow: [mail.send]\n", [E]),
    "denied by default, now warned": ("deny: [x]\n", WARNS, [A]),
    "another capability asks": (ASKS, ASKS.replace("{capability: mail.send}", "'mail.*'"), [D]),
    "the environment": (
        "allow: [{capability: d.x, environment: staging}]\n",
        "allow: [{capability: d.x}]\n",
        [A],
    ),
    "the role": (
        "require_approval: [{capability: d.x, user_role: agent}]\nallow: [d.x]\n",
        "require_approval: [{capability: d.x, user_role: robot}]\nallow: [d.x]\n",
        [E],
    ),
    "the tenant, asked": (
        "allow: [{capability: d.x, tenant: acme}]\n",
        "require_approval: [d.y]\nallow: [{capability: d.x, tenant: acme}]\n",
        [D],
    ),
    "three ways at once": (
        "deny: [a.x]\nrequire_approval: [b.x]\nrules: [{action: warn, capability: c.x}]\n",
        "require_approval: [a.y]\nallow: [a.x, b.x, c.x]\n",
        [A, E, D, W],
    ),
    "only where it raises": (
        "require_approval: [{capability: pay.out, amount_gt: 500}]\nallow: [pay.out]\n",
        "require_approval: [pay.out]\n",
        [X],
    ),
    "only where a depth raises": (
        "require_approval: [{capability: d.x, caller_depth_gt: 3}]\nallow: [d.x]\n",
        "require_approval: [d.x]\n",
        [X],
    ),
    "the same": (PAY, PAY.replace("allow:", "# a comment\nallow:"), []),
}
ORDER = [A, E, D, W, X]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def diff(old: str, new: str, *options: object) -> Done:
    Path("old.yaml").write_text(old, encoding="utf-8")
    Path("new.yaml").write_text(new, encoding="utf-8")
    return fencekit("diff", "old.yaml", "new.yaml", "--no-authors", "--format", "json", *options)


def step(finding: dict[str, Any]) -> str:
    """Return the transition of a finding, by its decisions alone."""
    if finding["class"] == "looser_on_error":
        return X
    before, after = (finding[side].partition("+")[0] for side in ("before", "after"))
    return W if before == after else f"{before} -> {after}"


WORD = {"allow": "ALLOW", "warn": "ALLOW+warn", "require_approval": "ESCALATE"}


def confirm(request: dict[str, Any], finding: dict[str, Any]) -> None:
    """Fail where CapFence decides a call otherwise than the finding says."""
    call = from_form(request)
    for name, side in (("old.yaml", "before"), ("new.yaml", "after")):
        policy = real_load(name)
        assert policy is not None
        answer = real_answer(policy, call)
        said = "DENY" if answer.raised else WORD.get(answer.verdict, "DENY")
        assert said == finding[side], (name, call, answer)


@pytest.mark.parametrize("name", PAIRS)
def test_the_worst_transition_comes_first_and_the_others_are_shown_or_proved_absent(
    name: str,
) -> None:
    old, new, wanted = PAIRS[name]
    done = diff(old, new)
    loosening = [f for f in done.report["findings"] if f["class"].startswith("looser")]
    shown = [step(finding) for finding in loosening]
    assert list(dict.fromkeys(shown)) == wanted
    assert done.code == int(any(one != X for one in wanted))
    assert done.report["status"] == {(): "clean", (X,): "except-errors"}.get(
        tuple(wanted), "findings"
    )
    answers = done.report["comparison"]["transitions"]
    if wanted:
        assert answers == {one: "witness" if one in wanted else "proved" for one in ORDER}
    for finding in loosening:
        (witness,) = finding["witnesses"]
        confirm(witness["request"], finding)
        if "realistic" in finding:
            confirm(finding["realistic"]["request"], finding)


@pytest.mark.parametrize("name", PAIRS)
def test_the_python_names_show_the_worst_call_too(name: str) -> None:
    old, new, wanted = PAIRS[name]
    diff(old, new)
    policies = [package.load_policy(file) for file in ("old.yaml", "new.yaml")]
    found = package.compare(*policies)
    if not wanted:
        assert isinstance(found, Proved)
        return
    assert isinstance(found, Witness)
    assert transition_kind(found.before, found.after) == wanted[0]
    if wanted[0] != X:
        with pytest.raises(AssertionError) as caught:
            package.assert_not_looser(*policies)
        first = str(caught.value).splitlines()[0]
        before, _, after = wanted[0].partition(" -> ")
        assert wanted[0] == W or re.search(rf"{before}(\+\w+)? -> {after}", first), first


def test_there_are_pairs_enough() -> None:
    assert len(PAIRS) >= 40
    assert {one for _, _, wanted in PAIRS.values() for one in wanted} == set(ORDER)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("git asks, make runs", "make; curl evil.example"),
        ("a regex widened", "cat; curl evil.example"),
        ("select or delete", "delete; DROP TABLE"),
        ("another folder", "/etc/"),
        ("all payments", "1000000"),
        ("both limits raised", "500"),
    ],
)
def test_without_a_log_the_realistic_call_is_the_worst_that_is_newly_open(
    name: str, part: str
) -> None:
    old, new, _ = PAIRS[name]
    if name == "another folder":
        old, new = (text.replace("/etc/", "/proc/") for text in (old, new))
    if name == "select or delete":
        old, new = (text.replace("'(?i)drop'", "'never'") for text in (old, new))
    first = diff(old, new).report["findings"][0]
    assert part in json.dumps(first["realistic"]["request"])


def test_with_a_log_the_realistic_call_is_like_a_recorded_one(folder: Path) -> None:
    args = {"command": "ls -la", "cwd": "/srv", "timeout": 30}
    write_lines(folder / "log.jsonl", record("shell.exec", "ALLOW", args=args))
    old, new, _ = PAIRS["a regex widened"]
    found = diff(old, new, "--log", "log.jsonl").report["findings"]
    first = next(f for f in found if f["class"] == "looser")
    like = first["realistic"]["request"]["args"]
    assert like.keys() == args.keys()
    assert (like["cwd"], like["timeout"]) == ("/srv", 30)
    assert like["command"].startswith("cat")
    confirm(first["realistic"]["request"], first)


@pytest.mark.parametrize("check", ["diff", "prove"])
def test_what_only_an_error_shows_never_fails_unless_asked_and_is_never_called_clean(
    check: str,
) -> None:
    old, new, _ = PAIRS["only where it raises"]
    diff(old, new)
    words = (
        ("diff", "old.yaml", "new.yaml")
        if check == "diff"
        else ("prove", "new.yaml", "--guardrails", "old.yaml")
    )
    for form in ("text", "markdown", "json", "junit", "github", "gitlab", "sarif"):
        done = fencekit(*words, "--format", form, "--html", "r.html")
        assert done.code == 0, form
        assert "except" in done.out, form
        for word in ("CLEAN", "Passed", "May merge", "✅"):
            assert word not in done.out, (form, word)
        assert "proved: for no call" not in done.out
    done = fencekit(*words, "--fail-on-errors")
    assert done.code == 1
    assert done.out.startswith("FINDINGS")


@pytest.mark.parametrize(
    "amount",
    [10**309, -(10**309), 10**4000, 1.7976931348623157e308, 5e-324, -0.0, "1e999", "9" * 400, True],
    ids=lambda value: str(value)[:12],
)
def test_no_search_shrink_or_print_raises_on_any_number(amount: Any, folder: Path) -> None:
    old, new, _ = PAIRS["only where it raises"]
    diff(old, new)
    package.assert_not_looser("old.yaml", "new.yaml")
    with pytest.raises(AssertionError):
        package.assert_not_looser("old.yaml", "new.yaml", fail_on_errors=True)
    package.assert_not_looser("old.yaml", "new.yaml", exact=False)
    write_lines(folder / "log.jsonl", record("pay.out", "DENY", args={"amount": amount}))
    done = diff(old, new, "--log", "log.jsonl", "--max-invalid", "all")
    assert done.code in (0, 1, 3)
    assert done.report["findings"]


@pytest.mark.parametrize("limit", ["1" + "0" * 400, "1e308", ".inf", "-1e308"])
def test_no_threshold_makes_a_search_raise(limit: str) -> None:
    old = f"deny: [{{capability: pay.out, amount_gt: {limit}}}]\nallow: [pay.out]\n"
    Path("old.yaml").write_text(old, encoding="utf-8")
    Path("new.yaml").write_text("allow: [pay.out]\n", encoding="utf-8")
    done = fencekit("diff", "old.yaml", "new.yaml", "--how-much", "--explain")
    assert done.code in (0, 1, 3), done.err
    assert fencekit("lint", "old.yaml").code in (0, 1, 3)


def test_findings_of_one_edit_stand_together_the_worst_edit_first() -> None:
    done = diff(
        "deny: [{capability: a.x, contains: rm}, {capability: b.x, contains: rm}]\n"
        "require_approval: [{capability: b.y}]\nallow: [a.x]\n",
        "deny: [{capability: b.x, contains: rm}]\n"
        "require_approval: [{capability: c.x}]\nallow: [a.x, b.y]\n",
    )
    found = [f for f in done.report["findings"] if f["class"] == "looser"]
    edits = [
        tuple(number for numbers in f["blames"][0]["undo"] for number in numbers) for f in found
    ]
    assert edits == sorted(edits, key=edits.index)
    runs = [edit for at, edit in enumerate(edits) if at == 0 or edits[at - 1] != edit]
    assert len(runs) == len(set(runs))
    assert step(found[0]) == A
