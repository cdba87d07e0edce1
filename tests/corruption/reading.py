"""Reads damaged logs, and holds what was read against the bytes."""

import json
from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from random import Random

from running import LOGS, fencekit

from fencekit.logs.log_registry import read_log
from fencekit.model.errors import LogError
from fencekit.model.record import Entry, InvalidRecord, Notice, PassedOver, Record

GZIP, BOM = b"\x1f\x8b", b"\xef\xbb\xbf"


class Form(Enum):
    """How a log is laid out, and so what damage may cost."""

    RECORDS = auto()
    """A record on each line."""
    LINES = auto()
    """Objects on lines, of which some hold no record and some several."""
    DOCUMENTS = auto()
    """Documents on lines, each of which may hold many records, or none."""
    CHUNKS = auto()
    """Objects over several lines."""
    WHOLE = auto()
    """One array or object: it can be read, or it cannot."""
    DATABASE = auto()


SAMPLES: dict[str, tuple[str, Form]] = {
    "capability_proxy/flat.jsonl": ("capability-proxy", Form.RECORDS),
    "capability_proxy/nested.jsonl": ("capability-proxy", Form.RECORDS),
    "capfence_audit/agents.jsonl": ("capfence-audit", Form.RECORDS),
    "capfence_json/agents.json": ("capfence-json", Form.WHOLE),
    "capfence_sqlite/seed.db": ("capfence-sqlite", Form.DATABASE),
    "capfence_trace/agents.jsonl": ("capfence-trace", Form.RECORDS),
    "claude_code/recorded.jsonl": ("claude-code", Form.LINES),
    "claude_code/session.jsonl": ("claude-code", Form.LINES),
    "claude_code_hook/recorded.jsonl": ("claude-code-hook", Form.LINES),
    "claude_code_hook/written.jsonl": ("claude-code-hook", Form.LINES),
    "cloudtrail/trail.json": ("cloudtrail", Form.WHOLE),
    "cloudtrail/verified-permissions.jsonl": ("cloudtrail", Form.DOCUMENTS),
    "codex/recorded.jsonl": ("codex", Form.LINES),
    "codex/rollout.jsonl": ("codex", Form.LINES),
    "fencekit/agents.jsonl": ("fencekit", Form.RECORDS),
    "langfuse/page.json": ("langfuse", Form.WHOLE),
    "langfuse/rows.jsonl": ("langfuse", Form.DOCUMENTS),
    "langsmith/array.json": ("langsmith", Form.WHOLE),
    "langsmith/nested.jsonl": ("langsmith", Form.DOCUMENTS),
    "langsmith/page.json": ("langsmith", Form.WHOLE),
    "mcp/2025-11-25.log": ("mcp", Form.LINES),
    "mcp/2026-07-28.jsonl": ("mcp", Form.LINES),
    "opa/agents.json": ("opa", Form.WHOLE),
    "opa/console.jsonl": ("opa", Form.LINES),
    "otel/collector.jsonl": ("otel", Form.DOCUMENTS),
    "otel/console.json": ("otel", Form.CHUNKS),
    "otel/otlp.json": ("otel", Form.WHOLE),
    "otel_events/collector.jsonl": ("otel-logs", Form.DOCUMENTS),
    "permdiff/calls.jsonl": ("permdiff", Form.RECORDS),
}


@dataclass(frozen=True)
class Damaged:
    """A damaged log: its format, its bytes, and the bytes that it was made of."""

    name: str
    form: Form
    before: bytes
    after: bytes
    path: Path

    def read(self) -> tuple[list[Entry], LogError | None]:
        """Return what could be read, and the error that reading ended in."""
        entries: list[Entry] = []
        try:
            entries.extend(read_log(self.path, log_format=self.name))
        except LogError as error:
            return entries, error
        return entries, None


def part_of(sample: str, form: Form, chance: Random) -> bytes:
    """Return some lines of a sample, or all of a log that is one whole."""
    data = (LOGS / sample).read_bytes()
    if sample == "capfence_json/agents.json":
        rows = json.loads(data)
        at = chance.randrange(len(rows) - 6)
        return json.dumps(rows[at : at + 6], indent=chance.choice((None, 2))).encode()
    if form not in (Form.RECORDS, Form.LINES, Form.DOCUMENTS):
        return data
    lines = data.splitlines(keepends=True)
    if sample.startswith("capfence_trace"):
        del lines[0]  # with its checksum, a trace that is damaged fails as a whole, and rightly
    first = chance.randrange(max(1, len(lines) - 8))
    return b"".join(lines[first : first + 8])


