"""What `token attenuate` says of an option: its own name, no place in an unwritten file."""

from pathlib import Path

import pytest
from running import fencekit as run

from fencekit.cli.capproxy import main

LATER = "2099-01-01T00:00:00Z"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["--example", "demo"])
    return tmp_path


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--path", "docs/*"], "`--path docs/*`: a single `*` in the pattern"),
        (["--path", "/abs/**"], "`--path /abs/**`: the pattern `/abs/**` is not one below"),
        (["--path", ""], "`--path ''`: a pattern must be text"),
        (["--except", "../x"], "`--except ../x`: the pattern `../x` is not one below"),
        (["--expires", "soon"], "`--expires soon`: `soon` is no time"),
        (["--expires", "2030-01-01T00:00:00"], "names no time zone"),
        (["--expires", LATER], f"`--expires {LATER}` takes nothing away"),
        (["--max-bytes", str(1 << 50)], f"`--max-bytes {1 << 50}`: `max_bytes` must be a number"),
        (["--tool", "nope"], "the token has no tool `nope`"),
    ],
)
def test_a_fault_of_an_option_is_said_once_by_its_name(
    folder: Path, options: list[str], said: str
) -> None:
    done = run("token", "attenuate", "demo/token.json", *options, "-o", "out.json")
    assert done.code == 2
    assert done.err.count("error:") == 1
    assert said in done.err
    assert "out.json" not in done.all
    assert not (folder / "out.json").exists()
