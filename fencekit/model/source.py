"""Where a thing was written: a file, and a line and column counted from 1."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file as the user named it; a line of a database is the row's id."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        known = [self.file, self.line, self.column]
        return ":".join(str(part) for part in known if part is not None)


@dataclass(frozen=True, slots=True)
class Input:
    """A file that a check has read: its part in the check, its path as given, its digest."""

    role: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a policy was read from: its path as given, its digest, its text."""

    path: str
    sha256: str
    text: str = field(repr=False)

    def line(self, number: int) -> str:
        """Return the line of that number, counted from 1, without its end; empty past the end."""
        lines = text_lines(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""


def text_lines(text: str) -> list[str]:
    """Return the lines of a text without their ends, as editors and git count them.

    Only LF, CR LF and CR end a line; `str.splitlines` knows eight more, and YAML three.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def argument(path: str) -> str:
    """Return a path as a word of a command line: one that begins with a dash is no option."""
    return f"./{path}" if path.startswith("-") and path != "-" else path
