"""No pack lets a call through by a value that only shows what a value is."""

import shlex
from pathlib import Path

import pytest
from running import fencekit

from fencekit.packs.pack.pack import read_pack
from packs.archives import ROOT

pytestmark = pytest.mark.oracle

WITH_SAMPLES = {
    "shell": ["workspace"],
    "filesystem": ["workspace"],
    "payments": ["recipients"],
    "http": ["hosts", "write_hosts"],
    "mail-and-messages": ["addresses", "people", "channels"],
    "kubernetes": ["namespaces"],
    "sql": ["schemas"],
    "mcp": ["hosts", "addresses"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("pack", WITH_SAMPLES)
def test_a_parameter_with_a_sample_value_only_has_to_be_set(pack: str) -> None:
    done = fencekit("packs", "install", pack)
    assert done.code == 2
    for name in WITH_SAMPLES[pack]:
        assert f"`{name}` lets calls through, and has a sample value only" in done.err
        assert f"`--set {name}=…`" in done.err
        assert (f"`--set {name}=`" in done.err) is (name != "workspace")  # a folder is no list
    assert not Path("policies").exists()


def test_every_parameter_that_says_whom_to_reach_is_known_to_be_a_sample() -> None:
    for folder in sorted(ROOT.glob("*/pack.yaml")):
        pack = read_pack(folder.parent)
        samples = [one.name for one in pack.parameters if one.is_sample and one.default]
        assert samples == WITH_SAMPLES.get(pack.name, []), pack.name


def test_set_to_none_it_allows_none() -> None:
    assert fencekit("packs", "install", "payments", "--set", "recipients=").code == 0
    assert "GB33BUKB" not in Path("policies/payments.yaml").read_text("utf-8")


def test_set_once_it_stays_locked() -> None:
    words = ("packs", "install", "payments", "--set")
    assert fencekit(*words, "recipients=DE89370400440532013000").code == 0
    assert fencekit(*words, "limit=900").code in (0, 1)
    assert "GB33BUKB" not in Path("policies/payments.yaml").read_text("utf-8")


@pytest.mark.parametrize("pack", WITH_SAMPLES)
def test_the_command_of_a_pack_s_page_installs_it(pack: str) -> None:
    page = (ROOT / pack / "README.md").read_text("utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("$ fencekit packs install")]
    assert fencekit(*shlex.split(line)[2:]).code == 0
