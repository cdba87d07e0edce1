"""The docs are true: what they show is run and compared, what they must describe is described."""

import ast
import contextlib
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from running import Done
from running import fencekit as run_fencekit

import fencekit.pytest_plugin
from fencekit.checks.findings.group_findings import BEYOND_GUARDRAILS, SLUGS, UNREADABLE
from fencekit.checks.postprocess.waiver_findings import SLUGS as WAIVER_SLUGS
from fencekit.checks.replay.replay_job import ReplayJob, report_of_failure
from fencekit.checks.suite.run_cases import SLUGS as SUITE_SLUGS
from fencekit.cli.main import COMMANDS, EPILOG, group
from fencekit.cli.terminal_output import in_lines
from fencekit.config.options import PYTEST, options_of
from fencekit.logs.log_registry import formats
from fencekit.model.errors import LogError
from fencekit.model.source import Place
from fencekit.mutation.mutation_findings import SLUGS as MUTATION_SLUGS
from fencekit.reporting.replay_text import lines
from fencekit.reporting.report_formats import formats as report_formats
from fencekit.reporting.report_formats import render as render_report

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
IN_ORDER = {"gate.md"}
"""Pages on which a command looks at what the Python before it has made."""
APART = [page for page in PAGES if page.name not in IN_ORDER]
ALL_PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"[|&;<>$`*]")
"""What of a command only a shell can do."""
AS_IN_A_WIDE_TERMINAL = {"COLUMNS": "200", "NO_COLOR": "1"}
RUN = ("fencekit", "pytest", "echo", "cat", "sed", "openssl", "capproxy")


def blocks(page: Path, language: str) -> list[str]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for given, text in found if given == language]


