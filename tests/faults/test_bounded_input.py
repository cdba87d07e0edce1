"""Input without an end, links that lead to themselves, closed streams: an error in bounded time."""

import json
import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from running import ROOT, fencekit

from fencekit.reading import open_inputs

COMMAND = [sys.executable, "-m", "fencekit"]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
AGENTS = ROOT / "fixtures/logs/fencekit/agents.jsonl"
REGEX = "deny:\n  - capability: 'shell.*'\n    match_regex: '^(a+)+$'\nallow: ['*']\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where we stand: a policy, a log, a pipe that nobody writes into, a link to itself."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(open_inputs, "WRITER", 0.05)
    monkeypatch.setattr(open_inputs, "SILENCE", 0.1)
    Path("p.yaml").write_text("allow: ['*']\n")
    Path("a.jsonl").write_bytes(AGENTS.read_bytes())
    Path("r.json").write_text('{"capability": "a.b"}')
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    return tmp_path


READS = [
    "replay a.jsonl --policy {}",
    "replay {} --policy p.yaml",
    "replay a.jsonl {} --policy p.yaml",
    "replay a.jsonl --policy p.yaml --waivers {}",
    "replay a.jsonl --policy p.yaml --tools {}",
    "replay a.jsonl --policy p.yaml --redaction-key {}",
    "diff p.yaml {}",
    "diff p.yaml p.yaml --domain {}",
    "prove p.yaml --guardrails {}",
    "lint {}",
    "test {}",
    "explain {} r.json",
    "explain p.yaml {}",
    "logs stats {}",
    "logs verify {}",
    "logs verify a.jsonl --checkpoint {}",
    "render {}",
    "packs verify {}",
]


@pytest.mark.parametrize("name", ["pipe", "loop", "/dev/zero"])
@pytest.mark.parametrize("command", READS)
def test_what_has_no_end_is_an_error_that_names_it(command: str, name: str) -> None:
    done = fencekit(*shlex.split(command.format(name)))
    assert done.code in (2, 3), done.all
    assert name in done.all
    assert "a fault in fencekit" not in done.all


@pytest.mark.parametrize("late", [b"", b"allow: ["])
def test_a_writer_that_says_nothing_more_is_not_waited_for(late: bytes) -> None:
    opened = threading.Event()

    def write() -> None:
        with Path("pipe").open("wb", buffering=0) as pipe:
            pipe.write(late)
            opened.wait(20)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = fencekit("lint", "pipe")
    finally:
        opened.set()
        writer.join()
    assert done.code == 3
    assert "no byte came" in done.all


def test_what_a_shell_pipes_in_is_read_like_a_file() -> None:
    script = f"{shlex.join(COMMAND)} replay <(cat a.jsonl) --policy <(sleep 0.3; cat p.yaml)"
    done = subprocess.run(
        ["bash", "-c", script], env=ENV, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "203 of 355" in done.stdout


@pytest.mark.parametrize(("name", "said"), [("pipe", "nobody reads it"), ("loop", "symbolic")])
def test_a_report_is_not_written_into_what_nobody_reads(name: str, said: str) -> None:
    done = fencekit("lint", "p.yaml", "--out", f"json={name}")
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("words", [["lint", "p.yaml"], ["--help"], ["--version"], ["lint", "none"]])
def test_a_closed_output_is_no_success(words: list[str]) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join([*COMMAND, *words])} >&-"],
        env=ENV, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "standard output is closed" in done.stderr
    assert "a fault" not in done.stderr


@pytest.mark.parametrize(("closed", "code"), [("2>&-", 1), ("<&-", 1), ("<&- >&- 2>&-", 3)])
def test_other_closed_streams_change_nothing(closed: str, code: int) -> None:
    command = shlex.join([*COMMAND, "lint", "p.yaml", "--out", "json=out.json"])
    done = subprocess.run(["sh", "-c", f"{command} {closed}"], env=ENV, check=False)
    assert done.returncode == code
    if code == 1:
        assert json.loads(Path("out.json").read_text())["check"] == "lint"


