"""Archives of packs, changed in every way that an attacker or an accident might."""

import gzip
import io
import json
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from fencekit.packs.archive.archive_manifest import Manifest, manifest_of
from fencekit.packs.archive.build_archive import ENVELOPE, INSIDE, MANIFEST
from fencekit.packs.archive.dsse_envelope import (
    PAYLOAD_TYPE,
    pre_authentication_encoding,
    seal,
    statement,
)
from fencekit.reading.signatures import PrivateKey

ODD = (
    *(
        "../evil",
        "pack/../../evil",
        "/etc/evil",
        "//host/evil",
        "C:/evil",
        "C:evil",
        "pack\\..\\evil",
    ),
    *("pack/.env", ".ssh/id", "pack/./a", "pack//a", "pack/", "pack/a/", "", ".", "..", "pack/..."),
    *(
        "pack/con",
        "pack/NUL.yaml",
        "pack/a ",
        "pack/a.",
        "pack/a\x00b",
        "pack/\x1b[2J",
        "pack/a\nb",
    ),
    *(
        "pack/ä",
        "pack/pack.yaml\u200b",
        "pack/\u202elmay",
        "pack/" + "d/" * 40 + "a",
        "pack/" + "n" * 300,
    ),
)
"""Names that no archive may have."""
TWINS = (
    "pack/PACK.yaml",
    "PACK/extra",
    "pack/Policies/new.yaml",
    "pack/pack.yaml/inner",
    "Manifest.json",
)
"""Names that are another one's, where case does not count or a file is a folder."""


@dataclass(frozen=True)
class Built:
    """An archive as it was built: its bytes, its parts, its key; and another key and archive."""

    data: bytes
    parts: dict[str, bytes]
    key: PrivateKey
    stranger: PrivateKey
    other: dict[str, bytes]

    @property
    def manifest(self) -> Manifest:
        document = json.loads(self.parts[MANIFEST])
        return Manifest(document["name"], document["version"], document["files"])


def packed(parts: dict[str, bytes], **fields: object) -> bytes:
    """Return a zip of the parts as a careful forger writes it: as `build` does."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(parts):
            add(archive, name, parts[name], **fields)
    return made.getvalue()


def add(archive: zipfile.ZipFile, name: str, content: bytes, **fields: object) -> None:
    member = zipfile.ZipInfo("x")
    member.filename = name
    member.create_system = 3
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    for field, value in fields.items():
        setattr(member, field, value)
    archive.NameToInfo.pop(name, None)  # it warns of a name that is there already
    archive.writestr(member, content)


def with_more(
    built: Built, *more: tuple[str, bytes], first: bool = False, **fields: object
) -> bytes:
    """Return the archive with more members, of which the manifest knows nothing."""
    made = io.BytesIO()
    rest = [(name, built.parts[name]) for name in sorted(built.parts)]
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in (*more, *rest) if first else (*rest, *more):
            extra = (name, content) in more
            add(archive, name, content, **(fields if extra else {}))
    return made.getvalue()


def resealed(built: Built, files: dict[str, bytes], key: PrivateKey | None, **said: str) -> bytes:
    """Return an archive of other files with a manifest that fits, and somebody's signature."""
    manifest = manifest_of(
        said.get("name", built.manifest.name), said.get("version", built.manifest.version), files
    )
    parts = {INSIDE + name: content for name, content in files.items()}
    parts[MANIFEST] = manifest.text.encode()
    if key is not None:
        parts[ENVELOPE] = seal(statement(manifest, MANIFEST), key)
    else:
        parts[ENVELOPE] = built.parts[ENVELOPE]
    return packed(parts)


def files_of(built: Built) -> dict[str, bytes]:
    return {
        name.removeprefix(INSIDE): content
        for name, content in built.parts.items()
        if name.startswith(INSIDE)
    }


# Bytes


