"""Who is to be asked about an edit, by git: who wrote its line last, or who took the line out.

Only names are taken, never addresses, and they are shown, never acted on. Where git knows nothing
(no repository, no history, a clone that is cut short), nothing is said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fencekit.checks.diff.edit_lines import by_file, touched_lines
from fencekit.model.diff_result import Author, DiffAction
from fencekit.model.edit import Edit, PolicyDiff
from fencekit.model.errors import UsageError
from fencekit.reading.git_files import git, nearest_folder, revision_of_file

NOT_COMMITTED = "0" * 40
SAFELY = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
PORCELAIN = ("blame", "--line-porcelain", "--no-textconv")
NEVER = float("inf")
"""When what is not committed yet was written: after everything that is."""

Dated = tuple[float, Author]


def authors(
    edits: Iterable[Edit], diff: PolicyDiff, old_at: str = "", new_at: str = ""
) -> dict[int, Author]:
    """Return whom git names for each edit, by its number; nobody where it has no answer.

    `old_at` and `new_at` are the revisions of the versions, empty for the working tree. Of an edit
    with lines by several people, the latest counts.
    """
    lines = ((edit.number, found) for edit in edits if (found := touched_lines(edit, diff)))
    named: dict[int, Dated] = {}
    try:
        for (shown, gone), wanted in by_file(lines).items():
            revision = old_at if gone else new_at
            file = shown.removeprefix(f"{revision}:") if revision else shown
            # In a submodule the same revision is another commit.
            old, new = (revision_of_file(at, file) if at else "" for at in (old_at, new_at))
            asked = BlamedFile(file)
            answers = asked.removers(wanted, old, new) if gone else {}
            writers = answers or asked.writers(wanted, old if gone else new, gone=gone)
            for line, dated in writers.items():
                for number in wanted[line]:
                    named[number] = max(named.get(number, dated), dated, key=lambda one: one[0])
    except UsageError:  # there is no git, or no such revision of a file
        return {}
    return {number: author for number, (_, author) in named.items()}


@dataclass(frozen=True, slots=True)
class BlamedFile:
    """A file that git is asked about, in the folder that it is in."""

    file: str

    def writers(self, lines: Iterable[int], revision: str, *, gone: bool) -> dict[int, Dated]:
        """Return who wrote each of some lines last; nobody for a file that git has not."""
        deed = DiffAction.WROTE_BEFORE if gone else DiffAction.WROTE
        found = dict(self._blame_lines(lines, *([revision] if revision else [])))
        # Where the history is cut off, whatever is older seems to come from its last commit.
        if any("boundary" in head for head in found.values()) and self._is_shallow():
            found = {line: head for line, head in found.items() if "boundary" not in head}
        return {line: latest_author(head, deed) for line, head in found.items()}

    def removers(self, lines: Iterable[int], old_at: str, new_at: str) -> dict[int, Dated]:
        """Return who took each of some lines of the old version out; nobody where git cannot tell.

        The old version has to be an ancestor of the new one: elsewhere there is no such commit.
        """
        if not old_at:
            return {}
        end = new_at or "HEAD"
        oldest, newest = self._sha(old_at), self._sha(end)
        here = NEVER, Author("somebody here", "", "", "", DiffAction.REMOVED)
        if oldest == newest and not new_at:
            return dict.fromkeys(lines, here)
        found: dict[int, Dated] = {}
        for line, head in self._blame_lines(lines, "--reverse", f"{old_at}..{end}"):
            if head["commit"] == newest:
                if not new_at:
                    found[line] = here
                continue
            between = f"{head['commit']}..{end}"
            listed = self._git(
                "rev-list", "--reverse", "--ancestry-path", between, "--", self._name
            )
            if listed:
                found[line] = self._commit(listed.split("\n", 1)[0])
        return found

    def _sha(self, revision: str) -> str:
        """Return the commit that a revision names; empty for none."""
        return self._git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()

    def _commit(self, sha: str) -> Dated:
        """Return who made a commit."""
        text = self._git("rev-list", "--max-count=1", "--format=%aN%n%at%n%s", sha)
        _, name, seconds, summary, *_ = [*text.split("\n"), "", "", "", ""]
        head = {"commit": sha, "author": name, "author-time": seconds, "summary": summary}
        return latest_author(head, DiffAction.REMOVED)

    def _blame_lines(
        self, lines: Iterable[int], *words: str
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield what git blame says of each of some lines."""
        ranges = [word for line in sorted(lines) for word in ("-L", f"{line},{line}")]
        head: dict[str, str] = {}
        for text in self._git(*PORCELAIN, *ranges, *words, "--", self._name).split("\n"):
            if text.startswith("\t"):
                yield int(head["line"]), head
                head = {}
            elif head:
                key, _, value = text.partition(" ")
                head.setdefault(key, value)
            elif text:
                commit, _, line, *_ = text.split(" ")
                head = {"commit": commit, "line": line}

    def _is_shallow(self) -> bool:
        return self._git("rev-parse", "--is-shallow-repository").strip() != "false"

    @property
    def _name(self) -> str:
        return Path(self.file).name

    def _git(self, *words: str) -> str:
        """Return what git prints; nothing where it fails."""
        printed = git(nearest_folder(str(Path(self.file).parent)), *SAFELY, *words)
        return (printed or b"").decode("utf-8", "replace")


def latest_author(head: dict[str, str], deed: DiffAction) -> Dated:
    """Return the author that git names, with the seconds by which the latest is told."""
    if head["commit"] == NOT_COMMITTED:
        return NEVER, Author("somebody here", "", "", "", deed)
    seconds = int(head.get("author-time") or "0")
    day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
    name = without_address(head.get("author", ""))
    return seconds, Author(name, head["commit"], day, head.get("summary", ""), deed)


def without_address(name: str) -> str:
    """Return a name; of an address that somebody uses for one, the part before the `@`."""
    before, at, after = name.partition("@")
    return before if at and before and after and not set(name) & set(" \t") else name