def steps(block: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that are shown under it."""
    command, shown = "", []
    for line in block.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    if command:
        yield command, shown


def matches(shown: list[str], printed: str) -> bool:
    """Say whether the output is what is shown, where `...` stands for anything."""
    pattern = re.escape("\n".join(shown)).replace(re.escape("..."), "(?s:.*?)")
    return re.fullmatch(pattern, printed.strip("\n")) is not None


def run(command: str, folder: Path) -> str:
    """Return what a command prints, run in a folder; fail where it could not do its work."""
    words = shlex.split(command)
    if words[0] == "fencekit" and not SHELL.search(command):
        done = in_this_process(words[1:], folder)
    else:
        done = in_a_shell(command, folder)
    assert done.code in (0, 1), f"$ {command}: {done.code}\n{done.err}"
    assert "a fault in fencekit" not in done.err, done.err
    return done.out or done.err


def in_this_process(words: list[str], folder: Path) -> Done:
    """Run fencekit here: to start a process takes longer than most commands do."""
    with contextlib.chdir(folder), patch.dict(os.environ, AS_IN_A_WIDE_TERMINAL):
        return run_fencekit(*words)


def in_a_shell(command: str, folder: Path) -> Done:
    """Run a command as a shell does."""
    python = sys.executable
    registered = any(entry.name == "fencekit" for entry in entry_points(group="pytest11"))
    plugin = "" if registered else " -p fencekit.pytest_plugin"
    command = re.sub(r"^fencekit\b", f"{python} -m fencekit", command)
    capproxy = f"{python} -c 'from fencekit.cli.capproxy import main; main()'"
    command = re.sub(r"(^|(?<=\| ))capproxy\b", lambda _: capproxy, command)
    command = re.sub(r"^pytest\b", f"{python} -m pytest{plugin} -p no:cacheprovider", command)
    env = {**os.environ, "PYTHONPATH": str(ROOT), **AS_IN_A_WIDE_TERMINAL}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files that the pages speak of."""
    shutil.copytree(ROOT / "fencekit/_demo", tmp_path / "fencekit-demo")
    shutil.copy(ROOT / "fixtures/logs/capfence_trace/seed.jsonl", tmp_path)
    shutil.copy(ROOT / "fixtures/policies/capfence/seed-shell.yaml", tmp_path)
    (example,) = (block for block in blocks(DOCS / "waivers.md", "yaml") if "when:" in block)
    (tmp_path / "waivers.yaml").write_text(example, encoding="utf-8")
    return tmp_path


def test_what_a_page_in_order_shows_is_true(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in IN_ORDER:
        for language, block in BLOCK.findall((DOCS / name).read_text(encoding="utf-8")):
            if language == "python":
                exec(compile(block, name, "exec"), {})
            for command, shown in steps(block) if language == "console" else ():
                printed = run(command, folder)
                assert matches(shown, printed), f"{name}: $ {command}\n{printed}"


@pytest.mark.slow
@pytest.mark.parametrize("page", APART, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_is_printed(page: Path, folder: Path) -> None:
    for block in blocks(page, "console"):
        for command, shown in steps(block):
            if command.startswith("openssl") and not shutil.which("openssl"):
                pytest.skip(
                    "openssl is not installed, and makes the keys that this page signs with"
                )
            if command.startswith(RUN):
                printed = run(command, folder)
                if shown:
                    assert matches(shown, printed), f"{page.name}: $ {command}\n{printed}"


@pytest.mark.parametrize("page", APART, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    if "hypothesis" in page.read_text(encoding="utf-8"):
        from warming import warm_up

        warm_up()
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), {})


def test_the_readme_shows_commands_python_and_a_picture() -> None:
    readme = ROOT / "README.md"
    assert blocks(readme, "console")
    assert blocks(readme, "python")
    assert "](docs/images/report.png)" in readme.read_text(encoding="utf-8")
    assert len(readme.read_text(encoding="utf-8").splitlines()) < 90, "one screen"


def commands() -> Iterator[tuple[str, str, click.Command]]:
    """Yield every command with its name and the heading of its section, subcommands too."""
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert COMMANDS[name]
        yield name, f"## fencekit {name}", command
        if isinstance(command, click.Group):
            for part, below in command.commands.items():
                yield f"{name} {part}", f"### fencekit {name} {part}", below


@pytest.mark.parametrize(("name", "heading", "command"), [*commands()], ids=lambda v: str(v)[:20])
def test_every_command_has_help_and_a_section(
    name: str, heading: str, command: click.Command
) -> None:
    assert command.help
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert f"\n{heading}\n" in page
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts[0]} has no help"
            assert option.opts[0] in page, f"{option.opts[0]} is not in docs/commands.md"


def test_every_option_of_the_plugin_is_in_the_docs() -> None:
    page = (DOCS / "pytest.md").read_text(encoding="utf-8")
    for option in options_of(PYTEST).values():
        assert f"`--{fencekit.pytest_plugin.option_name(option)}" in page


def test_every_module_of_a_command_is_listed() -> None:
    modules = {path.stem for path in (ROOT / "fencekit/cli").glob("*.py")}
    with_command = {
        name
        for name in modules
        if hasattr(importlib.import_module(f"fencekit.cli.{name}"), "command")
    }
    assert with_command == {*COMMANDS, "capproxy"}  # which is a program of its own


def test_the_exit_codes_are_in_the_help_and_in_the_docs() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for code in (0, 1, 2, 3):
        assert f"\n  {code}  " in EPILOG
        assert f"\n| {code} | " in page


SLUGS_OF_FINDINGS = {
    *(*SLUGS.values(), UNREADABLE, BEYOND_GUARDRAILS),
    *(slug for slug, _ in WAIVER_SLUGS.values()),
    *SUITE_SLUGS,
    *MUTATION_SLUGS,
}


@pytest.mark.parametrize("slug", sorted(SLUGS_OF_FINDINGS))
def test_every_finding_has_a_page(slug: str) -> None:
    page = DOCS / "findings" / f"{slug}.md"
    assert f"`{slug}`" in page.read_text(encoding="utf-8")


def test_every_page_of_a_finding_has_a_finding() -> None:
    pages = {page.stem for page in (DOCS / "findings").glob("*.md")}
    assert pages == SLUGS_OF_FINDINGS


@pytest.mark.parametrize("name", formats())
def test_every_log_format_has_a_section_and_a_row(name: str) -> None:
    page = (DOCS / "log-formats.md").read_text(encoding="utf-8")
    assert f"\n## {name}\n" in page
    assert f"\n| `{name}` | " in page


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_within_the_docs_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def glossary() -> list[tuple[str, list[str]]]:
    """Return our words, each with the words that others say."""
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (.*?) ?\|$", text_of_glossary(), re.MULTILINE)
    return [
        (ours, [word.strip() for word in theirs.split(",") if word.strip()])
        for ours, theirs in rows
    ]


def text_of_glossary() -> str:
    return (DOCS / "glossary.md").read_text(encoding="utf-8")


def names_defined(file: Path) -> Iterator[str]:
    """Yield every name that a file defines: classes, functions, arguments, variables, fields."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_every_word_of_the_glossary_is_a_type() -> None:
    found = glossary()
    assert len(found) > 15
    defined = {name for file in (ROOT / "fencekit").rglob("*.py") for name in names_defined(file)}
    assert {ours for ours, _ in found} <= defined


def test_other_peoples_words_stay_at_the_edge() -> None:
    theirs = {word for _, words in glossary() for word in words}
    edge = ("dialects", "logs", "adapters")
    for file in (ROOT / "fencekit").rglob("*.py"):
        if file.relative_to(ROOT / "fencekit").parts[0] not in edge:
            used = theirs & set(names_defined(file))
            assert not used, f"{file.name} says {used}"


def test_every_public_name_is_documented() -> None:
    for name in fencekit.__all__:
        value = getattr(fencekit, name)
        assert name == "UNKNOWN" or (value.__doc__ or "").strip(), name


def test_fencekit_says_once_that_it_is_independent() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("not affiliated") == 1


@pytest.mark.parametrize("name", report_formats())
def test_every_report_format_has_a_section_and_shows_every_trouble(name: str) -> None:
    page = (DOCS / "reports.md").read_text(encoding="utf-8").lower()
    assert f"\n## {name}\n" in page
    error = LogError("the log is empty", place=Place("nowhere.jsonl"))
    report = report_of_failure("replay", error, ReplayJob(("nowhere.jsonl",), "policy.yaml"))
    if name == "text":
        printed = "\n".join(line.text for line in in_lines(lines(report)))
    else:
        printed = render_report(report, name)
    assert "nowhere.jsonl: the log is empty" in printed
