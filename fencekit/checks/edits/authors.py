"""Who wrote the lines of edits last, by `git blame`; names are shown, never acted on."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from fencekit.model.diffed import Author
from fencekit.model.edit import Edit
from fencekit.reading.git import nearest_folder, run

NOT_COMMITTED = "0" * 40
SAFELY = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")


def authors(edits: Iterable[Edit], revision: str = "") -> dict[int, Author]:
    """Return who wrote the line of each edit, by its number; of files that git knows.

    With a revision, the lines are those of the files as they were then. What was removed has no
    line, and so no author. Raises UsageError where there is no `git`.
    """
    lines: dict[str, dict[int, list[int]]] = {}
    for edit in edits:
        place = edit.place
        if edit.new is not None and place is not None and place.line:
            file = place.file.removeprefix(f"{revision}:") if revision else place.file
            lines.setdefault(file, {}).setdefault(place.line, []).append(edit.number)
    found: dict[int, Author] = {}
    for file, wanted in lines.items():
        for line, author in blamed(file, sorted(wanted), revision):
            found.update(dict.fromkeys(wanted.get(line, ()), author))
    return found


def blamed(file: str, lines: list[int], revision: str) -> Iterator[tuple[int, Author]]:
    """Yield who wrote each of some lines of a file last; nothing for a file that git has not."""
    ranges = [word for line in lines for word in ("-L", f"{line},{line}")]
    at = [revision] if revision else []
    words = ("blame", "--line-porcelain", "--no-textconv", *ranges, *at, "--", Path(file).name)
    done = run(nearest_folder(str(Path(file).parent)), *SAFELY, *words)
    if done.returncode:
        return
    head: dict[str, str] = {}
    for text in done.stdout.decode("utf-8", "replace").split("\n"):
        if text.startswith("\t"):
            yield int(head["line"]), author_of(head)
            head = {}
        elif not head:
            commit, _, line, *_ = text.split(" ") if text else ("", "", "0")
            head = {"commit": commit, "line": line} if text else {}
        else:
            key, _, value = text.partition(" ")
            head.setdefault(key, value)


def author_of(head: dict[str, str]) -> Author:
    """Return the author that the head of a blamed line names."""
    if head["commit"] == NOT_COMMITTED:
        return Author("somebody here", "", "", "")
    moment = datetime.fromtimestamp(int(head.get("author-time", "0")), UTC)
    return Author(
        head.get("author", ""), head["commit"], moment.date().isoformat(), head.get("summary", "")
    )
