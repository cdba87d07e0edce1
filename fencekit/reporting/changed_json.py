"""The changed records of a replay as JSON, one a line, from which they can be made again, whole.

What people and programs read of a record is nearly all of it. The rest repeats from record to
record: each record names it by its number in tables of the report's details. A record that JSON
cannot say whole (what is unknown, a number beyond floats, half a pair) is there as a whole too.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fencekit.model.edit import Blame
from fencekit.model.finding import ChangedRecord, RecordClass
from fencekit.model.record import Record
from fencekit.model.request import Facts, Request
from fencekit.model.request_json import MARK
from fencekit.model.source import Place
from fencekit.reporting.json_writable import writable
from fencekit.reporting.replay_json import changed_of

KEY, OLD_KEY = "parts", "state"
"""The key of a changed record that says which parts of the tables are its own; and as it was."""
MARKED = f'{MARK}"'
"""What a text has in which a key or a value is called like the mark of what is unknown."""
BLAME = 2
"""The number of the table of blames."""
PLAIN = frozenset((str, int, float, bool, type(None)))


def parts_of(changed: ChangedRecord) -> tuple[Any, ...]:
    """Return what repeats from record to record, in the order of the tables."""
    record = changed.record
    rest = record.completeness, record.mapped, record.policy, record.engine, record.notes
    return (
        changed.rule,
        changed.baseline_rule,
        changed.blame,
        record.recorded,
        (*rest, changed.error),
    )


@dataclass(slots=True)
class Tables:
    """What the changed records of a report share: each different part once, by its number.

    A blame may be very large: it is looked up by what it is first, then by its edits.
    """

    columns: tuple[list[Any], ...] = field(default_factory=lambda: ([], [], [], [], []))
    known: tuple[dict[Any, int], ...] = field(default_factory=lambda: ({}, {}, {}, {}, {}))

    @classmethod
    def of(cls, changed: Iterable[ChangedRecord]) -> "Tables":
        """Return the tables of some records."""
        made = cls()
        for one in changed:
            made.numbers(one)
        return made

    def numbers(self, changed: ChangedRecord) -> list[int]:
        """Return the numbers of the parts of a record."""
        found = []
        for at, (part, known) in enumerate(zip(parts_of(changed), self.known, strict=True)):
            key = id(part) if at == BLAME else part
            number = known.get(key)
            if number is None and at == BLAME and part is not None:
                same = numbers_of(part)
                number = known[key] = known.setdefault(same, len(self.columns[at]))
                if number == len(self.columns[at]):
                    self.columns[at].append(part)
            if number is None:
                number = known[key] = len(self.columns[at])
                self.columns[at].append(part)
            found.append(number)
        return found


def numbers_of(blame: Blame) -> tuple[Any, ...]:
    """Return what a blame is within one report: the numbers of its edits."""
    undo = tuple(tuple(edit.number for edit in edits) for edits in blame.undo)
    return undo, tuple(edit.number for edit in blame.alone), blame.exact


def lines(
    changed: Iterable[ChangedRecord], tables: Tables, encoded: Callable[[Any], Any]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each record as JSON values, and as text on one line.

    `encoded` writes a value of the model as JSON.
    """
    for one in changed:
        page = {**changed_of(one), KEY: tables.numbers(one)}
        text = plain_text(page) if is_whole(one.record.request) else None
        if text is None or MARKED in text:
            page[KEY] = [*page[KEY], encoded(one)]
            text = plain_text(page)
        if text is None:
            page = writable(page)
            text = json.dumps(page, allow_nan=False)
        yield page, text


def is_whole(request: Request) -> bool:
    """Say whether JSON gives a request back as it is: nothing unknown, no tuple, texts as keys."""
    words = request.capability, request.principal, request.environment
    if not all(word is None or type(word) is str for word in words):
        return False
    facts = request.context, request.args
    return not any(each.open for each in facts) and all(is_plain(each.values) for each in facts)


def plain_text(page: dict[str, Any]) -> str | None:
    """Return a page as JSON text; None where JSON cannot say all of it."""
    try:
        text = json.dumps(page, allow_nan=False)
        if "\\ud" in text:  # a pair, or half of one
            json.dumps(page, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError):
        return None
    return text


def is_plain(value: Any) -> bool:
    """Say whether JSON gives a value back as it is: no tuple, and no key that is not text."""
    kind = type(value)
    if kind in PLAIN:
        return True
    if kind is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    return kind is list and all(map(is_plain, value))


def records_of(
    page: Iterable[dict[str, Any]],
    columns: Sequence[Sequence[Any]],
    decoded: Callable[[Any], Any],
) -> Iterator[ChangedRecord]:
    """Yield the records again; raise LookupError, TypeError or ValueError for what are none."""
    for one in page:
        own = one[KEY] if KEY in one else one[OLD_KEY]
        *numbers, last = own
        if len(own) > len(columns):
            yield decoded(last)
            continue
        parts = [column[at] for column, at in zip(columns, [*numbers, last], strict=True)]
        rule, baseline, blame, recorded, rest = parts
        completeness, mapped, policy, engine, notes, error = rest
        record = Record(
            request_of(one["request"]),
            recorded,
            Place(one["file"], one["line"], one.get("number")),
            completeness=completeness,
            mapped=mapped,
            policy=policy,
            engine=engine,
            notes=notes,
            **{key: one.get(key, "") for key in ("id", "time", "session", "tool")},
        )
        kind = RecordClass(one["class"])
        yield ChangedRecord(record, kind, one["before"], one["after"], rule, baseline, error, blame)


def request_of(form: dict[str, Any]) -> Request:
    """Return the request of which JSON lost nothing."""
    return Request(
        form["capability"],
        principal=form.get("principal"),
        environment=form.get("environment"),
        context=Facts(form.get("context", {})),
        args=Facts(form.get("args", {})),
    )
