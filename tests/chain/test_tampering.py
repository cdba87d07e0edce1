"""Whatever is done to a chained log of 200 records, it is reported at the right record."""

import pytest

from chain.tampering import (
    DATABASES,
    SIZE,
    STEP,
    blanked,
    changed_lines,
    changed_values,
    rows_of,
    verify_rows,
)
from fencekit.model.chain_verification import Anchor, BrokenChainReason


def at(fault):
    """The number of the record that was named, and why; None where nothing was noticed."""
    return fault and (fault.place.line, fault.why)


def test_the_logs_have_200_records_and_hold(kind):
    assert len(kind.items) == SIZE
    assert kind.verify(list(kind.items)) is None


@pytest.mark.parametrize("database", DATABASES, ids=lambda path: path.name)
def test_no_untampered_capfence_log_is_called_broken(database):
    assert verify_rows(list(rows_of(database, 10_000))) is None


def test_each_byte_of_each_hashed_field_of_a_row_counts(kinds):
    kind = kinds["capfence"]
    tried = 0
    for number, (row, head) in enumerate(zip(kind.items, kind.heads, strict=False)):
        for edited in changed_values(row):
            items = [*kind.items[:number], edited, *kind.items[number + 1 :]]
            fault = kind.verify(items, start=number, head=head)
            tried += 1
            assert fault is not None, (number, edited)
            assert fault.place.line == number + 1
            blank = edited[1] in ("", None) or not isinstance(edited[1], str)
            assert fault.why is (
                BrokenChainReason.BLANK_HASH if blank else BrokenChainReason.EDITED
            ), edited
    assert tried > 80_000


def test_each_byte_of_a_line_counts(kinds):
    kind = kinds["own"]
    tried = 0
    for number, (line, head) in enumerate(zip(kind.items, kind.heads, strict=False)):
        for edited in changed_lines(line):
            items = [*kind.items[:number], edited, *kind.items[number + 1 :]]
            fault = kind.verify(items, start=number, head=head)
            tried += 1
            assert fault is not None, (number, edited)
            assert fault.place.line == number + 1, (number, edited, fault)
            possible = {BrokenChainReason.EDITED, BrokenChainReason.BLANK_HASH}
            assert fault.why in possible | (
                {BrokenChainReason.TORN} if number == SIZE - 1 else set()
            ), edited
    assert tried > 90_000


def test_every_deletion_but_the_tail_is_missed(kind):
    for first in range(SIZE):
        for after in {first + 1, *range(first + 1, SIZE, STEP)} - {SIZE}:
            items = [*kind.items[:first], *kind.items[after:]]
            fault = kind.verify(items, start=first, head=kind.heads[first])
            assert at(fault) == (first + 1, BrokenChainReason.MISSING)


def test_every_swap_of_neighbours_is_a_reordering(kind):
    for first in range(SIZE - 1):
        items = list(kind.items)
        items[first], items[first + 1] = items[first + 1], items[first]
        assert at(kind.verify(items)) == (first + 1, BrokenChainReason.REORDERED)


def test_every_move_of_a_record_is_a_reordering(kind):
    for source in range(0, SIZE, 7):
        for target in range(0, SIZE, 5):
            items = list(kind.items)
            items.insert(target, items.pop(source))
            if source == target:
                continue
            assert at(kind.verify(items)) == (min(source, target) + 1, BrokenChainReason.REORDERED)


def test_a_duplicate_at_every_place_is_a_duplicate(kind):
    for source in range(0, SIZE, STEP):
        for target in range(SIZE + 1):
            items = list(kind.items)
            items.insert(target, kind.items[source])
            # A copy right before the original is the original, and that the copy.
            number = target + 1 if target == source else target
            known = min(number, SIZE)
            fault = kind.verify(items, start=known, head=kind.heads[known])
            assert at(fault) == (number + 1, BrokenChainReason.DUPLICATED)


def test_a_record_of_another_log_at_every_place_was_inserted(kind):
    for target in range(SIZE + 1):
        for foreign in (kind.foreign[0], kind.foreign[20]):
            items = list(kind.items)
            items.insert(target, foreign)
            fault = kind.verify(items)
            if target == 0 and foreign is kind.foreign[0]:
                # Both begin a chain: what came first cannot be told.
                assert at(fault) == (2, BrokenChainReason.INSERTED)
            elif target == SIZE and foreign is kind.foreign[20]:
                # Nothing continues after it, so records may as well be missing before it.
                assert at(fault) == (SIZE + 1, BrokenChainReason.MISSING)
            else:
                assert at(fault) == (target + 1, BrokenChainReason.INSERTED)


def test_an_edited_copy_at_every_place_was_inserted(kind):
    changes = changed_values if kind.name == "capfence" else changed_lines
    edited = list(changes(kind.items[50]))[300]
    for target in range(SIZE + 1):
        items = list(kind.items)
        items.insert(target, edited)
        why = BrokenChainReason.INSERTED if target < SIZE else BrokenChainReason.EDITED
        assert at(kind.verify(items)) == (target + 1, why)


@pytest.mark.parametrize("also_prev", [False, True])
def test_one_blank_hash_is_found(kind, also_prev):
    for number in range(SIZE):
        items = list(kind.items)
        items[number] = blanked(items[number], also_prev=also_prev)
        assert at(kind.verify(items)) == (number + 1, BrokenChainReason.BLANK_HASH)


@pytest.mark.parametrize("also_prev", [False, True])
def test_all_hashes_blank_are_found_at_the_first(kind, also_prev):
    items = [blanked(item, also_prev=also_prev) for item in kind.items]
    assert at(kind.verify(items)) == (1, BrokenChainReason.BLANK_HASH)


def test_every_truncation_shows_against_an_anchor(kind):
    head = kind.heads[-1]
    for kept in range(SIZE):
        items = list(kind.items[:kept])
        for anchor in (Anchor(SIZE, head), Anchor(SIZE), Anchor(head=head)):
            fault = kind.verify(items, anchors=(anchor,))
            assert at(fault) == (
                kept or (None if kind.name == "capfence" else 0),
                BrokenChainReason.TRUNCATED,
            )


def test_without_an_anchor_a_truncation_does_not_show(kind):
    assert all(kind.verify(list(kind.items[:kept])) is None for kept in range(1, SIZE))


def test_an_anchor_in_the_middle_of_a_log_that_grew_holds(kind):
    for count in range(1, SIZE + 1):
        anchors = (Anchor(count, kind.heads[count]), Anchor(head=kind.heads[count]))
        assert kind.verify(list(kind.items), anchors=anchors) is None


def test_another_chain_shows_at_the_record_of_the_anchor(kind):
    anchors = (Anchor(30, kind.heads[30]), Anchor(40, "0" * 64), Anchor(50, "1" * 64))
    assert at(kind.verify(list(kind.items), anchors=anchors)) == (40, BrokenChainReason.REWRITTEN)
