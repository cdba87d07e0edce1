"""What vets clean does so for every step; a pack that is broken in one way fails in that step."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fencekit.packs.pack.pack import PackCapability, read_pack
from fencekit.packs.render.render_pack import rendered_files
from fencekit.packs.vet.mutation_evidence import FILE as EVIDENCE
from fencekit.packs.vet.vetting_steps import STEPS
from tests.packs.tiny import write_pack
from tests.running import ROOT, Done, fencekit

PACKS = sorted(path.parent.name for path in (ROOT / "packs").glob("*/pack.yaml"))
REPORT = Draft202012Validator(json.loads((ROOT / "docs/report.schema.json").read_text("utf-8")))


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small pack that vets clean; we stand beside it."""
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "notes")
    return Path("notes")


def vet(*options: str) -> Done:
    done = fencekit("packs", "vet", "notes", "--format", "json", *options)
    if done.code in (0, 1, 3) and done.out:
        REPORT.validate(done.report)
    return done


def states(done: Done) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for step in done.report["vetting"]["steps"]:
        found.setdefault(step["name"], set()).add(step["state"])
    return found


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"{file}: {old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def render(pack: Path) -> None:
    for path, text in rendered_files(read_pack(pack)):
        path.write_text(text, encoding="utf-8")


def test_a_good_pack_holds_in_every_step(pack: Path) -> None:
    done = vet()
    assert done.code == 0, done.all
    assert states(done) == {name: {"holds"} for name in (*STEPS, "rates")}
    assert [rate["calls"] for rate in done.report["vetting"]["rates"]] == [2, 2, 2]
    text = fencekit("packs", "vet", "notes")
    assert text.out.startswith("CLEAN: 25 of 25 steps hold for the pack notes")


def no_changelog(pack: Path) -> str:
    (pack / "CHANGELOG.md").unlink()
    return "the pack has no `CHANGELOG.md`"


def another_version(pack: Path) -> str:
    edit(pack / "pack.yaml", "1.2.0", "1.3.0")
    return "does not speak of version 1.3.0"


def a_version_of_two_numbers(pack: Path) -> str:
    edit(pack / "pack.yaml", "version: 1.2.0", "version: '1.2'")
    return "`version` is `1.2`: write it as 1.2.3"


def a_payload_that_is_no_object(pack: Path) -> str:
    edit(
        pack / "pack.yaml",
        "name: note.read\n    payload: {type: object",
        "name: note.read\n    payload: {type: array",
    )
    return "the payload of `note.read` is no schema of an object"


def of_payload(wrong: str, said: str) -> Callable[[Path], str]:
    """Return what makes the payload of the first capability another schema."""

    def break_it(pack: Path) -> str:
        edit(pack / "pack.yaml", "{title: {type: string}}", f"{{title: {wrong}}}")
        return said

    break_it.__name__ = said
    return break_it


NO_SCHEMAS = (
    of_payload("{type: strng}", "`type` is one or several of `string`, `integer`"),
    of_payload("{type: [string, string]}", "`type` is one or several of"),
    of_payload("{type: object, required: ticket}", "`required` is a list of names"),
    of_payload("{required: [a, a]}", "`required` is a list of names, none of them twice"),
    of_payload("{additionalProperties: 7}", "`additionalProperties` is a schema"),
    of_payload("{properties: [a]}", "`properties` is schemas by name"),
    of_payload("{items: {items: {minLength: -1}}}", "`minLength` is a whole number from 0"),
    of_payload("{anyOf: []}", "`anyOf` is a list of schemas"),
    of_payload("{enum: {}}", "`enum` is a list of values"),
    of_payload("{pattern: '(a+)+('}", "`pattern` is a regex that compiles"),
    of_payload("{multipleOf: 0}", "`multipleOf` is a number over 0"),
    of_payload("{$ref: 'http://evil.example/x'}", "`$ref` is a place in the same payload"),
    of_payload("{$ref: '#/$defs/gone'}", "refers to `#/$defs/gone`, which is not in it"),
    of_payload("{$ref: '#/properties/title'}", "within itself, without an end"),
    of_payload("{maxLenght: 3}", "no word `maxLenght` (did you mean `maxLength`?)"),
)


