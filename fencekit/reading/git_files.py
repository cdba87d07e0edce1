"""Files as they were in a commit, read with the `git` program; the repository is never written to.

A revision is one of the repository that the user stands in, whatever other repositories lie in it:
a file of a submodule is read at the commit that the revision has for that submodule. A name that
could mean two things is refused.
Names are separated by NUL, a ref that looks like an option is refused, nothing is fetched, and no
filter or hook of the repository runs: blobs are read as they are stored.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from fencekit.model.errors import FencekitError, UsageError
from fencekit.model.source import Place
from fencekit.reading.input_files import decode_text

QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
BLOB, LINK, SUBMODULE = b"100", b"120000", b"160000"
OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What a hook sets to say which repository it is of; the one that is asked may be another."""
PLAIN = re.compile(r"([^~^:@]*(?:@(?!\{)[^~^:@]*)*)(.*)", re.DOTALL)
"""A revision: a name, and what is asked of it (`~2`, `^{commit}`, `@{1}`)."""
SPACES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
HEX = re.compile(r"[0-9a-f]{4,64}")
WHOLE = (40, 64)


@dataclass(frozen=True, slots=True)
class Commit:
    """The files of a commit: `top` is the folder of the repository, `ref` what the user named."""

    top: str
    sha: str
    ref: str

    def read(self, path: str, kind: type[FencekitError]) -> tuple[str, str]:
        """Return the text of a UTF-8 file and its SHA-256 in hex; trouble is an error of `kind`."""
        shown = self.display_name(path)
        found = self._entry(path)
        if found is None:
            hint = "compare with a revision that has it, or name two files"
            raise kind(f"`{self.ref}` has no file `{path}`", place=Place(shown), hint=hint)
        mode, name = found
        if mode == LINK or not mode.startswith(BLOB):
            what = "a link" if mode == LINK else "a folder or a submodule"
            raise kind(f"`{path}` is {what} in `{self.ref}`, not a file", place=Place(shown))
        data = git(self.holder(path)[0], "cat-file", "blob", name)
        if data is None:
            message = f"git cannot read `{path}` of `{self.ref}`"
            raise kind(message, place=Place(shown), hint="fetch it first")
        return decode_text(data, shown, kind), sha256(data).hexdigest()

    def exists(self, path: str | Path) -> bool:
        """Say whether the commit has something at the path."""
        return self._entry(str(path)) is not None

    def display_name(self, path: str) -> str:
        """Return the path behind the ref, as git writes it."""
        return f"{self.ref}:{path}"

    def real(self, path: str) -> str:
        """Return the path from the top of the repository."""
        return self.inside(path) or path

    def inside(self, path: str) -> str | None:
        """Return the path from the top of the repository; None for one outside of it."""
        here = os.path.realpath(Path.cwd())
        inside = os.path.relpath(os.path.normpath(Path(here, path)), self.top)
        return None if inside == ".." or inside.startswith(f"..{os.sep}") else inside

    def holder(self, path: str) -> tuple[str, str, str]:
        """Return the repository that has a file, its commit here, and the path from its top.

        It is this one, or a submodule at the commit that this one has for it.
        Raises UsageError where that commit is not there.
        """
        inside = self.inside(path)
        if inside is None or "\0" in path:
            return self.top, self.sha, ""
        top, sha, left = self.top, self.sha, inside
        parts = Path(inside).parts
        for length in range(1, len(parts)):
            at = os.path.relpath(Path(self.top, *parts[:length]), top)
            mode, name = entry(top, sha, at) or (b"", "")
            if mode != SUBMODULE:
                continue
            top, sha = os.path.join(top, at), name  # noqa: PTH118  (text, as git takes it)
            left = str(Path(*parts[length:]))
            if not is_top(top) or git(top, "cat-file", "-e", f"{sha}^{{commit}}") is None:
                hint = f"`git submodule update --init`, and `git -C {top} fetch`"
                message = f"the submodule of `{path}` has not the commit {sha[:12]} of `{self.ref}`"
                raise UsageError(message, hint=hint)
        return top, sha, left

    def _entry(self, path: str) -> tuple[bytes, str] | None:
        """Return the mode and the name of the object at the path; None where there is none."""
        top, sha, inside = self.holder(path)
        return entry(top, sha, inside) if inside else None


def entry(top: str, sha: str, inside: str) -> tuple[bytes, str] | None:
    """Return the mode and the name of an object of a commit; None where there is none."""
    listed = git(top, "ls-tree", "-z", "--full-tree", sha, "--", inside)
    for line in (listed or b"").split(b"\0"):
        head, _, name = line.partition(b"\t")
        if name == os.fsencode(inside):
            mode, _, digest = head.split(b" ")
            return mode, digest.decode("ascii")
    return None