def bomb(keyword: str, *, closed: bool) -> dict:
    """Return a schema of twelve levels, each of which refers ten times to the next."""
    definitions: dict = {"a12": {"type": "string"}}
    for level in range(12):
        below = {"$ref": f"#/$defs/a{level + 1}"}
        many: object = [below] * 10
        if keyword in ("properties", "dependentSchemas"):
            many = {f"k{number}": below for number in range(10)}
        definitions[f"a{level}"] = {keyword: many}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/a0"}}, "$defs": definitions}
    return {**schema, "additionalProperties": False, "required": ["x"]} if closed else schema


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "properties", "prefixItems"])
def test_a_domain_of_many_references_is_bounded(keyword: str, closed: bool) -> None:
    # In a process of its own: one that does not end is killed, and fails the test.
    Path("old.yaml").write_text(REGEX)
    Path("domain.json").write_text(json.dumps(bomb(keyword, closed=closed)))
    words = [*COMMAND, "diff", "old.yaml", "p.yaml", "--domain", "domain.json"]
    done = subprocess.run(words, env=ENV, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode in (0, 1, 3), done.stderr
    assert "a fault" not in done.stderr


def test_explain_has_a_time_limit() -> None:
    Path("slow.yaml").write_text(REGEX)
    call = {"capability": "shell.exec", "args": {"command": "a" * 40 + "!"}}
    Path("call.json").write_text(json.dumps(call))
    done = fencekit("explain", "slow.yaml", "call.json", "--timeout", "0.2")
    assert done.code == 3
    assert "slow.yaml:2:5" in done.err
    assert "time limit of 0.2 s" in done.err


# What a search passes over.

CASES = "policy: {}p.yaml\ncases:\n  - {{name: x, request: {{capability: a.b}}, expect: {}}}\n"


@pytest.fixture
def cases() -> Path:
    """Return a folder with a case that holds, and others where a search does not look."""
    at = Path("cases")
    for name in (".hidden", "node_modules", "sub"):
        (at / name).mkdir(parents=True)
        (at / name / "bad.fence.yaml").write_text(CASES.format("../../", "DENY"))
    (at / "good.fence.yaml").write_text(CASES.format("../", "ALLOW"))
    (at / "sub/bad.fence.yaml").unlink()
    elsewhere = Path("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "bad.fence.yaml").write_text(CASES.format("../", "DENY"))
    (at / "linked").symlink_to("../elsewhere")
    return at


@pytest.mark.parametrize(
    ("form", "said"), [("text", "passed over: 3"), ("json", "passed_over"), ("markdown", "3 files"),
                       ("junit", "3 files"), ("sarif", "3 files"), ("github", "3 files")],
)  # fmt: skip
def test_what_a_search_for_cases_passes_over_is_said(cases: Path, form: str, said: str) -> None:
    done = fencekit("test", "cases", "--format", form)
    assert done.code == 0, done.all
    assert said in done.out
    for name in (".hidden", "node_modules", "linked"):
        assert f"cases/{name}/bad.fence.yaml" in done.out


def test_what_a_page_passes_over_is_said(cases: Path) -> None:
    assert fencekit("test", "cases", "--html", "page.html").code == 0
    assert "cases/linked/bad.fence.yaml" in Path("page.html").read_text()


def test_a_file_of_cases_is_one_however_its_name_is_capitalised(cases: Path) -> None:
    (cases / "B.Fence.yaml").write_text(CASES.format("../", "DENY"))
    (cases / "c.FENCE.YML").write_text(CASES.format("../", "DENY"))
    done = fencekit("test", "cases")
    assert done.code == 1
    assert "1 of 3 cases passed" in done.out


def test_a_folder_whose_cases_are_all_passed_over_is_no_success(cases: Path) -> None:
    (cases / "good.fence.yaml").unlink()
    done = fencekit("test", "cases")
    assert done.code == 3
    assert "in a hidden folder" in done.all


def test_pytest_sees_a_link_to_a_file_of_cases_that_leads_nowhere(cases: Path) -> None:
    (cases / "gone.fence.yaml").symlink_to("nowhere")
    assert fencekit("test", "cases").code == 3
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "cases"]
    done = subprocess.run(words, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "gone.fence.yaml" in done.stdout


# Tables that nothing reads.


@pytest.mark.parametrize(
    "table",
    ["tool.Fencekit", "tool.fence-kit", "tool.fencekitt", "tool.pytest-fencekit", "fencekit"],
)
def test_a_table_that_is_nearly_ours_is_named(table: str) -> None:
    Path("pyproject.toml").write_text(f'[{table}]\nfail_on = "changed"\n')
    done = fencekit("replay", "a.jsonl", "--policy", "p.yaml")
    assert done.code == 2
    assert f"nothing reads `[{table}]`" in done.err


@pytest.mark.parametrize("table", ["tool.fences", "tool.capfence", "tool.ruff", "project"])
def test_a_table_of_others_is_left_alone(table: str) -> None:
    Path("pyproject.toml").write_text(f'[{table}]\nname = "x"\n')
    assert fencekit("lint", "p.yaml").code == 1


# Names that begin with a dash.


@pytest.mark.parametrize(
    "words",
    [
        ["replay", "--policy=-p.yaml", "--", "-a.jsonl"],
        ["replay", "--policy=./-p.yaml", "./-a.jsonl"],
        ["diff", "--", "-c", "-p.yaml"],
        ["test", "--", "-x.fence.yaml"],
        ["replay", "--policy=-p.yaml", "--format", "markdown", "--", "-a.jsonl"],
    ],
)
def test_a_printed_command_works_for_names_that_begin_with_a_dash(words: list[str]) -> None:
    Path("-a.jsonl").write_bytes(AGENTS.read_bytes())
    Path("-p.yaml").write_text("allow: ['*']\n")
    Path("-c").write_text(REGEX)
    Path("-x.fence.yaml").write_text(CASES.format("./-", "DENY"))
    done = fencekit(*words)
    lines = [
        line.split("explain: ")[-1].removeprefix("  explain   ")
        for line in done.out.splitlines()
        if "fencekit explain" in line
    ]
    lines += [line.split("`")[1] for line in done.out.splitlines() if line.startswith("- again")]
    assert lines
    for line in lines[:2]:
        script = line.replace("fencekit ", f"{shlex.join(COMMAND)} ")
        again = subprocess.run(
            ["bash", "-c", script], env=ENV, capture_output=True, text=True, check=False
        )
        assert again.returncode in (0, 1), (line, again.stderr)
