"""Values of parameters: an order that they must keep, and what is said of one that is none."""

from pathlib import Path

import pytest

from fencekit.model.errors import PackError
from fencekit.packs.pack.pack import read_pack
from fencekit.packs.pack.pack_parameters import check_values
from tests.packs.tiny import write_pack
from tests.running import fencekit

LIMITS = """\
  low: {type: number, default: 10, about: the least}
  high: {type: number, default: 20, about: the most, at_least: low}
"""


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small pack with two limits; we stand beside it."""
    monkeypatch.chdir(tmp_path)
    manifest = write_pack(tmp_path / "notes") / "pack.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + LIMITS, encoding="utf-8")
    assert fencekit("packs", "render", "notes").code == 0
    return Path("notes")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("high=9",), "`high` is 9, which is less than `low`, 10"),
        (("low=21",), "`high` is 20, which is less than `low`, 21"),
        (("low=7", "high=6"), "`high` is 6, which is less than `low`, 7"),
    ],
)
def test_limits_that_are_out_of_order_are_refused_and_both_are_named(
    values: tuple[str, ...], said: str
) -> None:
    done = fencekit("packs", "install", "notes", *(w for v in values for w in ("--set", v)))
    assert done.code == 2, done.all
    assert said in done.err
    assert not Path("policies").exists()


@pytest.mark.parametrize("values", [("high=10",), ("low=21", "high=21"), ("low=0",)])
def test_limits_in_their_order_are_installed(values: tuple[str, ...]) -> None:
    done = fencekit("packs", "install", "notes", *(w for v in values for w in ("--set", v)))
    assert done.code == 0, done.all


def test_a_limit_that_is_locked_counts_too() -> None:
    assert fencekit("packs", "install", "notes", "--set", "low=15").code == 0
    done = fencekit("packs", "install", "notes", "--set", "high=12")
    assert done.code == 2
    assert "`high` is 12, which is less than `low`, 15" in done.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_least: low", "at_least: lowest", "`at_least` names a number"),
        ("at_least: low", "at_least: titles", "`at_least` names a number"),
        ("at_least: low", "at_least: [low]", "`at_least` names a number"),
        ("notes that may be written", "x, at_least: low", "`at_least` names a number"),
        ("default: 20", "default: 5", "`high` is 5, which is less than `low`, 10"),
        ("default: 20", "default: [20, 30]", "the parameter `high` is one value"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_place(
    old: str, new: str, said: str, pack: Path
) -> None:
    manifest = pack / "pack.yaml"
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError, match=said) as caught:
        read_pack(pack)
    assert caught.value.place is not None
    assert caught.value.place.line


def test_the_order_is_shown_and_stands_on_the_page(pack: Path) -> None:
    assert "the most; at least `low`" in fencekit("packs", "show", "notes").out
    assert "the most; at least `low` |" in (pack / "README.md").read_text(encoding="utf-8")


def test_a_name_of_all_tools_is_refused_with_what_is_wrong_with_it() -> None:
    assert check_values("reading", "tools", ["get_*"]) == ("get_*",)
    with pytest.raises(PackError, match="any text beside a letter or a digit, and never all"):
        check_values("reading", "tools", ["*"])