def is_top(folder: str) -> bool:
    """Say whether a folder is the top of a repository of its own."""
    found = git(folder, "rev-parse", "--show-toplevel") if Path(folder).is_dir() else None
    return found is not None and os.path.realpath(os.fsdecode(found[:-1])) == folder


def commit(ref: str, path: str = ".") -> Commit:
    """Return the commit that a ref names in the repository that we stand in.

    Where we stand in none, it is the repository that has the path.
    Raises UsageError for a ref that begins with `-`, for one that is not there or could mean two
    things, for a path of another repository, and where there is no repository or no git.
    """
    if ref.startswith("-") or not ref or "\0" in ref:
        raise UsageError(f"`{ref}` is no revision", hint="name a branch, a tag or a commit")
    here = run(".", "rev-parse", "--show-toplevel")
    asked = (
        here if not here.returncode else run(nearest_folder(path), "rev-parse", "--show-toplevel")
    )
    root = os.path.realpath(os.fsdecode(asked.stdout.removesuffix(b"\n")))
    known = Commit(root, "", ref)
    if asked.returncode or known.inside(path) is None:
        refuse_outside(path, ref, asked.stderr, root if not asked.returncode else "")
    found = git(root, "rev-parse", "--verify", "--quiet", f"{full_name(root, ref)}^{{commit}}")
    if found is None:
        hint = f"is it fetched? try `git fetch origin`, or `git log -1 {ref}` for what git says"
        raise UsageError(f"git knows no revision `{ref}` here", hint=hint)
    return Commit(root, found.decode("ascii").strip(), ref)


def refuse_outside(path: str, ref: str, said: bytes, root: str) -> NoReturn:
    """Raise UsageError for a path outside of the repository in which a revision is looked for."""
    other = run(nearest_folder(path), "rev-parse", "--show-toplevel")
    if root and not other.returncode:
        message = f"`{path}` is in another git repository than the one that you stand in"
        raise UsageError(message, hint=f"`{ref}` is a revision of {root}: stand in the other one")
    lines = (said or other.stderr).decode("utf-8", "replace").strip().splitlines()
    message = f"`{path}` is in no git repository that can be read, so it has no `{ref}`"
    raise UsageError(message, hint=f"git says: {lines[0]}" if lines else "")


def full_name(root: str, ref: str) -> str:
    """Return a revision with the full name of the ref that it begins with.

    Raises UsageError where several refs, or a ref and a commit, have that name: which of them git
    takes depends on where they come from, and others may have made one.
    """
    found = PLAIN.fullmatch(ref)
    name, rest = found.groups() if found else (ref, "")
    if not name or name == "@" or (HEX.fullmatch(name) and len(name) in WHOLE):
        return ref
    meant = refs_named(root, name)
    if meant and HEX.fullmatch(name):
        objects = git(root, "rev-parse", f"--disambiguate={name}") or b""
        meant += [f"the object {each[:12]}" for each in objects.decode("ascii").split()]
    if len(meant) > 1:
        names = " and ".join(f"`{each}`" for each in meant)
        message = f"`{ref}` could be {names}"
        raise UsageError(message, hint="name the one that you mean in full, `refs/heads/...`")
    return f"{meant[0]}{rest}" if meant else ref


def refs_named(root: str, name: str) -> list[str]:
    """Return the full names of the refs that a name may mean."""
    spaces = [space.format(name) for space in SPACES]
    listed = git(root, "for-each-ref", "--format=%(refname)", "--", *spaces) or b""
    meant = [each for each in os.fsdecode(listed).splitlines() if each in spaces]
    if name.startswith("refs/") and git(root, "show-ref", "--verify", "--quiet", name) is not None:
        meant.append(name)
    if name.isupper() and is_pseudo_ref(root, name):
        meant.append(name)
    return meant


def is_pseudo_ref(root: str, name: str) -> bool:
    """Say whether a name such as HEAD stands beside the refs of a repository."""
    at = git(root, "rev-parse", "--git-path", name)
    return at is not None and Path(root, os.fsdecode(at.removesuffix(b"\n"))).is_file()


def revision_of_file(ref: str, path: str) -> str:
    """Return the commit of the repository which has a file, that a ref of ours names for it."""
    return commit(ref, path).holder(path)[1]


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
    if Path(folder, ".git").exists():
        env = {name: value for name, value in env.items() if name not in OF_ANOTHER}
    try:
        # No shell; what the user named stands behind a colon or `--`, or was looked at.
        return subprocess.run(command, capture_output=True, check=False, env=env)  # noqa: S603
    except FileNotFoundError as error:
        raise UsageError("there is no `git` program", hint="install git") from error


def setting(name: str, folder: str = ".") -> str:
    """Return a value of git's configuration; empty where it is not set, or git is not there."""
    try:
        found = git(folder, "config", "--get", name)
    except UsageError:
        return ""
    return (found or b"").decode("utf-8", "replace").strip()
