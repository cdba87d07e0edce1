"""Archives of packs: the same bytes every time, and nothing else verifies."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from random import Random

import pytest
from running import fencekit

from fencekit.model.errors import PackError
from fencekit.packs.archive.archive_manifest import read_manifest, sha256
from fencekit.packs.archive.build_archive import (
    ENVELOPE,
    INSIDE,
    MANIFEST,
    build,
    refuse_unsigned,
    verify,
)
from fencekit.packs.archive.dsse_envelope import pre_authentication_encoding
from fencekit.packs.archive.pack_archive import files_in, load, read_archive, write_archive
from fencekit.packs.pack.open_pack import Trust
from fencekit.packs.pack.pack import packs_in, read_pack
from fencekit.reading.signatures import PublicKey
from packs.archives import ROOT, built_in, install, key_in, refusal
from packs.tampering import WAYS, Built, tampered
from packs.tiny import write_pack

pytestmark = pytest.mark.oracle

ROUNDS = 12 * len(WAYS)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Built:
    return built_in(tmp_path_factory.mktemp("keys"))


def refused(data: bytes, *keys: PublicKey) -> str:
    """Return why an archive is refused; fail where it is not."""
    with pytest.raises(PackError) as caught:
        refuse_unsigned(verify(data, keys))
    return caught.value.message


def copy_of(pack: str, folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / pack, folder / pack))


def test_a_pack_is_built_to_the_same_bytes_by_another_process_from_another_copy(
    tmp_path: Path,
) -> None:
    copied = copy_of("http", tmp_path)
    for number, file in enumerate(sorted(copied.rglob("*"), reverse=True)):
        os.utime(file, (number, number))
        if file.is_file():
            file.chmod(0o600 + number % 8)
    code = (
        "import sys; from pathlib import Path; "
        "from fencekit.packs.archive.build_archive import build; "
        "from fencekit.packs.pack.pack import read_pack; "
        "sys.stdout.buffer.write(build(read_pack(Path('http'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT.parent),
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Tokyo",
        },
        capture_output=True,
        check=True,
    )
    assert done.stdout == build(read_pack(ROOT / "http"))


def test_the_bytes_of_an_archive_do_not_depend_on_the_version_of_python() -> None:
    data = write_archive({"b/two.txt": b"two\n", "a.txt": b"one\n", "empty": b""})
    found = hashlib.sha256(data).hexdigest()
    assert found == "1a4b8703776a5513349d43456be5d952d229c2c0d456823af0c65aecd13d7fff"


def test_signing_again_makes_the_same_bytes(built: Built) -> None:
    assert build(read_pack(ROOT / "mail-and-messages"), built.key) == built.data


@pytest.mark.parametrize("pack", list(packs_in(ROOT)), ids=lambda pack: pack.name)
def test_every_pack_builds_and_verifies_with_all_its_files(pack, built: Built) -> None:
    found = verify(build(pack, built.key), [built.stranger.public, built.key.public])
    assert found.signer == built.key.public
    assert (found.manifest.name, found.manifest.version) == (pack.name, pack.version)
    on_disk = {
        file.relative_to(pack.folder).as_posix(): file.read_bytes()
        for file in pack.folder.rglob("*")
        if file.is_file()
    }
    assert found.files == on_disk
    assert len(on_disk) >= 10


def test_an_archive_is_a_plain_zip_for_everybody_else(built: Built, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(built.data)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(built.parts)
        for name, content in built.parts.items():
            assert archive.read(name) == content


def test_what_is_signed_is_the_encoding_of_the_specification() -> None:
    kind = "http://example.com/HelloWorld"
    assert pre_authentication_encoding(kind, b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pre_authentication_encoding("ä", b"") == b"DSSEv1 2 \xc3\xa4 0 "


def test_openssl_agrees_with_the_signature(built: Built, tmp_path: Path) -> None:
    import base64
    import json

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    envelope = json.loads(built.parts[ENVELOPE])
    body = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
    (tmp_path / "body").write_bytes(signed)
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "pub").write_bytes(
        built.key.public.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    flags = "-verify -pubin -inkey pub -rawin -in body -sigfile sig"
    arguments = ["pkeyutl", *flags.split(" ")]
    done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    statement = json.loads(body)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    digest = statement["subject"][0]["digest"]["sha256"]
    assert digest == hashlib.sha256(built.parts[MANIFEST]).hexdigest()


def test_the_manifest_has_a_digest_of_every_file(built: Built) -> None:
    manifest = read_manifest(built.parts[MANIFEST])
    assert manifest.files == {
        name.removeprefix(INSIDE): sha256(content)
        for name, content in built.parts.items()
        if name.startswith(INSIDE)
    }


@pytest.mark.parametrize("way", range(len(WAYS)), ids=lambda number: WAYS[number].__name__)
def test_a_tampered_archive_is_never_installed_and_writes_nothing(
    way: int, built: Built, tmp_path: Path
) -> None:
    chance = Random(way)
    for _ in range(ROUNDS // len(WAYS)):
        name, data = tampered(chance, built, way)
        message = refusal(data, built, tmp_path)
        assert message[:1].islower() or message[:1] == "`", (name, message)


def test_the_archive_that_is_tampered_with_is_installed_when_it_is_not(
    built: Built, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").write_bytes(built.data)
    install(tmp_path / "a.zip", tmp_path / "target", Trust((built.key.public,)))
    assert len(list((tmp_path / "target").iterdir())) == 4


@pytest.mark.parametrize(
    ("way", "words"),
    {
        "odd_name": "no plain name",
        "double": "is there twice",
        "huge_count": "at most 1,000 files",
        "link_or_device": "not the bytes that `fencekit packs build` writes",
        "with_comment": "not the bytes that",
        "changed_file": "its digest is another",
        "changed_and_fitted": "",
        "unsigned": "nobody signed this archive",
    }.items(),
)
def test_a_refusal_says_what_is_wrong(way: str, words: str, built: Built) -> None:
    number = [each.__name__ for each in WAYS].index(way)
    assert words in refused(tampered(Random(3), built, number)[1], built.key.public)


def test_a_key_that_is_not_trusted_is_named_and_refused(built: Built) -> None:
    said = refused(built.data, built.stranger.public)
    assert said == f"signed by the key `{built.key.public.id}`, which is not trusted"
    assert refused(built.data) == said


def test_a_stranger_who_takes_the_id_of_a_trusted_key_is_refused(built: Built) -> None:
    pretended = PublicKey(built.key.public.id, built.stranger.public.key)
    assert "not by the key" in refused(built.data, pretended)


def test_what_nobody_signed_passes_only_where_that_is_allowed(built: Built) -> None:
    found = verify(build(read_pack(ROOT / "http")), [built.key.public])
    assert found.signer is None
    refuse_unsigned(found, allow_unsigned=True)
    with pytest.raises(PackError, match="nobody signed"):
        refuse_unsigned(found)


def test_an_archive_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(PackError, match="at most 16 MiB"):
        load(str(large))


@pytest.mark.parametrize("path", ["/dev/zero", ".", "nowhere.zip", "a\0b"])
def test_what_is_no_file_is_no_archive(path: str) -> None:
    with pytest.raises(PackError):
        load(path)


def test_a_zip_of_somebody_else_is_refused() -> None:
    with pytest.raises(PackError, match="not an archive"):
        read_archive(b"")
    with pytest.raises(PackError, match="cut off"):
        read_archive(b"PK\x03\x04")


# What `build` refuses


def test_a_pack_that_is_not_rendered_from_its_source_is_not_built(tmp_path: Path) -> None:
    folder = copy_of("http", tmp_path)
    policy = folder / "policies/baseline.yaml"
    policy.write_text(policy.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    with pytest.raises(PackError, match="not what the source") as caught:
        build(read_pack(folder))
    assert str(policy) in str(caught.value)
    assert fencekit("packs", "render", str(folder), "--check").code == 1
    assert fencekit("packs", "render", str(folder)).code == 0
    assert fencekit("packs", "render", str(folder), "--check").code == 0
    assert build(read_pack(folder)) == build(read_pack(ROOT / "http"))


@pytest.mark.parametrize(
    "name", [".env", "lists/.DS_Store", "a b.txt", "Pack.yaml", "nul.txt", "ü"]
)
def test_a_file_with_a_name_that_is_not_plain_is_not_built_in(name: str, tmp_path: Path) -> None:
    folder = copy_of("http", tmp_path)
    (folder / name).write_text("x", encoding="utf-8")
    with pytest.raises(PackError):
        build(read_pack(folder))


def test_a_link_or_a_pipe_is_not_built_in(tmp_path: Path) -> None:
    folder = copy_of("http", tmp_path)
    (folder / "linked").symlink_to("/etc")
    with pytest.raises(PackError, match="files and folders only"):
        files_in(folder)
    (folder / "linked").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(PackError, match="files and folders only"):
        files_in(folder)


# The commands


def test_build_and_verify_on_the_command_line(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    key = key_in(tmp_path, "team")
    made = fencekit("packs", "build", "http", "--sign", "team.key")
    assert made.code == 0, made.err
    assert f"signed by the key `{key.public.id}`" in made.out
    (archive,) = tmp_path.glob("http-*.zip")
    trusted = fencekit("packs", "verify", archive.name, "--key", "team.pub")
    assert trusted.code == 0, trusted.err
    assert f"intact, signed by the key `{key.public.id}`" in trusted.out
    assert fencekit("packs", "verify", archive.name).code == 3
    (tmp_path / "pyproject.toml").write_text(
        '[tool.fencekit]\ntrusted_keys = ["team.pub"]\n', encoding="utf-8"
    )
    assert fencekit("packs", "verify", archive.name).code == 0
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert fencekit("packs", "verify", f"../{archive.name}").code == 0


def test_an_unsigned_archive_is_intact_and_exits_with_3(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert fencekit("packs", "build", "http", "-o", "http.zip").code == 0
    done = fencekit("packs", "verify", "http.zip")
    assert done.code == 3
    assert "intact, unsigned" in done.out
    assert "nobody signed" in done.err
    allowed = fencekit("packs", "verify", "http.zip", "--allow-unsigned")
    assert (allowed.code, allowed.err) == (0, "")


def test_an_archive_is_not_written_into_its_pack(tmp_path: Path) -> None:
    folder = copy_of("http", tmp_path)
    done = fencekit("packs", "build", str(folder), "-o", str(folder / "http.zip"))
    assert done.code == 2
    assert not (folder / "http.zip").exists()


def test_an_archive_is_shown_and_vetted_once_it_verifies(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = write_pack(tmp_path / "notes")
    cases = folder / "source/cases.yaml"
    text = cases.read_text(encoding="utf-8").replace("[todos, atodo, secret]", "[todos, todo]")
    cases.write_text(text, encoding="utf-8")
    assert fencekit("packs", "render", "notes").code == 0
    key_in(tmp_path, "team")
    assert fencekit("packs", "build", "notes", "--sign", "team.key", "-o", "n.zip").code == 0
    leave = [f"--without={step}" for step in ("mutation", "capfence", "order", "regexes")]
    for command in (["show"], ["vet", *leave]):
        refused = fencekit("packs", *command, "n.zip")
        assert refused.code == 3
        assert "n.zip: signed by the key" in refused.err
    shown = fencekit("packs", "show", "n.zip", "--key", "team.pub")
    assert (shown.code, shown.out) == (0, fencekit("packs", "show", "notes").out)
    vetted = fencekit("packs", "vet", "n.zip", "--key", "team.pub", *leave)
    assert vetted.code == 1, vetted.all
    assert "n.zip:source/cases.yaml:" in vetted.out
    told = vetted.out.replace("n.zip:", "notes/").replace("n.zip", "notes")
    assert told == fencekit("packs", "vet", "notes", *leave).out
    report = fencekit("packs", "vet", "n.zip", "--key", "team.pub", *leave, "--format", "json")
    assert report.report["vetting"]["folder"] == "n.zip"
    assert tempfile.gettempdir() not in report.out


def test_errors_of_an_archive_name_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.zip").write_bytes(b"no zip")
    Path("cut.zip").write_bytes(b"PK\x03\x04")
    assert fencekit("packs", "build", "http", "-o", "http.zip").code == 0
    said = {"odd": "not an archive", "cut": "the archive is cut off", "http": "nobody signed"}
    for command in ("verify", "install", "vet", "show"):
        for name, words in said.items():
            done = fencekit("packs", command, f"{name}.zip")
            assert done.code == 3
            assert f"{name}.zip: {words}" in done.err


def test_a_key_that_is_none_of_ours_is_said_to_be_what_it_is(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    plain, pem = forms.NoEncryption(), forms.Encoding.PEM
    pkcs8 = forms.PrivateFormat.PKCS8
    team = ed25519.Ed25519PrivateKey.generate()
    secret = forms.BestAvailableEncryption(b"secret")
    large = rsa.generate_private_key(65537, 2048)
    Path("locked.key").write_bytes(team.private_bytes(pem, pkcs8, secret))
    Path("team.key").write_bytes(team.private_bytes(pem, pkcs8, plain))
    Path("rsa.key").write_bytes(large.private_bytes(pem, pkcs8, plain))
    public = large.public_key().public_bytes(pem, forms.PublicFormat.SubjectPublicKeyInfo)
    Path("rsa.pub").write_bytes(public)
    Path("text").write_text("hello", encoding="utf-8")

    def said(*options: str) -> str:
        done = fencekit("packs", *options)
        assert done.code == 2, done.all
        return done.err

    build_http = ("build", "http", "-o", "http.zip", "--sign")
    assert "the key in `locked.key` is encrypted" in said(*build_http, "locked.key")
    assert "`openssl pkey -in locked.key -out FILE`" in said(*build_http, "locked.key")
    none = "holds no private Ed25519 key"
    assert f"`rsa.key` {none}: it holds a key of the kind RSA" in said(*build_http, "rsa.key")
    assert f"`rsa.pub` {none}: it holds PEM with the label `PUBLIC" in said(*build_http, "rsa.pub")
    assert f"`text` {none}\n" in said(*build_http, "text")
    assert fencekit("packs", *build_http, "team.key").code == 0
    none = "holds no public Ed25519 key"
    verify_http = ("verify", "http.zip", "--key")
    assert f"`rsa.pub` {none}: it holds a key of the kind RSA" in said(*verify_http, "rsa.pub")
    assert f"`team.key` {none}: it holds PEM with the label" in said(*verify_http, "team.key")