def check(log: Damaged) -> Counter[str]:
    """Hold what is read of a damaged log against its bytes; return the counts of it."""
    entries, error = log.read()
    invalid = count_of(entries, InvalidRecord)
    for entry in entries:
        if isinstance(entry, InvalidRecord):
            place = entry.error.place
            assert place is not None
            assert place.file == str(log.path)
            assert entry.error.message
    if error is None:
        CHECKS[log.form](log, entries)
    else:
        assert error.place is not None
        assert error.place.file == str(log.path)
        assert may_fail_as_a_whole(log), (error, log.after[:300])
    look_through_the_command(log, entries, error)
    read = sum(isinstance(entry, Record) for entry in entries)
    counts = Counter(read=read, invalid=invalid, failed=int(error is not None))
    return counts + Counter({"with invalid": int(invalid > 0)})


def count_of(entries: list[Entry], kind: type[InvalidRecord | PassedOver]) -> int:
    """Return how many records are lost, or passed over."""
    return sum(entry.count for entry in entries if isinstance(entry, kind))


def may_fail_as_a_whole(log: Damaged) -> bool:
    """Say whether nothing of the log can be told apart any more."""
    if log.form in (Form.WHOLE, Form.DATABASE) or log.after[:2] == GZIP:
        return True
    if b"capfence_replay_version" in log.after:
        return True
    lines = physical(log.after)
    others = [line for line in list(lines.values())[1:] if is_object(line)]
    return log.after.removeprefix(BOM).lstrip()[:1] == b"[" and not others


def check_records(log: Damaged, entries: list[Entry]) -> None:
    """Every line is a record or invalid; of one in which several are spliced, each part is."""
    lines = physical(log.after)
    costs = [entry for entry in entries if not isinstance(entry, Notice)]
    assert {entry.place.line for entry in costs} == set(lines)
    for entry in costs:
        assert isinstance(entry, InvalidRecord) or b"{" in lines[entry.place.line or 0]
    check_kept(log, entries)


def check_lines(log: Damaged, entries: list[Entry]) -> None:
    """A line without an entry is a whole object that holds no call; every other one has its own.

    What is no strict JSON and holds no call is noticed, and so is what is behind a message.
    """
    lines = physical(log.after)
    found = {entry.place.line for entry in entries}
    assert found <= set(lines)
    for number, line in lines.items():
        if number not in found:
            assert is_object(line) or is_batch(line), line[:300]
        elif not (is_object(line) or is_batch(line)):
            here = [entry for entry in entries if entry.place.line == number]
            assert any(isinstance(entry, InvalidRecord | Notice) for entry in here), line[:300]
    check_kept(log, entries)


def check_documents(log: Damaged, entries: list[Entry]) -> None:
    """A line that is a document costs what it costs alone; of others in a row something is said.

    What is damaged may take with it what follows up to the next object at the margin: no more. Of
    brackets that are left alone behind it nothing need be said.
    """
    lines = physical(log.after)
    if is_object(log.after) or is_batch(log.after):
        return  # one document over several lines
    broken: dict[int, bytes] = {}
    for number, line in [*lines.items(), (0, b"{}")]:
        if not is_document(line):
            broken[number] = line
            continue
        if broken and is_document(together := b"\n".join(broken.values())):
            assert_costs_the_same(log, entries, min(broken), together)
        elif b"".join(broken.values()).strip(b" \t\r\n,]}"):
            said = [entry for entry in entries if isinstance(entry, InvalidRecord | Notice)]
            assert any(entry.place.line in broken for entry in said), broken
        broken.clear()
        if number:
            assert_costs_the_same(log, entries, number, line)
    check_kept(log, entries)


def assert_costs_the_same(log: Damaged, entries: list[Entry], number: int, document: bytes) -> None:
    """Hold what is read of a document against what is read of it alone."""
    here = [entry for entry in entries if entry.place.line == number]
    assert weigh(here) == weigh(read_alone(log, document)), document[:300]


def is_document(line: bytes) -> bool:
    """Say whether a line is a JSON object, and nothing before it."""
    return line.lstrip().startswith(b"{") and is_object(line)


def read_alone(log: Damaged, line: bytes) -> list[Entry]:
    """Return what is read of a line when nothing else is in its log."""
    log.path.write_bytes(line + b"\n")
    alone, error = log.read()
    log.path.write_bytes(log.after)
    assert error is None
    return alone


def weigh(entries: list[Entry]) -> Counter[str]:
    """Return how many calls are read, passed over and lost."""
    read = sum(isinstance(entry, Record) for entry in entries)
    over, lost = count_of(entries, PassedOver), count_of(entries, InvalidRecord)
    return Counter(read=read, over=over, lost=lost)


def check_kept(log: Damaged, entries: list[Entry]) -> None:
    """A line that was not damaged is still read, wherever it stands now, once at least.

    What is written twice is one call, whichever line of it comes first: so calls go by their ids.
    """
    was, now = physical(log.before), physical(log.after)
    left = set(now.values())
    records = [entry for entry in read_before(log) if isinstance(entry, Record)]
    read = [entry for entry in entries if isinstance(entry, Record)]
    calls = {called(entry, was) for entry in records if was[entry.place.line or 0] in left}
    assert calls <= {called(entry, now) for entry in read}


