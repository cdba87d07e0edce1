"""Files opened below a folder's descriptor, without following any symbolic link.

Linux opens the whole path in one call (`openat2`, which refuses links and ways out); elsewhere the
path is walked component by component, each opened relative to the one before and never followed.
Either way the file that is read is the one that was looked at: no path is looked up twice.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from fencekit.gate.call import Refusal
from fencekit.gate.canonical_paths import excerpt_of

OPENAT2 = 437
"""The number of the system call, the same on all architectures."""
RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH = 0x02, 0x04, 0x08
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
RETRIES = 64
"""How often an open is tried again that a rename beside it disturbed."""


class OpenHow(ctypes.Structure):
    """The argument of `openat2`."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


@cache
def libc() -> ctypes.CDLL | None:
    """Return the C library where it has `syscall`, else None."""
    try:
        return ctypes.CDLL(None, use_errno=True)
    except (OSError, TypeError):
        return None


@cache
def has_openat2() -> bool:
    """Say whether the system has `openat2`; some sandboxes refuse it."""
    if os.uname().sysname != "Linux" or libc() is None:
        return False
    folder = os.open("/", FOLDER)
    try:
        os.close(_openat2(".", FOLDER, folder))
    except OSError:
        return False
    finally:
        os.close(folder)
    return True


def _openat2(path: str, flags: int, folder: int) -> int:
    library = libc()
    assert library is not None
    how = OpenHow(flags, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
    for _ in range(RETRIES):
        descriptor = library.syscall(
            OPENAT2,
            ctypes.c_int(folder),
            ctypes.c_char_p(os.fsencode(path)),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if descriptor >= 0:
            return int(descriptor)
        number = ctypes.get_errno()
        if number not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(number, os.strerror(number), path)


def open_below(folder: int, parts: tuple[str, ...], flags: int) -> int:
    """Return a descriptor of what is below a folder, by names that are neither `.` nor `..`.

    Raises OSError: ELOOP where a component is a symbolic link.
    """
    if not parts:
        return os.open(".", flags | os.O_CLOEXEC, dir_fd=folder)
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    if has_openat2():
        return _openat2("/".join(parts), flags, folder)
    return _walk_folders(folder, parts, flags)


def _walk_folders(folder: int, parts: tuple[str, ...], flags: int) -> int:
    at = os.dup(folder)
    try:
        for name in parts[:-1]:
            try:
                below = os.open(name, FOLDER, dir_fd=at)
            except NotADirectoryError as error:
                raise _link_or_not(name, at, error) from error
            os.close(at)
            at = below
        return os.open(parts[-1], flags, dir_fd=at)
    finally:
        os.close(at)


def _link_or_not(name: str, folder: int, error: OSError) -> OSError:
    """Return the error of a component that is no folder: ELOOP where it is a symbolic link."""
    try:
        if stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode):
            return OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
    except OSError:
        return error
    return error


@contextmanager
def open_beneath(folder: int, parts: tuple[str, ...], flags: int, path: str) -> Iterator[int]:
    """Open what is below a folder for a while; raise Refusal where it cannot be."""
    try:
        descriptor = open_below(folder, parts, flags)
    except OSError as error:
        raise refusal_reason(error, path) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


REASONS = {
    errno.ELOOP: ("path_symlink", "a component of `{}` is a symbolic link"),
    errno.EXDEV: ("path_outside_root", "`{}` leads out of the workspace"),
    errno.ENOENT: ("not_found", "there is no `{}`"),
    errno.ENOTDIR: ("not_a_folder", "a component of `{}` is no folder"),
    errno.EISDIR: ("not_a_file", "`{}` is a folder"),
    errno.EACCES: ("not_permitted", "`{}` may not be opened"),
    errno.EPERM: ("not_permitted", "`{}` may not be opened"),
    errno.EEXIST: ("exists", "there is something at `{}` already"),
    errno.ENXIO: ("not_a_file", "`{}` is no regular file"),
    errno.ENAMETOOLONG: ("path_too_long", "`{}` is too long"),
}


def refusal_reason(error: OSError, path: str) -> Refusal:
    """Return why something at a path is not touched."""
    number = error.errno or 0
    reason, message = REASONS.get(
        number, ("io_error", f"`{{}}`: {os.strerror(number).lower() if number else error}")
    )
    return Refusal(reason, message.format(excerpt_of(path)))
