"""What runtimes of containers put around each line of a log: recognised, and taken off.

`docker compose logs` puts the name of the service and a bar before each line, kubectl a name in
brackets, syslog a time, a host and a program. Docker's own files have each line as the text `log`
of a JSON object, CRI's have a time, a stream and a tag; both cut long lines into several.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from fencekit.reading import json
from fencekit.reading.input_files import BOM, Numbered, Unwrap

SAMPLED = 50
TIME = rb"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)"
PREFIXES = (
    re.compile(rb"[A-Za-z0-9][\w.-]{0,100} *\| ?(?:" + TIME + rb" )?"),
    re.compile(rb"\[pod/[^\]\s]{1,300}\] (?:" + TIME + rb" )?"),
    re.compile(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,100} \S{1,100}?(?:\[\d+\])?: "),
    re.compile(TIME + rb" (?=[{}\s])"),
)
"""What stands before each line: by compose, kubectl, syslog, `docker logs --timestamps`."""

CRI = re.compile(TIME + rb" (?:stdout|stderr) ([FP]) ")
DOCKER = re.compile(rb'\{\s*"(?:log|stream|time)"\s*:')
MAX_JOINED = 64 << 20
"""The bytes of a line that was cut into several which are put together again."""


def wrapper_of(head: bytes) -> Unwrap | None:
    """Return what takes off the wrapping of a log that begins so; None where it has none.

    Every line that holds anything must have it, and an object must begin behind it.
    """
    lines = [line for line in head.removeprefix(BOM).splitlines()[:SAMPLED] if line.strip()]
    whole = lines[:-1] or lines
    if not whole:
        return None
    if all(CRI.match(line) for line in whole):
        return without_cri
    if all(is_docker(line) for line in whole):
        return without_docker
    for prefix in PREFIXES:
        ends = [found.end() if (found := prefix.match(line)) else -1 for line in whole]
        if -1 not in ends and any(
            line[end:].startswith((b"{", b"[{")) for line, end in zip(whole, ends, strict=True)
        ):
            return without(prefix)
    return None


def without(prefix: re.Pattern[bytes]) -> Unwrap:
    """Return what takes a prefix off each line."""

    def unwrap(numbered: Iterable[Numbered]) -> Iterator[Numbered]:
        for number, line in numbered:
            found = prefix.match(line)
            yield number, line[found.end() :] if found else line

    return unwrap


def without_cri(numbered: Iterable[Numbered]) -> Iterator[Numbered]:
    """Take off what CRI puts before each line, and put those together that it cut."""

    def part(line: bytes) -> tuple[bytes, bool]:
        found = CRI.match(line)
        return (line, True) if found is None else (line[found.end() :], found[1] == b"F")

    return join_parts(numbered, part)


def without_docker(numbered: Iterable[Numbered]) -> Iterator[Numbered]:
    """Take the text out of each object that Docker writes, and put those together that it cut."""

    def part(line: bytes) -> tuple[bytes, bool]:
        text = text_of_docker(line)
        if text is None:
            return line, True
        return text.rstrip("\r\n").encode("utf-8", "surrogatepass"), text.endswith("\n")

    return join_parts(numbered, part)


def join_parts(
    numbered: Iterable[Numbered], part: Callable[[bytes], tuple[bytes, bool]]
) -> Iterator[Numbered]:
    """Yield lines of parts put together, each with the number of its first part."""
    held: list[bytes] = []
    first = size = 0
    for number, line in numbered:
        text, is_last = part(line)
        first = first if held else number
        held.append(text)
        size += len(text)
        if is_last or size > MAX_JOINED:
            yield first, b"".join(held)
            held, size = [], 0
    if held:
        yield first, b"".join(held)


def is_docker(line: bytes) -> bool:
    """Say whether a line is an object as Docker writes it."""
    return text_of_docker(line) is not None


def text_of_docker(line: bytes) -> str | None:
    """Return the text of an object as Docker writes it; None for anything else."""
    if not DOCKER.match(line):
        return None
    try:
        value = json.parse_bytes(line)
    except json.JSONError:
        return None
    is_docker = isinstance(value, dict) and {"log", "stream", "time"} <= value.keys()
    return value["log"] if is_docker and isinstance(value["log"], str) else None
