"""Packs installed: checked, filled in, locked; what was edited is kept, what loosens is said."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from running import Done, fencekit

from fencekit.packs.archive.build_archive import build
from fencekit.packs.install.folder_transaction import STAGE
from fencekit.packs.install.pack_lock import FILE
from fencekit.packs.install.policies_in_memory import compare_guardrails, policy_of
from fencekit.packs.pack.pack import read_pack
from fencekit.packs.render.render_pack import rendered_files
from packs.archives import ROOT, key_in, seen
from packs.tiny import write_pack

pytestmark = pytest.mark.oracle

NAMES = ["fencekit.lock", "notes.fence.yaml", "notes.guardrails.yaml", "notes.yaml"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where we stand: beside the small pack `notes`."""
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "notes")
    return tmp_path


def samples(pack: str, given: Sequence[str] = ()) -> list[str]:
    """Return the options that set each sample value of a pack that ships, where none is given."""
    name = pack.removeprefix("fencekit:")
    if not (name.replace("-", "").isalpha() and (ROOT / name / "pack.yaml").is_file()):
        return []
    names = {word.partition("=")[0] for word in given}
    found = [
        one for one in read_pack(ROOT / name).parameters if one.is_sample and one.name not in names
    ]
    values = [f"{one.name}={value}" for one in found for value in one.default]
    return [word for value in values for word in ("--set", value)]


def install(*options: str, pack: str = "notes") -> Done:
    return fencekit("packs", "install", pack, *samples(pack, options), *options)


def lock(folder: str = "policies") -> dict:
    return json.loads(Path(folder, FILE).read_text(encoding="utf-8"))["packs"]


def change_pack(file: str, old: str, new: str, pack: str = "notes") -> None:
    """Write another text into a file of the pack, and render it again."""
    path = Path(pack, file)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    for at, made in rendered_files(read_pack(Path(pack))):
        at.write_text(made, encoding="utf-8")


def test_installing_writes_the_policy_its_guardrails_its_cases_and_the_lock() -> None:
    done = install("--variant", "strict")
    assert done.code == 0, done.err
    assert sorted(path.name for path in Path("policies").iterdir()) == NAMES
    one = lock()["notes"]
    assert (one["version"], one["variant"], one["origin"]) == ("1.2.0", "strict", "folder")
    assert one["parameters"] == {"titles": ["todo", "diary"]}
    assert sorted(one["files"]) == NAMES[1:]
    assert fencekit("test", "policies").code == 0
    proved = fencekit(
        *("prove", "policies/notes.yaml", "--guardrails", "policies/notes.guardrails.yaml")
    )
    assert proved.code == 0, proved.all
    assert fencekit("packs", "verify", "policies/fencekit.lock").code == 0
    assert fencekit("packs", "verify", "policies").code == 0


@pytest.mark.parametrize("variant", ["strict", "baseline", "permissive"])
@pytest.mark.parametrize("pack", sorted(path.parent.name for path in ROOT.glob("*/pack.yaml")))
def test_every_pack_that_ships_is_installed_with_all_its_cases(pack: str, variant: str) -> None:
    done = install("--variant", variant, pack=pack)
    assert done.code == 0, done.err
    assert "left out" not in done.out
    assert lock()[pack]["origin"] == "fencekit"
    told = (ROOT / pack / "policies" / f"{variant}.yaml").read_text(encoding="utf-8")
    installed = Path("policies", f"{pack}.yaml").read_text(encoding="utf-8")
    assert installed.split("\n", 1)[1] == told.split("\n", 1)[1]


def test_installing_again_changes_nothing_and_another_folder_gets_the_same_bytes() -> None:
    assert install().code == 0
    before = seen(Path("policies"))
    done = install()
    assert done.code == 0
    assert done.out.count("unchanged") == 4
    assert seen(Path("policies")) == before
    assert install("--into", "elsewhere/deep").code == 0
    for name in NAMES:
        assert Path("policies", name).read_bytes() == Path("elsewhere/deep", name).read_bytes()


def test_parameters_are_filled_in_as_data() -> None:
    assert install("--set", "titles=plan", "--set", "titles=log").code == 0
    assert lock()["notes"]["parameters"] == {"titles": ["plan", "log"]}
    text = Path("policies/notes.yaml").read_text(encoding="utf-8")
    assert "plan|log" in text
    assert "todo" not in text
    assert fencekit("test", "policies").code == 0


