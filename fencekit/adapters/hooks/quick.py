"""The quick way of `fencekit hook`: asks the resident gate, and imports next to nothing.

A coding agent starts the hook for every call. The first one decides by itself, and leaves a
resident behind that has all loaded; the later ones hand the event to it over a socket in a folder
of the user's own. Where there is none, or it does not answer in full, the hook decides itself.
"""

import os
import sys

from fencekit import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTS = ("claude-code", "codex", "gemini", "qwen", "openhands", "copilot")
PATH_OPTIONS = ("--policy", "--audit", "--tools", "--approvals", "--keys", "--policy-root")
ALONE = "--no-resident"
SECONDS = 10.0
MOST_BYTES = 8 << 20
OWNER_ONLY = 0o700


def try_resident(args: "Sequence[str]") -> int | None:
    """Answer an event by the resident; return the exit code, None where that cannot be done.

    `args` are those behind `fencekit hook`. The event is read only once a resident is there.
    """
    if not args or args[0] not in HOSTS or ALONE in args or "--help" in args or "-h" in args:
        return None
    path = socket_path(args)
    if path is None or not os.path.exists(path):  # noqa: PTH110  (pathlib is slow to import)
        return None
    given = read_event()
    answer = ask(path, header_of(args), given)
    if answer is None:
        READ.append(given)
        return None
    code, out, err = answer
    write_all(1, out)
    write_all(2, err)
    return code


READ: list[bytes] = []
"""The event, where it was read and the resident did not answer."""


def read_event() -> bytes:
    """Return what the standard input holds, or what was read of it already."""
    if READ:
        return READ.pop()
    parts: list[bytes] = []
    size = 0
    while size <= MOST_BYTES:
        part = os.read(0, 1 << 16)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def write_all(number: int, data: bytes) -> None:
    """Write all of it to a descriptor."""
    while data:
        data = data[os.write(number, data) :]


def header_of(args: "Sequence[str]") -> bytes:
    """Return what a resident must have been started with to answer for these arguments."""
    is_relative = any(
        option in PATH_OPTIONS and not value.startswith("/")
        for option, value in zip(args, args[1:], strict=False)  # noqa: RUF007  (imports nothing)
    ) or not any(arg == "--policy" for arg in args)
    where = os.getcwd() if is_relative else ""  # noqa: PTH109  (as above)
    return "\0".join((__version__, sys.executable, where, *args)).encode("utf-8", "surrogateescape")


def socket_path(args: "Sequence[str]") -> str | None:
    """Return the address of the resident; None where its folder is not the user's own."""
    folder = resident_folder()
    if folder is None:
        return None
    from binascii import crc32  # noqa: PLC0415  (only now)

    return f"{folder}/{crc32(header_of(args)):08x}.sock"


def resident_folder(*, make: bool = False) -> str | None:
    """Return the folder of sockets, which nobody else can write; None where it is not so."""
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    user = os.getuid()
    folder = f"{base}/fencekit" if base.startswith("/") else f"/tmp/fencekit-{user}"  # noqa: S108
    try:
        if make:
            make_folder(folder)
        found = os.lstat(folder)
    except OSError:
        return None
    is_own = found.st_uid == user and found.st_mode & 0o170777 == 0o040000 | OWNER_ONLY
    return folder if is_own else None


def make_folder(folder: str) -> None:
    """Make a folder of the user's own, where there is none of that name."""
    try:
        os.mkdir(folder, OWNER_ONLY)  # noqa: PTH102  (as above)
    except FileExistsError:
        return


def ask(path: str, header: bytes, given: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the exit code and both outputs of an answer; None where there is none in full."""
    import _socket  # noqa: PLC0415  (`socket` itself costs as much as starting Python)

    try:
        link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        link.settimeout(SECONDS)
        link.connect(path)
        link.sendall(len(header).to_bytes(4, "big") + header + given)
        link.shutdown(_socket.SHUT_WR)
        parts: list[bytes] = []
        while part := link.recv(1 << 16):
            parts.append(part)
        link.close()
    except OSError:
        return None
    return read_answer(b"".join(parts))


def read_answer(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the parts of an answer: the exit code, and both outputs behind their lengths."""
    if len(data) < 9:
        return None
    out = int.from_bytes(data[1:5], "big")
    err = int.from_bytes(data[5:9], "big")
    if len(data) != 9 + out + err:
        return None
    return data[0], data[9 : 9 + out], data[9 + out :]


def write_answer(code: int, out: bytes, err: bytes) -> bytes:
    """Return an answer as `read_answer` reads it."""
    return bytes([code]) + len(out).to_bytes(4, "big") + len(err).to_bytes(4, "big") + out + err