def flipped(chance: Random, built: Built) -> bytes:
    data = bytearray(built.data)
    for _ in range(chance.choice((1, 1, 1, 5))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def flipped_header(chance: Random, built: Built) -> bytes:
    """A field of a header, in front or in the directory at the end."""
    data = bytearray(built.data)
    mark = chance.choice((b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"))
    places = [at for at in range(len(data)) if data.startswith(mark, at)]
    at = chance.choice(places) + chance.randrange(46)
    data[min(at, len(data) - 1)] = chance.randrange(256)
    return bytes(data)


def cut(chance: Random, built: Built) -> bytes:
    return built.data[: chance.choice((chance.randrange(64), chance.randrange(len(built.data))))]


def cut_out(chance: Random, built: Built) -> bytes:
    begin = chance.randrange(len(built.data))
    return built.data[:begin] + built.data[begin + chance.randrange(1, 400) :]


def put_in(chance: Random, built: Built) -> bytes:
    at = chance.choice((0, len(built.data), chance.randrange(len(built.data))))
    return built.data[:at] + chance.randbytes(chance.randrange(1, 100)) + built.data[at:]


def moved(chance: Random, built: Built) -> bytes:
    one, two, three = sorted(chance.sample(range(len(built.data)), 3))
    data = built.data
    return data[:one] + data[two:three] + data[one:two] + data[three:]


def doubled(_: Random, built: Built) -> bytes:
    return built.data * 2


def other_format(chance: Random, built: Built) -> bytes:
    """A tar with a link, a device and a traversal; gzip; nothing; noise."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "link"),
            (tarfile.CHRTYPE, "dev"),
            (tarfile.REGTYPE, "../e"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    return chance.choice((made.getvalue(), gzip.compress(built.data), b"", chance.randbytes(300)))


# Members


def odd_name(chance: Random, built: Built) -> bytes:
    more = (chance.choice(ODD), b"evil")
    return with_more(built, more, first=chance.random() < 0.5)


def odd_name_renamed(chance: Random, built: Built) -> bytes:
    """A file of the manifest under a name that leads elsewhere, there and in the manifest."""
    files = files_of(built)
    files["../" * chance.randrange(1, 9) + "evil"] = files.pop(chance.choice(sorted(files)))
    manifest = json.loads(built.parts[MANIFEST])
    manifest["files"] = dict(sorted((name, "0" * 64) for name in files))
    parts = {INSIDE + name: content for name, content in files.items()}
    parts |= {MANIFEST: json.dumps(manifest, indent=2).encode() + b"\n"}
    return packed(parts)


def twin(chance: Random, built: Built) -> bytes:
    return with_more(built, (chance.choice(TWINS), b"evil"), first=chance.random() < 0.5)


def double(chance: Random, built: Built) -> bytes:
    name = chance.choice(sorted(built.parts))
    content = chance.choice((b"evil", built.parts[name]))
    return with_more(built, (name, content), first=chance.random() < 0.5)


def link_or_device(chance: Random, built: Built) -> bytes:
    """A member that says that it is a link, a device, a pipe, a folder or a program."""
    kinds = (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFDIR, stat.S_ISUID)
    mode = (chance.choice(kinds) | 0o777) << 16
    if chance.random() < 0.5:
        return with_more(built, ("pack/link", b"/etc/passwd"), external_attr=mode)
    return packed(built.parts, external_attr=mode)


def bomb(chance: Random, built: Built) -> bytes:
    kind = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    if chance.random() < 0.5:
        return packed(built.parts, compress_type=kind)
    return with_more(built, ("pack/bomb", bytes(1 << 20)), compress_type=kind)


def huge_sizes(chance: Random, built: Built) -> bytes:
    """A size in a header that nothing in the file answers to."""
    data = bytearray(built.data)
    at = chance.choice([at for at in range(len(data)) if data.startswith(b"PK\x03\x04", at)])
    struct.pack_into("<II", data, at + 18, *[chance.choice((0, 0xFFFFFFFF, 1 << 31))] * 2)
    return bytes(data)


def huge_count(chance: Random, built: Built) -> bytes:
    count = chance.choice((1000, 1500))
    return with_more(built, *((f"pack/many/{number:04}", b"") for number in range(count)))


def written_otherwise(chance: Random, built: Built) -> bytes:
    """The same files, as some other program would write them."""
    fields = chance.choice(
        (
            {"date_time": (2026, 1, 1, 0, 0, 0)},
            {"comment": b"hello"},
            {"extra": b"\x99\x99\x04\x00evil"},
            {"create_system": 0},
            {"internal_attr": 1},
            {"external_attr": (stat.S_IFREG | 0o755) << 16},
            {"create_version": 63},
        )
    )
    return packed(built.parts, **fields)


def reordered(chance: Random, built: Built) -> bytes:
    names = sorted(built.parts)
    while names == sorted(built.parts):
        chance.shuffle(names)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            add(archive, name, built.parts[name])
    return made.getvalue()


def with_comment(chance: Random, built: Built) -> bytes:
    made = io.BytesIO(built.data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = chance.randbytes(chance.randrange(1, 30))
    return made.getvalue()


# The manifest and the signature


def changed_file(chance: Random, built: Built) -> bytes:
    name = chance.choice(sorted(name for name in built.parts if name.startswith(INSIDE)))
    return packed({**built.parts, name: built.parts[name] + b"\n# evil\n"})


def changed_and_fitted(chance: Random, built: Built) -> bytes:
    """A file is another and the manifest fits: the signature is the old one, or a stranger's."""
    files = files_of(built)
    name = chance.choice(sorted(files))
    files[name] += b"\n# evil\n"
    return resealed(built, files, chance.choice((None, built.stranger)))


def swapped_files(chance: Random, built: Built) -> bytes:
    one, two = chance.sample([name for name in built.parts if name.startswith(INSIDE)], 2)
    parts = {**built.parts, one: built.parts[two], two: built.parts[one]}
    return packed(parts)


def swapped_digests(chance: Random, built: Built) -> bytes:
    document = json.loads(built.parts[MANIFEST])
    one, two = chance.sample(sorted(document["files"]), 2)
    files = document["files"]
    files[one], files[two] = files[two], files[one]
    return packed({**built.parts, MANIFEST: json.dumps(document, indent=2).encode() + b"\n"})


def extra_file(chance: Random, built: Built) -> bytes:
    name = chance.choice(("pack/extra.yaml", "extra.yaml", "pack/policies/loose.yaml", "zzz"))
    if chance.random() < 0.5:
        return packed({**built.parts, name: b"allow: []\n"})
    files = {**files_of(built), "extra.yaml": b"allow: []\n"}
    return resealed(built, files, chance.choice((None, built.stranger)))


def missing_file(chance: Random, built: Built) -> bytes:
    parts = dict(built.parts)
    for name in chance.sample(sorted(parts), chance.randrange(1, 4)):
        del parts[name]
    return packed(parts)


def unsigned(_: Random, built: Built) -> bytes:
    return packed({name: part for name, part in built.parts.items() if name != ENVELOPE})


def by_a_stranger(chance: Random, built: Built) -> bytes:
    """A stranger's signature, with the stranger's id or with the trusted one's."""
    body = statement(built.manifest, MANIFEST)
    sealed = seal(body, built.stranger)
    if chance.random() < 0.5:
        sealed = sealed.replace(built.stranger.public.id.encode(), built.key.public.id.encode())
    return packed({**built.parts, ENVELOPE: sealed})


def of_another_pack(chance: Random, built: Built) -> bytes:
    """The envelope, or the manifest too, of another pack that the same key signed."""
    names = chance.choice(((ENVELOPE,), (MANIFEST,), (ENVELOPE, MANIFEST)))
    return packed({**built.parts, **{name: built.other[name] for name in names}})


def renamed(chance: Random, built: Built) -> bytes:
    """Another name or version, with a signature of the old one."""
    said = chance.choice(
        ({"name": "other"}, {"version": "9.9.9"}, {"version": "0.0.1"}, {"name": "a-b-c"})
    )
    return resealed(built, files_of(built), chance.choice((None, built.stranger)), **said)


def other_envelope(chance: Random, built: Built) -> bytes:
    """An envelope with one thing of it changed: type, payload, id, signature, number of them."""
    document = json.loads(built.parts[ENVELOPE])
    body = statement(built.manifest, MANIFEST)
    first = document["signatures"][0]
    raw = built.key.sign(body)
    choice = chance.randrange(10)
    if choice == 0:
        document["payloadType"] = "application/json"
    elif choice == 1:
        document["payload"] = document["payload"][:-4] + "AAAA"
    elif choice == 2:
        first["keyid"] = chance.choice(("", "0" * 16, first["keyid"].upper() + "x"))
    elif choice == 3:
        first["sig"] = chance.choice(("", raw, first["sig"][:-4], first["sig"] + "=", "A" * 88))
    elif choice == 4:
        document["signatures"] = chance.choice(([], [first, first], {}, None, "x", [1]))
    elif choice == 5:
        first["sig"] = built.key.sign(pre_authentication_encoding("application/json", body))
    elif choice == 6:
        document[chance.choice(("extra", "payload2"))] = "x"
    elif choice == 7:
        first["sig"] = built.key.sign(pre_authentication_encoding(PAYLOAD_TYPE, body + b" "))
    elif choice == 8:
        first["extra"] = 1
    else:
        return packed({**built.parts, ENVELOPE: json.dumps(document).encode()})
    return packed({**built.parts, ENVELOPE: json.dumps(document, indent=2).encode() + b"\n"})


def other_manifest(chance: Random, built: Built) -> bytes:
    """A manifest that is no JSON, or other JSON, or ours in another spelling."""
    text = built.parts[MANIFEST].decode()
    document = json.loads(text)
    made = chance.choice(
        (
            text.encode()[:-1],
            text.encode() + b"\n",
            json.dumps(document).encode(),
            text.replace('"name"', '"name": "x", "name"', 1).encode(),
            text.replace("fencekit.pack/1", "fencekit.pack/2").encode(),
            text.encode("utf-16"),
            b"\xff\xfe" + text.encode(),
            b"[" * 100_000,
            b"{}",
            b"null",
            json.dumps({**document, "files": []}, indent=2).encode() + b"\n",
            json.dumps({**document, "files": {}}, indent=2).encode() + b"\n",
            json.dumps({**document, "name": "../evil"}, indent=2).encode() + b"\n",
            json.dumps({**document, "name": 1}, indent=2).encode() + b"\n",
            json.dumps({**document, "version": "1"}, indent=2).encode() + b"\n",
            json.dumps({**document, "extra": 1}, indent=2).encode() + b"\n",
            text.upper().encode(),
        )
    )
    return packed({**built.parts, MANIFEST: made})


WAYS: tuple[Callable[[Random, Built], bytes], ...] = (
    *(flipped, flipped_header, cut, cut_out, put_in, moved, doubled, other_format),
    *(odd_name, odd_name_renamed, twin, double, link_or_device, bomb, huge_sizes, huge_count),
    *(written_otherwise, reordered, with_comment),
    *(changed_file, changed_and_fitted, swapped_files, swapped_digests, extra_file, missing_file),
    *(unsigned, by_a_stranger, of_another_pack, renamed, other_envelope, other_manifest),
)


def tampered(chance: Random, built: Built, number: int) -> tuple[str, bytes]:
    """Return the name of a way, each in its turn, and the archive after it: other bytes."""
    way = WAYS[number % len(WAYS)]
    data = built.data
    while data == built.data:
        data = way(chance, built)
    return way.__name__, data