def test_cases_about_other_values_are_left_out_and_counted() -> None:
    done = install("--set", "titles=plan")
    (line,) = [line for line in done.out.splitlines() if "left out" in line]
    count = int(line.split()[0])
    whole = read_pack(Path("notes")).table()
    kept = Path("policies/notes.fence.yaml").read_text(encoding="utf-8")
    assert 0 < count == len(whole) - kept.count("- name:")


def test_calls_that_a_case_forbids_and_parameters_allow_are_counted_and_shown() -> None:
    assert "ALLOW here" not in install("--set", "titles=plan").out
    done = install("--set", "titles=secret", "--into", "opened")
    assert done.code == 0, done.all
    assert "not to be allowed there, and ALLOW here: 4 of them" in done.out
    call = '{"capability":"note.read.home","args":{"title":"secret"}}'
    assert f"ESCALATE -> ALLOW  {call}" in done.out


def test_a_case_that_fails_with_the_default_parameters_refuses_the_install() -> None:
    change_pack("source/cases.yaml", "values: [todos, atodo, secret]", "values: [todos, todo]")
    for options in ((), ("--set", "titles=plan")):
        done = install(*options)
        assert done.code == 3
        assert "notes/source/cases.yaml: 2 of " in done.err
        assert "cases fail with the default parameters" in done.err
        assert "`another note (2)` expects ESCALATE, and is ALLOW" in done.err
        assert "fencekit packs vet" in done.err
        assert not Path("policies").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("titles=.*", "is not a valid value for the parameter"),
        ("titles=a|b", "is not a valid value for the parameter"),
        ("titles=a'\nallow: ['*']", "is not a valid value for the parameter"),
        ("title=todo", "no such parameter"),
        ("titles", "is not NAME=VALUE"),
    ],
)
def test_a_value_that_is_none_is_a_usage_error_and_nothing_is_written(
    given: str, said: str
) -> None:
    done = install("--set", given)
    assert done.code == 2
    assert said in done.err
    assert not Path("policies").exists()


def test_a_relative_path_is_taken_from_where_we_stand(folder: Path) -> None:
    assert install("--set", "workspace=./src", pack="shell").code == 0
    assert lock()["shell"]["parameters"]["workspace"] == [str(folder / "src")]


