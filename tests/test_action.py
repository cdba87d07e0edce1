"""The action judges a checkout and runs nothing of it; its folders hold what a pull request may."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, fencekit

MARK = "ran"
PYTHON = "import os\nopen({mark!r}, 'a').write({name!r} + '\\n')\n"
SHELL = "#!/bin/sh\necho {name} >> {mark}\nexit 0\n"
MODULES = [
    *("pip.py", "pip/__init__.py", "pip/__main__.py", "sitecustomize.py", "usercustomize.py"),
    *("fencekit/__init__.py", "fencekit/__main__.py", "fencekit.py", "conftest.py", "setup.py"),
    *("venv.py", "ensurepip/__init__.py", "ensurepip/__main__.py", "sysconfig.py", "click.py"),
    *("yaml/__init__.py", "re.py", "sre_parse.py", "encodings/__init__.py", "tomllib.py"),
    *("lib/python3/site-packages/sitecustomize.py", "policies/sitecustomize.py", "backend.py"),
]
COMMANDS = ["python3", "python", "pip", "git", "fencekit", "mktemp", "mkdir", "cat", "bash", "env"]
PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project.entry-points.pytest11]
evil = "conftest"
"""


def git(*words: str) -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{who}_NAME": "Ann", f"GIT_{who}_EMAIL": "ann@example.com"}
    subprocess.run(["git", *words], check=True, capture_output=True, env=env)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout whose base branch has a policy; we stand in it."""
    at = tmp_path / "work" / "checkout"
    at.mkdir(parents=True)
    monkeypatch.chdir(at)
    assert fencekit("init").code == 0
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("update-ref", "refs/remotes/origin/main", "main")
    return at


def job(checkout: Path, **given: str) -> dict[str, str]:
    """Return the environment of the job's steps."""
    return {
        **os.environ,
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_WORKSPACE": str(checkout),
        "GITHUB_OUTPUT": str(checkout.parents[1] / "output"),
        "GITHUB_STEP_SUMMARY": str(checkout.parents[1] / "summary"),
        "RUNNER_TEMP": str(checkout.parents[1]),
        "POLICY": "policies/agents.yaml",
        "FROM": "",
        "BASE": "main",
        "LOGS": "",
        "FAIL_ON": "looser",
        "REPORTS": "",
        **given,
    }


def run(script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", str(ROOT / "action" / script)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment that has what fencekit depends on, without asking the net."""
    at = tmp_path_factory.mktemp("home")
    (at / "env/bin").mkdir(parents=True)
    paths = [str(ROOT), *filter(None, sys.path)]
    script = f'import sys, runpy; sys.path[1:1] = {paths!r}; sys.argv[:] = sys.argv[3:] or ["-"]\n'
    (at / "run.py").write_text(script + 'runpy.run_module("fencekit", run_name="__main__")\n')
    python = at / "env/bin/python"
    # Our packages stand in another environment: `-I -m fencekit ...` is run with their paths.
    check = '[ "$1 $2 $3" = "-I -m fencekit" ] || exit 9'
    python.write_text(f'#!/bin/sh\n{check}\nexec {sys.executable} -I {at}/run.py "$@"\n')
    python.chmod(0o755)
    return at


def set_traps(checkout: Path, mark: Path) -> None:
    """Write all that could run by its name, place or kind; each leaves its name in `mark`."""
    for name in MODULES:
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PYTHON.format(mark=str(mark), name=name))
    for folder in ("bin", "node_modules/.bin", ".venv/bin"):
        (checkout / folder).mkdir(parents=True, exist_ok=True)
        for name in COMMANDS:
            command = checkout / folder / name
            command.write_text(SHELL.format(mark=mark, name=f"{folder}/{name}"))
            command.chmod(0o755)
    pth = f"import os; open({str(mark)!r}, 'a').write('evil.pth\\n')\n"
    for folder in (".", "lib/python3/site-packages"):
        (checkout / folder / "evil.pth").write_text(pth)
    (checkout / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/simple\n")
    (checkout / "startup.py").write_text(PYTHON.format(mark=str(mark), name="PYTHONSTARTUP"))
    with (checkout / "pyproject.toml").open("a") as project:
        project.write(PROJECT)
    (checkout / ".gitattributes").write_text("*.yaml filter=evil diff=evil\n")


def hostile(checkout: Path) -> dict[str, str]:
    """Return what a job may set so that files of the checkout are found."""
    path = [str(checkout / "bin"), ".", "bin", "", "node_modules/.bin", str(checkout / ".venv/bin")]
    return {
        "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([".", str(checkout)]),
        "PYTHONSTARTUP": "startup.py",
        "PYTHONUSERBASE": str(checkout),
        "PIP_CONFIG_FILE": str(checkout / "pip.conf"),
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_REQUIREMENT": str(checkout / "requirements.txt"),
    }


def test_the_action_runs_nothing_of_the_checkout_that_it_judges(checkout: Path, home: Path) -> None:
    mark, empty = checkout.parents[1] / MARK, checkout.parents[1] / "empty.txt"
    empty.touch()
    set_traps(checkout, mark)
    env = job(checkout, **hostile(checkout))
    installed = run("install.sh", {**env, "FENCEKIT_REQUIREMENTS": str(empty)})
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert not mark.exists(), mark.read_text()
    said = (checkout.parents[1] / "output").read_text()
    made = Path(re.fullmatch("home=(.*)\n", said)[1])
    assert made.parent == checkout.parents[1]
    (pth,) = made.glob("env/lib/python3*/site-packages/fencekit.pth")
    assert pth.read_text() == f"{ROOT}\n"
    for edit, code in [("", 0), ("  - capability: payment.*\n", 1)]:
        policy = checkout / "policies/agents.yaml"
        policy.write_text(policy.read_text() + edit)
        done = run("compare.sh", {**env, "FENCEKIT_HOME": str(home)})
        assert done.returncode == code, done.stdout + done.stderr
        assert not mark.exists(), mark.read_text()
    assert (home / "reports/fencekit.html").stat().st_size > 0


@pytest.mark.parametrize("name", ["pip.py", "sitecustomize.py", "fencekit/__init__.py"])
def test_the_traps_of_that_test_run_where_nothing_keeps_them_out(checkout: Path, name: str) -> None:
    mark = checkout.parents[1] / MARK
    set_traps(checkout, mark)
    for shadow in ("re.py", "sysconfig.py", "encodings/__init__.py", "sre_parse.py", "pip"):
        path = checkout / shadow
        path.rename(checkout / f"{path.parent.name}-{path.name}-away")
    module = name.split(".", maxsplit=1)[0].split("/", maxsplit=1)[0]
    words = [
        sys.executable,
        "-c" if "custom" in name else "-m",
        "0" if "custom" in name else module,
    ]
    subprocess.run(words, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, check=False)
    assert name in mark.read_text().split()


def test_what_the_action_installs_is_pinned_and_hashed() -> None:
    text = (ROOT / "action/requirements.txt").read_text(encoding="utf-8")
    entries = [each for each in re.sub(r"\\\n", "", text).splitlines() if not each.startswith("#")]
    assert len(entries) > 10
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+( +--hash=sha256:[0-9a-f]{64})+", entry), entry
    named = {entry.split("==")[0] for entry in entries}
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.split("[<>=]", each)[0].lower() for each in project["dependencies"]} <= named
    script = (ROOT / "action/install.sh").read_text(encoding="utf-8")
    assert "--require-hashes --only-binary=:all:" in script
    assert "-I -m pip --isolated" in script