def called(record: Record, lines: dict[int, bytes]) -> str | bytes:
    """Return what a call is known by: its id, or else its line."""
    return record.id or lines[record.place.line or 0]


def check_chunks(log: Damaged, entries: list[Entry]) -> None:
    """What nothing but the ends of lines changed is read as it was; what is intact is not gone."""
    calls = [entry.id for entry in read_before(log) if isinstance(entry, Record)]
    read = [entry.id for entry in entries if isinstance(entry, Record)]
    if not any(isinstance(entry, InvalidRecord) for entry in entries) and is_same(log):
        assert read == calls
    check_intact(log, entries)


def check_whole(log: Damaged, entries: list[Entry]) -> None:
    """What is no JSON as a whole is lost in part, or noticed; each record has its own place."""
    places = [entry.place for entry in entries if isinstance(entry, Record)]
    assert len(places) == len(set(places))
    check_intact(log, entries)
    try:
        json.loads(log.after.removeprefix(BOM))
    except (ValueError, RecursionError):
        is_said = any(isinstance(entry, InvalidRecord | Notice) for entry in entries)
        assert is_said, log.after[:300]


def read_before(log: Damaged) -> list[Entry]:
    """Return what was read before the damage."""
    log.path.write_bytes(log.before)
    whole, error = log.read()
    log.path.write_bytes(log.after)
    assert error is None
    return whole


def check_intact(log: Damaged, entries: list[Entry]) -> None:
    """Of the calls whose objects were not touched, those that are not read are counted as lost."""
    texts = objects_by_id(log.before.decode("utf-8"))
    read = Counter(entry.id for entry in entries if isinstance(entry, Record))
    records = [entry for entry in read_before(log) if isinstance(entry, Record)]
    known = [record.id for record in records if record.id in texts]
    intact = [name for name in known if texts[name].encode() in log.after]
    gone = Counter(intact) - read
    assert gone.total() <= count_of(entries, InvalidRecord) + count_of(entries, PassedOver), gone


NAMED = frozenset({"name", "agent_id", "eventID", "decision_id"})
"""Keys of which a record has one, and the attributes in it have none."""


def objects_by_id(text: str) -> dict[str, str]:
    """Return the text of the innermost record that has each value as one of its own."""
    found: dict[str, str] = {}
    decoder = json.JSONDecoder()
    for at, sign in enumerate(text):
        if sign != "{":
            continue
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            continue
        for item in value.values() if not value.keys().isdisjoint(NAMED) else ():
            if isinstance(item, str | int):
                found[str(item).removeprefix("0x")] = text[at:end]
    return found


def check_database(log: Damaged, entries: list[Entry]) -> None:
    """No row is read twice."""
    rows = [entry.place.line for entry in entries]
    assert len(rows) == len(set(rows))


CHECKS = {
    Form.RECORDS: check_records,
    Form.LINES: check_lines,
    Form.DOCUMENTS: check_documents,
    Form.CHUNKS: check_chunks,
    Form.WHOLE: check_whole,
    Form.DATABASE: check_database,
}


def look_through_the_command(log: Damaged, entries: list[Entry], error: LogError | None) -> None:
    """The command counts the same, and ends in exit code 3 whenever something is invalid.

    An exception that leaves it is raised here too: in tests, the command catches no surprise.
    """
    done = fencekit("logs", "stats", log.path, "--log-format", log.name, "--format", "json")
    invalid, passed_over = count_of(entries, InvalidRecord), count_of(entries, PassedOver)
    records = sum(isinstance(entry, Record) for entry in entries)
    is_fine = records and not invalid and not passed_over and error is None
    assert done.code == (0 if is_fine else 3), done.err
    if error is None:
        assert (done.report["records"], done.report["invalid"]) == (records, invalid)
        assert sum(one["count"] for one in done.report["passed_over"]) == passed_over
    else:
        assert str(log.path) in done.err


def physical(data: bytes) -> dict[int, bytes]:
    """Return the lines that hold anything, by their number."""
    lines = data.removeprefix(BOM).split(b"\n")
    return {number: line for number, line in enumerate(lines, 1) if line.strip()}


def is_object(line: bytes) -> bool:
    """Say whether a line is a JSON object, perhaps with a prefix as captures have it."""
    at = line.find(b"{")
    return at >= 0 and isinstance(value_of(line[at:]), dict)


def is_batch(line: bytes) -> bool:
    """Say whether a line ends in a JSON array of objects."""
    at = line.find(b"[")
    return at >= 0 and isinstance(value_of(line[at:]), list)


def value_of(line: bytes) -> object:
    """Return the value of a line; None where it is no JSON."""
    try:
        return json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def is_same(log: Damaged) -> bool:
    """Say whether nothing but the ends of lines was changed."""
    return log.before.split() == log.after.split()
