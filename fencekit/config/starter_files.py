"""A working start for a repository: configuration, first policy, first cases, a workflow.

Nothing that is there is written over; the configuration is added at the end of a `pyproject.toml`
that has none for fencekit yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from fencekit.config.project_settings import FILE
from fencekit.model.errors import UsageError
from fencekit.reading import toml

TABLE = """\
[tool.fencekit]
policy = "policies/agents.yaml"
# logs = ["audit/*.jsonl"]  # recorded calls: `pytest --capfence-replay` replays them
"""

FILES = {
    "policies/agents.yaml": "agents.yaml",
    "policies/agents.fence.yaml": "agents.fence.yaml",
}
"""What every repository gets, each with its file in the package."""


class Server(StrEnum):
    """The build server that the workflow is for."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


WORKFLOWS = {
    Server.GITHUB: (".github/workflows/fencekit.yml", "github.yml"),
    Server.GITLAB: (".gitlab/fencekit.yml", "gitlab.yml"),
}


class StartAction(StrEnum):
    """What becomes of a file."""

    WRITES = "writes"
    APPENDS = "appends to"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class StartStep:
    """A file of the start, relative to the repository: what becomes of it, and the new text."""

    does: StartAction
    path: str
    text: str = ""


def plan(folder: Path, server: Server) -> list[StartStep]:
    """Return what a start in the folder takes; nothing is written yet.

    Raises UsageError for a `pyproject.toml` that cannot be read.
    """
    wanted = dict(FILES)
    if server in WORKFLOWS:
        path, packed = WORKFLOWS[server]
        wanted[path] = packed
    steps = [configuration(folder)]
    for path, packed in wanted.items():
        if (folder / path).exists() or (folder / path).is_symlink():
            steps.append(StartStep(StartAction.LEAVES, path))
        else:
            text = (files("fencekit") / "_start" / packed).read_text(encoding="utf-8")
            steps.append(StartStep(StartAction.WRITES, path, text))
    return steps


def configuration(folder: Path) -> StartStep:
    """Return what becomes of `pyproject.toml`."""
    path = folder / FILE
    if not path.exists():
        return StartStep(StartAction.WRITES, FILE, TABLE)
    tools = toml.read(str(path)).get("tool", {})
    if isinstance(tools, dict) and "fencekit" in tools:
        return StartStep(StartAction.LEAVES, FILE)
    return StartStep(StartAction.APPENDS, FILE, f"\n{TABLE}")


def server_of(folder: Path) -> Server:
    """Return the build server that the repository seems to use."""
    return Server.GITLAB if (folder / ".gitlab-ci.yml").exists() else Server.GITHUB


def carry_out(folder: Path, steps: list[StartStep]) -> Iterator[StartStep]:
    """Write what the steps say, and yield each as it is done; raise UsageError where it cannot.

    A file that has come to be in the meantime is not written over.
    """
    for step in steps:
        target = folder / step.path
        try:
            if step.does is StartAction.WRITES:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("x", encoding="utf-8") as file:
                    file.write(step.text)
            elif step.does is StartAction.APPENDS:
                with target.open("a", encoding="utf-8") as file:
                    file.write(step.text)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{target}`: {said}") from error
        yield step
