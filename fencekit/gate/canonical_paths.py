"""Paths in the arguments of a call, made canonical by their text alone.

What the rules see is what the tool gets: an absolute POSIX path below the root. Whether a component
of it is a symbolic link is asked of the real file system, by what executes the call.
"""

import posixpath
import re
import unicodedata

from fencekit.gate.call import Refusal

LONGEST_PATH = 4096
LONGEST_NAME = 255
CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]"
)
SPECIAL = frozenset("./\\~:\0")
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{name}{number}" for name in ("com", "lpt") for number in "123456789¹²³"}
)
"""Names that are devices wherever they stand, on systems that share a workspace with this one."""


def canonical(text: object, root: str) -> str:
    """Return the absolute path that a text names, below `root`, an absolute path itself.

    A relative path is one below the root. Raises Refusal for a text that names no path, for one
    that leads out of the root, and for one that another program could read as such a path.
    """
    if not isinstance(text, str):
        raise Refusal("path_not_text", "a path is not text")
    if not text:
        raise Refusal("path_empty", "a path is empty")
    refuse_characters(text)
    path = posixpath.normpath(posixpath.join(root, text))
    path = f"/{path.lstrip('/')}"
    if not is_below(path, root):
        message = f"the path `{excerpt_of(text)}` leads out of `{root}`"
        raise Refusal("path_outside_root", message)
    refuse_names(path, text)
    return path


def is_below(path: str, root: str) -> bool:
    """Say whether a normal path is the root or below it."""
    return path == root or path.startswith(root if root.endswith("/") else f"{root}/")


def refuse_characters(text: str) -> None:
    """Raise Refusal for characters that another program may read as something else."""
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        raise Refusal("path_too_long", f"a path is longer than {LONGEST_PATH} bytes")
    if CONTROL.search(text) or not is_encodable(text):
        raise Refusal("path_control", f"the path `{excerpt_of(text)}` holds a control character")
    if text.startswith("~"):
        hint = "name the folder, or write `./~`"
        message = f"the path `{excerpt_of(text)}` begins with `~`, which some programs expand"
        raise Refusal("path_home", message, hint=hint)
    if "\\" in text:
        message = f"the path `{excerpt_of(text)}` holds a backslash, which separates elsewhere"
        raise Refusal("path_backslash", message)
    if text.isascii():
        return
    if unicodedata.normalize("NFC", text) != text:
        message = f"the path `{excerpt_of(text)}` is not in Unicode's normal form C"
        raise Refusal("path_not_normal", message)
    for char in text:
        if not char.isascii() and SPECIAL & set(unicodedata.normalize("NFKC", char)):
            looks = "holds a look-alike of `.`, `/`, `\\`, `~` or `:`"
            raise Refusal("path_look_alike", f"the path `{excerpt_of(text)}` {looks}")


def refuse_names(path: str, text: str) -> None:
    """Raise Refusal for a component that is too long, or the name of a device somewhere."""
    for name in path.split("/"):
        if len(name.encode()) > LONGEST_NAME:
            raise Refusal("path_too_long", f"a name in a path is longer than {LONGEST_NAME} bytes")
        if name.rstrip(" .").casefold() in DEVICES:
            message = f"the path `{excerpt_of(text)}` names a device on some systems"
            raise Refusal("path_device", message)


def is_encodable(text: str) -> bool:
    """Say whether a text is one of characters, without halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def excerpt_of(text: str) -> str:
    """Return the beginning of a text of the agent's, fit for a message."""
    return text[:80].encode("unicode_escape").decode() + ("…" if len(text) > 80 else "")