def test_a_tag_or_a_branch_named_like_the_base_branch_changes_nothing(
    checkout: Path, home: Path
) -> None:
    policy = checkout / "policies/agents.yaml"
    policy.write_text(policy.read_text() + "  - capability: payment.*\n")
    git("commit", "-q", "-am", "looser")
    for name in ("refs/tags/main", "refs/tags/origin/main", "refs/heads/origin/main"):
        git("update-ref", name, "HEAD")
    done = run("compare.sh", job(checkout, FENCEKIT_HOME=str(home)))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "exit-code=1\n" in (checkout.parents[1] / "output").read_text()
    assert "### " in (checkout.parents[1] / "summary").read_text()


def test_a_link_in_the_checkout_does_not_lead_the_reports_elsewhere(
    checkout: Path, home: Path
) -> None:
    elsewhere = checkout.parents[1] / "elsewhere"
    elsewhere.mkdir()
    (checkout / "out").symlink_to(elsewhere)
    (checkout / "deep").mkdir()
    (checkout / "deep/er").symlink_to(elsewhere)
    (checkout / "plain").mkdir()
    (checkout / "plain/fencekit.json").symlink_to(elsewhere / "json")
    for reports in ("out", "out/more", "deep/er", str(checkout / "out"), "plain"):
        done = run("compare.sh", job(checkout, FENCEKIT_HOME=str(home), REPORTS=reports))
        assert done.returncode == 2, (reports, done.stdout + done.stderr)
        assert "is a link" in done.stdout
    assert list(elsewhere.iterdir()) == []


def test_a_policy_or_a_log_whose_name_begins_with_a_dash_is_a_file(
    checkout: Path, home: Path
) -> None:
    policy = checkout / "policies/agents.yaml"
    (checkout / "--help").write_text(policy.read_text())
    git("add", "--", "--help")
    git("commit", "-q", "-m", "odd")
    git("update-ref", "refs/remotes/origin/main", "main")
    env = job(checkout, FENCEKIT_HOME=str(home), POLICY="--help", LOGS="-c\n")
    done = run("compare.sh", env)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "`-c`" in done.stdout + done.stderr
    assert "Usage" not in done.stdout


def test_without_a_base_branch_the_action_says_so(checkout: Path, home: Path) -> None:
    done = run("compare.sh", job(checkout, FENCEKIT_HOME=str(home), BASE=""))
    assert (done.returncode, done.stdout.startswith("::error")) == (2, True)


def test_the_scripts_of_the_action_can_be_read_by_everybody() -> None:
    for name in ("install.sh", "compare.sh", "outside.sh", "requirements.txt"):
        assert (ROOT / "action" / name).stat().st_mode & stat.S_IROTH