def a_capability_that_is_not_declared(pack: Path) -> str:
    text = (pack / "pack.yaml").read_text("utf-8")
    before, _, after = text.partition("  - name: note.write\n")
    rest = after.split("\n", maxsplit=1)[1]
    (pack / "pack.yaml").write_text(before + rest, encoding="utf-8")
    return "a rule of `escalate` is about `note.write`, which the pack does not declare"


def a_rule_about_something_else(pack: Path) -> str:
    rule = "allow:\n  - {why: files, capability: file.write, whole: '<title>'}\n"
    edit(pack / "source/policy.yaml", "allow:\n", rule)
    return "a rule of `allow` is about `file.write`, which the pack does not declare"


def a_capability_that_nobody_decides(pack: Path) -> str:
    more = "  - {name: note.burn, payload: {type: object}}\nparameters:"
    edit(pack / "pack.yaml", "parameters:", more)
    return "no rule of `source/policy.yaml` decides `note.burn`"


def a_name_that_leaves_the_folder(pack: Path) -> str:
    edit(pack / "pack.yaml", "name: notes\n", "name: Our Notes/../x\n")
    return "`Our Notes/../x` is no name of a pack"


def a_policy_of_no_variant(pack: Path) -> str:
    (pack / "policies/loose.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    return "`policies/loose.yaml` is the policy of no variant"


def a_link_that_leads_nowhere(pack: Path) -> str:
    (pack / "lists/more.yaml").symlink_to("gone.yaml")
    return "a pack has files and folders only"


def a_hidden_file(pack: Path) -> str:
    (pack / ".hidden").write_text("", encoding="utf-8")
    return "`.hidden` is no plain name of a file"


def a_changelog_that_is_not_utf_8(pack: Path) -> str:
    (pack / "CHANGELOG.md").write_bytes(b"# 1.2.0 \xff\n")
    return "not UTF-8: byte 0xff cannot be decoded"


def evidence_that_is_not_there(pack: Path) -> str:
    edit(pack / "pack.yaml", "licence: MIT\n", "licence: MIT\nevidence: [../notes/pack.yaml]\n")
    return "`evidence` names `../notes/pack.yaml`, which is no file of the pack"


def guardrails_edited_by_hand(pack: Path) -> str:
    edit(pack / "guardrails.yaml", "todo|diary", "todo|diary|more")
    return "guardrails.yaml` is not what the source renders to"


def a_stale_page(pack: Path) -> str:
    edit(pack / "README.md", "Notes that agents", "Other notes that agents")
    return "README.md` is not what the source renders to"


def a_policy_that_was_taken_out(pack: Path) -> str:
    (pack / "policies/strict.yaml").unlink()
    return "policies/strict.yaml` is missing"


def cases_that_nothing_reads(pack: Path) -> str:
    (pack / "cases").mkdir()
    (pack / "cases/strict.fence.yaml").write_text("cases: []\n", encoding="utf-8")
    return "nothing reads `cases/strict.fence.yaml`"


def edited_by_hand(pack: Path) -> str:
    edit(pack / "policies/strict.yaml", "todo|diary", "todo|diary|more")
    return "policies/strict.yaml` is not what the source renders to"


def wildcard(pack: Path) -> str:
    edit(pack / "policies/permissive.yaml", "'note.write'\n", "'*'\n")
    return "policies/permissive.yaml"


def runaway_regex(pack: Path) -> str:
    rule = r"allow: [{capability: note.copy, match_regex: '\\A(?:[a-z]+)+\\Z'}]"
    (pack / "policies/baseline.yaml").write_text(f"{rule}\n", encoding="utf-8")
    return "policies/baseline.yaml"


def wrong_case(pack: Path) -> str:
    edit(pack / "source/cases.yaml", "capability: note.delete", "capability: note.read")
    return "source/cases.yaml"


def no_cases(pack: Path) -> str:
    (pack / "source/cases.yaml").write_text("[]\n", encoding="utf-8")
    return "the pack has no cases"


def beyond_guardrails(pack: Path) -> str:
    edit(pack / "policies/permissive.yaml", "todo|diary", "todo|diary|letter")
    return "letter"


def guardrails_that_ask_nothing(pack: Path) -> str:
    (pack / "guardrails.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    return "the guardrails ask for nothing"


def strict_is_looser(pack: Path) -> str:
    edit(pack / "policies/strict.yaml", "todo|diary", "todo|diary|letter")
    return "letter"


def baseline_is_looser(pack: Path) -> str:
    edit(pack / "policies/baseline.yaml", "todo|diary", "todo|diary|letter")
    return "baseline.yaml"


def strict_has_another_capability(pack: Path) -> str:
    edit(pack / "policies/strict.yaml", "allow:\n", "allow:\n  - 'note.copy'\n")
    return "note.copy"


def a_runaway_regex_of_the_guardrails(pack: Path) -> str:
    rule = r"deny: [{capability: note.copy, match_regex: '.*foo.*bar'}]"
    (pack / "guardrails.yaml").write_text(f"{rule}\n", encoding="utf-8")
    return "guardrails.yaml"


def fewer_cases(pack: Path) -> str:
    file = pack / "source/cases.yaml"
    file.write_text(file.read_text("utf-8").split("- why: another note\n")[0], encoding="utf-8")
    render(pack)
    return "no case notices: "


def threats_that_are_allowed(pack: Path) -> str:
    edit(pack / "lists/threats.yaml", "secret, diary2", "secret, diary")
    return "1 of 2 calls of `a list of threats` are allowed"


def ordinary_calls_that_are_not_allowed(pack: Path) -> str:
    text = (pack / "measure.yaml").read_text("utf-8") + (
        "  - {name: ordinary notes, kind: ordinary, list: ordinary, least: {permissive: 90}}\n"
    )
    (pack / "measure.yaml").write_text(text, encoding="utf-8")
    calls = "- {capability: note.write, field: title, values: [todo, letter]}\n"
    (pack / "lists/ordinary.yaml").write_text(calls, encoding="utf-8")
    return "permissive: 1 of 2 calls of `ordinary notes` are allowed"


BREAKS: dict[str, tuple[Callable[[Path], str], ...]] = {
    "manifest": (
        no_changelog,
        another_version,
        a_version_of_two_numbers,
        a_payload_that_is_no_object,
        *NO_SCHEMAS,
        a_capability_that_is_not_declared,
        a_rule_about_something_else,
        a_capability_that_nobody_decides,
        a_name_that_leaves_the_folder,
        a_policy_of_no_variant,
        cases_that_nothing_reads,
        a_link_that_leads_nowhere,
        a_hidden_file,
        a_changelog_that_is_not_utf_8,
        evidence_that_is_not_there,
    ),
    "source": (
        edited_by_hand,
        guardrails_edited_by_hand,
        a_stale_page,
        a_policy_that_was_taken_out,
    ),
    "lint": (wildcard,),
    "regexes": (runaway_regex, a_runaway_regex_of_the_guardrails),
    "cases": (wrong_case, no_cases),
    "capfence": (wrong_case, no_cases),
    "guardrails": (beyond_guardrails, guardrails_that_ask_nothing),
    "order": (strict_is_looser, baseline_is_looser, strict_has_another_capability),
    "mutation": (fewer_cases,),
    "rates": (threats_that_are_allowed, ordinary_calls_that_are_not_allowed),
}
"""The ways to break a pack, by the step that has to notice."""


def test_every_step_has_a_way_to_break_it() -> None:
    assert set(BREAKS) == {*STEPS, "rates"}


@pytest.mark.parametrize(
    ("step", "break_it"), [(step, way) for step, ways in BREAKS.items() for way in ways]
)
def test_a_pack_that_is_broken_fails_in_its_step_and_says_where(
    step: str, break_it: Callable[[Path], str], pack: Path
) -> None:
    said = break_it(pack)
    without = [word for name in STEPS if name != step for word in ("--without", name)]
    done = vet(*without)
    assert done.code == 1, done.all
    assert "fails" in states(done)[step]
    assert all(states(done)[name] == {"left out"} for name in STEPS if name != step)
    findings = [json.dumps(found) for found in done.report["findings"]]
    assert any(said in found for found in findings), findings
    for found in done.report["findings"]:
        assert (found.get("place") or found["rule"])["file"].startswith("notes"), found


REFUSED = {
    "a key twice": (
        ("pack.yaml", "licence: MIT\n", "licence: MIT\nlicence: none\n"),
        "notes/pack.yaml:5:1: the key `licence` occurs twice, first in line 4",
    ),
    "a section twice": (
        ("source/policy.yaml", "guardrails:\n", "escalate: []\nguardrails:\n"),
        "source/policy.yaml:15:1: the key `escalate` occurs twice, first in line 3",
    ),
    "a threat": (
        ("pack.yaml", "  limits:", "  stps: []\n  limits:"),
        "unknown key of the threat model: `stps` (did you mean `stops`?)",
    ),
    "a capability": (
        ("pack.yaml", "  - name: note.read\n", "  - name: note.read\n    paylod: {}\n"),
        "unknown key of a capability: `paylod` (did you mean `payload`?)",
    ),
    "a parameter": (
        ("pack.yaml", "{type: words, ", "{type: words, defualt: [], "),
        "unknown key of a parameter: `defualt` (did you mean `default`?)",
    ),
    "anything else": (
        ("pack.yaml", "licence: MIT\n", "licence: MIT\nevidnce: []\n"),
        "unknown key: `evidnce` (did you mean `evidence`?)",
    ),
    "a case": (
        ("source/cases.yaml", "- why: a note is read\n", "- why: a note is read\n  filed: x\n"),
        "unknown key: `filed` (did you mean `field`?)",
    ),
    "what JSON has not": (
        ("pack.yaml", "{title: {type: string}}", "{title: {const: 2026-01-01}}"),
        "`2026-01-01` is read as a date, which JSON does not have",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_be_passed_over_silently_is_refused_with_its_place(
    what: str, pack: Path
) -> None:
    (name, old, new), said = REFUSED[what]
    edit(pack / name, old, new)
    done = fencekit("packs", "vet", "notes", "--without", "mutation")
    assert done.code == 3, done.all
    assert said in done.all
    assert re.search(rf"{name}:\d+:\d+: ", done.all), done.all


def test_words_of_a_payload_that_no_proof_reads_are_told(pack: Path) -> None:
    edit(pack / "pack.yaml", "{title: {type: string}}", "{title: {format: uri, not: {const: x}}}")
    done = fencekit("packs", "vet", "notes", "--without", "mutation", "--without", "source")
    assert done.code == 0, done.all
    assert "2 capabilities; proofs do not read `format`" in done.out


def test_what_could_not_be_checked_is_no_pass(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "capfence.core.policy", None)
    done = vet("--without", "mutation")
    assert done.code == 3
    assert states(done)["capfence"] == {"not checked"}
    assert "pip install pytest-fencekit[capfence]" in fencekit("packs", "vet", "notes").out
    assert vet("--without", "mutation", "--without", "capfence").code == 0


def test_a_policy_that_cannot_be_read_is_no_pass(pack: Path) -> None:
    (pack / "policies/strict.yaml").write_text("deny: [", encoding="utf-8")
    done = vet("--without", "source")
    assert done.code in (1, 3)
    assert "policies/strict.yaml:1" in " ".join(done.report["troubles"])


def test_a_regex_of_which_nothing_is_shown_is_no_pass(pack: Path) -> None:
    rule = r"deny: [{capability: note.copy, match_regex: '(?i:(a)\1)b'}]"
    (pack / "policies/baseline.yaml").write_text(f"{rule}\n", encoding="utf-8")
    done = vet(*(word for name in STEPS if name != "regexes" for word in ("--without", name)))
    assert done.code == 3, done.all
    assert states(done)["regexes"] == {"holds", "not checked"}
    assert "not known whether 1 of 1 regexes are ReDoS-safe" in " ".join(done.report["troubles"])


def test_leaving_everything_out_is_no_pass(pack: Path) -> None:
    (pack / "measure.yaml").unlink()
    assert vet(*(word for name in STEPS for word in ("--without", name))).code == 3


def test_what_is_no_pack_or_no_step_is_refused(pack: Path) -> None:
    assert fencekit("packs", "vet", "gone").code == 3
    assert "there is no pack `gone`" in fencekit("packs", "vet", "gone").err
    assert vet("--without", "lnit").code == 2
    (pack / "pack.yaml").write_text("name: [", encoding="utf-8")
    assert vet().code == 3


def test_a_folder_of_data_that_is_none_is_a_usage_error(pack: Path) -> None:
    for data in ("gone", "notes/pack.yaml"):
        done = fencekit("packs", "vet", "notes", "--data", data)
        assert done.code == 2
        assert f"`{data}` is no folder of data" in done.err


def test_rates_that_need_data_are_named_and_measured_where_it_is(pack: Path) -> None:
    text = (pack / "measure.yaml").read_text("utf-8") + (
        "  - name: recorded reads\n    kind: ordinary\n    files: [calls]\n    where: {}\n"
        "    map: calls\n    least: {baseline: 50}\n"
        "maps:\n  calls:\n    '*': {capability: note.read}\n"
    )
    (pack / "measure.yaml").write_text(text, encoding="utf-8")
    without = [word for name in STEPS for word in ("--without", name)]
    done = vet(*without)
    assert done.report["vetting"]["unmeasured"] == ["recorded reads"]
    Path("data").mkdir()
    rows = [{"id": n, "tool": "read", "payload": {"title": t}} for n, t in enumerate(["todo", "x"])]
    lines = "".join(f"{json.dumps({**row, 'label': 'benign', 'meta': {}})}\n" for row in rows)
    Path("data/calls.jsonl").write_text(lines, encoding="utf-8")
    done = vet(*without, "--data", "data")
    assert done.code == 0, done.all
    rate = next(r for r in done.report["vetting"]["rates"] if r["set"] == "recorded reads")
    assert (rate["allowed"], rate["calls"], rate["slipped_count"]) == (1, 2, 1)
    assert 0 < rate["interval"][0] < 0.5 < rate["interval"][1] < 1


def payload(of: PackCapability) -> str:
    return json.dumps(of.payload, separators=(",", ":"))


def test_the_packs_that_ship_are_listed_and_shown() -> None:
    listed = fencekit("packs", "list")
    assert listed.code == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == PACKS
    for name in PACKS:
        shown = fencekit("packs", "show", name)
        assert shown.code == 0
        pack = read_pack(ROOT / "packs" / name)
        parts = ("stops", "limits", "capabilities", "parameters", "evidence", "licence")
        assert all(f"\n{part}" in shown.out for part in parts)
        assert f"\n  {pack.licence}\n" in shown.out
        assert all(f"    {payload(one)}\n" in shown.out for one in pack.capabilities)


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKS)
def test_a_pack_that_ships_vets_clean(name: str) -> None:
    """With each of its mutants looked at again, where there is evidence of them."""
    has_evidence = (ROOT / "packs" / name / EVIDENCE).is_file()
    left_out = () if has_evidence else ("--without", "mutation")
    done = fencekit("packs", "vet", name, *left_out, "--format", "json")
    assert done.code == 0, done.all
    by_state = states(done)
    checked = [step for step in STEPS if has_evidence or step != "mutation"]
    assert all(by_state[step] == {"holds"} for step in checked)
    proofs = [
        step["said"]
        for step in done.report["vetting"]["steps"]
        if step["name"] in ("guardrails", "order")
    ]
    assert len(proofs) == 5
    # Not only for the arguments that the pack declares, which a proof may fall back to.
    assert all(re.fullmatch(r"proved for every call \(\d+ kinds.* at\)", said) for said in proofs)
