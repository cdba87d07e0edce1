"""Files as they were in a commit, read with the `git` program; the repository is never written to.

Names are separated by NUL, a ref that looks like an option is refused, nothing is fetched, and no
filter or hook of the repository runs: blobs are read as they are stored.
"""

import os
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fencekit.model.errors import FencekitError, UsageError
from fencekit.model.source import Place
from fencekit.reading.files import decoded

QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
BLOB, LINK = b"100", b"120000"


@dataclass(frozen=True, slots=True)
class Commit:
    """The files of a commit: `top` is the folder of the repository, `ref` what the user named."""

    top: str
    sha: str
    ref: str

    def read(self, path: str, kind: type[FencekitError]) -> tuple[str, str]:
        """Return the text of a UTF-8 file and its SHA-256 in hex; trouble is an error of `kind`."""
        shown = self.shown(path)
        found = self._entry(path)
        if found is None:
            hint = "compare with a revision that has it, or name two files"
            raise kind(f"`{self.ref}` has no file `{path}`", place=Place(shown), hint=hint)
        mode, name = found
        if mode == LINK or not mode.startswith(BLOB):
            what = "a link" if mode == LINK else "a folder or a submodule"
            raise kind(f"`{path}` is {what} in `{self.ref}`, not a file", place=Place(shown))
        data = git(self.top, "cat-file", "blob", name)
        if data is None:
            message = f"git cannot read `{path}` of `{self.ref}`"
            raise kind(message, place=Place(shown), hint="fetch it first")
        return decoded(data, shown, kind), sha256(data).hexdigest()

    def exists(self, path: str | Path) -> bool:
        """Say whether the commit has something at the path."""
        return self._entry(str(path)) is not None

    def shown(self, path: str) -> str:
        """Return the path behind the ref, as git writes it."""
        return f"{self.ref}:{path}"

    def real(self, path: str) -> str:
        """Return the path from the top of the repository."""
        return self._inside(path) or path

    def _inside(self, path: str) -> str | None:
        """Return the path from the top of the repository; None for one outside of it."""
        here = os.path.realpath(Path.cwd())
        inside = os.path.relpath(os.path.normpath(Path(here, path)), self.top)
        return None if inside == ".." or inside.startswith(f"..{os.sep}") else inside

    def _entry(self, path: str) -> tuple[bytes, str] | None:
        """Return the mode and the name of the object at the path; None where there is none."""
        inside = self._inside(path)
        if inside is None or "\0" in path:
            return None
        listed = git(self.top, "ls-tree", "-z", "--full-tree", self.sha, "--", inside)
        for entry in (listed or b"").split(b"\0"):
            head, _, name = entry.partition(b"\t")
            if name == os.fsencode(inside):
                mode, _, digest = head.split(b" ")
                return mode, digest.decode("ascii")
        return None


def commit(ref: str, path: str = ".") -> Commit:
    """Return the commit that a ref names in the repository that has the path.

    Raises UsageError for a ref that begins with `-`, for one that is not there, and where there is
    no repository or no git.
    """
    if ref.startswith("-") or not ref or "\0" in ref:
        raise UsageError(f"`{ref}` is no revision", hint="name a branch, a tag or a commit")
    asked = run(nearest_folder(path), "rev-parse", "--show-toplevel")
    if asked.returncode:
        said = asked.stderr.decode("utf-8", "replace").strip().splitlines()
        message = f"`{path}` is in no git repository that can be read, so it has no `{ref}`"
        raise UsageError(message, hint=f"git says: {said[0]}" if said else "")
    root = os.fsdecode(asked.stdout.removesuffix(b"\n"))
    found = git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if found is None:
        hint = f"is it fetched? try `git fetch origin`, or `git log -1 {ref}` for what git says"
        raise UsageError(f"git knows no revision `{ref}` here", hint=hint)
    return Commit(os.path.realpath(root), found.decode("ascii").strip(), ref)


def nearest_folder(path: str) -> str:
    """Return the folder of a path; the first one above it that is there."""
    at = Path(path).absolute()
    return str(next(folder for folder in (at, *at.parents) if folder.is_dir()))


def git(folder: str, *words: str) -> bytes | None:
    """Return what git prints; None where it fails. Raises UsageError where there is no git."""
    done = run(folder, *words)
    return done.stdout if done.returncode == 0 else None


def run(folder: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder. Raises UsageError where there is no git."""
    command = ["git", "-C", folder, "--literal-pathspecs", "--no-replace-objects", *words]
    env = {**os.environ, **QUIET}
    try:
        # No shell; what the user named stands behind a colon or `--`, or was looked at.
        return subprocess.run(command, capture_output=True, check=False, env=env)  # noqa: S603
    except FileNotFoundError as error:
        raise UsageError("there is no `git` program", hint="install git") from error