def test_what_was_edited_is_not_written_over_unless_that_is_forced() -> None:
    assert install().code == 0
    for name in ("notes.yaml", "notes.fence.yaml"):
        file = Path("policies", name)
        file.write_text(file.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    before = seen(Path("policies"))
    assert fencekit("packs", "verify", "policies/fencekit.lock").code == 3
    done = install("--set", "titles=todo")
    assert done.code == 2
    assert "policies/notes.yaml: this was edited since" in done.err
    assert "policies/notes.fence.yaml: this was edited since" in done.err
    assert seen(Path("policies")) == before
    assert install("--set", "titles=todo", "--force").code == 0
    assert fencekit("packs", "verify", "policies/fencekit.lock").code == 0


def test_a_file_that_no_pack_wrote_is_not_written_over() -> None:
    Path("policies").mkdir()
    Path("policies/notes.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    done = install()
    assert done.code == 2
    assert "this is there already" in done.err
    assert [path.name for path in Path("policies").iterdir()] == ["notes.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_link_in_the_target_is_not_followed(name: str, folder: Path) -> None:
    Path("policies").mkdir()
    Path("precious").write_text("{}", encoding="utf-8")
    Path("policies", name).symlink_to(folder / "precious")
    done = install("--force")
    assert done.code == 3
    assert Path("precious").read_text(encoding="utf-8") == "{}"
    assert "no plain file" in done.err or "the lock" in done.err


def test_two_packs_share_a_lock() -> None:
    assert install().code == 0
    assert install(pack="http").code == 0
    assert sorted(lock()) == ["http", "notes"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": "fencekit.lock/2", "packs": {}}',
        '{"format": "fencekit.lock/1", "packs": []}',
        '{"format": "fencekit.lock/1", "packs": {"notes": {}}}',
        '{"format": "fencekit.lock/1", "packs": {}}',
    ],
)
def test_a_lock_that_is_none_of_ours_is_trouble(text: str) -> None:
    Path("policies").mkdir()
    Path("policies", FILE).write_text(text, encoding="utf-8")
    assert install().code == 3
    assert fencekit("packs", "verify", f"policies/{FILE}").code == 3
    assert len(list(Path("policies").iterdir())) == 1


# Upgrades


def test_an_upgrade_that_tightens_goes_through_and_says_so() -> None:
    assert install().code == 0
    change_pack("source/policy.yaml", "to: baseline", "to: permissive")
    change_pack("pack.yaml", "1.2.0", "1.3.0")
    change_pack("source/cases.yaml", "[ESCALATE, ALLOW, ALLOW]", "[ESCALATE, ESCALATE, ALLOW]")
    done = install()
    assert done.code == 0, done.all
    assert "tighter  note.write" in done.out
    assert lock()["notes"]["version"] == "1.3.0"


def test_an_upgrade_that_loosens_is_shown_and_nothing_is_written() -> None:
    assert install("--variant", "strict").code == 0
    before = seen(Path("policies"))
    done = install("--variant", "permissive")
    assert done.code == 1
    assert "looser  note.write  ESCALATE -> ALLOW" in done.out
    assert '{"capability": "note.write", "args": {"' in done.out
    assert "nothing was written" in done.err
    assert seen(Path("policies")) == before
    assert install("--variant", "permissive", "--accept-looser").code == 0
    assert lock()["notes"]["variant"] == "permissive"


def test_guardrails_that_ask_for_less_are_shown_and_nothing_is_written() -> None:
    assert install().code == 0
    before = seen(Path("policies"))
    change_pack(
        "source/policy.yaml", "capability: [note.read, note.write]", "capability: note.read"
    )
    done = install()
    assert done.code == 1
    assert "notes.yaml" not in done.out.split("notes.guardrails.yaml")[0]
    assert "looser  note.write  ESCALATE -> ALLOW" in done.out
    assert "nothing was written" in done.err
    assert seen(Path("policies")) == before
    assert install("--accept-looser").code == 0
    # What asks for more is said as well, and goes through.
    change_pack(
        "source/policy.yaml",
        "capability: note.read\n      whole: '<title>'\n",
        "capability: [note.read, note.write]\n      whole: '<title>'\n",
    )
    assert "tighter  note.write" in (done := install()).out, done.all
    assert done.code == 0


def test_guardrails_say_nothing_of_what_they_do_not_name(folder: Path) -> None:
    texts = {
        "silent": "deny: [note.delete]\n",
        "spoken": "deny: [note.delete]\nallow: ['*']\n",
        "less": "deny: [{capability: note.delete, contains: x}]\n",
    }
    silent, spoken, less = (policy_of(f"{name}.yaml", text) for name, text in texts.items())
    assert compare_guardrails(silent, spoken).exit_code == 0
    assert compare_guardrails(spoken, silent).exit_code == 0
    assert compare_guardrails(less, silent).exit_code == 0
    assert compare_guardrails(silent, less).exit_code == 1


def test_what_is_installed_is_lint_clean(folder: Path) -> None:
    for pack in ("notes", "payments", "http"):
        assert install(pack=pack).code == 0
    done = fencekit("lint", "policies/notes.guardrails.yaml", "policies/payments.guardrails.yaml")
    assert done.code == 0, done.all


def test_other_parameters_are_compared_too() -> None:
    assert install("--set", "titles=todo").code == 0
    assert install("--set", "titles=todo", "--set", "titles=secret").code == 1
    assert lock()["notes"]["parameters"] == {"titles": ["todo"]}


def test_what_is_locked_stays_unless_it_is_set_anew() -> None:
    assert install("--variant", "strict", "--set", "titles=todo").code == 0
    change_pack("pack.yaml", "1.2.0", "1.3.0")
    Path("notes/CHANGELOG.md").write_text("1.3.0", encoding="utf-8")
    done = install()
    assert done.code == 0, done.all
    one = lock()["notes"]
    assert (one["version"], one["variant"]) == ("1.3.0", "strict")
    assert one["parameters"] == {"titles": ["todo"]}


@pytest.mark.parametrize("gone", [["notes.yaml"], ["notes.guardrails.yaml"], NAMES[1:]])
def test_a_locked_policy_that_is_gone_is_not_known_to_be_stricter(gone: list[str]) -> None:
    assert install("--set", "titles=todo").code == 0
    for name in gone:
        Path("policies", name).unlink()
    before = seen(Path("policies"))
    options = ("--set", "titles=todo", "--set", "titles=plan")
    done = install(*options)
    assert done.code == 3, done.all
    assert "this is locked and not there" in done.err
    assert "take it back from version control" in done.err
    assert "`--accept-looser` installs it all the same" in done.err
    assert seen(Path("policies")) == before
    done = install(*options, "--accept-looser")
    assert done.code == 0
    assert "not compared, and installed all the same" in done.err


def test_what_is_locked_is_put_back_where_it_is_gone() -> None:
    assert install().code == 0
    before = seen(Path("policies"))
    for name in NAMES[1:]:
        Path("policies", name).unlink()
    done = install()
    assert (done.code, done.out.count("writes")) == (0, 3), done.all
    assert seen(Path("policies")) == before


def test_a_policy_that_cannot_be_read_is_replaced_only_where_both_options_ask_for_it() -> None:
    assert install().code == 0
    Path("policies/notes.yaml").write_text("allow: [", encoding="utf-8")
    assert install("--accept-looser").code == 2
    done = install("--force")
    assert done.code == 3
    assert "policies/notes.yaml (installed)" in done.err
    assert "`--accept-looser` installs it all the same" in done.err
    done = install("--force", "--accept-looser")
    assert done.code == 0, done.all
    assert "policies/notes.yaml (installed)" in done.err
    assert "not compared, and installed all the same" in done.err
    assert fencekit("packs", "verify", "policies").code == 0


def test_where_a_file_cannot_be_written_all_are_as_they_were() -> None:
    assert install().code == 0
    before = seen(Path("policies"))
    change_pack("pack.yaml", "1.2.0", "1.3.0")
    blocked = Path("policies", STAGE)
    blocked.touch()
    done = install()
    assert done.code == 2, done.all
    assert "cannot write into `policies`" in done.err
    blocked.unlink()
    assert seen(Path("policies")) == before
    assert install().code == 0
    Path("new", FILE).mkdir(parents=True)
    assert install("--into", "new").code == 3
    assert [path.name for path in Path("new").iterdir()] == [FILE]


def test_an_older_version_is_installed_only_where_that_is_asked_for() -> None:
    change_pack("pack.yaml", "1.2.0", "1.10.0")
    assert install().code == 0
    change_pack("pack.yaml", "1.10.0", "1.9.0")
    done = install()
    assert done.code == 1
    assert "older than what is locked: 1.10.0 -> 1.9.0" in done.out
    assert "`--accept-older` installs it all the same" in done.err
    assert lock()["notes"]["version"] == "1.10.0"
    assert install("--accept-older").code == 0
    assert lock()["notes"]["version"] == "1.9.0"


# Archives


def test_another_signer_than_the_locked_one_is_said_and_accepted_by_name(folder: Path) -> None:
    keys = {name: key_in(folder, name) for name in ("team", "other")}
    for name, key in (*keys.items(), ("unsigned", None)):
        Path(f"{name}.zip").write_bytes(build(read_pack(Path("notes")), key))
    trust = ("--key", "team.pub", "--key", "other.pub", "--allow-unsigned")
    assert install(*trust, pack="unsigned.zip").code == 0
    assert "origin changes: archive -> folder" in install().out
    done = install(*trust, pack="team.zip")
    team, other = (keys[name].public.id for name in keys)
    assert done.code == 0, "what gets a signer is better vouched for"
    assert f"signer changes: none (from folder) -> the key `{team}`" in done.out
    assert "signer changes" not in install(*trust, pack="team.zip").out
    changes = {
        "other.zip": f"the key `{team}` -> the key `{other}`",
        "unsigned.zip": f"the key `{team}` -> none (from archive)",
        "notes": f"the key `{team}` -> none (from folder)",
    }
    before = seen(Path("policies"))
    for pack, said in changes.items():
        done = install(*trust, "--accept-looser", "--accept-older", pack=pack)
        assert done.code == 1, done.all
        assert f"signer changes: {said}" in done.out
        assert "nothing was written; `--accept-signer`" in done.err
        assert seen(Path("policies")) == before
    assert install("--accept-signer").code == 0
    assert lock()["notes"]["signer"] == ""


def test_a_folder_does_not_take_the_place_of_a_package_unsaid() -> None:
    assert install(pack="http").code == 0
    shutil.copytree(ROOT / "http", "fork/http")
    done = install(pack="./fork/http")
    assert done.code == 1
    assert "origin changes: fencekit -> folder" in done.out
    assert install("--accept-signer", pack="./fork/http").code == 0
    assert lock()["http"]["origin"] == "folder"


def test_an_archive_is_installed_when_a_trusted_key_signed_it(folder: Path) -> None:
    key = key_in(folder, "team")
    Path("notes.zip").write_bytes(build(read_pack(Path("notes")), key))
    refused = install(pack="notes.zip")
    assert refused.code == 3
    assert not Path("policies").exists()
    done = install("--key", "team.pub", pack="notes.zip")
    assert done.code == 0, done.err
    one = lock()["notes"]
    assert (one["origin"], one["signer"]) == ("archive", key.public.id)
    assert f"signed by the key `{key.public.id}`" in done.out
    assert str(folder) not in Path("policies", FILE).read_text(encoding="utf-8")


def test_the_signer_of_a_lock_is_what_the_lock_says_and_has_to_be_trusted(folder: Path) -> None:
    key = key_in(folder, "team")
    Path("notes.zip").write_bytes(build(read_pack(Path("notes")), key))
    assert install("--key", "team.pub", pack="notes.zip").code == 0
    file = Path("policies", FILE)
    text = file.read_text(encoding="utf-8")
    said = "as installed; the lock says: from archive, signed by the key"
    for options in ((), ("--key", "team.pub")):
        done = fencekit("packs", "verify", "policies", *options)
        assert done.code == 0, done.err
        assert f"{said} `{key.public.id}`" in done.out
    file.write_text(text.replace(key.public.id, "deadbeefdeadbeef"), encoding="utf-8")
    done = fencekit("packs", "verify", "policies")
    assert (done.code, f"{said} `deadbeefdeadbeef`" in done.out) == (0, True)
    trusting = 'trusted_keys = ["team.pub"]\n'
    Path("pyproject.toml").write_text(f"[tool.fencekit]\n{trusting}", encoding="utf-8")
    done = fencekit("packs", "verify", "policies")
    assert done.code == 3
    assert f"policies/{FILE}: `notes` is locked as signed by the key `dead" in done.err
    assert "which is not trusted" in done.err
    file.write_text(text.replace(key.public.id, ""), encoding="utf-8")
    done = fencekit("packs", "verify", "policies")
    assert done.code == 3
    assert "`notes` is locked as an archive that nobody signed" in done.err
    assert fencekit("packs", "verify", "policies", "--allow-unsigned").code == 0


def test_an_unsigned_archive_is_installed_only_where_that_is_allowed() -> None:
    Path("notes.zip").write_bytes(build(read_pack(Path("notes"))))
    assert install(pack="notes.zip").code == 3
    assert install("--allow-unsigned", pack="notes.zip").code == 0
    assert lock()["notes"]["signer"] == ""


def test_an_archive_and_its_folder_have_the_same_digest() -> None:
    Path("notes.zip").write_bytes(build(read_pack(Path("notes"))))
    assert install("--into", "one").code == 0
    assert install("--into", "two", "--allow-unsigned", pack="notes.zip").code == 0
    assert lock("one")["notes"]["manifest"] == lock("two")["notes"]["manifest"]


def test_there_is_no_pack_of_that_name() -> None:
    for name in ("nowhere", "nowhere.zip", "a\0b"):
        assert install(pack=name).code == 3


def test_a_folder_or_a_file_here_does_not_stand_for_a_pack_that_ships(folder: Path) -> None:
    shutil.copytree("notes", "http")
    change_pack("pack.yaml", "name: notes", "name: http", pack="http")
    for command in ("install", "show", "vet", "build"):
        done = fencekit("packs", command, "http")
        assert done.code == 2
        assert "`http` is a pack of `fencekit`, and a folder here" in done.err
        assert "`fencekit:http` is the pack, `./http` the folder" in done.err
    assert install(pack="./http").code == 0
    assert lock()["http"]["origin"] == "folder"
    assert install("--into", "ours", pack="fencekit:http").code == 0
    assert lock("ours")["http"]["origin"] == "fencekit"
    Path("payments").write_text("a file of that name", encoding="utf-8")
    assert install("--into", "ours", pack="payments").code == 0
    Path("archive").write_bytes(build(read_pack(Path("notes"))))
    assert "the file of that name is `./archive`" in install(pack="archive").err
    assert install("--into", "own", "--allow-unsigned", pack="./archive").code == 0


def test_where_we_stand_in_the_folder_of_the_packs_that_ship_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert fencekit("packs", "show", "http").code == 0


def packages(site: Path, monkeypatch: pytest.MonkeyPatch, **entries: str) -> None:
    """Install packages that bring packs: the name of each entry point, and its value."""
    for name, module in entries.items():
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n", encoding="utf-8")
        text = f"[fencekit.packs]\n{name} = {module}\n"
        (info / "entry_points.txt").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))


def test_a_package_brings_packs_along(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = folder / "site"
    write_pack(site / "our_packs/notes")
    change_pack("pack.yaml", "name: notes", "name: our-notes", pack="site/our_packs/notes")
    (site / "our_packs/__init__.py").write_text("raise SystemExit('it was run')", encoding="utf-8")
    packages(site, monkeypatch, our_team="our_packs")
    assert "(from our_team)" in fencekit("packs", "list").out
    assert install(pack="our-notes").code == 0
    assert lock()["our-notes"]["origin"] == "our_team"


def test_nothing_of_a_package_is_run_wherever_its_packs_are_in_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    write_pack(site / "evil_parent/sub/deep/notes")
    change_pack("pack.yaml", "notes", "our-notes", pack="site/evil_parent/sub/deep/notes")
    for name in ("evil_parent", "evil_parent/sub"):
        text = "from pathlib import Path\nPath('it was run').touch()\n"
        Path(site, name, "__init__.py").write_text(text, encoding="utf-8")
    packages(site, monkeypatch, evil="evil_parent.sub.deep")
    assert "(from evil)" in fencekit("packs", "list").out
    assert fencekit("packs", "show", "our-notes").code == 0
    assert install(pack="our-notes").code == 0
    assert not Path("it was run").exists()
    assert "evil_parent" not in sys.modules


def test_packs_of_one_name_from_two_packages_are_told_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    for name in ("a_packs", "z_packs"):
        write_pack(site / name / "notes")
        change_pack("pack.yaml", "name: notes", "name: our-notes", pack=f"site/{name}/notes")
    packages(site, monkeypatch, a_team="a_packs", z_team="z_packs")
    done = install(pack="our-notes")
    assert done.code == 2
    said = "brought by `a_team` of the package `a_team` and by `z_team` of the package `z_team`"
    assert said in done.err
    assert "name one of `a_team:our-notes`, `z_team:our-notes`" in done.err
    assert install(pack="z_team:our-notes").code == 0
    assert lock()["our-notes"]["origin"] == "z_team"


def test_an_entry_point_does_not_take_our_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    write_pack(site / "a_packs/notes")
    change_pack("pack.yaml", "name: notes", "name: our-notes", pack="site/a_packs/notes")
    packages(site, monkeypatch, fencekit="a_packs")
    done = fencekit("packs", "list")
    assert done.code == 3
    assert "our-notes" not in done.out
    assert "the entry point `fencekit` has a name" in done.err


def test_a_package_that_brings_nonsense_is_named_and_no_other_pack_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    write_pack(site / "our_packs/notes")
    (site / "our_packs/broken").mkdir()
    (site / "our_packs/broken/pack.yaml").write_text("name: [", encoding="utf-8")
    (site / "alone.py").write_text("", encoding="utf-8")
    wrong = {"gone": "nowhere", "deep": "no.where", "single": "alone", "odd": "!!"}
    packages(site, monkeypatch, **wrong, team="our_packs")
    done = fencekit("packs", "list")
    assert done.code == 3
    assert "notes" in done.out
    assert "payments" in done.out
    for name in wrong:
        assert f"the entry point `{name}` names no package that is there" in done.err
    assert "broken/pack.yaml:1:8" in done.err or "broken/pack.yaml" in done.err
    assert "a fault in fencekit" not in done.err
    assert install(pack="http").code == 0
    assert lock()["http"]["origin"] == "fencekit"


def test_nobody_brings_a_pack_in_the_place_of_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    write_pack(site / "our_packs/http")
    change_pack("pack.yaml", "name: notes", "name: http", pack="site/our_packs/http")
    packages(site, monkeypatch, team="our_packs")
    assert install(pack="http").code == 0
    assert lock()["http"]["origin"] == "fencekit"
    assert "hosts" in lock()["http"]["parameters"]
